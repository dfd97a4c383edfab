"""Notes for a table of several models in a paper: how its scores were computed, one sentence each."""

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
    "error": "complete",
    "zero": "missing predictions count as wrong",
    "skip": "samples without a prediction are left out",
}
_UNITS = {
    "samples": "samples",
    "clusters": "dialogues and videos",
    "clusters+samples": "dialogues and videos if a data set has them, else samples",
}


@dataclass(frozen=True)
class Computed:
    """What a table shows of one system on one data set.

    Attributes:
        task: The data set.
        score: The primary score, a fraction.
        ci: Its 95 % interval; None without resampling.
        chance: The score of the same answers when shuffled, not corrected for chance.
        replicates: The score on each resample, shape (B,); empty without resampling.
        signature: What it was computed with.
        complete: Whether every sample of the official set was scored.
        names: Names of the samples, shape (N,); None if they were not kept.
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
    """The parts of a row from a paper that the notes use."""

    @property
    def source(self) -> str:
        """The paper."""
        ...

    @property
    def lexicon(self) -> str | None:
        """The lexicon, if the paper names it."""
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
    """Return the sentences below a table.

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
        yield "Papers use the lexicon mer2025; scores with the builtin lexicon are not comparable with theirs."


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
        f"bootstrap and of approximate randomisation over {units}, {resamples} each, Holm-corrected within each row "
        "for the data sets, and for the means of tasks; not for the number of rows."
    )
    left = sorted({name for each in tests for name in each.left_out})
    if left:
        yield f"Not tested, since only one of the two models has scores: {', '.join(title_of(name) for name in left)}."


def _checkpoints(rows: Rows) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for name, cells in rows.items():
        for rule in dict.fromkeys(cell.signature.checkpoint for cell in cells.values()):
            groups.setdefault(rule, []).append(name)
    if set(groups) - {"single"}:
        said = "; ".join(f"{listed(names)}: {_CHOICES.get(rule, rule)}" for rule, names in groups.items())
        yield f"Checkpoints: {said}."


def _origins(rows: Rows) -> Iterator[str]:
    """Yield the sources of labels and polarity, unless all came with the predictions."""
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
    """Yield which rows have no mean because a data set is missing or incomplete."""
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
        yield f"No mean, since data sets are missing or incomplete: {said}."


def _counted_twice(rows: Rows, columns: Sequence[Column]) -> Iterator[str]:
    """Yield which samples are in two of the nine data sets, so that the mean counts them twice."""
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
    stated = f"; lexicon, if stated: {', '.join(lexicons)}" if lexicons else "; no lexicon is stated"
    yield (
        f"Published rows are copied from {'; '.join(sources)}, not computed here; they are neither tested nor marked "
        f"as best{stated}."
    )
