"""Result files of other tools: read into rows, and written as predictions in the layout of the contract."""

from merunibench.data.foreign.converting import AUTO, FIELDS, Source, Written, convert_foreign
from merunibench.data.foreign.reading import read_rows

__all__ = ["AUTO", "FIELDS", "Source", "Written", "convert_foreign", "read_rows"]
