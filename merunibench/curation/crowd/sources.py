"""Read votes from files. A source of votes is a classifier, a person or a model that labels samples.

A source is a table with `name` and `label` (and optionally `probability`), or predictions as `merunibench infer` and
`extract` write them. A folder with `settings.json` is one source whose tables are its sets; the settings give the task
it votes on, its training data, and its accuracy on human labels.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import listed, short_repr
from merunibench.curation.columns import read_simple
from merunibench.data import TABLE_SUFFIXES, Table
from merunibench.data.cells import written_nulls
from merunibench.data.columns import find_column, label_column, name_column, text_column
from merunibench.data.polarity_words import read_polarity
from merunibench.data.predictions import failed_rows
from merunibench.data.tables import table_stem, table_suffix
from merunibench.errors import InputError
from merunibench.extraction import Rules
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.files.json_text import read_json
from merunibench.files.reading import reading
from merunibench.labels import LabelLists
from merunibench.words import Words, unify

Task = Literal["emotion", "sentiment"]
LABEL_TASKS: tuple[Task, ...] = get_args(Task)
SETTINGS = "settings.json"
_SIMPLE = {"name": pa.string(), "label": pa.string(), "probability": pa.float64(), "status": pa.string()}
"""Columns of simple votes, which are read fast."""
UNKNOWN = "unknown"
"""Value for sources whose training data is unknown."""


@dataclass(frozen=True, eq=False)
class Source:
    """The votes of one source for one task.

    Attributes:
        name: Name of the source.
        task: The task it votes on: emotion or sentiment.
        names: Names of its samples, all distinct: `large_string`, shape (N,).
        labels: Its labels of each sample: usually one class, several if a model lists labels; empty if it abstains.
        settings: Content of `settings.json`; empty if there is none.
        where: Its file or folder.
    """

    name: str
    task: Task
    names: pa.Array
    labels: LabelLists
    settings: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""

    def __len__(self) -> int:
        return len(self.names)

    @property
    def training(self) -> str:
        """The data it was trained on; `unknown` if not given."""
        told = self.settings.get("training")
        data = told.get("data") if isinstance(told, dict) else told
        return data if isinstance(data, str) and data else UNKNOWN

    @property
    def accuracy(self) -> float | None:
        """Accuracy on human labels in validation, between 0 and 1; None if not given."""
        told = self.settings.get("validation")
        value = told.get("accuracy") if isinstance(told, dict) else None
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise InputError(
                f"{self.where}: {SETTINGS}: validation.accuracy must be between 0 and 1, not {short_repr(value)}"
            )
        return float(value)

    @property
    def classes(self) -> int | None:
        """Number of classes it chooses from; None if not given."""
        told = self.settings.get("classes")
        return len(told) if isinstance(told, list) and len(told) > 1 else None


def load_sources(paths: Iterable[Path], *, max_bytes: int = DEFAULT_MAX_BYTES) -> list[Source]:
    """Load the sources at the given places; see `find_sources`.

    Raises:
        InputError: a file is broken, a name is in several files of a source, or two sources have the same name and
            task.
    """
    found: dict[tuple[str, Task], Source] = {}
    for path in paths:
        for name, files in find_sources(path).items():
            for source in read_source(name, files, max_bytes=max_bytes):
                key = (source.name, source.task)
                if key in found:
                    raise InputError(
                        f"{source.where}: another source of {source.task} is named {short_repr(name)} "
                        f"({found[key].where}); rename one, since votes must count only once"
                    )
                found[key] = source
    return list(found.values())


def find_sources(path: Path) -> dict[str, tuple[Path, ...]]:
    """Find the sources at a place: name -> the tables with its votes.

    A single table is one source, named after the file. A folder with `settings.json` is one source. In any other
    folder, every table and every folder of tables is a source.

    Raises:
        InputError: the place does not exist, or contains no votes.
    """
    if not path.is_dir() or table_stem(path) is not None:
        return {table_stem(path) or path.stem: (path,)}
    if (path / SETTINGS).is_file():
        return {path.name: _tables(path)}
    found: dict[str, tuple[Path, ...]] = {}
    with reading(path):
        children = sorted(child for child in path.iterdir() if not child.name.startswith("."))
    for child in children:
        if child.is_dir() and table_stem(child) is None:
            files = _tables(child)
            if files:
                found[child.name] = files
        elif table_suffix(child) and not child.name.endswith(SETTINGS):
            name = table_stem(child) or child.stem
            if name in found:
                raise InputError(f"{path}: contains two sources {short_repr(name)}; rename one")
            found[name] = (child,)
    if not found:
        raise InputError(f"{path}: contains no votes; a source is a table (*{', *'.join(TABLE_SUFFIXES[:3])}, …)")
    return found


def _tables(folder: Path) -> tuple[Path, ...]:
    with reading(folder):
        return tuple(sorted(child for child in folder.iterdir() if table_suffix(child) and child.name != SETTINGS))


def read_source(name: str, files: tuple[Path, ...], *, max_bytes: int = DEFAULT_MAX_BYTES) -> list[Source]:
    """Read the votes in the tables of one source: on emotion, on sentiment, or on both if predictions contain both.

    Raises:
        InputError: a table is broken, or a name is in several tables.
    """
    if not files:
        raise InputError(f"source {short_repr(name)}: contains no table of votes")
    where = str(files[0]) if len(files) == 1 else str(files[0].parent)
    settings = read_settings(files[0])
    parts: dict[Task, list[tuple[pa.Array, LabelLists]]] = {}
    for path in files:
        table = written_nulls(read_simple(path, _SIMPLE, max_bytes))
        names = name_column(table)
        for task, lists in _votes(table, settings.get("task")).items():
            parts.setdefault(task, []).append((names, lists))
    return [Source(name, task, *_joined(found, where), settings, where) for task, found in parts.items()]


def read_settings(file: Path) -> dict[str, Any]:
    """Read the settings next to a table of votes: `<stem>.settings.json`, or `settings.json` of its folder.

    Raises:
        InputError: they are not a JSON object, or the task is neither emotion nor sentiment.
    """
    own = file.parent / f"{table_stem(file)}.{SETTINGS}"
    path = own if own.is_file() else file.parent / SETTINGS
    if not path.is_file():
        return {}
    settings = read_json(path)
    if not isinstance(settings, dict):
        raise InputError(f"{path}: must contain an object with settings, not {short_repr(settings)}")
    if settings.get("task", LABEL_TASKS[0]) not in LABEL_TASKS:
        raise InputError(f"{path}: task must be {' or '.join(LABEL_TASKS)}, not {short_repr(settings['task'])}")
    return cast("dict[str, Any]", settings)


def _votes(table: Table, task: Task | None) -> dict[Task, LabelLists]:
    """Return the votes in a table by task, without those of failed rows."""
    failed = failed_rows(table)
    column = next((name for name in ("label", "labels") if name in table.columns), None)
    found: dict[Task, LabelLists] = {}
    if column is not None:
        lists = label_column(table, column)
        found[task or task_of(lists)] = lists
    elif "text" in table.columns:
        rules = Rules()
        texts = text_column(table, "text").fill_null("").to_pylist()
        found["emotion"] = LabelLists.from_fields([rules.labels(text) for text in texts])
    if "polarity" in table.columns:
        found["sentiment"] = LabelLists.from_fields(
            [[word] if word else [] for word in text_column(table, "polarity").to_pylist()]
        )
    if not found:
        find_column(table, "label", "labels", "polarity", "text")
    rows = np.where(failed, -1, np.arange(table.num_rows))
    return {key: lists.take(rows) if failed.any() else lists for key, lists in found.items()}


def task_of(lists: LabelLists) -> Task:
    """Return the task of labels: sentiment if all are polarities (positive, negative, neutral), else emotion."""
    words = set(lists.vocabulary)
    return "sentiment" if words and all(read_polarity(word) is not None for word in words) else "emotion"


def _joined(parts: list[tuple[pa.Array, LabelLists]], where: str) -> tuple[pa.Array, LabelLists]:
    """Join the sets of one source."""
    if len(parts) == 1:
        return parts[0]
    names = pa.concat_arrays([names for names, _ in parts])
    encoded = names.dictionary_encode()
    if len(encoded.dictionary) < len(names):
        counts = np.bincount(encoded.indices)
        repeated = encoded.dictionary.take(pa.array(np.flatnonzero(counts > 1))).to_pylist()
        raise InputError(f"{where}: {len(repeated)} names are in several sets: {listed(map(repr, repeated), 10)}")
    return names, concatenated([lists for _, lists in parts])


def concatenated(parts: list[LabelLists]) -> LabelLists:
    """Concatenate columns of label lists."""
    vocabulary, positions = unify([part.vocabulary for part in parts])
    codes = np.concatenate([where[part.codes] for part, where in zip(parts, positions, strict=True)])
    lengths = np.concatenate([np.diff(part.offsets) for part in parts])
    firsts = np.cumsum([0, *(len(part.offsets) - 1 for part in parts)])
    rows = np.concatenate([part.rows + first for part, first in zip(parts, firsts, strict=False)])
    return LabelLists(
        Words.of(vocabulary), codes.astype(np.int32), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), rows
    )


def positions(names: pa.Array, source: Source) -> np.ndarray:
    """Return the row of each sample in a source, -1 if the source does not have it; shape of `names`."""
    if names.equals(source.names):
        return np.arange(len(names))
    found = pc.index_in(names, value_set=source.names).fill_null(-1)
    return cast("np.ndarray", found.to_numpy(zero_copy_only=False).astype(np.int64))
