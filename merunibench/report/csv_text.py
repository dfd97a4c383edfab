"""CSV as spreadsheets and terminals get it: figures are numbers, no text of a stranger is a formula or a command."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from merunibench._text import escape_controls

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""With what a cell begins that a spreadsheet would compute; full-width signs too."""


def csv_cell(value: object) -> object:
    r"""A value as a cell holds it: a number as it is, text visible, and marked as text where it would be a formula.

    Example:
        >>> csv_cell("=HYPERLINK(1)"), csv_cell("\x1b]0;x"), csv_cell(-0.5)
        ("'=HYPERLINK(1)", '\\x1b]0;x', -0.5)
    """
    if not isinstance(value, str):
        return value
    text = "\t".join(map(escape_controls, value.split("\t")))
    return f"'{text}" if value.lstrip(" ").startswith(_FORMULA) else text


def csv_text(columns: Sequence[str], records: Iterable[Mapping[str, object]]) -> str:
    """CSV text: a head, and a line for each record; nothing for None and for what a record lacks."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(csv_cell, columns))
    writer.writerows([csv_cell(record.get(name)) for name in columns] for record in records)
    return text.getvalue()
