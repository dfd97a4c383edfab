"""What the reader of a paper must know of a table of several models: how its figures were made, a sentence each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import listed
from merunibench.protocols import protocol_signed
from merunibench.report import BENCHMARK_DATASETS, Comparison
from merunibench.report.results_table import Column
from merunibench.signature import Signature
from merunibench.tasks import Task, title_of

_CHOICES = {
    "best-per-dataset": "the best on each data set's own test labels",
    "best-overall": "the best in the mean, by the test labels",
    "last": "the last one",
    "single": "the only one",
}
_MISSING = {
    "error": "none is missing",
    "zero": "missing ones count as wrong",
    "skip": "samples without one are left out",
}
_UNITS = {
    "samples": "samples",
    "clusters": "dialogues and videos",
    "clusters+samples": "dialogues and videos where a data set has them, else samples",
}


@dataclass(frozen=True)
class Computed:
    """What a table shows of one system on one data set.

    Attributes:
        task: The data set.
        score: The primary score, a fraction.
        ci: Its 95 % interval; None without resampling.
        chance: What the same answers score when shuffled, uncorrected.
        replicates: The score on each resample, shape (B,); empty without resampling.
        signature: What it was computed with.
        complete: Whether every sample of the official set was scored.
        names: Names of the samples, shape (N,); None if they were left behind.
    """

    task: Task
    score: float
    ci: tuple[float, float] | None
    chance: float
    replicates: npt.NDArray[np.float64]
    signature: Signature
    complete: bool
    names: pa.Array | None = None


class PaperRow(Protocol):
    """A row from a paper, as far as the notes tell of it."""

    @property
    def source(self) -> str:
        """The paper."""
        ...

    @property
    def lexicon(self) -> str | None:
        """The lexicon, where the paper names it."""
        ...


Rows = Mapping[str, Mapping[str, Computed]]


def notes_of(
    rows: Rows,
    columns: Sequence[Column],
    baseline: str | None,
    tests: Sequence[Comparison],
    published: Sequence[PaperRow],
    resamples: int,
) -> list[str]:
    """The sentences below a table.

    Args:
        rows: Model -> data set -> what is shown.
        columns: The columns.
        baseline: The model that the others were tested against; None for none.
        tests: The comparisons with it.
        published: The rows from papers.
        resamples: Number of resamples and random swaps of the tests.
    """
    signatures = [cell.signature for cells in rows.values() for cell in cells.values()]
    said = [*_how(rows, signatures), *_samples(columns)]
    if any(cell.ci is not None for cells in rows.values() for cell in cells.values()):
        number = max(each.bootstrap for each in signatures) or resamples
        said.append(f"Intervals: 95 %, bootstrap of {number} resamples over {_units(signatures)}.")
    said += _marks(baseline, tests, resamples)
    said += _checkpoints(rows)
    said += _origins(rows)
    said += _no_means(rows, columns)
    said += _counted_twice(rows, columns)
    said += _published(published)
    return said


def _how(rows: Rows, signatures: Sequence[Signature]) -> Iterator[str]:
    first = next((each for each in signatures if each.lexicon != "none"), signatures[0])
    measures = {}
    for cells in rows.values():
        for cell in cells.values():
            measures[cell.task.kind] = protocol_signed(first.protocol)[cell.task.kind].column_title
    metric = ", ".join(f"{title} ({kind})" for kind, title in measures.items())
    lexicon = "" if first.lexicon == "none" else f", lexicon {first.lexicon}, wheel level {first.level}"
    policies = sorted({each.missing for each in signatures})
    missing = "; ".join(_MISSING[each] for each in policies)
    yield f"Scores: {metric}, in percent; {first.protocol} protocol{lexicon}. Predictions: {missing}."
    if first.protocol == "official" and first.lexicon.startswith("builtin@"):
        yield "Papers use the lexicon mer2025; a score under builtin cannot be held against theirs."


def _samples(columns: Sequence[Column]) -> Iterator[str]:
    counts = ", ".join(f"{column.title} {column.samples:,}" for column in columns if column.samples is not None)
    yield f"Samples: {counts}."


def _units(signatures: Sequence[Signature]) -> str:
    found = "+".join(sorted({each.units for each in signatures}))
    return _UNITS.get(found, found)


def _marks(baseline: str | None, tests: Sequence[Comparison], resamples: int) -> Iterator[str]:
    if baseline is None:
        return
    if not tests:
        yield f"Nothing was tested: {baseline} is the only model."
        return
    units = _UNITS.get(tests[0].units, tests[0].units)
    yield (
        f"† significantly better, ‡ significantly worse than {baseline} (p < 0.05): the larger p of the paired "
        f"bootstrap and of approximate randomisation over {units}, {resamples} each, corrected by Holm for the "
        "data sets, and for the means of tasks, of each row; not for the number of rows."
    )
    left = sorted({name for each in tests for name in each.left_out})
    if left:
        yield f"Not tested where only one of the two has it: {', '.join(title_of(name) for name in left)}."


def _checkpoints(rows: Rows) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for name, cells in rows.items():
        for rule in dict.fromkeys(cell.signature.checkpoint for cell in cells.values()):
            groups.setdefault(rule, []).append(name)
    if set(groups) - {"single"}:
        said = "; ".join(f"{listed(names)}: {_CHOICES.get(rule, rule)}" for rule, names in groups.items())
        yield f"Checkpoints: {said}."


def _origins(rows: Rows) -> Iterator[str]:
    """Where labels and polarity were taken from, unless all came with the predictions."""
    groups: dict[str, list[str]] = {}
    for name, cells in rows.items():
        found = {
            cell.signature.labels if cell.task.kind != "sentiment" else cell.signature.polarity
            for cell in cells.values()
        }
        groups.setdefault(" and ".join(sorted(found)), []).append(name)
    if set(groups) - {"given"}:
        said = "; ".join(f"{listed(names)}: {origin}" for origin, names in groups.items())
        yield f"Labels and polarity come from: {said} (given: with the predictions)."


def _no_means(rows: Rows, columns: Sequence[Column]) -> Iterator[str]:
    """Which rows have no mean because a data set is not there in full."""
    if sum(column.name in BENCHMARK_DATASETS for column in columns) < 2:
        return
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, cells in rows.items():
        lacking = tuple(each for each in BENCHMARK_DATASETS if each not in cells or not cells[each].complete)
        groups.setdefault(lacking, []).append(name)
    said = "; ".join(
        f"{listed(names)}: {', '.join(map(title_of, lacking))}" for lacking, names in groups.items() if lacking
    )
    if said:
        yield f"No mean over data sets that are not there in full: {said}."


def _counted_twice(rows: Rows, columns: Sequence[Column]) -> Iterator[str]:
    """Which samples stand in two of the nine data sets, so that the mean counts them twice."""
    if not any(column.name == "mean" for column in columns):
        return
    cells = next(cells for cells in rows.values() if all(name in cells for name in BENCHMARK_DATASETS))
    for first, second in combinations([cells[name] for name in BENCHMARK_DATASETS], 2):
        if first.task.namespace != second.task.namespace or first.names is None or second.names is None:
            continue
        samples = int(pc.sum(pc.is_in(first.names, second.names)).as_py() or 0)
        if samples:
            yield f"The mean counts {samples:,} samples twice: those of {first.task.title} in {second.task.title}."


def _published(rows: Sequence[PaperRow]) -> Iterator[str]:
    if not rows:
        return
    sources = dict.fromkeys(row.source for row in rows)
    lexicons = sorted({row.lexicon for row in rows if row.lexicon is not None})
    stated = f"; where a lexicon is stated it is {', '.join(lexicons)}" if lexicons else "; no lexicon is stated"
    yield (
        f"Published rows are copied from {'; '.join(sources)}, not computed here, neither tested nor compared for the "
        f"best{stated}."
    )
