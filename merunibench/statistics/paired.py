"""Is the difference of two systems on the same samples more than chance?"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from merunibench.statistics.bootstrap import CHUNK, interval, resampled_sums

FloatArray = npt.NDArray[np.float64]
Formula = Callable[[FloatArray], FloatArray]
"""Sums of quantities, shape (..., K) -> scores, shape (...)."""


class PairedTest(NamedTuple):
    """Two systems compared on the same samples.

    Attributes:
        difference: Score of the first minus score of the second.
        ci: 95 % paired bootstrap interval of the difference; None without resampling.
        p_bootstrap: Two-sided p of the paired bootstrap.
        p_randomization: Two-sided p of approximate randomisation.
    """

    difference: float
    ci: tuple[float, float] | None
    p_bootstrap: float
    p_randomization: float


def compare_paired(
    first: FloatArray, second: FloatArray, formula: Formula, *, resamples: int, seed: int | list[int]
) -> PairedTest:
    """Paired bootstrap and approximate randomisation of the difference of two scores.

    Both p-values are (c + 1) / (n + 1), so never 0 (Davison and Hinkley, Bootstrap Methods and their Application, 1997,
    section 4.2). The bootstrap counts resampled differences at least as far from the observed one as that is from 0
    (Koehn 2004, shifted); approximate randomisation swaps the systems on random units (Noreen 1989; Riezler and Maxwell
    2005) and counts absolute differences at least as large as the observed one.

    Args:
        first: Quantities of the first system's units, shape (K, U).
        second: The same units of the second system, shape (K, U).
        formula: Sums of quantities -> score.
        resamples: Number of resamples and of swaps, at least 1.
        seed: Seed of both.

    Fewer than two units tell nothing: no interval, and p-values of 1.
    """
    total_first, total_second = first.sum(axis=1), second.sum(axis=1)
    observed = float(formula(total_first) - formula(total_second))
    if first.shape[1] < 2:
        return PairedTest(observed, None, 1.0, 1.0)
    drawn = resampled_sums(np.concatenate([first, second]), resamples, seed)
    kinds = len(first)
    differences = formula(drawn[:, :kinds]) - formula(drawn[:, kinds:])
    swapped = _swapped_sums(second - first, resamples, seed)
    randomised = formula(total_first + swapped) - formula(total_second - swapped)
    return PairedTest(
        difference=observed,
        ci=interval(differences),
        p_bootstrap=_p_value(np.abs(differences - observed), abs(observed)),
        p_randomization=_p_value(np.abs(randomised), abs(observed)),
    )


def holm(p_values: FloatArray) -> FloatArray:
    """Adjusted p-values of several tests, in the given order, shape (T,) (Holm 1979).

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values)  # of equal values in any order: they are adjusted alike
    adjusted = np.empty(len(p_values))
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def _swapped_sums(difference: FloatArray, resamples: int, seed: int | list[int]) -> FloatArray:
    """What swapping a random half of the units adds to the first system's sums, shape (B, K)."""
    rng = np.random.default_rng([*np.atleast_1d(seed), 1])
    units = difference.shape[1]
    step = max(1, CHUNK // max(units, 1))
    chunks = []
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        chunks.append(rng.integers(2, size=(rows, units), dtype=np.int8).astype(float) @ difference.T)
    return np.concatenate(chunks)


def _p_value(statistics: FloatArray, threshold: float) -> float:
    # A tolerance, since sums taken in another order differ in their last bits: ties count as extreme.
    defined = statistics[~np.isnan(statistics)]
    extreme = int((defined >= threshold - 1e-12).sum())
    return (extreme + 1) / (len(defined) + 1)
