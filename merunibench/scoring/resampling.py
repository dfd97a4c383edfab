"""Resampling units, and scores on resamples, from which intervals and comparisons are computed."""

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
"""Unit of resampling: samples, or dialogues and videos if a data set has them (`auto` and `clusters`)."""
UNITS: tuple[By, ...] = ("auto", "samples", "clusters")


class Units(NamedTuple):
    """The resampling units of one system on one data set.

    Attributes:
        quantities: Sums of the statistics of each unit, shape (K, U), in the order of the samples' names.
        keys: Keys that determine the draws of units, shape (U,); equal for units that two data sets share.
        clustered: Whether units are dialogues or videos.
    """

    quantities: FloatArray
    keys: npt.NDArray[np.uint64]
    clustered: bool


def units_of_former_option(units: By, cluster: bool | None) -> By:
    """Convert `cluster`, the former option, to `units`, with a warning; None if it was not given.

    Raises:
        InputError: Both are given.
    """
    if cluster is None:
        return units
    if units != "auto":
        raise InputError("cluster is the former name of units; remove cluster, because units is given too")
    found: By = "clusters" if cluster else "samples"
    said = f"cluster={cluster} is deprecated; write units={found!r}"
    warnings.warn(said, FutureWarning, stacklevel=3)
    return found


def units_by(by: By, task: Task) -> Literal["samples", "clusters"]:
    """Return the unit of resampling for a data set."""
    return "clusters" if by != "samples" and task.cluster is not None else "samples"


def units_of(task: Task, names: pa.Array, blocks: Iterable[FloatArray], by: By, seed: int) -> Units:
    """Return the resampling units of a data set, with their keys.

    Args:
        task: The data set.
        names: Sample names, shape (N,).
        blocks: Per-sample statistics in blocks of rows, shape (K, N) in total.
        by: Unit of resampling.
        seed: Seed of the random groups into which very many units are pooled.
    """
    found = _drawn_by(task, names, units_by(by, task) == "clusters")
    quantities = pool((block[:, found.order] for block in blocks), found.clusters, draw_seed(seed, task.id))
    # Pooled units have no names, and are not shared with other data sets.
    pooled = quantities.shape[1] < len(found.named)
    keys = unit_keys(map(str, range(quantities.shape[1])), f"{task.id} pooled") if pooled else found.keys
    return Units(quantities, keys, found.clusters is not None)


@dataclass(frozen=True)
class _DrawnBy:
    """The units of samples with these names.

    Attributes:
        order: Index that sorts the samples by name.
        clusters: Cluster number of each sample in that order, shape (N,); None if samples are independent.
        named: Name of each sample or cluster, shape (U,).
        namespace: Source of these names.
    """

    order: Any
    clusters: npt.NDArray[np.integer[Any]] | None
    named: pa.Array
    namespace: str

    @cached_property
    def keys(self) -> npt.NDArray[np.uint64]:
        """The keys that determine their draws, shape (U,)."""
        return unit_keys(self.named.to_pylist(), self.namespace)


_KNOWN: dict[tuple[object, ...], tuple["weakref.ref[pa.Array]", _DrawnBy]] = {}
"""Cache by the identity of an array of names (weakly referenced), because all systems on a data set share it."""


def _drawn_by(task: Task, names: pa.Array, clustered: bool) -> _DrawnBy:
    """Return the units of an array of names, cached."""
    key = (id(names), task.namespace, task.cluster, clustered)
    kept = _KNOWN.get(key)
    if kept is not None and kept[0]() is names:
        return kept[1]
    # Sorted by name, so that nothing depends on the order of the ground-truth file.
    order = name_order(names)
    named = names if isinstance(order, slice) else names.take(pa.array(order))
    clusters = None
    if clustered:
        found = cluster_names(task, named).dictionary_encode()
        clusters, named = found.indices.to_numpy(), found.dictionary
    drawn = _DrawnBy(order, clusters, named, task.namespace)
    known = _KNOWN  # at interpreter shutdown the names outlive this module's globals

    def forget(_: object) -> None:
        known.pop(key, None)

    known[key] = weakref.ref(names, forget), drawn
    return drawn


class Resampled(NamedTuple):
    """A score on resamples, and its interval.

    Attributes:
        replicates: The primary score on each resample, shape (B,).
        interval: Its interval and the method; None if the score is undefined on all resamples.
        units: Number of units.
    """

    replicates: FloatArray
    interval: ScoreInterval | None
    units: int


def resampled_score(
    runs: Sequence[SampleScores], resamples: int, seed: int, *, by: By = "auto", draws: BootstrapCounts | None = None
) -> Resampled | None:
    """Compute the primary score on bootstrap resamples; None for fewer than two units, or without resamples.

    The draws of a unit depend on its name, so that they are the same for every model and in every data set with this
    unit. For several runs of one model, the score is their mean, and they are resampled together (Miller 2024, arXiv
    2411.00640, section 3).

    Args:
        runs: Per-sample scores of each run on the same samples of one data set; usually one run.
        resamples: Number of resamples B; 0 for none.
        seed: Seed of the resampling.
        by: Unit of resampling.
        draws: Caches draws for other models.
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
    """Return the replicates of `resampled_score` for one run, shape (B,); empty for fewer than two units."""
    found = resampled_score([scores], resamples, seed, by=by, draws=draws)
    return np.empty(0) if found is None else found.replicates


def draw_seed(seed: int, dataset: str) -> list[int]:
    """Return the seed of the random assignment for one data set."""
    return [seed, zlib.crc32(dataset.encode())]


def name_order(names: pa.Array) -> Any:  # noqa: ANN401 - an index array or a slice
    """Return an index that sorts samples by name."""
    if len(names) < 2 or pc.all(pc.less(names[:-1], names[1:])).as_py():
        return slice(None)
    return pc.sort_indices(names).to_numpy()
