"""Put several models into one table, with the scores of `evaluate` and the significance marks of `compare`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

import numpy as np
import numpy.typing as npt

from merunibench._text import listed
from merunibench.errors import InputError
from merunibench.evaluation.compare import compare
from merunibench.evaluation.table_notes import Computed, notes_of
from merunibench.kinds import KINDS
from merunibench.report import BENCHMARK_DATASETS, Comparison, DatasetComparison, MeanComparison, Report
from merunibench.report.comparison import ALPHA
from merunibench.report.results_table import MEAN, Column, Figure, Mark, ResultsTable, TableRow
from merunibench.scoring import By, LoadedScores, Scored, per_sample, primary_score
from merunibench.scoring.resampling import resampled_score
from merunibench.signature import joint_metric_part
from merunibench.statistics import interval
from merunibench.tasks import Task, TaskSet, as_task_set, benchmark_tasks

Source = Report | str | Path


@dataclass(frozen=True)
class Published:
    """A row that was copied from a paper; scores are fractions.

    Attributes:
        name: The model's name in the paper.
        source: The paper, and the table in it.
        scores: Data set, kind of task or `mean` -> score.
        lexicon: The lexicon, if the paper names it.
        checkpoint_selection: How the checkpoint was chosen, if the paper says so.
    """

    name: str
    source: str
    scores: Mapping[str, float]
    lexicon: str | None = None
    checkpoint_selection: str = ""


def tabulate(
    systems: Sequence[Source],
    *,
    names: Sequence[str] = (),
    baseline: str | None = None,
    published: Sequence[Published] = (),
    resamples: int = 1000,
    seed: int = 0,
    units: By = "auto",
    tasks: TaskSet | Iterable[Task | str | Path] = (),
) -> ResultsTable:
    """Put several models into one table: data sets as columns, with the best score in each marked.

    Args:
        systems: Reports, or per-sample files that reports wrote.
        names: Their names in the table, one for each; by default the names of the models.
        baseline: The name of the system that the others are tested against, as `compare` does; None for no tests.
        published: Rows from papers, which are shown separately: never marked as best, and never tested.
        resamples: Number of resamples and random swaps of the tests, and of the intervals of per-sample files; 0 for
            none.
        seed: Seed of both.
        units: What is resampled and swapped; see `evaluate`.
        tasks: As for `evaluate`.

    Raises:
        InputError: two systems have the same name or were scored differently, or no system has the baseline's name.
    """
    if not systems:
        raise InputError("a table needs at least one model")
    known = as_task_set(tasks)
    called = _names(systems, names, known)
    rows = {
        name: _computed(source, resamples, seed, units, known) for name, source in zip(called, systems, strict=True)
    }
    _refuse_different(rows)
    tests = _tests(dict(zip(called, systems, strict=True)), baseline, resamples, seed, units, known)
    columns = _columns(rows, known)
    best = _best(rows, columns)
    lines = [_published_row(each, columns) for each in published]
    lines += [_row(name, cells, columns, best, tests.get(name)) for name, cells in rows.items()]
    parts = {name: cell.signature.metric_part for cells in rows.values() for name, cell in cells.items()}
    joint = joint_metric_part([parts[column.name] for column in columns if column.name in parts])
    protocol = next(iter(next(iter(rows.values())).values())).signature.protocol
    return ResultsTable(
        columns=tuple(columns),
        rows=tuple(lines),
        protocol=protocol,
        baseline=baseline,
        notes=tuple(notes_of(rows, columns, baseline, list(tests.values()), published, resamples)),
        signature=joint or "; ".join(parts.values()),
        warnings=tuple(
            f"{name} (A) against {baseline} (B): {said}" for name, each in tests.items() for said in each.warnings
        ),
    )


def distinct_names(names: Sequence[str], paths: Sequence[Path]) -> list[str]:
    """Return distinct names: equal names are replaced by the shortest different ends of their paths.

    Args:
        names: One for each system.
        paths: Their paths.

    Example:
        >>> distinct_names(["preds", "preds"], [Path("a/preds"), Path("b/preds")])
        ['a/preds', 'b/preds']
    """
    found = list(names)
    for name in {each for each in names if names.count(each) > 1}:
        places = [place for place, each in enumerate(names) if each == name]
        parts = {place: paths[place].absolute().parts for place in places}
        if len(set(parts.values())) < len(places):
            continue
        depth = next(
            n
            for n in range(1, 1 + max(map(len, parts.values())))
            if len({p[-n:] for p in parts.values()}) == len(places)
        )
        for place in places:
            end = str(Path(*parts[place][-depth:]))
            found[place] = end if Path(end).name == name else f"{name} ({end})"
    return found


def _names(systems: Sequence[Source], names: Sequence[str], tasks: TaskSet) -> list[str]:
    if names and len(names) != len(systems):
        raise InputError(f"{len(names)} names for {len(systems)} models; give one for each, in their order")
    called = list(names) or [_own_name(source, tasks) for source in systems]
    twice = [name for name in dict.fromkeys(called) if called.count(name) > 1]
    if twice:
        raise InputError(f"two models are called {listed(twice)}; give them different names (--name)")
    return called


def _own_name(source: Source, tasks: TaskSet) -> str:
    return (
        source.model if isinstance(source, Report) else next(iter(per_sample.read(Path(source), tasks).values())).model
    )


def _computed(source: Source, resamples: int, seed: int, units: By, tasks: TaskSet) -> dict[str, Computed]:
    """Return data set -> what the table shows of a system on it."""
    if isinstance(source, Report):
        return {scored.dataset: _of_scored(scored) for scored in source.datasets}
    systems = per_sample.read(Path(source), tasks)
    return {name: _of_system(system, resamples, seed, units) for name, system in systems.items()}


def _of_scored(scored: Scored) -> Computed:
    return Computed(
        task=scored.task,
        score=scored.score,
        ci=scored.ci,
        chance=scored.chance,
        replicates=scored.replicates,
        signature=scored.signature,
        complete=scored.is_complete,
        names=None if scored.any_samples is None else scored.any_samples.names,
    )


def _of_system(system: LoadedScores, resamples: int, seed: int, units: By) -> Computed:
    scores = system.scores
    found = resampled_score([scores], resamples, seed, by=units)
    made = found.interval if found is not None else None
    return Computed(
        task=scores.task,
        score=primary_score(scores),
        ci=None if made is None else (made[0], made[1]),
        chance=scores.chance,
        replicates=np.empty(0) if found is None else found.replicates,
        signature=system.signature,
        complete=system.signature.n == scores.task.samples,
        names=scores.names,
    )


def _refuse_different(rows: Mapping[str, Mapping[str, Computed]]) -> None:
    """Refuse scores with different lexicons, protocols or samples in one column."""
    first: dict[str, tuple[str, Computed]] = {}
    for name, cells in rows.items():
        for dataset, cell in cells.items():
            other, against = first.setdefault(dataset, (name, cell))
            differing = cell.signature.differences(against.signature)
            if differing:
                raise InputError(
                    f"{dataset}: {name} and {other} cannot be in one table, since their scores differ in "
                    f"{', '.join(differing)}; score them in the same way"
                )


def _tests(
    sources: Mapping[str, Source], baseline: str | None, resamples: int, seed: int, units: By, tasks: TaskSet
) -> dict[str, Comparison]:
    """Return model -> its comparison with the baseline, as `compare` makes it."""
    if baseline is None:
        return {}
    if baseline not in sources:
        raise InputError(f"no model has the name of the baseline, {baseline!r}; there are {listed(sources)}")
    if resamples < 1:
        raise InputError("testing against a baseline needs resamples; choose at least 1 (--bootstrap)")
    others = {name: source for name, source in sources.items() if name != baseline}
    return {
        name: compare(source, sources[baseline], resamples=resamples, seed=seed, units=units, tasks=tasks)
        for name, source in others.items()
    }


def _columns(rows: Mapping[str, Mapping[str, Computed]], known: TaskSet) -> list[Column]:
    """Return data sets by task, then the mean of each task and of the nine, if a row has it."""
    found: dict[str, Computed] = {}
    for cells in rows.values():
        for dataset, cell in cells.items():
            found.setdefault(dataset, cell)
    order = list(known.in_order(set(found) & set(known))) + sorted(set(found) - set(known))
    kinds = list(dict.fromkeys(found[name].task.kind for name in order))
    columns = [
        Column(name, found[name].task.title, kind, found[name].signature.n)
        for kind in kinds
        for name in order
        if found[name].task.kind == kind
    ]
    means = [name for name in (*_SETS, MEAN) if any(_mean(cells, name) for cells in rows.values())]
    return [*columns, *(Column(name, "Mean" if name == MEAN else f"Mean, {name}", "", None) for name in means)]


_SETS = {
    kind: ids for kind in KINDS if len(ids := tuple(task.id for task in benchmark_tasks() if task.kind == kind)) > 1
}
"""Kinds with several data sets, whose mean `compare` tests -> their data sets."""


def _mean(cells: Mapping[str, Computed], name: str) -> Figure | None:
    """Return the mean of a task, or of the nine; None unless all its data sets are complete."""
    sets = BENCHMARK_DATASETS if name == MEAN else _SETS[name]
    if not all(each in cells and cells[each].complete for each in sets):
        return None
    drawn: list[npt.NDArray[np.float64]] = [cells[each].replicates for each in sets]
    ci = interval(np.mean(drawn, axis=0)) if all(map(len, drawn)) else None
    return Figure(fmean(cells[each].score for each in sets), ci)


def _figure(cells: Mapping[str, Computed], column: Column) -> Figure | None:
    if column.samples is None:
        return _mean(cells, column.name)
    cell = cells.get(column.name)
    return None if cell is None else Figure(cell.score, cell.ci, chance=cell.chance)


def _best(rows: Mapping[str, Mapping[str, Computed]], columns: Sequence[Column]) -> dict[str, float]:
    """Return column -> the largest score printed there, if at least two rows have one."""
    found = {}
    for column in columns:
        scores = [round(100 * figure.score, 2) for cells in rows.values() if (figure := _figure(cells, column))]
        if len(scores) > 1:
            found[column.name] = max(scores)
    return found


def _row(
    name: str,
    cells: Mapping[str, Computed],
    columns: Sequence[Column],
    best: Mapping[str, float],
    test: Comparison | None,
) -> TableRow:
    figures = {column.name: figure for column in columns if (figure := _figure(cells, column)) is not None}
    tested: dict[str, DatasetComparison | MeanComparison] = {}
    if test is not None:
        tested |= {each.dataset: each for each in test.datasets} | {each.name: each for each in test.means}
    for column, figure in figures.items():
        marked = replace(figure, best=round(100 * figure.score, 2) == best.get(column))
        if column in tested:
            difference, p = tested[column].test.difference, tested[column].p_holm
            mark: Mark = "" if p >= ALPHA else "better" if difference > 0 else "worse"
            marked = replace(marked, difference=difference, p_holm=p, mark=mark)
        figures[column] = marked
    signatures = [str(cell.signature) for cell in cells.values()]
    choices = sorted({cell.signature.checkpoint for cell in cells.values()})
    return TableRow(name, figures, signature=" ".join(signatures), checkpoint_selection="+".join(choices))


def _published_row(row: Published, columns: Sequence[Column]) -> TableRow:
    figures = {column.name: Figure(row.scores[column.name]) for column in columns if column.name in row.scores}
    return TableRow(row.name, figures, published=True, source=row.source, checkpoint_selection=row.checkpoint_selection)
