"""Tables as the command line prints them."""

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from merunibench._text import escape_controls
from merunibench.report.columns import Column, notes
from merunibench.report.columns import table as cells_of

if TYPE_CHECKING:
    from merunibench.report.report import Report

_WIDE = 10_000


def render(report: "Report", *, width: int | None, color: bool) -> str:
    """Return the table of an evaluation, its notes and its signature as text.

    Checkpoints are listed below the table, because their names are long.
    """
    columns, rows, mean = cells_of(report)
    table = plain_table(columns[:-1])
    for row in rows:
        table.add_row(*map(Text, row[:-1]))
    if mean:
        table.add_section()
        table.add_row(*(Text(cell, style="bold") for cell in mean[:-1]))
    title = f"{escape_controls(report.model)} · {report.protocol} protocol · lexicon {report.signature.lexicon}"
    lines = [*_checkpoint_lines(report), *notes(report), str(report.signature)]
    return print_to_text(title, table, lines, width=width, color=color)


def _checkpoint_lines(report: "Report") -> list[str]:
    if report.checkpoint_selection == "single":
        return []
    return [f"{result.title}: {escape_controls(result.checkpoint)}" for result in report.datasets]


def plain_table(columns: Sequence[Column]) -> Table:
    """Return an empty table without a frame; numbers are aligned to the right."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(
            Text(column.title), justify="right" if column.numeric else "left", no_wrap=column.numeric, overflow="fold"
        )
    return table


def least_width(table: Table) -> int:
    """The width below which a table cannot be printed completely; words may be wrapped, numbers not."""
    return Console(file=io.StringIO(), width=_WIDE).measure(table).minimum


def print_to_text(
    title: str, table: Table, lines: Iterable[str], *, width: int | None, color: bool, wrap: bool = False
) -> str:
    """Return a title, a table and lines below it as text; with `width` None, the table is as wide as it needs.

    With `wrap`, title and lines are wrapped at the width too; otherwise the terminal does so, and they can be copied
    whole.
    """
    stream = io.StringIO()
    console = Console(file=stream, width=_WIDE, force_terminal=color, no_color=not color, highlight=False)
    # Words may be wrapped; a truncated number is worse than a line that is too long.
    console.width = max(width or _WIDE, console.measure(table).minimum)
    if title:
        console.print(Text(title, style="bold"), soft_wrap=not wrap)
    console.print(table)
    for line in lines:
        console.print(Text(line, style="dim"), soft_wrap=not wrap)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"
