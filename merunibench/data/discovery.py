"""Find a model's predictions: any layout of files becomes data set -> checkpoint -> files.

There are three layouts: official result folders (`results-<dataset>/<model>/checkpoint_*.npz`), a model's folder of
tables (`<dataset>.jsonl`, or `<checkpoint>/<dataset>.jsonl` if there are checkpoints), and a single file. Only names
are used here; files are read when their content is requested.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeVar

from merunibench._text import listed
from merunibench.data.arranging import Arrangement, arranged, datasets_in
from merunibench.data.official import OfficialFiles, official_stem
from merunibench.data.predictions import Extractor, Predictions, predictions_from_table
from merunibench.data.submitted import submitted_name
from merunibench.data.tables import TABLE_SUFFIXES, Table, is_saved_dataset, read_table, table_stem
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.files.reading import reading
from merunibench.tasks import BUILTIN, Task, TaskSet

DEFAULT_CHECKPOINT = "default"
"""Name of the only checkpoint of a model without named checkpoints."""

_RESULTS = "results-"
_NPZ = ".npz"
_CHECKPOINT_NAME = re.compile(r"(checkpoint|ckpt|epoch|step|iter)|.*(^|[-_.])[0-9]+$", re.IGNORECASE)

_Files = TypeVar("_Files")


class CheckpointFiles(Protocol):
    """The files of one checkpoint for one data set."""

    def scoring_table(self, task: Task, max_bytes: int) -> Table:  # noqa: ARG002 - the same table for every task
        """Return the table that scoring needs; the full table by default."""
        return self.full_table(max_bytes)

    def full_table(self, max_bytes: int) -> Table:
        """Return all data in one table."""
        ...


Layout = dict[str, dict[str, CheckpointFiles]]


@dataclass(frozen=True)
class TableFile(CheckpointFiles):
    """A checkpoint whose predictions for a data set are one table."""

    path: Path

    def full_table(self, max_bytes: int) -> Table:
        """Return the table; unused columns are not read if the format allows."""
        return read_table(self.path, max_bytes=max_bytes)


@dataclass(frozen=True)
class OpenTable(CheckpointFiles):
    """A checkpoint whose predictions for a data set are in a table that was already read."""

    table: Table

    def full_table(self, max_bytes: int) -> Table:  # noqa: ARG002 - it is unpacked already
        """Return the table."""
        return self.table


@dataclass(frozen=True)
class PredictionSource:
    """The predictions of one model, found but not yet read.

    Attributes:
        model: Name of the model: its folder, or the name that the caller gave.
        files: Files by data set (in the order of the published tables) and checkpoint (in natural order of names).
        max_bytes: Largest size that any of the files may unpack to.
        arrangement: How to read their columns and names.
        unnamed: Tables that were found, but are not named after a data set.
        tasks: The known data sets.
        assumed: Message about the data set that was assumed for a file whose name does not say; else empty.
    """

    model: str
    files: Mapping[str, Mapping[str, CheckpointFiles]]
    max_bytes: int = DEFAULT_MAX_BYTES
    arrangement: Arrangement = field(default_factory=Arrangement)
    unnamed: tuple[Path, ...] = ()
    tasks: TaskSet = BUILTIN
    assumed: str = ""

    def checkpoints(self, dataset: str) -> tuple[str, ...]:
        """Return the checkpoints that have predictions for a data set, in order."""
        return tuple(self.files[dataset])

    @property
    def definitions(self) -> tuple[Task, ...]:
        """Its data sets that are in `tasks`; a data set under construction, as in `curate`, has no definition."""
        return tuple(self.tasks[dataset] for dataset in self.files if dataset in self.tasks)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Messages about an assumed data set and ignored tables, with what to do about them."""
        ignored = (
            f"{path.name}: ignored, since it is not named after a data set{_advice(self.tasks, path)}"
            for path in self.unnamed
        )
        return (*([self.assumed] if self.assumed else []), *ignored)

    def table(self, dataset: str, checkpoint: str, *, full: bool = True) -> Table:
        """Return the predictions of a checkpoint for a data set: all columns, or those that scoring needs.

        Raises:
            UnsafeFileError: a file would run code or fill the memory.
            InputError: it cannot be read, or its meaning is ambiguous.
        """
        files, task = self.files[dataset][checkpoint], self.tasks[dataset]
        table = files.full_table(self.max_bytes) if full else files.scoring_table(task, self.max_bytes)
        return arranged(table, task, self.arrangement, self.tasks)

    def load(self, dataset: str, checkpoint: str, extractor: Extractor | None = None) -> Predictions:
        """Read the predictions of a checkpoint for a data set; `extractor` as for `predictions_from_table`.

        Raises:
            UnsafeFileError: a file would run code or fill the memory.
            InputError: they cannot be read, or contain nothing that can be scored.
        """
        table = self.table(dataset, checkpoint, full=False)
        predictions = predictions_from_table(table, self.tasks[dataset], extractor)
        return replace(predictions, remarks=(*table.remarks, *predictions.remarks))


def open_predictions(
    path: Path,
    *,
    dataset: str | None = None,
    model: str | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    arrangement: Arrangement | None = None,
    tasks: TaskSet = BUILTIN,
) -> PredictionSource:
    """Find the predictions of a model below `path`.

    Args:
        path: A folder of official results, a model's folder, a folder of such folders, or one file.
        dataset: The data set to use, in any spelling; None for all. A file needs it if neither its name nor a column
            `dataset` says which it is, unless `tasks` has exactly one own data set, which is then used.
        model: The model to use, if `path` contains several; the name of a folder. For a single file, just its name.
        max_bytes: Largest size that any of the files may unpack to.
        arrangement: How to read columns and names that differ from the expected ones.
        tasks: The known data sets.

    Raises:
        InputError: `path` is missing or contains no predictions, or it is ambiguous which ones to use; the message says
            what was found.
    """
    if model is not None and (model in ("", ".", "..") or re.search(r"[/\\\0]", model)):
        raise InputError(f"model {model!r} must be the plain name of a folder")
    task = tasks.get_task(dataset) if dataset else None
    alone = path.is_file() or is_saved_dataset(path)
    assumed = ""
    if alone:
        name, layout, assumed = _single_file(tasks, path, task, max_bytes)
    else:
        name, layout = _folder(tasks, path, task, model)
    if task:
        if task.id not in layout:
            advice = "".join(_advice(tasks, each) for each in ([] if alone else _unnamed(tasks, path, layout)))
            raise InputError(
                f"{path}: no predictions for {task.title}; found predictions for {', '.join(layout)}{advice}"
            )
        layout = {task.id: layout[task.id]}
    files = {
        key: {name: layout[key][name] for name in sorted(layout[key], key=natural_order)}
        for key in tasks.in_order(layout)
    }
    unnamed = () if alone else _unnamed(tasks, path, layout)
    shown = model or submitted_name(path) or name
    return PredictionSource(shown, files, max_bytes, arrangement or Arrangement(), unnamed, tasks, assumed)


def natural_order(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key for checkpoint names that puts `step-9` before `step-10`."""
    pieces = re.split(r"([0-9]+)", name)
    return [(1, int(piece), "") if index % 2 else (0, 0, piece) for index, piece in enumerate(pieces)]


def _children(folder: Path) -> list[Path]:
    with reading(folder):
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _folder_name(folder: Path) -> str:
    """Return the name of a folder, even if it is given as `.`."""
    return folder.resolve().name or "model"


def _single_file(tasks: TaskSet, path: Path, task: Task | None, max_bytes: int) -> tuple[str, Layout, str]:
    """Find one table or one official result file; the caller's data set takes precedence over the file name.

    Returns:
        Model, layout, and the message about an assumed data set (as in `PredictionSource`).
    """
    files: CheckpointFiles
    assumed = ""
    if path.suffix.lower() == _NPZ:
        stem, part = official_stem(path)
        named = _results_task(tasks, path.absolute().parent.parent)
        if task and named and task.id != named.id:
            raise InputError(f"{path}: is in the results of {named.title}, not of {task.title}")
        task = task or named
        files = OfficialFiles(**{part: path})
        model, checkpoint = _folder_name(path.parent), stem
    else:
        stem = table_stem(path) or path.name
        named = tasks.find(stem)
        model, checkpoint = _folder_name(path.parent) if named else stem, DEFAULT_CHECKPOINT
        task = task or named
        files = TableFile(path)
        if task is None:
            files = OpenTable(read_table(path, max_bytes=max_bytes))
            if found := datasets_in(files.table, tasks):
                return model, {identifier: {checkpoint: files} for identifier in found}, assumed
    if task is None:
        task = _only_own(tasks, path, stem)
        assumed = (
            f"{path.name}: its name does not say which data set it is for; assuming {task.title}, your only own data "
            f"set; --dataset {task.id} confirms this"
        )
    return model, {task.id: {checkpoint: files}}, assumed


def _only_own(tasks: TaskSet, path: Path, stem: str) -> Task:
    """Return the user's own data set for a file without a data set, if there is one and the name suggests no other."""
    like, own = _dataset_within(tasks, stem), tasks.own
    if len(own) == 1 and like is None:
        return own[0]
    known = [task.id for task in own] or tasks
    hint = f" (--dataset {like.id}?)" if like else f" (--dataset), one of {', '.join(known)}"
    raise InputError(f"{path}: its name does not say which data set it is for; name the data set{hint}")


def _folder(tasks: TaskSet, path: Path, task: Task | None, model: str | None) -> tuple[str, Layout]:
    """Find official results, a model's tables (or folders of them named like checkpoints), or one of several models."""
    folders, tables = _children(path), _tables_in(tasks, path)
    results = _official_models(tasks, path)
    if results and tables:
        raise InputError(f"{path}: contains both official result folders and tables; give a folder with one kind")
    if results:
        return _choose(tasks, results, model, path)
    alone = _official_checkpoints(path)
    if alone and not model:
        named = task or _results_task(tasks, path.absolute().parent)
        if named is None:
            raise InputError(f"{path}: it is unclear which data set these results are for; name it with --dataset")
        return _folder_name(path), {named.id: alone}
    models = {folder.name: folder for folder in folders if _holds_tables(tasks, folder)}
    if model is None and (tables or (models and all(map(_CHECKPOINT_NAME.match, models)))):
        return _folder_name(path), _model_of_tables(tasks, path)
    name, folder = _choose(tasks, models, model, path)
    return name, _model_of_tables(tasks, folder)


def _choose(tasks: TaskSet, models: Mapping[str, _Files], model: str | None, path: Path) -> tuple[str, _Files]:
    """Return the requested model, or the only one."""
    if not models:
        raise _nothing_found(tasks, path)
    held = listed(sorted(models))
    if model is None:
        if len(models) == 1:
            return next(iter(models.items()))
        raise InputError(f"{path}: contains several models, name one (--folder): {held}")
    if model not in models:
        raise InputError(f"{path}: no predictions of a model {model!r}; there are {held}")
    return model, models[model]


def _nothing_found(tasks: TaskSet, path: Path) -> InputError:
    children = _children(path)
    found = f"found {listed([child.name for child in children], 10)}" if children else "it is empty"
    advice = next(filter(None, (_advice(tasks, child) for child in children if table_stem(child))), "")
    return InputError(
        f"{path}: no predictions; expected <dataset>.jsonl (or {', '.join(TABLE_SUFFIXES[1:])}), "
        f"<checkpoint>/<dataset>.jsonl or results-<dataset>/<model>/checkpoint_*.npz, where <dataset> is one of "
        f"{', '.join(tasks)}; {found}{advice}"
    )


def _unnamed(tasks: TaskSet, path: Path, layout: Layout) -> tuple[Path, ...]:
    """Return tables next to the predictions that are not named after a data set; JSON files usually are not tables."""
    folders = {each.path.parent for found in layout.values() for each in found.values() if isinstance(each, TableFile)}
    every = (child for folder in sorted(folders or {path}) for child in _children(folder))
    named = ((child, table_stem(child)) for child in every if child.suffix.lower() != ".json")
    return tuple(child for child, stem in named if stem and not tasks.find(stem))


def _dataset_within(tasks: TaskSet, stem: str) -> Task | None:
    """Return the data set that part of a name refers to, if there is exactly one, as in `model_MELD`."""
    parts = re.split(r"[-_. ]+", stem)
    found: set[str] = set()
    first = 0
    while first < len(parts):
        lasts = range(min(first + 3, len(parts)), first, -1)  # the longest first: `sims v2` is not `sims`
        last = next((last for last in lasts if tasks.find("-".join(parts[first:last]))), None)
        if last:
            found.add("-".join(parts[first:last]))
        first = last or first + 1
    named = {task.id: task for task in map(tasks.get_task, found)}
    return next(iter(named.values())) if len(named) == 1 else None


def _advice(tasks: TaskSet, path: Path) -> str:
    """Return advice about a table that is not named after a data set: `; name it …`, or the empty string."""
    stem = table_stem(path)
    task = _dataset_within(tasks, stem) if stem and not tasks.find(stem) else None
    return (
        f"; name it {task.id}{path.name[len(stem or '') :]}, or give it alone with --dataset {task.id}" if task else ""
    )


def _results_task(tasks: TaskSet, folder: Path) -> Task | None:
    """Return the data set of an official result folder, `results-<dataset>`."""
    return tasks.find(folder.name.removeprefix(_RESULTS)) if folder.name.startswith(_RESULTS) else None


def _official_models(tasks: TaskSet, path: Path) -> dict[str, Layout]:
    """Return the models in the official result folders in `path`, or in `path` itself if it is one."""
    models: dict[str, Layout] = {}
    for results in [path.absolute()] if _results_task(tasks, path.absolute()) else _children(path):
        task = _results_task(tasks, results)
        if task and results.is_dir():
            for folder in _children(results):
                checkpoints = _official_checkpoints(folder)
                if checkpoints:
                    layout = models.setdefault(folder.name, {})
                    if task.id in layout:
                        raise InputError(f"{path}: two result folders for {task.title}; keep one")
                    layout[task.id] = checkpoints
    return models


def _official_checkpoints(folder: Path) -> dict[str, CheckpointFiles]:
    """Return the checkpoints in a model's result folder, with up to three files each."""
    found: dict[str, dict[str, Path]] = {}
    for path in _children(folder) if folder.is_dir() else ():
        if path.suffix.lower() == _NPZ:
            stem, field = official_stem(path)
            found.setdefault(stem, {})[field] = path
    return {stem: OfficialFiles(**fields) for stem, fields in found.items()}


def _tables_in(tasks: TaskSet, folder: Path) -> dict[str, Path]:
    """Return the tables directly in a folder, by data set."""
    found: dict[str, Path] = {}
    for path in _children(folder):
        stem = table_stem(path)
        task = tasks.find(stem) if stem else None
        if task:
            if task.id in found:
                raise InputError(
                    f"{folder}: {found[task.id].name} and {path.name} are both for {task.title}; keep one of them"
                )
            found[task.id] = path
    return found


def _table_folders(tasks: TaskSet, folder: Path) -> list[Path]:
    """Return the sub-folders that contain tables."""
    return [
        path for path in _children(folder) if path.is_dir() and not is_saved_dataset(path) and _tables_in(tasks, path)
    ]


def _holds_tables(tasks: TaskSet, folder: Path) -> bool:
    return (
        folder.is_dir()
        and not is_saved_dataset(folder)
        and bool(_tables_in(tasks, folder) or _table_folders(tasks, folder))
    )


def _model_of_tables(tasks: TaskSet, folder: Path) -> Layout:
    """Return every table in a model's folder and its sub-folders, which are its checkpoints."""
    layout: Layout = {}
    for checkpoint, place in [
        (DEFAULT_CHECKPOINT, folder),
        *((sub.name, sub) for sub in _table_folders(tasks, folder)),
    ]:
        for dataset, path in _tables_in(tasks, place).items():
            checkpoints = layout.setdefault(dataset, {})
            if checkpoint in checkpoints:
                raise InputError(
                    f"{path}: {folder} itself already contains the checkpoint {DEFAULT_CHECKPOINT!r}; rename one"
                )
            checkpoints[checkpoint] = TableFile(path)
    return layout
