"""A filter: is the text about as long as the others?

Bounds by mean or quantile are computed once over the whole data set, so they do not depend on its sets.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.curation.crowd.coded import Coded
from merunibench.curation.filters.base import NO_TEXT, Column, Judged, judged
from merunibench.curation.measures.text import WITHOUT_BLANKS
from merunibench.curation.rows import Rows
from merunibench.curation.settings import parse_length

UNITS = ("words", "characters")


@dataclass(frozen=True)
class Length:
    """Fails texts that are shorter or longer than most, in the unit of their language.

    Attributes:
        rule: `sigma:2`, `quantile:.01`, `50-170`.
        unit: `words`, `characters`, or `auto`: characters for languages without spaces, else words.
    """

    rule: str = "sigma:2"
    unit: str = "auto"
    name = "length"

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Filter`."""
        return {"rule": self.rule, "unit": self.unit}

    def judge(self, rows: Rows) -> Judged:
        """See `Filter`. The settings contain the bounds of each unit that occurs."""
        measures = rows.measures
        units = self._units(rows)
        value = np.where(units == 0, measures.words, measures.characters)
        least, most = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
        bounds: dict[str, dict[str, int]] = {}
        for number, unit in enumerate(UNITS):
            these = measures.answered & (units == number)
            if these.any():
                low, high = bounds_of(self.rule, value[these])
                least[these], most[these] = low, high
                bounds[unit] = {"least": low, "most": high}
        columns: dict[str, Column] = {"value": value, "unit": Coded(UNITS, units), "least": least, "most": most}
        fails = {"short": value < least, "long": value > most}
        return judged(len(rows), {NO_TEXT: ~measures.answered}, fails, columns, {"rule": self.rule, **bounds})

    def _units(self, rows: Rows) -> npt.NDArray[np.int8]:
        """Return the index into `UNITS` of each row."""
        if self.unit != "auto":
            return np.full(len(rows), UNITS.index(self.unit), np.int8)
        without = np.array([code in WITHOUT_BLANKS for code in rows.measures.languages], np.int8)
        return without[rows.measures.language]


def bounds_of(rule: str, lengths: npt.NDArray[np.float64]) -> tuple[int, int]:
    """Return the minimum and maximum length that pass, as integers of at least 0.

    Args:
        rule: See `Length`; `sigma` uses the population standard deviation.
        lengths: Lengths of at least one text, shape (N,).

    Example:
        >>> bounds_of("sigma:2", np.array([90.0, 100.0, 110.0]))
        (84, 116)
    """
    found = parse_length(rule)
    if "sigma" in found:
        mean, reach = float(lengths.mean()), found["sigma"] * float(lengths.std())
        return max(0, math.ceil(round(mean - reach, 9))), math.floor(round(mean + reach, 9))
    if "quantile" in found:
        low, high = np.quantile(lengths, [found["quantile"], 1 - found["quantile"]])
        return math.ceil(round(float(low), 9)), math.floor(round(float(high), 9))
    return int(found["least"]), int(found["most"])
