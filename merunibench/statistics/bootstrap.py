"""Bootstrap over samples, or over the dialogues or videos that they come from."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.statistics.draws import BootstrapCounts, Keys, Seed, draw_counts

FloatArray = npt.NDArray[np.float64]

POOLED_UNITS = 8_192
"""More units than this are randomly pooled into this many groups before resampling."""


def pool(
    quantities: FloatArray | Iterable[FloatArray], clusters: npt.NDArray[np.integer[Any]] | None, seed: Seed
) -> FloatArray:
    """Sum the quantities of samples that are resampled together.

    Without `clusters`, every sample is a separate unit. More than `POOLED_UNITS` units are randomly pooled into that
    many groups of nearly equal size: the variance of a mean of random groups is that of the samples (the random group
    method; Wolter, Introduction to Variance Estimation, 2007, chapter 2). An interval on a million samples therefore
    costs no more than one on eight thousand, and the error of its width is smaller than the noise of the resampling.

    Args:
        quantities: Per-sample quantities, shape (K, N), or consecutive blocks of their rows.
        clusters: Cluster number of each sample, 0..C-1, shape (N,); None if samples are independent.
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


def resampled_sums(
    units: FloatArray, resamples: int, seed: Seed, draws: BootstrapCounts | None = None, keys: Keys | None = None
) -> FloatArray:
    """Return the sums of all quantities over resampled units.

    Args:
        units: Quantities of each unit, shape (K, U).
        resamples: Number of resamples B.
        seed: Seed of the draw; equal seeds draw equal units, so results on the same samples are paired.
        draws: Caches draws for other systems on the same samples; by default they are not cached.
        keys: Keys that determine the draws of units (`unit_keys`), shape (U,); by default their positions.

    Returns:
        Shape (B, K).
    """
    keys = np.arange(units.shape[1], dtype=np.uint64) if keys is None else keys
    chunks = (draws.of if draws else draw_counts)(keys, resamples, seed)
    return np.concatenate([counts.astype(float) @ units.T for counts in chunks])
