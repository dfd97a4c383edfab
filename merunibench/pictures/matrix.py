"""Significant differences between rows, in SVG: a cell is dark if its row is better than the row of its column."""

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from merunibench._text import escape_controls
from merunibench.pictures.letters import cut_apart, width

if TYPE_CHECKING:
    from markupsafe import Markup

_LEVELS = ("", "p < 0.05", "p < 0.01", "p < 0.001")
_LONGEST, _LETTER = 20, 7.5
_ROOM = 480
"""Sizes of the cells, which are smaller if there are more rows."""

_SMALLEST, _LARGEST = 16, 28
_HEAD, _PLACE = 24, 30


class Contender(NamedTuple):
    """A row and column of the matrix: an id for scripts, its name, and its rank."""

    id: str
    name: str
    place: str


def matrix(title: str, rows: Sequence[Contender], levels: Sequence[Sequence[int]]) -> "Markup":
    """Draw the matrix; the `data-id` of every element is the id of its row.

    Args:
        title: What is compared, for screen readers.
        rows: The R rows, which are also the columns.
        levels: Shape (R, R): the significance of the difference between row and column: 0 for none, 1 to 3 for p <
            0.05, 0.01 and 0.001; positive if the row is better, negative if it is worse.
    """
    from markupsafe import Markup

    size = max(_SMALLEST, min(_LARGEST, _ROOM // max(1, len(rows))))
    short = cut_apart([each.name for each in rows], _LONGEST)
    names = math.ceil(_LETTER * max(map(width, short), default=0.0)) + 6
    left = names + _PLACE
    whole, height = left + size * len(rows) + 2, _HEAD + size * len(rows) + 2
    body = [
        f'<text data-id="{escape(each.id)}" x="{left + (at + 0.5) * size:g}" y="16" text-anchor="middle">'
        f"{escape(escape_controls(each.place, 12))}</text>"
        for at, each in enumerate(rows)
    ]
    for at, (row, of_row) in enumerate(zip(rows, levels, strict=True)):
        y = _HEAD + at * size
        cells = [
            _cell(row, other, level, (left + column * size, y, size))
            for column, (other, level) in enumerate(zip(rows, of_row, strict=True))
            if column != at
        ]
        middle = f'y="{y + size / 2 + 4:g}" text-anchor="end"'
        name = f'<text class="label" x="{names}" {middle}>{escape(short[at])}</text>'
        place = f'<text x="{left - 6}" {middle}>{escape(escape_controls(row.place, 12))}</text>'
        body.append(f'<g data-id="{escape(row.id)}">{name}{place}{"".join(cells)}</g>')
    better = [sum(level > 0 for level in of_row) for of_row in levels]
    said = "; ".join(f"{row.name} is better than {count}" for row, count in zip(rows, better, strict=True))
    label = escape(escape_controls(f"{title}. Of {len(rows)} rows, {said}.", 5_000))
    box = f'viewBox="0 0 {whole} {height}" width="{whole}" height="{height}" role="img" aria-label="{label}"'
    return Markup(f'<svg class="matrix" {box}>{"".join(body)}</svg>')  # noqa: S704 - every text in it is escaped above


def _cell(row: Contender, other: Contender, level: int, box: tuple[int, int, int]) -> str:
    """Draw a cell in few bytes, since there are hundreds. Only the better side has a tooltip; its mirror a colour."""
    x, y, size = box
    kind = f"better level{level}" if level > 0 else "worse" if level < 0 else "same"
    head = f'<path data-id="{escape(other.id)}" class="{kind}" d="M{x + 1} {y + 1}h{size - 2}v{size - 2}H{x + 1}z"'
    if level <= 0:
        return f"{head}/>"
    tip = escape(escape_controls(f"{row.name} is better than {other.name}, {_LEVELS[level]}", 300))
    return f"{head}><title>{tip}</title></path>"
