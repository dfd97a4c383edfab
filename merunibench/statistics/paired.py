"""Test whether the difference between two systems on the same samples is more than chance."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from merunibench.statistics.bootstrap import resampled_sums
from merunibench.statistics.draws import Keys, Seed, draw_swaps
from merunibench.statistics.intervals import Formula, interval, intervals

FloatArray = npt.NDArray[np.float64]

_TINY = 1e-12  # smaller differences are rounding errors

POWER = 0.8
"""Probability with which a true difference of the smallest detectable size is found."""


class PairedTest(NamedTuple):
    """The result of comparing two systems on the same samples.

    Attributes:
        difference: Score of the first minus score of the second.
        ci: 95 % paired bootstrap interval of the difference; None without resampling.
        p_bootstrap: Two-sided p of the paired bootstrap.
        p_randomization: Two-sided p of approximate randomisation. Its null hypothesis is that the systems are
            exchangeable, which equal F with different precision and recall does not imply. It is therefore not a valid
            test of F without that of the bootstrap.
        error: Standard error of the difference, by the paired bootstrap; None without resampling.
    """

    difference: float
    ci: tuple[float, float] | None
    p_bootstrap: float
    p_randomization: float
    error: float | None = None

    @property
    def p(self) -> float:
        """The larger of the two p-values, which is used for decisions."""
        return max(self.p_bootstrap, self.p_randomization)

    @property
    def detectable(self) -> float | None:
        """The smallest true difference detected with 80 % power at the 5 % level (Card et al. 2020)."""
        if not self.error:
            return None
        return (NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(POWER)) * self.error

    def samples_needed(self, samples: int) -> int | None:
        """Return the number of such samples needed to detect the observed difference with 80 % power."""
        if self.detectable is None or abs(self.difference) < _TINY:
            return None
        return math.ceil(samples * (self.detectable / self.difference) ** 2)


class PairedDraws(NamedTuple):
    """The difference of two systems: observed, on resamples, and with random swaps.

    Attributes:
        observed: The observed difference.
        resampled: On each bootstrap resample, shape (B,); empty for fewer than two units.
        swapped: With the systems swapped on random units, shape (B,); empty if not computed.
    """

    observed: float
    resampled: FloatArray
    swapped: FloatArray


def draw_pairs(
    first: FloatArray,
    second: FloatArray,
    formula: Formula,
    *,
    resamples: int,
    seed: Seed,
    keys: Keys | None = None,
) -> PairedDraws:
    """Compute the difference of two scores on bootstrap resamples and with random swaps.

    Args:
        first: Quantities of the first system's units, shape (K, U).
        second: The same units of the second system, shape (K, U).
        formula: Sums of quantities -> score.
        resamples: Number of resamples and of swaps, at least 1.
        seed: Seed of both.
        keys: Keys that determine draws and swaps of units, shape (U,); by default their positions. Units of two data
            sets that share a key are drawn and swapped together.
    """
    total_first, total_second = first.sum(axis=1), second.sum(axis=1)
    observed = float(formula(total_first) - formula(total_second))
    if first.shape[1] < 2:
        return PairedDraws(observed, np.empty(0), np.empty(0))
    keys = np.arange(first.shape[1], dtype=np.uint64) if keys is None else keys
    drawn = resampled_sums(np.concatenate([first, second]), resamples, seed, keys=keys)
    kinds = len(first)
    swapped = swapped_sums(second - first, resamples=resamples, seed=seed, keys=keys)
    return PairedDraws(
        observed,
        formula(drawn[:, :kinds]) - formula(drawn[:, kinds:]),
        formula(total_first + swapped) - formula(total_second - swapped),
    )


def swapped_sums(units: FloatArray, *, resamples: int, seed: Seed, keys: Keys) -> FloatArray:
    """Return the sums of quantities over the units on which two systems are swapped.

    The swaps depend only on keys and seed, and a pair needs only the difference of the two systems' sums. The sums can
    therefore be computed once per system, not once per pair.

    Args:
        units: Quantities of each unit, shape (K, U).
        resamples: Number of swaps B.
        seed: Seed of the swaps.
        keys: Keys that determine the swaps of units, shape (U,).

    Returns:
        Shape (B, K).
    """
    return np.concatenate([chunk.astype(float) @ units.T for chunk in draw_swaps(keys, resamples, seed)])


def mean_draws(draws: Sequence[PairedDraws]) -> PairedDraws:
    """Return the difference of the mean of several scores, such as those of a benchmark's data sets."""
    drawn = [np.mean([getattr(each, name) for each in draws], axis=0) for name in ("resampled", "swapped")]
    return PairedDraws(float(np.mean([each.observed for each in draws])), *drawn)


def paired_test(draws: PairedDraws) -> PairedTest:
    """Apply the paired bootstrap and approximate randomisation.

    Both p-values are (c + 1) / (n + 1), so never 0 (Davison and Hinkley, Bootstrap Methods and their Application, 1997,
    section 4.2). The bootstrap counts resampled differences at least as far from the observed one as that is from 0
    (Koehn 2004, shifted). Approximate randomisation swaps the systems on random units (Noreen 1989; Riezler and Maxwell
    2005) and counts absolute differences at least as large as the observed one.

    For fewer than two units there is no interval, and the p-values are 1. Without swaps, the p-value of the
    randomisation is 0, so that the bootstrap decides.
    """
    observed, resampled = draws.observed, draws.resampled[~np.isnan(draws.resampled)]
    if len(resampled) == 0:
        return PairedTest(observed, None, 1.0, 1.0)
    return PairedTest(
        difference=observed,
        ci=interval(resampled),
        p_bootstrap=_p_value(np.abs(resampled - observed), abs(observed)),
        p_randomization=_p_value(np.abs(draws.swapped), abs(observed)) if len(draws.swapped) else 0.0,
        error=round(float(resampled.std()), 10),
    )


def paired_tests(
    observed: FloatArray, resampled: FloatArray, swapped: FloatArray | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Apply `paired_test` to many pairs at once.

    Args:
        observed: The differences, shape (N,).
        resampled: The differences on the resamples, shape (N, B), B at least 1; NaN if undefined.
        swapped: The differences with random swaps, shape (N, B); None to use the bootstrap alone.

    Returns:
        Lower and upper ends of the 95 % intervals, and p-values, shape (N,) each. Ends are NaN if all resamples are
        undefined.
    """
    if np.isnan(resampled).any() or (swapped is not None and np.isnan(swapped).any()):
        swaps = np.empty((len(observed), 0)) if swapped is None else swapped
        tests = [paired_test(PairedDraws(*each)) for each in zip(observed.tolist(), resampled, swaps, strict=True)]
        ends = np.array([test.ci or (np.nan, np.nan) for test in tests])
        return ends[:, 0], ends[:, 1], np.array([test.p for test in tests])
    low, high = intervals(resampled)
    p = _p_values(np.abs(resampled - observed[:, None]), observed)
    return low, high, p if swapped is None else np.maximum(p, _p_values(np.abs(swapped), observed))


def compare_paired(
    first: FloatArray, second: FloatArray, formula: Formula, *, resamples: int, seed: Seed
) -> PairedTest:
    """Compare two systems on one data set: `paired_test` of `draw_pairs`."""
    return paired_test(draw_pairs(first, second, formula, resamples=resamples, seed=seed))


def holm(p_values: FloatArray, tests: int | None = None) -> FloatArray:
    """Return Holm-adjusted p-values of the tests along the last axis, in the given order, shape (..., T) (Holm 1979).

    Args:
        p_values: The p-values; NaN marks a missing test.
        tests: The number of tests, if these are only the ones with the smallest p-values; by default those given.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, axis=-1)  # the order of ties does not matter: same adjustment; NaN sorts last
    number = (~np.isnan(p_values)).sum(axis=-1, keepdims=True) if tests is None else tests
    steps = np.take_along_axis(p_values, order, axis=-1) * (number - np.arange(p_values.shape[-1]))
    adjusted = np.empty(p_values.shape)
    np.put_along_axis(adjusted, order, np.minimum(np.maximum.accumulate(steps, axis=-1), 1.0), axis=-1)
    return adjusted


def _p_value(statistics: FloatArray, threshold: float) -> float:
    # With a tolerance, because sums in another order differ in their last bits: ties count as extreme.
    defined = statistics[~np.isnan(statistics)]
    extreme = int((defined >= threshold - _TINY).sum())
    return (extreme + 1) / (len(defined) + 1)


def _p_values(statistics: FloatArray, observed: FloatArray) -> FloatArray:
    """Return the p-values of many tests, like `_p_value`, for statistics of shape (N, B) that are all defined."""
    extreme = statistics >= np.abs(observed)[:, None] - _TINY
    p: FloatArray = (extreme.sum(axis=1) + 1) / (statistics.shape[1] + 1)
    return p
