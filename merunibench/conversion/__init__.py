"""Result files of other tools: which tool wrote one, and where its rows have names and answers.

Values alone: what reads files into rows, and writes rows as predictions, is `merunibench.data.foreign`.
"""

from merunibench.conversion.base import Answer, Format
from merunibench.conversion.detect import FORMATS, archive_format, detect, get_format, hint
from merunibench.conversion.imported import Imported, imported

__all__ = ["FORMATS", "Answer", "Format", "Imported", "archive_format", "detect", "get_format", "hint", "imported"]
