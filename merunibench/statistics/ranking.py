"""Compare many systems on the same samples: ranks, rank intervals and significance groups."""

import math
from bisect import bisect_left, bisect_right
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from merunibench.statistics.intervals import FEW_CLUSTERS
from merunibench.statistics.student import t_tails

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]

_TIE = 1e-9  # smaller differences are rounding errors


def ranks(scores: FloatArray) -> IntArray:
    """Return ranks along the last axis, 1 for the highest score; equal scores share the better rank.

    Example:
        >>> ranks(np.array([0.2, 0.5, 0.5, 0.1])).tolist()
        [3, 1, 1, 4]
    """
    rounded = np.round(scores, 9)
    order = np.argsort(-rounded, axis=-1)  # the order of ties is irrelevant, as they share a rank
    falling = np.take_along_axis(rounded, order, axis=-1)
    places = np.ones(scores.shape, np.int32)
    fresh = falling[..., 1:] < falling[..., :-1]
    places[..., 1:] += np.where(fresh, np.arange(1, max(scores.shape[-1], 1), dtype=np.int32), 0)
    found = np.empty(scores.shape, np.int32)
    np.put_along_axis(found, order, np.maximum.accumulate(places, axis=-1), axis=-1)
    return found


def rank_intervals(scores: FloatArray, different: npt.NDArray[np.bool_]) -> IntArray:
    """Compute simultaneous rank intervals of M systems.

    The best rank is 1 + the number of significantly better systems, the worst is M - the number of significantly worse
    ones. If the family-wise error of the tests is below 5 % (`holm`), all M intervals cover simultaneously with 95 %
    probability, because any true order that contradicts an interval contradicts a test (Klein, Wright and Wieczorek
    2020; Mogstad, Romano, Shaikh and Wilhelm 2024). Percentiles of the ranks on resamples lack coverage near ties.

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


def paired_p_values(
    scores: FloatArray, replicates: FloatArray, units: int | None = None, below: float = math.inf
) -> FloatArray:
    """Return two-sided p-values for all pairs of M systems, by the paired bootstrap's standard error.

    z is the difference divided by the standard deviation of its replicates, and p is the normal tail (Efron and
    Tibshirani, An Introduction to the Bootstrap, 1993, section 12.4), or that of Student's t for few units. Counting
    replicates, as `compare_paired` does for one pair, cannot give less than 1 / (B + 1): after correction for the
    thousands of pairs of a board, no pair would be significant with a thousand resamples. Systems with the same
    difference on every resample have p 0; systems without any difference have p 1.

    Args:
        scores: Scores of the systems, shape (M,).
        replicates: Their scores on the same resamples, shape (M, B), B at least 2.
        units: Number of resampled units; None for very many.
        below: Only p-values below this are needed; others may be 1 instead, which takes less time.

    Returns:
        One p-value per pair, in the order of `numpy.triu_indices(M, 1)`, shape (M (M - 1) / 2,).
    """
    first, second = _pairs(len(scores))
    centred = replicates - replicates.mean(axis=1, keepdims=True)
    products = centred @ centred.T / (replicates.shape[1] - 1)
    variances = np.diag(products)
    spread = np.sqrt(np.maximum(variances[first] + variances[second] - 2 * products[first, second], 0))
    difference = np.abs(scores[first] - scores[second])
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > _TIE, difference / spread, np.inf)
    z = np.where(difference > _TIE, z, 0.0)
    p = np.ones(len(z))
    far = z >= _least(below)
    if units is not None and units < FEW_CLUSTERS:
        p[far] = t_tails(z[far], max(units - 1, 1))
    else:
        p[far] = list(map(math.erfc, (z[far] / math.sqrt(2)).tolist()))
    return p


def _least(p: float) -> float:
    """Return a z that is below every one whose p-value is below `p`; Student's tails are wider than the normal ones."""
    low, high = 0.0, 40.0
    while high - low > _TIE and p < 1:
        middle = (low + high) / 2
        low, high = (middle, high) if math.erfc(middle / math.sqrt(2)) >= p else (low, middle)
    return low


@lru_cache(maxsize=8)
def _pairs(systems: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return `numpy.triu_indices(M, 1)`: a board asks for the same ones in every column."""
    return np.triu_indices(systems, 1)


def of_pairs(values: FloatArray, systems: int) -> FloatArray:
    """Arrange values of all pairs, in the order of `paired_p_values`, in a symmetric matrix with diagonal 1."""
    matrix = np.ones((systems, systems))
    upper = _pairs(systems)
    matrix[upper] = values
    matrix.T[upper] = values
    return matrix


def groups(different: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Compute groups of adjacent systems without significant differences (compact letter display, Piepho 2004).

    Args:
        different: Whether systems differ significantly, shape (M, M), with systems ordered by score.

    Returns:
        First and last group of each system, counted from 0. Systems that share a group do not differ significantly.

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
    lows, highs = zip(*runs, strict=True) if runs else ((), ())  # both rise: no run is inside another one
    return [(bisect_left(highs, system), bisect_right(lows, system) - 1) for system in range(len(different))]
