"""Scores against counts as a scatter plot in SVG, with counts on a logarithmic scale that starts at 0."""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from merunibench._text import escape_controls
from merunibench.pictures.dots import axis
from merunibench.pictures.letters import cut, width

if TYPE_CHECKING:
    from markupsafe import Markup

_WIDTH, _HEIGHT = 560, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 546, 34, 332
_COUNTS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_FEWEST = 3
_LONGEST, _LETTER = 24, 7.0
_CLEAR = 6
"""Half the side of the square around a point that is kept free of names."""


class Point(NamedTuple):
    """A score (a fraction) at an amount of what is counted; `hollow` if not from a model; `id` is for scripts."""

    id: str
    name: str
    amount: float
    score: float
    hollow: bool = False


class _Box(NamedTuple):
    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def scatter(points: Sequence[Point], across: str, up: str) -> "Markup":
    """Draw the plot; the `data-id` of points and names is the id of their row.

    Args:
        points: The points. As many names as fit are drawn, the first ones first.
        across: Title of the horizontal axis.
        up: Title of the vertical axis.
    """
    from markupsafe import Markup

    scale = axis([point.score for point in points])
    low, high = scale.ticks[0], scale.ticks[-1]
    counts = _count_ticks(max((point.amount for point in points), default=0.0))

    def x(count: float) -> float:
        share = math.log1p(min(count, counts[-1])) / math.log1p(counts[-1])
        return round(_LEFT + 10 + share * (_RIGHT - _LEFT - 20), 1)

    def y(score: float) -> float:
        return round(_BOTTOM - (100 * score - low) / (high - low) * (_BOTTOM - _TOP), 1)

    body = []
    for tick in scale.ticks:
        at = y(tick / 100)
        number = f"{tick:g}".replace("-", "−")
        body.append(f'<path class="grid" d="M{_LEFT} {at}H{_RIGHT}"/>')
        body.append(f'<text x="40" y="{at + 4:g}" text-anchor="end">{number}</text>')
    body += [f'<text x="{x(tick)}" y="{_BOTTOM + 20}" text-anchor="middle">{tick}</text>' for tick in counts]
    body.append(f'<path class="axis" d="M{_LEFT} {_BOTTOM}H{_RIGHT}"/>')
    body.append(f'<text x="{_RIGHT}" y="{_HEIGHT - 8}" text-anchor="end">{escape(across)}</text>')
    body.append(f'<text class="label" x="0" y="12">{escape(up)}</text>')
    places = [(x(point.amount), y(point.score)) for point in points]
    body += [_dot(point, place) for point, place in zip(points, places, strict=True)]
    body += _names(points, places)
    label = escape(escape_controls(f"{up} against {across}, {len(points)} rows; the numbers are in the table", 300))
    box = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-label="{label}"'
    return Markup(f'<svg class="dots" {box}>{"".join(body)}</svg>')  # noqa: S704 - every text in it is escaped


def _count_ticks(most: float) -> tuple[int, ...]:
    """Ticks up to the first that covers all values: a stuffed answer names a hundred words, models name three."""
    last = next((at for at, tick in enumerate(_COUNTS) if tick >= most), len(_COUNTS) - 1)
    return _COUNTS[: max(_FEWEST, last + 1)]


def _dot(point: Point, place: tuple[float, float]) -> str:
    score = f"{100 * point.score + 0.0:.2f}".replace("-", "−")
    tip = escape(escape_controls(f"{point.name}: {score} at {point.amount:.1f}", 300))
    kind = "hollow" if point.hollow else "dot"
    return (
        f'<circle data-id="{escape(point.id)}" class="{kind}" cx="{place[0]}" cy="{place[1]}" r="5">'
        f"<title>{tip}</title></circle>"
    )


def _names(points: Sequence[Point], places: Sequence[tuple[float, float]]) -> Iterator[str]:
    """Names next to points, right or left, as many as fit without overlapping each other or a point."""
    taken = [_Box(x - _CLEAR, x + _CLEAR, y - _CLEAR, y + _CLEAR) for x, y in places]
    for point, (x, y) in zip(points, places, strict=True):
        name = cut(point.name, _LONGEST)
        wide = _LETTER * width(name)
        for start, end, edge, anchor in (
            (x + 9, x + 9 + wide, x + 9, "start"),
            (x - 9 - wide, x - 9, x - 9, "end"),
        ):
            box = _Box(start, end, y - 8, y + 7)
            if start < _LEFT or end > _WIDTH or any(map(box.meets, taken)):
                continue
            taken.append(box)
            yield (
                f'<text data-id="{escape(point.id)}" class="label" x="{edge:g}" y="{y + 4:g}" '
                f'text-anchor="{anchor}">{escape(name)}</text>'
            )
            break
