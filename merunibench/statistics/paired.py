"""Is the difference of two systems on the same samples more than chance?"""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from merunibench.statistics.bootstrap import resampled_sums
from merunibench.statistics.draws import BootstrapCounts, Keys, Seed, draw_swaps
from merunibench.statistics.intervals import Formula, interval, intervals

FloatArray = npt.NDArray[np.float64]

_TINY = 1e-12  # differences below this are those of rounding

POWER = 0.8
"""How often a true difference of the smallest detectable size is found."""


class PairedTest(NamedTuple):
    """Two systems compared on the same samples.

    Attributes:
        difference: Score of the first minus score of the second.
        ci: 95 % paired bootstrap interval of the difference; None without resampling.
        p_bootstrap: Two-sided p of the paired bootstrap.
        p_randomization: Two-sided p of approximate randomisation. Its null is that the systems may be exchanged, which
            equal F at different precision and recall does not make true: no test of F without the bootstrap's.
        error: Standard error of the difference, by the paired bootstrap; None without resampling.
    """

    difference: float
    ci: tuple[float, float] | None
    p_bootstrap: float
    p_randomization: float
    error: float | None = None

    @property
    def p(self) -> float:
        """The larger of the two p-values, which decides."""
        return max(self.p_bootstrap, self.p_randomization)

    @property
    def detectable(self) -> float | None:
        """The smallest true difference that these samples show in four of five cases, at 5 % (Card et al. 2020)."""
        if not self.error:
            return None
        return (NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(POWER)) * self.error

    def samples_needed(self, samples: int) -> int | None:
        """How many samples like these would show the observed difference in four of five cases."""
        if self.detectable is None or abs(self.difference) < _TINY:
            return None
        return math.ceil(samples * (self.detectable / self.difference) ** 2)


class PairedDraws(NamedTuple):
    """The difference of two systems as observed, and on resamples and random swaps.

    Attributes:
        observed: The difference.
        resampled: On each bootstrap resample, shape (B,); empty from fewer than two units.
        swapped: With the systems swapped on random units, shape (B,); empty where that was not done.
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
    """The difference of two scores on bootstrap resamples and random swaps.

    Args:
        first: Quantities of the first system's units, shape (K, U).
        second: The same units of the second system, shape (K, U).
        formula: Sums of quantities -> score.
        resamples: Number of resamples and of swaps, at least 1.
        seed: Seed of both.
        keys: What units are drawn and swapped by, shape (U,); by default their places. Units of two data sets that
            share a key are drawn and swapped together.
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


def swapped_sums(
    units: FloatArray, *, resamples: int, seed: Seed, keys: Keys, draws: BootstrapCounts | None = None
) -> FloatArray:
    """Sums of quantities over the units on which two systems are swapped.

    The swaps hang on keys and seed alone, so what a pair needs is the difference of two systems' sums: they are made
    once a system, not once a pair.

    Args:
        units: Quantities of each unit, shape (K, U).
        resamples: Number of swaps B.
        seed: Their seed.
        keys: What units are swapped by, shape (U,).
        draws: Keeps the swaps for the next system on the same units.

    Returns:
        Shape (B, K).
    """
    swaps = draw_swaps(keys, resamples, seed) if draws is None else draws.swaps(keys, resamples, seed)
    return np.concatenate([chunk.astype(float) @ units.T for chunk in swaps])


def mean_draws(draws: Sequence[PairedDraws]) -> PairedDraws:
    """The difference of the mean of several scores, such as those of the data sets of a benchmark."""
    drawn = [np.mean([getattr(each, name) for each in draws], axis=0) for name in ("resampled", "swapped")]
    return PairedDraws(float(np.mean([each.observed for each in draws])), *drawn)


def paired_test(draws: PairedDraws) -> PairedTest:
    """Paired bootstrap and approximate randomisation.

    Both p-values are (c + 1) / (n + 1), so never 0 (Davison and Hinkley, Bootstrap Methods and their Application, 1997,
    section 4.2). The bootstrap counts resampled differences at least as far from the observed one as that is from 0
    (Koehn 2004, shifted); approximate randomisation swaps the systems on random units (Noreen 1989; Riezler and Maxwell
    2005) and counts absolute differences at least as large as the observed one.

    Fewer than two units tell nothing: no interval, and p-values of 1. Without swaps the bootstrap's p decides: the
    other is 0.
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


def paired_tests(observed: FloatArray, resampled: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The paired bootstrap of many pairs at once: interval and p of each, as `paired_test` has them without swaps.

    Args:
        observed: The differences, shape (N,).
        resampled: Each on the resamples, shape (N, B), B at least 1; NaN where one is not defined.

    Returns:
        Low and high end of the 95 % interval, and p, shape (N,) each; an end is NaN where no resample is defined.
    """
    if np.isnan(resampled).any():
        pairs = zip(observed.tolist(), resampled, strict=True)
        tests = [paired_test(PairedDraws(difference, drawn, np.empty(0))) for difference, drawn in pairs]
        ends = np.array([test.ci or (np.nan, np.nan) for test in tests])
        return ends[:, 0], ends[:, 1], np.array([test.p for test in tests])
    extreme = np.abs(resampled - observed[:, None]) >= np.abs(observed)[:, None] - _TINY
    low, high = intervals(resampled)
    return low, high, (extreme.sum(axis=1) + 1) / (resampled.shape[1] + 1)


def compare_paired(
    first: FloatArray, second: FloatArray, formula: Formula, *, resamples: int, seed: Seed
) -> PairedTest:
    """`paired_test` of `draw_pairs`: two systems on one data set."""
    return paired_test(draw_pairs(first, second, formula, resamples=resamples, seed=seed))


def holm(p_values: FloatArray) -> FloatArray:
    """Adjusted p-values of several tests along the last axis, in the given order, shape (..., T) (Holm 1979).

    NaN stands for a test that there is not.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, axis=-1)  # of equal values in any order: they are adjusted alike; NaN comes last
    tests = (~np.isnan(p_values)).sum(axis=-1, keepdims=True)
    steps = np.take_along_axis(p_values, order, axis=-1) * (tests - np.arange(p_values.shape[-1]))
    adjusted = np.empty(p_values.shape)
    np.put_along_axis(adjusted, order, np.minimum(np.maximum.accumulate(steps, axis=-1), 1.0), axis=-1)
    return adjusted


def _p_value(statistics: FloatArray, threshold: float) -> float:
    # A tolerance, since sums taken in another order differ in their last bits: ties count as extreme.
    defined = statistics[~np.isnan(statistics)]
    extreme = int((defined >= threshold - _TINY).sum())
    return (extreme + 1) / (len(defined) + 1)
