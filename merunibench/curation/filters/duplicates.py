"""Does the row repeat the text of an earlier one? Only with `--unique`; otherwise repeats are reported alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.curation.filters.base import NO_TEXT, Judged, judged
from merunibench.curation.rows import Rows


@dataclass(frozen=True)
class Unique:
    """Fails rows whose text an earlier row has."""

    name = "duplicates"

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Filter`."""
        return {}

    def judge(self, rows: Rows) -> Judged:
        """See `Filter`."""
        first = first_with_text(rows)
        repeats = first != np.arange(len(rows))

        def earlier(row: int) -> Mapping[str, Any]:
            return {"same_text_as": rows.names[int(first[row])].as_py()} if repeats[row] else {}

        silent = {NO_TEXT: ~rows.measures.answered}
        return judged(len(rows), silent, {"text of an earlier row": repeats}, {"same_text_as": earlier})


def first_with_text(rows: Rows) -> npt.NDArray[np.int64]:
    """The first row that has each row's text, itself where there is none, shape (N,)."""
    text = rows.measures.text
    _, first, inverse = np.unique(text, return_index=True, return_inverse=True)
    return np.where(text < 0, np.arange(len(rows)), first[inverse])
