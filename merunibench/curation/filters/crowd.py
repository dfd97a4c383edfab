"""Filters: do classifiers trained on human labels agree with the description? `curation.crowd` counts the votes."""

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
    """Fails descriptions whose labels disagree with the voted emotion, by the sectors of each wheel."""

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
        """Judge with the votes of other rows: row i has the votes of row `order[i]`."""
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
        """Judge with the votes of other rows: row i has the votes of row `order[i]`."""
        return _dealt_back(self.crowd.sentiment(rows.names, rows.polarities[np.argsort(order)]), order)


def _dealt_back(judged: Judged, order: npt.NDArray[np.intp]) -> Judged:
    """Put verdicts on shuffled descriptions back in the order of votes, so that votes are counted only once."""
    return Judged(judged.verdicts[order], judged.reasons[order], judged.reason_texts)
