"""Do classifiers trained on human labels agree with the description? The votes are counted in `curation.crowd`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.curation.crowd import Crowd
from merunibench.curation.filters.base import Judged
from merunibench.curation.rows import Rows


@dataclass(frozen=True)
class CrowdEmotion:
    """Fails descriptions whose labels disagree with the voted emotion, by sectors, wheel by wheel."""

    crowd: Crowd
    name = "crowd.emotion"

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Filter`."""
        return self.crowd.settings("emotion")

    def judge(self, rows: Rows) -> Judged:
        """See `Filter`."""
        return self.crowd.emotion(rows.names, rows.labels)

    def judge_shuffled(self, rows: Rows, order: npt.NDArray[np.intp]) -> Judged:
        """The same with the votes of other rows: row i has those of row `order[i]`."""
        return _dealt_back(self.crowd.emotion(rows.names, rows.labels.take(np.argsort(order))), order)


@dataclass(frozen=True)
class CrowdSentiment:
    """Fails descriptions whose polarity disagrees with the voted sentiment."""

    crowd: Crowd
    name = "crowd.sentiment"

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Filter`."""
        return self.crowd.settings("sentiment")

    def judge(self, rows: Rows) -> Judged:
        """See `Filter`."""
        return self.crowd.sentiment(rows.names, rows.polarities)

    def judge_shuffled(self, rows: Rows, order: npt.NDArray[np.intp]) -> Judged:
        """The same with the votes of other rows: row i has those of row `order[i]`."""
        return _dealt_back(self.crowd.sentiment(rows.names, rows.polarities[np.argsort(order)]), order)


def _dealt_back(judged: Judged, order: npt.NDArray[np.intp]) -> Judged:
    """Verdicts on descriptions that were dealt to other rows' votes, by description: votes are counted only once."""
    return Judged(judged.verdicts[order], judged.reasons[order], judged.reason_texts)
