"""The report as a Markdown table, for README files and model cards."""

import re
from collections.abc import Iterable

from merunibench._text import visible
from merunibench.report.columns import notes, table
from merunibench.report.report import Report


def render(report: Report) -> str:
    """A table in percent, its notes, and the signature."""
    columns, cells, mean = table(report)
    rows = [[escape(cell) for cell in row] for row in cells]
    if mean:
        rows.append([f"**{escape(cell)}**" if cell else "" for cell in mean])
    lines = [
        f"**{escape(report.model)}**, {report.protocol} protocol, lexicon `{report.signature.lexicon}`",
        "",
        _line(column.title for column in columns),
        _line("---:" if column.numeric else "---" for column in columns),
        *map(_line, rows),
        "",
        *notes(report, escape),
        "",
        f"`{str(report.signature).replace('`', '')}`",
    ]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~&])", r"\\\1", visible(" ".join(text.split())))


def _line(row: Iterable[str]) -> str:
    return "| " + " | ".join(row) + " |"
