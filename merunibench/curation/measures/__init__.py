"""Values of texts, measured once and kept as files: a threshold that moves measures nothing again."""

from merunibench.curation.measures.stage import Measured, measure
from merunibench.curation.measures.text import VERSION, measure_text

__all__ = ["VERSION", "Measured", "measure", "measure_text"]
