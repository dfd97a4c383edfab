"""Bootstrap over samples, or over the dialogues and videos they come from."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
CountArray = npt.NDArray[np.unsignedinteger[Any]]

POOLED_UNITS = 8_192
"""Above this number of units, units are pooled at random into so many groups before resampling."""

CHUNK = 1 << 20  # resampled units held at once: 8 MB


def pool(
    quantities: FloatArray | Iterable[FloatArray], clusters: npt.NDArray[np.integer[Any]] | None, seed: int | list[int]
) -> FloatArray:
    """Add up the quantities of the samples that are resampled together.

    Without `clusters` every sample is a unit of its own. More than `POOLED_UNITS` units are dealt at random into that
    many groups of nearly equal size: the variance of a mean of random groups is that of the samples (the random group
    method; Wolter, Introduction to Variance Estimation, 2007, chapter 2), so an interval on a million samples costs no
    more than one on eight thousand, and its width is off by less than the resampling's own noise.

    Args:
        quantities: Per-sample quantities, shape (K, N), or blocks of their rows, one after the other.
        clusters: Cluster number of each sample, 0..C-1, shape (N,); None if samples stand alone.
        seed: Seed of the random groups.

    Returns:
        Sums for each unit, shape (K, U).
    """
    blocks = [quantities] if isinstance(quantities, np.ndarray) else quantities
    groups: npt.NDArray[np.integer[Any]] | None = clusters
    number = 0 if clusters is None else int(clusters.max(initial=-1)) + 1
    pooled = []
    for block in blocks:
        if groups is None and block.shape[1] > POOLED_UNITS:
            groups, number = np.random.default_rng(seed).permutation(block.shape[1]) % POOLED_UNITS, POOLED_UNITS
        pooled.append(block if groups is None else np.stack([np.bincount(groups, row, number) for row in block]))
    units = np.concatenate(pooled)
    if clusters is not None and units.shape[1] > POOLED_UNITS:
        return pool(units, None, seed)
    return units


class Draws:
    """How often each unit is drawn in each resample, kept: many systems on the same samples pay for it once.

    The draws are those that `resampled_sums` makes without it, so its results are the same to the last bit.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int, str], list[CountArray]] = {}

    def of(self, units: int, resamples: int, seed: int | list[int]) -> list[CountArray]:
        """Counts in chunks of resamples, shape (chunk, U)."""
        key = (units, resamples, repr(seed))
        if key not in self._kept:
            self._kept[key] = list(_draws(units, resamples, seed))
        return self._kept[key]


def resampled_sums(units: FloatArray, resamples: int, seed: int | list[int], draws: Draws | None = None) -> FloatArray:
    """Sums of the quantities over units drawn with replacement, all quantities of a unit together.

    Args:
        units: Quantities of each unit, shape (K, U).
        resamples: Number of resamples B.
        seed: Seed of the draw; equal seeds draw equal units, so results on the same samples are paired.
        draws: Where draws are kept for the next system; by default they are made and forgotten.

    Returns:
        Shape (B, K).
    """
    chunks = (draws.of if draws else _draws)(units.shape[1], resamples, seed)
    return np.concatenate([counts.astype(float) @ units.T for counts in chunks])


def interval(replicates: FloatArray, confidence: float = 0.95) -> tuple[float, float] | None:
    """Percentile interval of bootstrap replicates of a score, shape (B,); None if there is no defined replicate.

    Rounded to ten decimals: the last bits of a matrix product differ between processors, the interval must not.
    """
    defined = replicates[~np.isnan(replicates)]
    if len(defined) == 0:
        return None
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return round(float(low), 10), round(float(high), 10)


def _draws(units: int, resamples: int, seed: int | list[int]) -> Iterator[CountArray]:
    """How often each unit is drawn in each resample, in chunks of resamples: shape (chunk, U)."""
    rng = np.random.default_rng(seed)
    step = max(1, CHUNK // max(units, 1))
    for start in range(0, resamples, step):
        counts = np.zeros((min(step, resamples - start), units), np.min_scalar_type(units))
        for row in range(len(counts) if units else 0):
            # Resample by resample: what is drawn stays in the processor's cache.
            counts[row] = np.bincount(rng.integers(units, size=units), minlength=units)
        yield counts
