"""What is resampled, and the score on each resample: what intervals and comparisons are made of."""

import warnings
import weakref
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench.errors import InputError
from merunibench.scoring.samples import SampleScores, cluster_names
from merunibench.statistics import BootstrapCounts, ScoreInterval, pool, resampled_sums, score_interval, unit_keys
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


def units_of_former_option(units: By, cluster: bool | None) -> By:
    """What `cluster`, the former option of `units`, says, with a warning; None for not given.

    Raises:
        InputError: both are given.
    """
    if cluster is None:
        return units
    if units != "auto":
        raise InputError("cluster is the former name of units, which is given as well; leave it out")
    found: By = "clusters" if cluster else "samples"
    said = f"cluster={cluster} is the former spelling of units={found!r}; write that"
    warnings.warn(said, FutureWarning, stacklevel=3)
    return found


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
    found = _drawn_by(task, names, units_by(by, task) == "clusters")
    quantities = pool((block[:, found.order] for block in blocks), found.clusters, draw_seed(seed, task.id))
    # Pooled units have no names: no other data set shares them.
    pooled = quantities.shape[1] < len(found.named)
    keys = unit_keys(map(str, range(quantities.shape[1])), f"{task.id} pooled") if pooled else found.keys
    return Units(quantities, keys, found.clusters is not None)


@dataclass(frozen=True)
class _DrawnBy:
    """What is drawn of samples with these names.

    Attributes:
        order: What to index samples with to have them in the order of their names.
        clusters: Cluster number of each sample in that order, shape (N,); None if samples stand alone.
        named: Name of each sample or cluster, shape (U,).
        namespace: Where these names are from.
    """

    order: Any
    clusters: npt.NDArray[np.integer[Any]] | None
    named: pa.Array
    namespace: str

    @cached_property
    def keys(self) -> npt.NDArray[np.uint64]:
        """What they are drawn by, shape (U,)."""
        return unit_keys(self.named.to_pylist(), self.namespace)


_KNOWN: dict[tuple[object, ...], tuple["weakref.ref[pa.Array]", _DrawnBy]] = {}
"""By the identity of an array of names, which is not kept alive: every system on a data set asks for the same."""


def _drawn_by(task: Task, names: pa.Array, clustered: bool) -> _DrawnBy:
    """What is drawn; made once for each array of names."""
    key = (id(names), task.namespace, task.cluster, clustered)
    kept = _KNOWN.get(key)
    if kept is not None and kept[0]() is names:
        return kept[1]
    # By name, so that nothing depends on the order of the ground-truth file.
    order = name_order(names)
    named = names if isinstance(order, slice) else names.take(pa.array(order))
    clusters = None
    if clustered:
        found = cluster_names(task, named).dictionary_encode()
        clusters, named = found.indices.to_numpy(), found.dictionary
    drawn = _DrawnBy(order, clusters, named, task.namespace)
    known = _KNOWN  # at the interpreter's end the names outlive this module's

    def forget(_: object) -> None:
        known.pop(key, None)

    known[key] = weakref.ref(names, forget), drawn
    return drawn


class Resampled(NamedTuple):
    """A score on resamples, and its interval.

    Attributes:
        replicates: The primary score on each resample, shape (B,).
        interval: Its interval and how that was made; None where the score is defined on no resample.
        units: How many units were drawn.
    """

    replicates: FloatArray
    interval: ScoreInterval | None
    units: int


def resampled_score(
    runs: Sequence[SampleScores], resamples: int, seed: int, *, by: By = "auto", draws: BootstrapCounts | None = None
) -> Resampled | None:
    """The primary score on bootstrap resamples; None from fewer than two units, or without resamples.

    Every unit is drawn by its name, alike for every model and in every data set that has it. Of several runs of one
    model the score is the mean of theirs, and they are drawn together (Miller 2024, arXiv 2411.00640, section 3).

    Args:
        runs: Per-sample scores of each run on the same samples of one data set; mostly one.
        resamples: Number of resamples B; 0 for none.
        seed: Seed of the resampling.
        by: What is resampled.
        draws: Where draws are kept for the next model.
    """
    if resamples == 0:
        return None
    each = [units_of(scores.task, scores.names, scores.blocks(), by, seed) for scores in runs]
    quantities, first = np.concatenate([units.quantities for units in each]), each[0]
    if quantities.shape[1] < 2:
        return None

    def formula(sums: FloatArray) -> FloatArray:
        parts = np.split(sums, len(runs), axis=-1)
        mean: FloatArray = np.mean([scores.score_of(part) for scores, part in zip(runs, parts, strict=True)], axis=0)
        return mean

    replicates = formula(resampled_sums(quantities, resamples, seed, draws, first.keys))
    low, high = np.mean([scores.bounds for scores in runs], axis=0).tolist()
    found = score_interval(quantities, formula, replicates, clustered=first.clustered, bounds=(low, high))
    return Resampled(replicates, found, quantities.shape[1])


def score_replicates(
    scores: SampleScores, resamples: int, seed: int, *, by: By = "auto", draws: BootstrapCounts | None = None
) -> FloatArray:
    """The replicates of `resampled_score` of one run, shape (B,); none from fewer than two units."""
    found = resampled_score([scores], resamples, seed, by=by, draws=draws)
    return np.empty(0) if found is None else found.replicates


def draw_seed(seed: int, dataset: str) -> list[int]:
    """The seed of the random assignment on one data set."""
    return [seed, zlib.crc32(dataset.encode())]


def name_order(names: pa.Array) -> Any:  # noqa: ANN401 - an index, of whichever kind
    """What to index samples with to have them in the order of their names."""
    if len(names) < 2 or pc.all(pc.less(names[:-1], names[1:])).as_py():
        return slice(None)
    return pc.sort_indices(names).to_numpy()
