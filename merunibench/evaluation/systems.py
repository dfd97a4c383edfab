"""A system on a data set as far as a comparison needs it: from a report, or from the per-sample file of one."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from merunibench.data import Table, read_table
from merunibench.errors import InputError
from merunibench.lexicon import WHEELS
from merunibench.metrics import PROTOCOLS, Metric
from merunibench.report import DatasetResult, Report
from merunibench.signature import parse_metric_part
from merunibench.tasks import find_task

_COLUMNS = ("model", "dataset", "name", "checkpoint", "truth", "predicted", "signature")
_POLARITIES = {"positive": 1, "negative": -1, "neutral": 0}


class System(NamedTuple):
    """One system on one data set, as far as a comparison needs it.

    Attributes:
        model: The model's name.
        checkpoint: The checkpoint that was scored.
        names: Sample names, shape (N,).
        quantities: What each sample contributes to the score, shape (K, N).
        metric: The metric.
        signature: The metric part of the score's signature.
    """

    model: str
    checkpoint: str
    names: list[str]
    quantities: npt.NDArray[np.float64]
    metric: Metric
    signature: str

    @property
    def score(self) -> float:
        """The primary score, in 0..1."""
        return float(self.metric.score(self.quantities.sum(axis=1)))


def load_systems(source: Report | str | Path) -> dict[str, System]:
    """The system in a report, or in the per-sample file that a report wrote, by data set.

    Raises:
        InputError: the file is no per-sample file; or the report was read from a file and holds no samples.
    """
    if isinstance(source, Report):
        return {result.dataset: _from_result(result, source.model) for result in source.datasets}
    path = Path(source)
    table = read_table(path)
    absent = [column for column in _COLUMNS if column not in table.columns]
    if absent:
        raise InputError(f"{path}: not a per-sample file (no {', '.join(absent)}); `score --per-sample` writes one")
    groups: dict[str, list[int]] = {}
    for row, dataset in enumerate(table.columns["dataset"]):
        groups.setdefault(str(dataset), []).append(row)
    return {dataset: _from_rows(dataset, table, rows) for dataset, rows in groups.items()}


def _from_result(result: DatasetResult, model: str) -> System:
    scores = result.samples_scored
    if scores is None:
        raise InputError(f"{result.dataset}: the report holds no per-sample scores; evaluate again")
    names = scores.truth.names.to_pylist()
    signature = result.signature.metric_part
    return System(model, result.checkpoint, names, scores.quantities, scores.metric, signature)


def _from_rows(dataset: str, table: Table, rows: Sequence[int]) -> System:
    """The quantities again, from sectors or polarities: they do not depend on which bit a sector has."""
    columns = {column: [table.columns[column][row] for row in rows] for column in _COLUMNS}
    try:
        for column in ("model", "checkpoint", "signature"):
            if {type(value) for value in columns[column]} != {str} or len(set(columns[column])) != 1:
                raise ValueError(f"column {column!r} must hold one text for all rows of a data set")
        task = find_task(dataset)
        if task is None:
            raise ValueError("unknown data set")
        signature: str = columns["signature"][0]
        metric = PROTOCOLS[parse_metric_part(signature)["protocol"]][task.kind]
        if task.kind == "sentiment":
            truth, predicted = _polarities(columns["truth"], columns["predicted"])
        else:
            bits: list[dict[str, int]] = [{} for _ in range(WHEELS)]
            truth, predicted = _masks(columns["truth"], bits), _masks(columns["predicted"], bits)
        quantities = metric.quantities(truth, predicted)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{table.path}: the rows of {dataset!r} cannot be used: {error}") from None
    names = list(map(str, columns["name"]))
    return System(columns["model"][0], columns["checkpoint"][0], names, quantities, metric, signature)


def _polarities(values: Sequence[Any], words: Sequence[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """True values and predicted polarities; a null is a missing prediction and counts as the wrong one."""
    truth = np.array(values, float)
    guesses = [
        (-1 if value > 0 else 1) if word is None else _POLARITIES[word]
        for value, word in zip(truth, words, strict=True)
    ]
    return truth, np.array(guesses, np.int8)


def _masks(samples: Iterable[Iterable[Iterable[str]]], bits: list[dict[str, int]]) -> npt.NDArray[np.uint64]:
    """Sectors on each wheel of each sample -> masks, shape (5, N); `bits` remembers the bit of each sector."""
    masks = [
        [
            sum(1 << bit_of.setdefault(sector, len(bit_of)) for sector in set(sectors))
            for sectors, bit_of in zip(wheels, bits, strict=True)
        ]
        for wheels in samples
    ]
    return np.array(masks, np.uint64).reshape(-1, WHEELS).T
