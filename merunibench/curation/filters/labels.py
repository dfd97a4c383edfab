"""A filter: are there labels, and not so many that some are right by chance?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.curation.filters.base import Judged, judged
from merunibench.curation.rows import Rows
from merunibench.kinds import NEUTRAL
from merunibench.lexicon import Lexicon


@dataclass(frozen=True)
class Labels:
    """Fails rows with more labels than a person would give; without a known label there is no verdict.

    Attributes:
        lexicon: The lexicon that defines the known labels.
        most: Maximum number of labels; human annotators of OV-MERD gave at most nine.
    """

    lexicon: Lexicon
    most: int = 8
    name = "labels"

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Filter`."""
        return {"most": self.most}

    def judge(self, rows: Rows) -> Judged:
        """See `Filter`."""
        counts = rows.labels.counts()
        silent = {"no labels": ~rows.labelled, "no known label": known_labels(rows, self.lexicon) == 0}
        value = np.where(rows.labelled, counts, np.nan)
        return judged(len(rows), silent, {"many labels": counts > self.most}, {"value": value}, self.settings)


def known_labels(rows: Rows, lexicon: Lexicon) -> npt.NDArray[np.int64]:
    """Return the number of labels of each row that the lexicon knows, including `neutral`, shape (N,)."""
    lists = rows.labels
    neutral = np.array([label == NEUTRAL for label in lists.vocabulary], bool)
    known = lexicon.known(lists.vocabulary) | neutral
    until = np.concatenate([np.zeros(1, np.int64), np.cumsum(known[lists.codes])])
    found: npt.NDArray[np.int64] = (until[lists.offsets[1:]] - until[lists.offsets[:-1]])[lists.rows]
    return found
