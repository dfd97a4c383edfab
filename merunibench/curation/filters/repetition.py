"""A filter: does the text repeat itself?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from merunibench.curation.filters.base import NO_TEXT, Judged, judged
from merunibench.curation.rows import Rows


@dataclass(frozen=True)
class Repetition:
    """Fails texts whose ratio of compressed length to length is below a bound.

    Attributes:
        least: The bound. Real loops have 0.04 to 0.13; the 1 % quantile of normal texts is 0.26 to 0.45.
    """

    least: float = 0.2
    name = "repetition"

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Filter`."""
        return {"least": self.least}

    def judge(self, rows: Rows) -> Judged:
        """See `Filter`."""
        value = rows.measures.repetition
        fails = {"repetition": value < self.least}
        return judged(len(rows), {NO_TEXT: np.isnan(value)}, fails, {"value": value}, self.settings)
