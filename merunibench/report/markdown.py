"""The report as a Markdown table, for README files and model cards."""

import re
from collections.abc import Iterable

from merunibench._text import escape_controls
from merunibench.report.columns import notes, table
from merunibench.report.report import Report


def render(report: Report) -> str:
    """Return a table in percent, its notes, and the signature."""
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


# What GitHub turns into links and mentions even if it is escaped: @team, owner/repo#1, GH-1, URLs.
_REFERENCE = re.compile(r"@(?=\w)|#(?=\d)|\bGH-(?=\d)|:(?=//)|\b(?:www(?=\.)|(?:mailto|xmpp)(?=:))", re.IGNORECASE)
_NO_SPACE = "\u200b"


def escape(text: str) -> str:
    r"""Escape text for Markdown, so that GitHub does not turn it into a link, mention, reference or formula.

    Example:
        >>> escape("*a* @team").replace("\u200b", "·")
        '\\*a\\* @·team'
    """
    plain = _REFERENCE.sub(lambda found: found[0] + _NO_SPACE, escape_controls(" ".join(text.split())))
    dead = re.sub(r"([\\`*_{}\[\]<>()#+!|~&])", r"\\\1", plain)
    return dead.replace("$", "<span>$</span>")  # GitHub documents that $ within an element does not start a formula


def _line(row: Iterable[str]) -> str:
    return "| " + " | ".join(row) + " |"
