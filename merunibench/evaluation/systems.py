"""A system on a data set as far as a comparison needs it: from a report, or from the per-sample file of one."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from merunibench.data import Table, read_table
from merunibench.errors import InputError
from merunibench.lexicon import WHEELS
from merunibench.metrics import NO_POLARITY, PROTOCOLS, ElementSets, Metric, correct_for_chance, ratio
from merunibench.report import DatasetResult, Report, SystemUsed
from merunibench.signature import Signature
from merunibench.tasks import Kind, find_task

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
        chance: Chance level of the score, by which the primary figure may be corrected.
        signature: What the score was computed with.
    """

    model: str
    checkpoint: str
    names: list[str]
    quantities: npt.NDArray[np.float64]
    metric: Metric
    chance: float
    signature: Signature

    @property
    def score(self) -> float:
        """The primary score."""
        return float(self.formula(self.weighed.sum(axis=1)))

    @property
    def weighed(self) -> npt.NDArray[np.float64]:
        """The quantities, and for each sample a count of 1 and the chance level of its system, shape (K + 2, N).

        So the chance level of a mixture of two systems is the mean of theirs: what approximate randomisation needs.
        """
        samples = np.ones(self.quantities.shape[1])
        return np.concatenate([self.quantities, [samples, self.chance * samples]])

    @property
    def used(self) -> SystemUsed:
        """What is shown of the system beside a comparison."""
        signature = self.signature
        return SystemUsed(
            self.model, self.checkpoint, self.score, signature.checkpoint, signature.labels, signature.polarity
        )

    def in_name_order(self) -> "System":
        """The same with samples in the order of their names, so that no result depends on the order of a file."""
        order = sorted(range(len(self.names)), key=self.names.__getitem__)
        return self._replace(names=[self.names[index] for index in order], quantities=self.quantities[:, order])

    def formula(self, sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Primary scores of sums of `weighed`, shape (..., K + 2) -> (...)."""
        scores = self.metric.score(sums[..., :-2])
        if not self.metric.chance_corrected:
            return scores
        return correct_for_chance(scores, ratio(sums[..., -1], sums[..., -2]))


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


def is_per_sample_file(path: Path) -> bool:
    """Whether a file looks like one that `Report.write_per_sample` wrote: its first line says so."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        first = file.readline(1 << 20)
    return first.startswith(b"{") and b'"signature": "mub|' in first


def _from_result(result: DatasetResult, model: str) -> System:
    scores = result.samples_scored
    if scores is None:
        raise InputError(f"{result.dataset}: the report holds no per-sample scores; evaluate again")
    names = scores.truth.names.to_pylist()
    quantities = scores.quantities
    return System(model, result.checkpoint, names, quantities, scores.metric, scores.chance, result.signature)


def _from_rows(dataset: str, table: Table, rows: Sequence[int]) -> System:
    """The quantities again, from sectors or polarities: they do not depend on which bit a sector has."""
    columns = {column: [values[row] for row in rows] for column, values in table.columns.items()}
    try:
        for column in ("model", "checkpoint", "signature"):
            if {type(value) for value in columns[column]} != {str} or len(set(columns[column])) != 1:
                raise ValueError(f"column {column!r} must hold one text for all rows of a data set")
        task = find_task(dataset)
        if task is None:
            raise ValueError("unknown data set")
        signature = Signature.parse(columns["signature"][0])
        metric = PROTOCOLS[signature.protocol][task.kind]
        if task.kind == "sentiment":
            truth, predicted = _polarities(columns["truth"], columns["predicted"])
        else:
            truth, predicted = _sets(columns, metric, task.kind)
        quantities, expected = metric.quantities(truth, predicted), metric.expected(truth, predicted)
        chance = float(metric.score(expected))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{table.path}: the rows of {dataset!r} cannot be used: {error}") from None
    names = list(map(str, columns["name"]))
    return System(columns["model"][0], columns["checkpoint"][0], names, quantities, metric, chance, signature)


def _sets(rows: Mapping[str, Sequence[Any]], metric: Metric, kind: Kind) -> tuple[Any, Any]:
    """Truth and prediction as sector sets, or as the strict protocol's element sets."""
    bits: list[dict[str, int]] = [{} for _ in range(WHEELS)]
    truth, predicted = _masks(rows["truth"], bits), _masks(rows["predicted"], bits)
    if not metric.chance_corrected:
        return truth, predicted
    codes: dict[str, int] = {}
    lists = [[list(map(str, words[side])) for words in rows["unknown"]] for side in ("truth", "predicted")]
    for word in itertools.chain.from_iterable(itertools.chain.from_iterable(lists)):
        codes.setdefault(word, len(codes))
    true_words, guessed_words = (_keys(words, codes) for words in lists)
    groups = np.unique(list(map(str, rows["category"])), return_inverse=True)[1] if kind == "basic" else None
    return (
        ElementSets(truth, true_words, tuple(codes), groups),
        ElementSets(predicted, guessed_words, tuple(codes)),
    )


def _keys(lists: Sequence[Sequence[str]], codes: Mapping[str, int]) -> npt.NDArray[np.int64]:
    """Words of each sample as `ElementSets` keeps them."""
    vocabulary = max(len(codes), 1)
    return np.unique(
        [sample * vocabulary + codes[word] for sample, words in enumerate(lists) for word in words]
    ).astype(np.int64)


def _polarities(values: Sequence[Any], words: Sequence[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """True values and predicted polarities; a null is a missing prediction."""
    guesses = [NO_POLARITY if word is None else _POLARITIES[word] for word in words]
    return np.array(values, float), np.array(guesses, np.int8)


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
