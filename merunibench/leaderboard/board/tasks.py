"""Compute the mean of each task (basic, fine-grained, sentiment) for rows that have all of its data sets."""

from collections.abc import Iterator, Mapping
from statistics import fmean

import numpy as np
import numpy.typing as npt

from merunibench.kinds import KINDS
from merunibench.leaderboard.schema.results import DECIMALS, Row, Score, TaskMean
from merunibench.statistics import interval
from merunibench.tasks import benchmark_tasks

Replicates = Mapping[str, npt.NDArray[np.float64]]
"""Data set, kind of task or `mean` -> the score on each resample, shape (B,)."""

_SETS = {kind: tuple(task.id for task in benchmark_tasks() if task.kind == kind) for kind in KINDS}


def task_replicates(replicates: Replicates) -> dict[str, npt.NDArray[np.float64]]:
    """Kind of task -> the mean of its data sets on each resample."""
    return {kind: np.mean([replicates[name] for name in sets], axis=0) for kind, sets in _of_all(replicates)}


def task_means(scores: Mapping[str, Score], replicates: Replicates, before: Row | None) -> dict[str, TaskMean]:
    """Kind of task -> its mean, without ranks.

    Args:
        scores: Data set -> score.
        replicates: Including those of `task_replicates`.
        before: The committed row; its intervals are kept where nothing was resampled and the mean is unchanged.
    """
    found = {}
    old = before.task_means if before else {}
    for kind, sets in _of_all(scores):
        if any(scores[name].complete is False for name in sets):
            continue
        mean = round(fmean(scores[name].score for name in sets), DECIMALS)
        carried = old[kind].ci if kind in old and old[kind].score == mean else None
        found[kind] = TaskMean(score=mean, ci=interval(replicates[kind]) if kind in replicates else carried)
    return found


def _of_all(there: Mapping[str, object]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The kinds whose data sets are all available, with these data sets."""
    return ((kind, sets) for kind, sets in _SETS.items() if sets and all(name in there for name in sets))
