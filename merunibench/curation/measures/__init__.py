"""Values of texts, measured once and stored in files, so that changing a threshold needs no new measurement."""

from merunibench.curation.measures.stage import Measured, measure
from merunibench.curation.measures.text import VERSION, measure_text

__all__ = ["VERSION", "Measured", "measure", "measure_text"]
