"""Many systems on the same samples: ranks, their intervals, and which systems cannot be told apart."""

import math

import numpy as np
import numpy.typing as npt

from merunibench.statistics.intervals import FEW_CLUSTERS
from merunibench.statistics.student import t_tails

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]

_TIE = 1e-9  # differences below this are those of rounding


def ranks(scores: FloatArray) -> IntArray:
    """1 for the highest score, along the last axis; equal scores share the better rank.

    Example:
        >>> ranks(np.array([0.2, 0.5, 0.5, 0.1])).tolist()
        [3, 1, 1, 4]
    """
    rounded = np.round(scores, 9)
    order = np.argsort(-rounded, axis=-1)  # of equal scores in any order: they share a rank
    falling = np.take_along_axis(rounded, order, axis=-1)
    places = np.ones(scores.shape, np.int32)
    fresh = falling[..., 1:] < falling[..., :-1]
    places[..., 1:] += np.where(fresh, np.arange(1, max(scores.shape[-1], 1), dtype=np.int32), 0)
    found = np.empty(scores.shape, np.int32)
    np.put_along_axis(found, order, np.maximum.accumulate(places, axis=-1), axis=-1)
    return found


def rank_intervals(scores: FloatArray, different: npt.NDArray[np.bool_]) -> IntArray:
    """Simultaneous intervals of the ranks of M systems: from 1 + those significantly better to M - those worse.

    With the family-wise error of the tests held below 5 % (`holm`), all M intervals cover at once in 95 %: each true
    order that contradicts an interval contradicts a test (Klein, Wright and Wieczorek 2020; Mogstad, Romano, Shaikh and
    Wilhelm 2024). Percentiles of the ranks on resamples do not cover near ties.

    Args:
        scores: Scores of the systems, shape (M,).
        different: Whether two systems differ significantly, shape (M, M).

    Returns:
        Best and worst rank, shape (M, 2).

    Example:
        >>> apart = np.array([[0, 0, 1], [0, 0, 0], [1, 0, 0]], bool)
        >>> rank_intervals(np.array([0.9, 0.5, 0.1]), apart).tolist()
        [[1, 2], [1, 3], [2, 3]]
    """
    above = scores[:, None] < scores
    better, worse = (different & above).sum(axis=1), (different & above.T).sum(axis=1)
    return np.stack([1 + better, len(scores) - worse], axis=1).astype(np.int32)


def paired_p_values(scores: FloatArray, replicates: FloatArray, units: int | None = None) -> FloatArray:
    """Two-sided p of every difference of two of M systems, by the paired bootstrap's standard error.

    z is the difference over the standard deviation of its replicates, p its normal tail (Efron and Tibshirani, An
    Introduction to the Bootstrap, 1993, section 12.4), or that of Student's t where units are few. Counting replicates,
    as `compare_paired` does for one pair, ends at 1 / (B + 1): after correction for a board's thousands of pairs, a
    thousand resamples would call nothing different. Systems that differ equally on every resample have p 0; those that
    do not differ at all have p 1.

    Args:
        scores: Scores of the systems, shape (M,).
        replicates: Their scores on the same resamples, shape (M, B), B at least 2.
        units: How many units were resampled; None for very many.

    Returns:
        One for each pair, in the order of `numpy.triu_indices(M, 1)`, shape (M (M - 1) / 2,).
    """
    first, second = np.triu_indices(len(scores), 1)
    centred = replicates - replicates.mean(axis=1, keepdims=True)
    products = centred @ centred.T / (replicates.shape[1] - 1)
    variances = np.diag(products)
    spread = np.sqrt(np.maximum(variances[first] + variances[second] - 2 * products[first, second], 0))
    difference = np.abs(scores[first] - scores[second])
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > _TIE, difference / spread, np.inf)
    z = np.where(difference > _TIE, z, 0.0)
    if units is not None and units < FEW_CLUSTERS:
        return t_tails(z, max(units - 1, 1))
    tails = map(math.erfc, (z / math.sqrt(2)).tolist())
    return np.fromiter(tails, float, len(z))


def of_pairs(values: FloatArray, systems: int) -> FloatArray:
    """Values of all pairs, as `paired_p_values` has them, as a symmetric matrix with 1 on the diagonal."""
    matrix = np.ones((systems, systems))
    upper = np.triu_indices(systems, 1)
    matrix[upper] = values
    matrix.T[upper] = values
    return matrix


def groups(different: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Groups of neighbours of which no two differ, as a compact letter display has them (Piepho 2004).

    Args:
        different: Whether systems differ, shape (M, M), the systems ordered by score.

    Returns:
        First and last group of each system, counted from 0. Systems that share a group do not differ.

    Example:
        >>> apart = np.array([[0, 0, 1], [0, 0, 0], [1, 0, 0]], bool)
        >>> groups(apart)
        [(0, 0), (0, 1), (1, 1)]
    """
    runs: list[tuple[int, int]] = []
    start = 0
    for end in range(len(different)):
        first = start
        while different[end, start : end + 1].any():
            start += 1
        if not runs or start > first:
            runs.append((start, end))
        else:
            runs[-1] = (start, end)
    held = (
        [index for index, (low, high) in enumerate(runs) if low <= system <= high] for system in range(len(different))
    )
    return [(indices[0], indices[-1]) for indices in held]
