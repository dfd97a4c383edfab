"""Result files of other tools: detect which tool wrote a file, and find the names and answers in its rows.

This package handles values only; `merunibench.data.foreign` reads files into rows and writes rows as predictions.
"""

from merunibench.conversion.base import Answer, Format
from merunibench.conversion.detect import FORMATS, archive_format, detect, get_format, hint
from merunibench.conversion.imported import Imported, imported

__all__ = ["FORMATS", "Answer", "Format", "Imported", "archive_format", "detect", "get_format", "hint", "imported"]
