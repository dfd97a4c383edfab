"""What is resampled, and the score on each resample: what intervals and comparisons are made of."""

import zlib
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench.scoring.samples import SampleScores, cluster_names
from merunibench.statistics import Draws, pool, resampled_sums, unit_keys
from merunibench.tasks import Task

FloatArray = npt.NDArray[np.float64]
By = Literal["auto", "samples", "clusters"]
"""What is resampled: samples, or dialogues and videos where a data set has them (`auto` and `clusters`)."""
UNITS: tuple[By, ...] = ("auto", "samples", "clusters")


class Units(NamedTuple):
    """What is resampled of one system on one data set.

    Attributes:
        quantities: Sums of the statistics of each unit, shape (K, U), in the order of the samples' names.
        keys: What units are drawn by, shape (U,): equal for what two data sets share.
        clustered: Whether units are dialogues or videos.
    """

    quantities: FloatArray
    keys: npt.NDArray[np.uint64]
    clustered: bool


def units_by(by: By, task: Task) -> Literal["samples", "clusters"]:
    """What is resampled of a data set."""
    return "clusters" if by != "samples" and task.cluster is not None else "samples"


def units_of(task: Task, names: pa.Array, blocks: Iterable[FloatArray], by: By, seed: int) -> Units:
    """The units of a data set, and what they are drawn by.

    Args:
        task: The data set.
        names: Sample names, shape (N,).
        blocks: Per-sample statistics, blocks of rows, shape (K, N) together.
        by: What a unit is.
        seed: Seed of the groups that very many units are pooled in.
    """
    # By name, so that nothing depends on the order of the ground-truth file.
    order = name_order(names)
    named = names if isinstance(order, slice) else names.take(pa.array(order))
    clusters, clustered = None, units_by(by, task) == "clusters"
    if clustered:
        found = cluster_names(task, named).dictionary_encode()
        clusters, named = found.indices.to_numpy(), found.dictionary
    quantities = pool((block[:, order] for block in blocks), clusters, draw_seed(seed, task.id))
    # Pooled units have no names: no other data set shares them.
    pooled = quantities.shape[1] < len(named)
    keys = (
        unit_keys(map(str, range(quantities.shape[1])), f"{task.id} pooled")
        if pooled
        else unit_keys(named.to_pylist(), task.namespace)
    )
    return Units(quantities, keys, clustered)


def score_replicates(
    scores: SampleScores, resamples: int, seed: int, *, by: By = "auto", draws: Draws | None = None
) -> FloatArray:
    """The primary score on each bootstrap resample, shape (B,); none from fewer than two units.

    Every unit is drawn by its name, alike for every model and in every data set that has it.

    Args:
        scores: Per-sample scores on one data set.
        resamples: Number of resamples B; 0 for none.
        seed: Seed of the resampling.
        by: What is resampled.
        draws: Where draws are kept for the next model.
    """
    if resamples == 0:
        return np.empty(0)
    units = units_of(scores.task, scores.names, scores.blocks(), by, seed)
    return scores.primary(unit_replicates(scores, units, resamples, seed, draws))


def unit_replicates(
    scores: SampleScores, units: Units, resamples: int, seed: int, draws: Draws | None = None
) -> FloatArray:
    """The score, before any correction for chance, on each resample of units, shape (B,); none from fewer than two."""
    if units.quantities.shape[1] < 2:
        return np.empty(0)
    return scores.metric.score(resampled_sums(units.quantities, resamples, seed, draws, units.keys))


def draw_seed(seed: int, dataset: str) -> list[int]:
    """The seed of what is dealt at random on one data set."""
    return [seed, zlib.crc32(dataset.encode())]


def name_order(names: pa.Array) -> Any:  # noqa: ANN401 - an index, of whichever kind
    """What to index samples with to have them in the order of their names."""
    if len(names) < 2 or pc.all(pc.less(names[:-1], names[1:])).as_py():
        return slice(None)
    return pc.sort_indices(names).to_numpy()
