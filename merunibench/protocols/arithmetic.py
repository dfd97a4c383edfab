"""Arithmetic shared by the metrics: sector sets as bit masks, means over wheels, chance correction. NumPy only."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Masks = npt.NDArray[Any]
"""Sector sets as bit masks of any unsigned integer type, shape (wheels, N)."""

_ROUNDING = 1e-12
"""Much larger than rounding errors of sums of a million fractions, much smaller than any printed digit."""


class Summary(NamedTuple):
    """All figures that a metric reports on one data set.

    Attributes:
        metrics: Metric key -> value, in 0..1.
        wheels: For each wheel, metric key -> value; None if no sample counts on the wheel. Empty without wheels.
        scored: Number of samples that count, for each wheel (a single number without wheels).
    """

    metrics: dict[str, float]
    wheels: tuple[dict[str, float | None], ...]
    scored: tuple[int, ...]


def sizes(sets: Masks) -> npt.NDArray[np.uint8]:
    """Return the number of sectors in each set."""
    counts: npt.NDArray[np.uint8] = np.bitwise_count(sets)
    return counts


def share(part: npt.NDArray[np.uint8], whole: npt.NDArray[np.uint8]) -> FloatArray:
    """Return the quotient of two set sizes, 0 if the second is 0, by one table look-up per sample."""
    quotient: FloatArray = np.take(_SHARES, part * np.uint16(_SIZES) + whole)
    return quotient


def weighted_sum(values: npt.ArrayLike, weights: npt.ArrayLike) -> FloatArray:
    """Return the sum of values times weights along the last axis, with identical bits on every processor.

    A matrix product does not guarantee this: BLAS chooses the kernel, and so the order of summation, by processor.
    """
    total: FloatArray = np.multiply(values, weights).sum(axis=-1)
    return total


def ratio(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> FloatArray:
    """Return the quotient, 0 where the denominator is 0."""
    numerator, denominator = np.broadcast_arrays(np.asarray(numerator, float), np.asarray(denominator, float))
    quotient: FloatArray = np.divide(numerator, denominator, out=np.zeros(numerator.shape), where=denominator != 0)
    return quotient


_SIZES = 65  # sizes of sets in a 64-bit mask, 0 to 64
_SHARES = ratio(np.arange(_SIZES)[:, None], np.arange(_SIZES)).ravel()


def wheel_means(sums: FloatArray, per_wheel: int) -> tuple[FloatArray, FloatArray]:
    """Split sums, shape (..., wheels * per_wheel) with the count of each wheel first, into counts and means.

    Returns:
        Counts, shape (..., wheels), and means over the samples that count, shape (..., wheels, per_wheel - 1); NaN if
        no sample counts.
    """
    by_wheel = sums.reshape(*sums.shape[:-1], -1, per_wheel)
    counts = by_wheel[..., 0]
    divisor = np.where(counts > 0, counts, np.nan)
    return counts, by_wheel[..., 1:] / divisor[..., None]


def mean_where_defined(values: FloatArray) -> FloatArray:
    """Return the mean over the entries of the last axis (wheels, categories) that are not NaN; NaN if all are."""
    valid = ~np.isnan(values)
    mean: FloatArray = np.where(valid, values, 0.0).sum(axis=-1) / np.where(
        valid.any(axis=-1), valid.sum(axis=-1), np.nan
    )
    return mean


def wheel_summary(counts: FloatArray, figures: Mapping[str, FloatArray]) -> Summary:
    """Summarise figures of W wheels, shape (W,) each, with their means; `counts` is the number of counted samples."""
    return Summary(
        metrics={key: float(mean_where_defined(values)) for key, values in figures.items()},
        wheels=tuple({key: or_none(values[w]) for key, values in figures.items()} for w in range(len(counts))),
        scored=tuple(int(count) for count in counts),
    )


def or_none(value: float) -> float | None:
    """Convert NaN, which JSON does not support, to None."""
    return None if np.isnan(value) else float(value)


def correct_for_chance(score: npt.ArrayLike, chance: npt.ArrayLike) -> FloatArray:
    """Compute (score - chance) / (1 - chance): 0 at chance level, 1 if perfect; 0 if the chance level is 1.

    Both are sums of fractions, so at chance level they may differ in their last bits; this also gives 0.
    """
    above = np.subtract(score, chance)
    return ratio(np.where(np.abs(above) < _ROUNDING, 0.0, above), np.subtract(1, chance))


def distinct(sets: Masks) -> tuple[Masks, FloatArray]:
    """Return the distinct sets of one wheel and the frequency of each."""
    if sets.dtype == np.uint8:
        counts = np.bincount(sets, minlength=256)
        values = np.flatnonzero(counts)
        return values.astype(np.uint8), counts[values].astype(float)
    values, counts = np.unique(sets, return_counts=True)
    return values, counts.astype(float)


def overlap(left: Masks, left_weights: FloatArray, right: Masks, right_weights: FloatArray) -> float:
    """Compute Σ_a Σ_b w_a · w_b · |a ∩ b| over all pairs of a left set a and a right set b.

    |a ∩ b| is a sum over sectors of [s ∈ a]·[s ∈ b], so the double sum is Σ_s (Σ_a w_a·[s ∈ a]) · (Σ_b w_b·[s ∈ b]):
    linear in the number of sets, and exact.
    """
    sectors = int(left.max(initial=0)).bit_length()
    total = 0.0
    for sector in range(sectors):
        bit = left.dtype.type(1 << sector)
        total += float(left_weights[(left & bit) != 0].sum() * right_weights[(right & bit) != 0].sum())
    return total
