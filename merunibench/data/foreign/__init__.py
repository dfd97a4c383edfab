"""Read result files of other tools, and write them as predictions in the documented layout."""

from merunibench.data.foreign.converting import AUTO, FIELDS, Source, Written, convert_foreign
from merunibench.data.foreign.reading import read_rows

__all__ = ["AUTO", "FIELDS", "Source", "Written", "convert_foreign", "read_rows"]
