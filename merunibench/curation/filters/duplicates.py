"""A filter: does the row repeat the clip or text of an earlier one? Only with `--unique`; else repeats are reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.curation.filters.base import NO_TEXT, Judged, judged
from merunibench.curation.rows import Rows

IntArray = npt.NDArray[np.int64]

DUPLICATES = "duplicates"
SAME = ("same_clip_as", "same_text_as")
"""Keys in the entry of a row that repeats an earlier one."""


@dataclass(frozen=True)
class Unique:
    """Fails rows with the clip or the text of an earlier row, in any set."""

    name = DUPLICATES

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Filter`."""
        return {}

    def judge(self, rows: Rows) -> Judged:
        """See `Filter`."""
        first = dict(zip(SAME, (first_with(rows.content), first_with(rows.measures.text)), strict=True))
        repeats = {key: rows_ != np.arange(len(rows)) for key, rows_ in first.items()}

        def earlier(row: int) -> Mapping[str, Any]:
            return {key: rows.names[int(first[key][row])].as_py() for key, repeated in repeats.items() if repeated[row]}

        silent = {NO_TEXT: ~rows.measures.answered}
        fails = {"clip of an earlier row": repeats[SAME[0]], "text of an earlier row": repeats[SAME[1]]}
        return judged(len(rows), silent, fails, {"earlier": earlier})


def first_with(codes: IntArray) -> IntArray:
    """Return the first row that has each row's code, shape (N,); the row itself if its code is -1."""
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    return np.where(codes < 0, np.arange(len(codes)), first[inverse])
