"""Scores with their intervals as small drawings in SVG: they stand without scripts, and on paper."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from merunibench.leaderboard.schema.results import Row

_STEPS = (1, 2, 5, 10)
_MOST = 4
_ENDS = (2.0, 98.0)
"""Percents of the cell's width between which the scale lies."""


class Axis(NamedTuple):
    """A scale in percent: its ticks, evenly spaced."""

    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Where a fraction lies, in percents of the width."""
        low, high = self.ticks[0], self.ticks[-1]
        return round(_ENDS[0] + (100 * value - low) / (high - low) * (_ENDS[1] - _ENDS[0]), 1)


def axis(values: Sequence[float]) -> Axis:
    """Round ticks around all values, which are fractions; 0 to 100 without any."""
    percents = [100 * value for value in values] or [0.0, 100.0]
    low, high = min(percents), max(percents)
    raw = (high - low or 1.0) / _MOST
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(each * power for each in _STEPS if each * power >= raw * (1 - 1e-12))
    first = math.floor(low / step)
    last = max(math.ceil(high / step), first + 1)
    return Axis(tuple(round(step * index, 6) for index in range(first, last + 1)))


def strip(row: Row | None, column: str, scale: Axis) -> tuple[float, ...]:
    """The places of a strip's marks: whisker from and to, and the dot; empty without a score.

    Returns:
        Percents of the width: the ends of the interval, where there is one, and the score.
    """
    figure = row.figure(column) if row else None
    if figure is None:
        return ()
    ends = [scale.place(end) for end in figure.ci] if figure.ci else []
    return (*ends, scale.place(figure.score))
