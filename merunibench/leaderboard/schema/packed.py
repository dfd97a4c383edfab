"""Compact figures of all pairs of a board's ranked rows: 200 rows have 19,900 pairs."""

from base64 import b64decode, b64encode
from typing import Annotated, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, StringConstraints, model_validator

from merunibench.leaderboard.schema.fields import Identifier, Line, Plain, RowId, Several

INTERVAL_STEP, P_STEP = 1e-4, 1e-4
"""The units of packed figures: a hundredth of a point and a ten-thousandth, the digits that a sentence shows."""
FIGURES = 3
"""Number of figures of a pair in a column: both ends of the interval, and p."""
ABSENT = -1
"""The p of a column that was not compared."""

IntArray = npt.NDArray[np.int16]
Packed = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9+/]*={0,2}$")]


class PackedPairs(Plain):
    """All pairs of ranked rows of a board, compared by the paired bootstrap alone.

    `figures[i]` contains the pairs of row i with each row j < i. For each pair and each column, it gives the ends of
    the 95 % interval of the score of i minus that of j, in hundredths of a point, and p in ten-thousandths (-1 where
    the two were not compared), adjusted as in `Pair`. The figures are 16-bit integers, low byte first, in Base64.
    """

    board: Identifier
    columns: Several[Line] = Field(description="Data sets, kinds of task, `mean`.")
    rows: Several[RowId]
    figures: Several[Packed]

    @model_validator(mode="after")
    def _triangle(self) -> Self:
        size = 2 * FIGURES * len(self.columns)
        if [len(text) for text in self.figures] != [4 * -(-row * size // 3) for row in range(len(self.rows))]:
            raise ValueError("figures must contain a pair with each earlier row")
        if list(self.rows) != sorted(set(self.rows)):
            raise ValueError("rows must be unique and in the order of their ids")
        return self

    def of(self, a: str, b: str) -> dict[str, tuple[float, float, float]]:
        """Return the interval of the score of a minus that of b, and p, for each column in which both were compared."""
        if a == b or a not in self.rows or b not in self.rows:
            return {}
        i, j = self.rows.index(a), self.rows.index(b)
        found = unpacked(self.figures[max(i, j)], len(self.columns))[min(i, j)]
        if i < j:  # reversed order
            found[:, :2] = -found[:, 1::-1]
        return {
            column: (low * INTERVAL_STEP, high * INTERVAL_STEP, p * P_STEP)
            for column, (low, high, p) in zip(self.columns, found.tolist(), strict=True)
            if p != ABSENT
        }


def packed(figures: IntArray) -> str:
    """Encode the figures of a row's pairs, shape (N, C, 3), as text."""
    return b64encode(figures.astype("<i2").tobytes()).decode("ascii")


def unpacked(text: str, columns: int) -> IntArray:
    """Decode the figures of a row's pairs.

    Raises:
        ValueError: the text does not encode figures of this many columns.
    """
    return np.frombuffer(b64decode(text, validate=True), "<i2").astype(np.int16).reshape(-1, columns, FIGURES)
