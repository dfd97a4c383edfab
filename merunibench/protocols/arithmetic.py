"""The arithmetic that metrics share: sector sets as bit masks, means over wheels, chance. NumPy only."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Masks = npt.NDArray[Any]
"""Sector sets as bit masks of any unsigned integer type, shape (wheels, N)."""

_ROUNDING = 1e-12
"""Far above what sums of a million fractions differ by in another order, far below what a report prints."""


class Summary(NamedTuple):
    """Every figure that a metric reports on one data set.

    Attributes:
        metrics: Metric key -> value, in 0..1.
        wheels: For each wheel, metric key -> value; None where no sample counts on the wheel. Empty without wheels.
        scored: Number of samples that count, for each wheel (a single number without wheels).
    """

    metrics: dict[str, float]
    wheels: tuple[dict[str, float | None], ...]
    scored: tuple[int, ...]


def sizes(sets: Masks) -> npt.NDArray[np.uint8]:
    """Number of sectors in each set."""
    counts: npt.NDArray[np.uint8] = np.bitwise_count(sets)
    return counts


def share(part: npt.NDArray[np.uint8], whole: npt.NDArray[np.uint8]) -> FloatArray:
    """Quotient of two set sizes, 0 where the second is 0: one table look-up for each of millions of samples."""
    quotient: FloatArray = np.take(_SHARES, part * np.uint16(_SIZES) + whole)
    return quotient


def weighted_sum(values: npt.ArrayLike, weights: npt.ArrayLike) -> FloatArray:
    """Sum of values times weights along the last axis, with the same last bits on every processor.

    A matrix product has others: BLAS chooses its kernel, and with it the order of the sum, by the processor.
    """
    total: FloatArray = np.multiply(values, weights).sum(axis=-1)
    return total


def ratio(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> FloatArray:
    """Quotient, 0 where the denominator is 0."""
    numerator, denominator = np.broadcast_arrays(np.asarray(numerator, float), np.asarray(denominator, float))
    quotient: FloatArray = np.divide(numerator, denominator, out=np.zeros(numerator.shape), where=denominator != 0)
    return quotient


_SIZES = 65  # sizes of sets in a 64-bit mask, 0 to 64
_SHARES = ratio(np.arange(_SIZES)[:, None], np.arange(_SIZES)).ravel()


def wheel_means(sums: FloatArray, per_wheel: int) -> tuple[FloatArray, FloatArray]:
    """Split sums (..., wheels * per_wheel), the count of a wheel first, into counts and means.

    Returns:
        Counts, shape (..., wheels), and means over the samples that count, shape (..., wheels, per_wheel - 1), NaN
        where none does.
    """
    by_wheel = sums.reshape(*sums.shape[:-1], -1, per_wheel)
    counts = by_wheel[..., 0]
    divisor = np.where(counts > 0, counts, np.nan)
    return counts, by_wheel[..., 1:] / divisor[..., None]


def mean_where_defined(values: FloatArray) -> FloatArray:
    """Mean over the last axis (wheels, categories) where any sample counts; NaN if none does anywhere."""
    valid = ~np.isnan(values)
    mean: FloatArray = np.where(valid, values, 0.0).sum(axis=-1) / np.where(
        valid.any(axis=-1), valid.sum(axis=-1), np.nan
    )
    return mean


def wheel_summary(counts: FloatArray, figures: Mapping[str, FloatArray]) -> Summary:
    """Figures of the W wheels, shape (W,) each, with their means; `counts`: how many samples count on each."""
    return Summary(
        metrics={key: float(mean_where_defined(values)) for key, values in figures.items()},
        wheels=tuple({key: or_none(values[w]) for key, values in figures.items()} for w in range(len(counts))),
        scored=tuple(int(count) for count in counts),
    )


def or_none(value: float) -> float | None:
    """A figure that does not exist is None, never NaN, which JSON does not know."""
    return None if np.isnan(value) else float(value)


def correct_for_chance(score: npt.ArrayLike, chance: npt.ArrayLike) -> FloatArray:
    """(score - chance) / (1 - chance): 0 at chance, 1 if perfect; 0 where chance is 1 and nothing can be told.

    Both are sums of fractions, so at chance they may differ in their last bits; that is 0 as well.
    """
    above = np.subtract(score, chance)
    return ratio(np.where(np.abs(above) < _ROUNDING, 0.0, above), np.subtract(1, chance))


def distinct(sets: Masks) -> tuple[Masks, FloatArray]:
    """The distinct sets of one wheel and how often each occurs."""
    if sets.dtype == np.uint8:
        counts = np.bincount(sets, minlength=256)
        values = np.flatnonzero(counts)
        return values.astype(np.uint8), counts[values].astype(float)
    values, counts = np.unique(sets, return_counts=True)
    return values, counts.astype(float)


def overlap(left: Masks, left_weights: FloatArray, right: Masks, right_weights: FloatArray) -> float:
    """Σ_a Σ_b w_a · w_b · |a ∩ b| over all pairs of a set on the left and one on the right.

    |a ∩ b| is a sum over sectors of [s ∈ a]·[s ∈ b], so the double sum is Σ_s (Σ_a w_a·[s ∈ a]) · (Σ_b w_b·[s ∈ b]):
    linear in the number of sets, and exact.
    """
    sectors = int(left.max(initial=0)).bit_length()
    total = 0.0
    for sector in range(sectors):
        bit = left.dtype.type(1 << sector)
        total += float(left_weights[(left & bit) != 0].sum() * right_weights[(right & bit) != 0].sum())
    return total
