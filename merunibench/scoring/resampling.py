"""The primary score on bootstrap resamples: what intervals, and comparisons of many systems, are made of."""

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench.scoring.samples import SampleScores
from merunibench.statistics import Draws, pool, resampled_sums


def score_replicates(
    scores: SampleScores, resamples: int, seed: int, *, cluster: bool = False, draws: Draws | None = None
) -> npt.NDArray[np.float64]:
    """The primary score on each bootstrap resample, shape (B,); none from fewer than two units.

    Every data set has a draw of its own, the same for every model, so that models stay paired.

    Args:
        scores: Per-sample scores on one data set.
        resamples: Number of resamples B; 0 for none.
        seed: Seed of the resampling.
        cluster: Resample dialogues and videos instead of single samples.
        draws: Where draws are kept for the next model.
    """
    if resamples == 0:
        return np.empty(0)
    seeds = draw_seed(seed, scores.task.id)
    # By name, so that the interval does not depend on the order of the ground-truth file.
    order = name_order(scores.names)
    clusters = scores.clusters[order] if cluster else None
    units = pool((block[:, order] for block in scores.blocks()), clusters, seeds)
    if units.shape[1] < 2:
        return np.empty(0)
    return scores.primary(scores.metric.score(resampled_sums(units, resamples, seeds, draws)))


def draw_seed(seed: int, dataset: str) -> list[int]:
    """The seed of the draws on one data set: each has draws of its own, the same for every system."""
    return [seed, zlib.crc32(dataset.encode())]


def name_order(names: pa.Array) -> Any:  # noqa: ANN401 - an index, of whichever kind
    """What to index samples with to have them in the order of their names."""
    if len(names) < 2 or pc.all(pc.less(names[:-1], names[1:])).as_py():
        return slice(None)
    return pc.sort_indices(names).to_numpy()
