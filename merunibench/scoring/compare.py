"""Two systems on the same samples of a data set: a paired test of their primary scores."""

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.errors import InputError
from merunibench.protocols import Metric, ratio
from merunibench.scoring.per_sample import System
from merunibench.scoring.resampling import draw_seed
from merunibench.scoring.samples import SampleScores, cluster_numbers
from merunibench.statistics import PairedTest, compare_paired, pool

FloatArray = npt.NDArray[np.float64]


def paired_test(first: System, second: System, *, resamples: int, seed: int, cluster: bool) -> PairedTest:
    """Paired bootstrap and approximate randomisation of the difference of two systems on one data set.

    Args:
        first: One system.
        second: The other.
        resamples: Number of resamples and of random swaps, at least 1.
        seed: Seed of both.
        cluster: Resample and swap dialogues and videos instead of single samples.

    Raises:
        InputError: their signatures, or their sample names, differ.
    """
    task = first.scores.task
    differing = first.signature.differences(second.signature)
    if differing:
        raise InputError(f"{task.id}: the two scores cannot be compared, they differ in {', '.join(differing)}")
    (names, ours), (others, theirs) = (_in_name_order(system.scores) for system in (first, second))
    if names != others:
        raise InputError(f"{task.id}: the two systems were scored on different samples")
    clusters = cluster_numbers(task, names) if cluster else None
    unit_seed = draw_seed(seed, task.id)
    left, right = (pool(statistics, clusters, unit_seed) for statistics in (ours, theirs))
    score = partial(_primary, first.scores.metric)
    return compare_paired(left, right, score, resamples=resamples, seed=unit_seed)


def primary_score(scores: SampleScores) -> float:
    """The primary score as the test has it: by the chance level that its samples carry."""
    return float(_primary(scores.metric, _with_chance(scores.statistics, scores.chance).sum(axis=1)))


def _primary(metric: Metric[Any], sums: FloatArray) -> FloatArray:
    """Primary scores of sums of statistics with their chance levels, shape (..., K + 2) -> (...)."""
    return metric.primary(metric.score(sums[..., :-2]), ratio(sums[..., -1], sums[..., -2]))


def _with_chance(statistics: FloatArray, chance: float) -> FloatArray:
    """The statistics, and for each sample a count of 1 and the system's chance level, shape (K + 2, N).

    The chance level of a mixture of two systems is then the mean of theirs, which is what approximate randomisation
    needs.
    """
    count = np.ones(statistics.shape[1])
    return np.concatenate([statistics, [count, chance * count]])


def _in_name_order(scores: SampleScores) -> tuple[list[str], FloatArray]:
    """Names, and statistics in their order, so that no result depends on the order of a file."""
    names = scores.names.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    return [names[index] for index in order], _with_chance(scores.statistics[:, order], scores.chance)
