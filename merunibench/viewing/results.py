"""Load results for viewing: one to four models, each scored as by `score`, or read from a per-sample file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench._text import listed, short_repr
from merunibench.analysis.error_analysis import errors_of
from merunibench.analysis.groups import Resampling
from merunibench.data import Arrangement, Table, open_predictions
from merunibench.data.columns import name_column
from merunibench.errors import InputError
from merunibench.evaluation import evaluate
from merunibench.files import open_plain
from merunibench.lexicon import load_lexicon
from merunibench.report.error_analysis import ErrorAnalysis
from merunibench.scoring import LoadedScores, is_per_sample_file, per_sample
from merunibench.tasks import Task, TaskSet

MOST_MODELS = 4
Row = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Viewed:
    """One model on one data set.

    Attributes:
        system: The model's samples, scored.
        rows: What `score --per-sample` writes for each sample, in the same order.
        table: The predictions as read; None for a per-sample file.
    """

    system: LoadedScores
    rows: Sequence[Row]
    table: Table | None = None

    @property
    def task(self) -> Task:
        """The data set."""
        return self.system.scores.task

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Sample -> its index in `rows`."""
        return {str(row["name"]): place for place, row in enumerate(self.rows)}

    @cached_property
    def alone(self) -> npt.NDArray[np.float64]:
        """The score of each sample alone."""
        return self.system.scores.alone()

    @cached_property
    def costs(self) -> npt.NDArray[np.float64]:
        """How much each sample costs the score."""
        return self.system.scores.costs()

    @cached_property
    def _table_rows(self) -> dict[str, int]:
        names = [] if self.table is None else name_column(self.table).to_pylist()
        return {name: row for row, name in enumerate(names)}

    def given(self, name: str, column: str) -> Any:  # noqa: ANN401 - any value of a file
        """Return the value of a sample in a column of the predictions, or None."""
        if self.table is None or column not in self.table.columns or name not in self._table_rows:
            return None
        values = self.table.columns[column]
        value = values[self._table_rows[name]]
        return value.as_py() if hasattr(value, "as_py") else value


@dataclass(frozen=True, eq=False)
class Collection:
    """The loaded results.

    Attributes:
        models: The models' names, all different.
        sets: Data set -> one entry per model; None if it has no score there.
        errors: The error analysis of each model; None for a per-sample file.
        lexicon: The lexicon, in any form that `load_lexicon` accepts.
        level: Level of the wheels.
        data_root: Folder of clips and subtitles, or None.
        clips: Additional folder of clips, or None.
        warnings: What readers of the scores should know.
    """

    models: tuple[str, ...]
    sets: Mapping[str, tuple[Viewed | None, ...]]
    errors: tuple[ErrorAnalysis | None, ...]
    lexicon: str
    level: int
    data_root: Path | None = None
    clips: Path | None = None
    warnings: tuple[str, ...] = field(default=())

    @cached_property
    def samples(self) -> list[tuple[str, str]]:
        """(Data set, name) of every sample, in the order of the ground truth of the first model that has the set."""
        found: dict[tuple[str, str], None] = {}
        for dataset, models in self.sets.items():
            for viewed in filter(None, models):
                found |= dict.fromkeys((dataset, str(row["name"])) for row in viewed.rows)
        return list(found)

    def task(self, dataset: str) -> Task:
        """The definition of a data set."""
        return next(viewed.task for viewed in self.sets[dataset] if viewed is not None)

    def place(self, name: str, dataset: str | None = None) -> int:
        """Return the index of the sample with that name.

        Raises:
            InputError: there is no such sample, or there are several and no data set is given.
        """
        places = [
            place
            for place, (of, known) in enumerate(self.samples)
            if known == name and (dataset is None or of == dataset)
        ]
        if not places:
            near = [known for _, known in self.samples if name.lower() in known.lower()][:5]
            advice = f"; similar names: {listed(near)}" if near else ""
            raise InputError(f"there is no sample {short_repr(name)} in {listed(self.sets)}{advice}")
        if len(places) > 1:
            sets = listed(self.samples[place][0] for place in places)
            raise InputError(f"{short_repr(name)} is a sample in several data sets: {sets}; choose one with --dataset")
        return places[0]


def load_results(
    paths: Sequence[Path],
    data_root: Path | None,
    *,
    names: Sequence[str] = (),
    clips: Path | None = None,
    datasets: Sequence[str] | None = None,
    tasks: TaskSet,
    **settings: Any,  # noqa: ANN401 - of `evaluate`
) -> Collection:
    """Load and score one to four models.

    Args:
        paths: Predictions, run folders, submissions or per-sample files.
        data_root: Folder with the ground truth; None if all are per-sample files.
        names: Names to show instead of the models' own names, in the same order.
        clips: Additional folder of clips.
        datasets: Data sets to load; by default all that are found.
        tasks: The known data sets.
        settings: As for `evaluate`.

    Raises:
        InputError: an argument cannot be used; the message says what, where and what to do.
    """
    if not 1 <= len(paths) <= MOST_MODELS:
        raise InputError(f"{len(paths)} results given; 1 to {MOST_MODELS} can be viewed side by side")
    if len(names) > len(paths):
        raise InputError(f"{len(names)} names given for {len(paths)} results; give at most one per result (--name)")
    if clips is not None and not clips.is_dir():
        raise InputError(f"{clips}: no such folder; give the folder with the clips (--clips)")
    loaded = [_load(path, data_root, datasets, tasks, settings) for path in paths]
    models = _distinct([names[at] if at < len(names) else each[0] for at, each in enumerate(loaded)])
    known = {dataset for _, found, *_ in loaded for dataset in found}
    ordered = [*tasks.in_order(dataset for dataset in known if tasks.find(dataset)), *sorted(known)]
    sets = {dataset: tuple(found.get(dataset) for _, found, *_ in loaded) for dataset in dict.fromkeys(ordered)}
    return Collection(
        models=models,
        sets=sets,
        errors=tuple(
            errors and replace(errors, model=model) for model, (_, _, errors, _) in zip(models, loaded, strict=True)
        ),
        lexicon=str(settings.get("lexicon", "builtin")),
        level=int(settings.get("level", 1)),
        data_root=data_root,
        clips=clips,
        warnings=tuple(dict.fromkeys(warning for *_, warnings in loaded for warning in warnings)),
    )


_Loaded = tuple[str, dict[str, Viewed], ErrorAnalysis | None, tuple[str, ...]]


def _load(
    given: Path, data_root: Path | None, datasets: Sequence[str] | None, tasks: TaskSet, settings: Mapping[str, Any]
) -> _Loaded:
    """Return a model's name, its data sets, its errors, and warnings."""
    if is_per_sample_file(given):
        return _from_file(given, datasets, tasks)
    if data_root is None and not any(task.own for task in tasks.values()):
        raise InputError(f"{given}: is not a per-sample file; give the folder with the ground truth: --data-root DIR")
    path = _predictions_in(given)
    lexicon = load_lexicon(settings.get("lexicon", "builtin"))
    report = evaluate(path, data_root, datasets=datasets, tasks=tasks, bootstrap=0, **{**settings, "lexicon": lexicon})
    arrangement = Arrangement(settings.get("columns") or {}, settings.get("name_regex"))
    only = tasks.get_task(datasets[0]).id if datasets and len(set(datasets)) == 1 else None
    bound = {"max_bytes": settings["max_bytes"]} if "max_bytes" in settings else {}
    source = open_predictions(
        path, dataset=only, model=settings.get("model"), arrangement=arrangement, tasks=tasks, **bound
    )
    viewed = {}
    for scored in report.datasets:
        system = LoadedScores.of(scored, report.model)
        table = source.table(scored.dataset, scored.checkpoint)
        viewed[scored.dataset] = Viewed(system, list(per_sample.rows_of(system)), table)
    errors = errors_of(report, source, lexicon, resampling=Resampling(0, 0))
    name = given.name if path != given else report.model
    return name, viewed, errors, report.warnings


def _from_file(path: Path, datasets: Sequence[str] | None, tasks: TaskSet) -> _Loaded:
    """Load a per-sample file: it contains no text, and no true labels."""
    wanted = None if datasets is None else {tasks.get_task(name).id for name in datasets}
    systems = per_sample.read(path, tasks)
    rows: dict[str, list[Row]] = {}
    for row in _lines(path):
        rows.setdefault(str(row["dataset"]), []).append(row)
    kept = {name: Viewed(system, rows[name]) for name, system in systems.items() if wanted is None or name in wanted}
    if not kept:
        raise InputError(f"{path}: contains {listed(systems)}, none of the requested data sets (--dataset)")
    return next(iter(kept.values())).system.model, kept, None, ()


def _lines(path: Path) -> Iterator[Row]:
    """Yield the rows, which `per_sample.read` has checked."""
    with open_plain(path) as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _predictions_in(path: Path) -> Path:
    """The predictions in a run folder (labels, or else answers) or a submission; otherwise the path itself."""
    if (path / "run.toml").is_file() and (path / "labels").is_dir():
        return path / "labels"
    marked = (path / "run.toml").is_file() or (path / "submission.toml").is_file()
    return path / "predictions" if marked and (path / "predictions").is_dir() else path


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names, with a number added to repeated ones."""
    found: list[str] = []
    for name in names:
        number, candidate = 2, name
        while candidate in found:
            candidate, number = f"{name} ({number})", number + 1
        found.append(candidate)
    return tuple(found)
