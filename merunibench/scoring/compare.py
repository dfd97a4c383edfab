"""Compare the primary scores of two systems on the same samples of a data set by a paired test."""

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.errors import InputError
from merunibench.protocols import PROTOCOLS, Metric, ratio
from merunibench.scoring.per_sample import LoadedScores
from merunibench.scoring.resampling import By, Units, units_of
from merunibench.scoring.samples import SampleScores
from merunibench.statistics import PairedDraws, draw_pairs

FloatArray = npt.NDArray[np.float64]


def paired_draws(
    first: LoadedScores, second: LoadedScores, *, resamples: int, seed: int, by: By = "auto"
) -> PairedDraws:
    """Compute the difference of two systems on one data set, on paired resamples and with random swaps.

    Args:
        first: One system.
        second: The other system.
        resamples: Number of resamples and of random swaps, at least 1.
        seed: Seed of both.
        by: Unit of resampling and swapping.

    Raises:
        InputError: Their signatures, or their sample names, differ.
    """
    task = first.scores.task
    differing = first.signature.differences(second.signature)
    if differing:
        remedy = _remedy(first.signature.protocol, second.signature.protocol)
        raise InputError(f"{task.id}: the scores cannot be compared: they differ in {', '.join(differing)}{remedy}")
    if set(first.scores.names.to_pylist()) != set(second.scores.names.to_pylist()):
        raise InputError(f"{task.id}: the two systems were scored on different samples")
    left, right = (paired_units(scores, seed=seed, by=by) for scores in (first.scores, second.scores))
    score = partial(primary_of_sums, first.scores.metric)
    return draw_pairs(left.quantities, right.quantities, score, resamples=resamples, seed=seed, keys=left.keys)


def paired_units(scores: SampleScores, *, seed: int, by: By = "auto") -> Units:
    """Return a system's units for paired tests, including the chance level: quantities of shape (K + 2, U)."""
    return units_of(scores.task, scores.names, [_with_chance(scores.statistics, scores.chance)], by, seed)


def _remedy(ours: str, theirs: str) -> str:
    """Return a remedy if the scores are under two versions of one protocol; else an empty string."""
    former = min(ours, theirs)
    if ours == theirs or ours.partition("@")[0] != theirs.partition("@")[0] or former not in PROTOCOLS:
        return ""
    return f"; score both with --protocol {former}, or both with --protocol {former.partition('@')[0]}"


def primary_score(scores: SampleScores) -> float:
    """Compute the primary score as in the test, with the chance level stored with the samples."""
    return float(primary_of_sums(scores.metric, _with_chance(scores.statistics, scores.chance).sum(axis=1)))


def primary_of_sums(metric: Metric[Any], sums: FloatArray) -> FloatArray:
    """Compute primary scores from sums of statistics with chance levels, shape (..., K + 2) -> (...)."""
    return metric.primary(metric.score(sums[..., :-2]), ratio(sums[..., -1], sums[..., -2]))


def _with_chance(statistics: FloatArray, chance: float) -> FloatArray:
    """Append a count of 1 and the system's chance level to the statistics of each sample, shape (K + 2, N).

    The chance level of a mixture of two systems is then the mean of theirs, as approximate randomisation requires.
    """
    count = np.ones(statistics.shape[1])
    return np.concatenate([statistics, [count, chance * count]])
