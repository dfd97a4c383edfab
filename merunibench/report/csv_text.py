"""CSV for spreadsheets and terminals: numbers stay numbers, and untrusted text cannot become a formula or a command."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from merunibench._text import escape_controls

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Characters at the start of a cell that make a spreadsheet compute it, including full-width signs."""
_SHORT = 400


def csv_cell(value: object) -> object:
    r"""Return a value for a cell: numbers unchanged, text with control characters escaped and formulas marked as text.

    Example:
        >>> csv_cell("=HYPERLINK(1)"), csv_cell("\x1b]0;x"), csv_cell(-0.5)
        ("'=HYPERLINK(1)", '\\x1b]0;x', -0.5)
    """
    if not isinstance(value, str):
        return value
    return _short_cell(value) if len(value) <= _SHORT else _text_cell(value)


def _text_cell(value: str) -> str:
    text = "\t".join(map(escape_controls, value.split("\t")))
    return f"'{text}" if value.lstrip(" ").startswith(_FORMULA) else text


_short_cell = lru_cache(maxsize=4096)(_text_cell)
"""Cached, because names and signatures are repeated in many lines."""


def csv_text(columns: Sequence[str], records: Iterable[Mapping[str, object]]) -> str:
    """Return CSV text: a header and one line per record. None and missing values are empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(csv_cell, columns))
    writer.writerows([csv_cell(record.get(name)) for name in columns] for record in records)
    return text.getvalue()
