"""Scores as dots with intervals in SVG: a strip that fills its table cell, and a figure with one line per row."""

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from merunibench._text import escape_controls
from merunibench.pictures.letters import cut_apart, width

if TYPE_CHECKING:
    from markupsafe import Markup

Interval = tuple[float, float]

_STEPS = (1, 2, 5, 10)
_MOST = 4
_ENDS = (2.0, 98.0)
"""Horizontal range of a scale, in percent of the width."""

_ROW, _HEAD = 26, 30
_LETTER = 9.5
"""Width of a letter of a name, sufficient for the larger ones on a phone."""


class Axis(NamedTuple):
    """A scale in percent: its ticks, evenly spaced."""

    ticks: tuple[float, ...]

    def holds(self, value: float) -> bool:
        """Whether a fraction is within the scale."""
        return self.ticks[0] <= 100 * value <= self.ticks[-1]

    def place(self, value: float) -> float:
        """The position of a fraction, in percent of the width; values outside are placed at the end."""
        low, high = self.ticks[0], self.ticks[-1]
        share = min(1.0, max(0.0, (100 * value - low) / (high - low)))
        return round(_ENDS[0] + share * (_ENDS[1] - _ENDS[0]), 1)


def axis(values: Sequence[float]) -> Axis:
    """Return round ticks around all values, which are fractions; 0 to 100 without values."""
    percents = [100 * value for value in values] or [0.0, 100.0]
    low, high = min(percents), max(percents)
    raw = (high - low or 1.0) / _MOST
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(each * power for each in _STEPS if each * power >= raw * (1 - 1e-12))
    first = math.floor(low / step)
    last = max(math.ceil(high / step), first + 1)
    return Axis(tuple(round(step * index, 6) for index in range(first, last + 1)))


def strip(scale: Axis, value: float | None, ci: Interval | None = None, mark: float | None = None) -> "Markup":
    """Draw a score on a scale, for a cell next to its figures; hidden from screen readers, which read the figures.

    Args:
        scale: The scale, shared by all rows of a table.
        value: The score, a fraction; nothing is drawn without one.
        ci: Its interval, drawn as a line.
        mark: A reference value, such as the chance level, drawn as a vertical line.
    """
    from markupsafe import Markup

    if value is None:
        return Markup("")
    parts = []
    if mark is not None:
        parts.append(f'<line class="mark" x1="{scale.place(mark)}%" x2="{scale.place(mark)}%" y1="20%" y2="80%"/>')
    if ci is not None:
        ends = f'x1="{scale.place(ci[0])}%" x2="{scale.place(ci[1])}%"'
        parts.append(f'<line class="whisker" {ends} y1="50%" y2="50%"/>')
    parts.append(f'<circle class="dot" cx="{scale.place(value)}%" cy="50%" r="2.5"/>')
    return Markup(f'<svg class="dots" aria-hidden="true">{"".join(parts)}</svg>')  # noqa: S704 - numbers alone


class Frame(NamedTuple):
    """The size of a figure: pixels of its scale, letters of its names, and the scale if given."""

    plot: int = 430
    longest: int = 32
    scale: Axis | None = None


class Dot(NamedTuple):
    """A value (a fraction), its meaning, whether it is hollow (copied, or of a second kind), and its interval.

    `mark` is a reference value, such as the chance level, drawn as a vertical line. `id` identifies it for scripts.
    """

    value: float
    says: str
    hollow: bool = False
    ci: Interval | None = None
    mark: float | None = None
    id: str = ""


_WIDE = Frame()


def dots(
    title: str, rows: Sequence[tuple[str, Sequence[Dot]]], floor: float | None = None, frame: Frame = _WIDE
) -> "Markup":
    """Draw one line per row: its dots joined, each with its interval if it has one.

    Args:
        title: What the figure shows, for screen readers.
        rows: Name and dots of each row.
        floor: A value marked across all rows.
        frame: The available size, and the scale if figures share one.
    """
    from markupsafe import Markup

    values = [value for _, each in rows for dot in each for value in ends(dot)]
    scale = frame.scale or axis(values if floor is None else [*values, floor])
    short = cut_apart([name for name, _ in rows], frame.longest)
    names = math.ceil(_LETTER * max(map(width, short), default=0.0)) + 10
    height = _HEAD + _ROW * len(rows) + 8

    def x(value: float) -> float:
        return round(names + 10 + scale.place(value) / 100 * frame.plot, 1)

    body = [
        f'<path class="grid" d="M{x(tick / 100)} {_HEAD - 6}V{height - 4}"/>'
        f'<text x="{x(tick / 100)}" y="16" text-anchor="middle">{_number(tick)}</text>'
        for tick in scale.ticks
    ]
    if floor is not None:
        body.append(f'<path class="mark" d="M{x(floor)} {_HEAD - 6}V{height - 4}"/>')
    for place, (name, each) in enumerate(rows):
        y = _HEAD + _ROW * place + _ROW / 2
        line = [_name(short[place], name, names, y)]
        if len(each) > 1:
            first, *_, last = sorted(dot.value for dot in each)
            line.append(f'<path class="joined" d="M{x(first)} {y}H{x(last)}"/>')
        line += [f'<path class="mark" d="M{x(dot.mark)} {y - 6}v12"/>' for dot in each if dot.mark is not None]
        line += [f'<path class="whisker" d="M{x(dot.ci[0])} {y}H{x(dot.ci[1])}"/>' for dot in each if dot.ci]
        line += [
            f'<circle class="{"hollow" if dot.hollow else "dot"}" cx="{x(dot.value)}" cy="{y}" r="5">'
            f"<title>{escape(escape_controls(_says(name, dot), 300))}</title></circle>"
            for dot in each
        ]
        ids = [dot.id for dot in each if dot.id]
        body += [f'<g data-id="{escape(ids[0])}">', *line, "</g>"] if ids else line
    whole = names + frame.plot + 20
    label = escape(escape_controls(title, 300))
    box = f'viewBox="0 0 {whole} {height}" width="{whole}" height="{height}" role="img" aria-label="{label}"'
    return Markup(f'<svg class="dots" {box}>{"".join(body)}</svg>')  # noqa: S704 - every text in it is escaped above


def ends(dot: Dot) -> tuple[float, ...]:
    """All values of a dot that a scale must include."""
    return (dot.value, *(dot.ci or ()), *(() if dot.mark is None else (dot.mark,)))


def _says(name: str, dot: Dot) -> str:
    span = f", 95 % interval {_number(100 * dot.ci[0])} to {_number(100 * dot.ci[1])}" if dot.ci else ""
    return f"{name}, {dot.says}: {_number(100 * dot.value)}{span}"


def _name(short: str, name: str, end: float, y: float) -> str:
    place = f'class="label" x="{end}" y="{y + 4}" text-anchor="end"'
    return f"<text {place}>{escape(short)}<title>{escape(escape_controls(name, 300))}</title></text>"


def _number(value: float) -> str:
    return f"{round(value, 2) + 0.0:g}".replace("-", "−")
