"""Small pictures in SVG, made here so that they stand without scripts and on paper: dots on a line, and a heat map."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from merunibench.leaderboard.page.strips import axis

if TYPE_CHECKING:
    from markupsafe import Markup

_NAMES, _PLOT, _ROW, _HEAD = 230, 430, 26, 30
_LONGEST = 32


class Dot(NamedTuple):
    """A value, a fraction; what it stands for; and whether it is hollow: copied, or of a second kind."""

    value: float
    says: str
    hollow: bool = False


def dots(title: str, rows: Sequence[tuple[str, Sequence[Dot]]], floor: float | None = None) -> "Markup":
    """One line a row, with its dots joined.

    Args:
        title: What the picture shows, for those who cannot see it.
        rows: Name and dots of each.
        floor: A value marked across all rows.
    """
    values = [dot.value for _, each in rows for dot in each] + ([] if floor is None else [floor])
    scale = axis(values)
    height = _HEAD + _ROW * len(rows) + 8

    def x(value: float) -> float:
        return round(_NAMES + 10 + scale.place(value) / 100 * _PLOT, 1)

    body = [
        f'<path class="grid" d="M{x(tick / 100)} {_HEAD - 6}V{height - 4}"/>'
        f'<text x="{x(tick / 100)}" y="16" text-anchor="middle">{_number(tick)}</text>'
        for tick in scale.ticks
    ]
    if floor is not None:
        body.append(f'<path class="chance-mark" d="M{x(floor)} {_HEAD - 6}V{height - 4}"/>')
    for place, (name, each) in enumerate(rows):
        y = _HEAD + _ROW * place + _ROW / 2
        body.append(_name(name, y))
        ends = sorted(dot.value for dot in each)
        body.append(f'<path class="whisker" d="M{x(ends[0])} {y}H{x(ends[-1])}"/>')
        body += [
            f'<circle class="{"hollow" if dot.hollow else "dot"}" cx="{x(dot.value)}" cy="{y}" r="5">'
            f"<title>{escape(f'{name}, {dot.says}: {_number(round(100 * dot.value, 2))}')}</title></circle>"
            for dot in each
        ]
    return _svg(title, _NAMES + _PLOT + 20, height, body)


def heat_map(title: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[float | None]]]) -> "Markup":
    """Shares as cells that bear their percents, the darkest being the largest."""
    wide = max(54, _PLOT // max(len(columns), 1))
    body = [
        f'<text x="{_NAMES + 10 + wide * (at + 0.5)}" y="18" text-anchor="middle">{escape(column)}</text>'
        for at, column in enumerate(columns)
    ]
    most = max((value for _, values in rows for value in values if value is not None), default=1.0) or 1.0
    for place, (name, values) in enumerate(rows):
        y = _HEAD + _ROW * place
        body.append(_name(name, y + _ROW / 2))
        for at, value in enumerate(values):
            if value is None:
                continue
            left = _NAMES + 10 + wide * at
            body.append(
                f'<rect class="heat" x="{left}" y="{y}" width="{wide - 2}" height="{_ROW - 2}" '
                f'fill-opacity="{0.45 * value / most:.2f}"/><text class="label" x="{left + wide / 2 - 1}" '
                f'y="{y + _ROW / 2 + 4}" text-anchor="middle">{100 * value:.0f}</text>'
            )
    return _svg(title, _NAMES + 20 + wide * len(columns), _HEAD + _ROW * len(rows) + 8, body)


def _name(name: str, y: float) -> str:
    cut = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    place = f'class="label" x="{_NAMES}" y="{y + 4}" text-anchor="end"'
    return f"<text {place}>{escape(cut)}<title>{escape(name)}</title></text>"


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _svg(title: str, width: float, height: float, body: Sequence[str]) -> "Markup":
    from markupsafe import Markup

    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(title)}"'
    return Markup(f"<svg {box}>{''.join(body)}</svg>")  # noqa: S704 - every text in it is escaped above
