"""Ground truth of a data set: find its file, read its labels, and compute a hash that identifies it; also subtitles.

Licences forbid shipping labels, so the user's own copy is read: the official folders, or a plain table named after the
data set.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import short_repr
from merunibench.data.annotators import with_one_truth
from merunibench.data.columns import find_column, label_column, map_column, name_column, texts_by_name
from merunibench.data.documents import MAPPED
from merunibench.data.numbers import finite_number, preference
from merunibench.data.official import read_corpora, read_corpus
from merunibench.data.tables import TABLE_SUFFIXES, Table, read_table, table_stem
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES, open_plain
from merunibench.files.reading import reading
from merunibench.labels import LabelLists
from merunibench.tasks import BUILTIN, Task, TaskSet
from merunibench.words import Words

LABEL_COLUMNS = ("label", "labels", "openset")
_COLUMNS = {"labels": LABEL_COLUMNS, "preference": ("label", "preference")}
"""Kind of truth -> possible names of its column; otherwise `label`."""
_AT_ONCE = 1 << 14


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """The true labels of the N samples of a data set, in file order.

    Attributes:
        task: The data set.
        names: Sample names, all different: `large_string`, shape (N,).
        labels: Basic and fine-grained tasks: the labels of each sample, exactly one class word if basic.
        values: Sentiment tasks: the real-valued sentiment, finite, shape (N,).
        path: The file they come from.
    """

    task: Task
    names: pa.Array
    labels: LabelLists | None
    values: npt.NDArray[np.float64] | None
    path: Path

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def sha256(self) -> str:
        """Hash of the names and truths, independent of the format and order of the file.

        It is the SHA-256 of the lines `name TAB truth` sorted by name, in UTF-8. The truth is the class word, the
        normalised labels joined by commas, or the shortest decimal number that represents the value.
        """
        if self.labels is not None:
            rows, truths = self.labels.rows, self.labels.distinct_as_text(end="\n")
        else:
            rows, truths = np.arange(len(self)), _decimals(self.values, end="\n")
        names, tab, digest = self.names, pa.scalar("\t", pa.large_string()), hashlib.sha256()
        ordered = pc.all(pc.less_equal(names[:-1], names[1:])).as_py()
        order = np.arange(len(names)) if ordered else pc.sort_indices(names).to_numpy()
        for first in range(0, len(names), _AT_ONCE):
            part = order[first : first + _AT_ONCE]
            digest.update(_bytes_of(pc.binary_join_element_wise(names.take(part), truths.take(rows[part]), tab)))
        return digest.hexdigest()

    def subset(self, samples: npt.NDArray[np.integer[Any]]) -> "GroundTruth":
        """Return only the given samples, in that order."""
        return replace(
            self,
            names=self.names.take(pa.array(samples)),
            labels=None if self.labels is None else self.labels.take(samples),
            values=None if self.values is None else self.values[samples],
        )


def _decimals(values: npt.NDArray[np.float64] | None, end: str) -> pa.Array:
    """Return each number as Python writes it, followed by `end`; negative zero becomes zero."""
    numbers = [] if values is None else (values + 0.0).tolist()
    return pa.array([repr(value) + end for value in numbers], pa.large_string())


def _bytes_of(texts: pa.Array) -> bytes | memoryview:
    """Return the bytes of all texts in sequence, without copying."""
    _, offsets, data = texts.buffers()
    if data is None:
        return b""
    bounds = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(data)[bounds[0] : bounds[-1]]


def find_truth(root: Path | None, tasks: TaskSet = BUILTIN) -> dict[str, Path]:
    """Return the label files below a folder, and those that own data sets name, by data set.

    A data set is found by its official label file (`meld-process/label.npz`), or by a table named after it, in any
    spelling of its name, directly in the folder (`meld.csv`).

    Raises:
        InputError: the folder is missing or contains no labels, or a data set has several label files.
    """
    found = find_labels(root, tasks)
    if not found and root is None:
        raise InputError("no labels given: give the folder with the ground truth (--data-root)")
    if not found and root is not None:
        raise InputError(
            f"{root}: contains no labels; expected official folders such as meld-process/label.npz, or tables such as "
            f"meld.csv (also {', '.join(TABLE_SUFFIXES)}){_hint(root, tasks)}"
        )
    return found


def find_labels(root: Path | None, tasks: TaskSet = BUILTIN) -> dict[str, Path]:
    """Do the same as `find_truth` for a folder that may have no labels, such as that of a blind test.

    Raises:
        InputError: the folder is missing, or a data set has several label files.
    """
    found: dict[str, list[Path]] = {}
    for task in tasks.values():
        if (named := _named_labels(task, root)) is not None:
            found.setdefault(task.id, []).append(named)
    for path in _children(root):
        stem = table_stem(path)
        task_named = tasks.find(stem) if stem else None
        if task_named and not any(_are_same(path, other) for other in found.get(task_named.id, ())):
            found.setdefault(task_named.id, []).append(path)
    for identifier, paths in found.items():
        if len(paths) > 1:
            listed = " and ".join(_below(path, root) for path in paths)
            raise InputError(f"{root}: labels of {identifier} are in {listed}; keep one of them")
    return {identifier: paths[0] for identifier, paths in found.items()}


def _children(root: Path | None) -> list[Path]:
    if root is None:
        return []
    with reading(root):
        return sorted(root.iterdir())


def _named_labels(task: Task, root: Path | None) -> Path | None:
    """Return the label file that a definition names; for an own data set it must exist, in the definition's folder."""
    place = task.place(root)
    if place is None or not task.label_file:
        return None
    path = place / task.label_file
    if task.home is not None:
        with open_plain(path, within=task.home):
            return path
    return path if path.is_file() else None


def _are_same(path: Path, other: Path) -> bool:
    return path.resolve() == other.resolve()


def _below(path: Path, root: Path | None) -> str:
    return path.relative_to(root).as_posix() if root is not None and path.is_relative_to(root) else str(path)


def _hint(root: Path, tasks: TaskSet) -> str:
    """Suggest where the labels seem to be, if that is one folder up or down."""
    official = [task for task in tasks.values() if task.folder and task.label_file]
    if any(task.folder == root.resolve().name for task in official):
        return f"; give the folder above: {root.resolve().parent}"
    for child in sorted(root.iterdir()):
        if any((child / task.folder / task.label_file).is_file() for task in official):
            return f"; did you mean {child}?"
    return ""


def load_truth(task: Task, path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> GroundTruth:
    """Read the ground truth of a data set.

    A table needs the columns `name` and `label` (fine-grained tasks: or `labels`, or `openset`). A basic label is a
    class word or an index into `task.classes`; a fine-grained one is a list of words or label-list text; a sentiment
    label is a number.

    Args:
        task: The data set.
        path: Its label file, or the folder in which `find_truth` finds it.
        max_bytes: Largest size that the file may unpack to.

    Raises:
        UnsafeFileError: the file would run code or fill the memory.
        InputError: there is no such file, or a label is invalid; the message names file, row and column.
    """
    if path.is_dir() and table_stem(path) is None:
        found = find_truth(path, BUILTIN.with_own(task) if task.own else BUILTIN)
        if task.id not in found:
            raise InputError(f"{path}: no labels of {task.title}; found labels of {', '.join(found)}")
        path = found[task.id]
    return read_truth(task, path, max_bytes=max_bytes)


def read_truth(task: Task, path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> GroundTruth:
    """Read a label file whose path is known; see `load_truth`."""
    official = path.suffix.lower() == ".npz"
    table = read_corpus(path, task, max_bytes=max_bytes) if official else read_table(path, max_bytes=max_bytes)
    return truth_from_table(table, task, whole_corpus=official)


def read_every_label(task: Task, path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> GroundTruth:
    """Return the labels of all samples in a label file, including splits other than the test split."""
    official = path.suffix.lower() == ".npz"
    table = read_corpora(path, task, max_bytes=max_bytes) if official else read_table(path, max_bytes=max_bytes)
    return truth_from_table(table, replace(task, split=None))


def truth_from_table(table: Table, task: Task, *, whole_corpus: bool = False) -> GroundTruth:
    """Return the ground truth in a table, and check it against the data set's definition; see `_truth_in`.

    Raises:
        InputError: a label is invalid, or the truth differs from the definition.
    """
    truth = _truth_in(table, task, whole_corpus=whole_corpus)
    if task.truth and not truth.sha256.startswith(task.truth):
        raise InputError(
            f"{table.path}: names or labels differ from the definition of {task.title}: their hash begins with "
            f"{truth.sha256[:8]}, not with {task.truth}"
        )
    return truth


def _truth_in(table: Table, task: Task, *, whole_corpus: bool = False) -> GroundTruth:
    """Return the ground truth in a table; see `load_truth` for its columns.

    Args:
        table: The table.
        task: The data set.
        whole_corpus: Whether the table contains all splits, and so must contain samples of the test split.

    Raises:
        InputError: a label is invalid; the message names file, row and column.
    """
    if MAPPED in table.columns:
        table = replace(table, columns={"name": table.columns["name"], LABEL_COLUMNS[0]: table.columns[MAPPED]})
    names, path = name_column(table), table.path
    rows = _test_split(table, names, task, whole_corpus=whole_corpus)
    names = names.take(pa.array(rows)) if len(rows) < len(names) else names
    truth = task.of_kind.truth
    named = (task.label_field,) if task.own else ()
    column = find_column(table, *named, *_COLUMNS.get(truth, LABEL_COLUMNS[:1]))
    if task.annotators:
        table = with_one_truth(table, column, task, partial(_class_index, task=task))
    if truth == "value":
        return GroundTruth(task, names, None, _sentiment_values(table, column, rows), path)
    if truth == "preference":
        return GroundTruth(task, names, None, map_column(table, column, rows, preference, np.float64), path)
    if truth == "class":
        classes = map_column(table, column, rows, partial(_class_index, task=task), np.int64)
        return GroundTruth(task, names, _one_word_each(task.classes, classes), None, path)
    labels = label_column(table, column, rows).replace_empty(task.truth_of_empty_list)
    return GroundTruth(task, names, labels, None, path)


def _test_split(table: Table, names: pa.Array, task: Task, *, whole_corpus: bool) -> npt.NDArray[np.intp]:
    """Return the rows of the test split: all rows if no name matches and the file is the user's own."""
    every = np.arange(len(names))
    if task.split is None:
        return every
    rows = np.flatnonzero([task.split.match(name) is not None for name in names.to_pylist()])
    if len(rows) == 0 and whole_corpus:
        raise InputError(f"{table.path}: no samples of the test split of {task.title} (names {task.split.pattern}…)")
    return rows if len(rows) else every


def _one_word_each(words: tuple[str, ...], codes: npt.NDArray[np.int64]) -> LabelLists:
    """Return label lists of one word each, given by its index."""
    count = len(words)
    return LabelLists(Words.of(words), np.arange(count, dtype=np.int32), np.arange(count + 1, dtype=np.int64), codes)


def _class_index(value: object, task: Task) -> int:
    """Return the index of a class, given as a word in any case, or as an index in a number or text."""
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in task.classes:
        return task.classes.index(word)
    try:
        number = finite_number(value)
    except ValueError:
        raise ValueError(f"{short_repr(value)} is not a class of {task.title}: {', '.join(task.classes)}") from None
    if number != int(number) or not 0 <= number < len(task.classes):
        raise ValueError(
            f"{short_repr(value)} is not a class index of {task.title}: indices are 0 to {len(task.classes) - 1}"
        )
    return int(number)


def _sentiment_values(table: Table, column: str, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    values = table.columns[column]
    if not isinstance(values, list) and (pa.types.is_floating(values.type) or pa.types.is_integer(values.type)):
        numbers = np.asarray(values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)[rows])
        if np.isfinite(numbers).all():
            return numbers
    return map_column(table, column, rows, finite_number, np.float64)


def read_subtitles(root: Path | None, task: Task, wanted: Iterable[str] | None = None) -> dict[str, str] | None:
    """Return the subtitle of each sample, empty if its cell is empty; None if there is no subtitle file.

    Args:
        root: The folder that contains `meld-process` and the like; None for an own data set with its own folder.
        task: The data set; its layout names the file and the column.
        wanted: The samples to look up; absent ones are left out. None for all in the file.

    Raises:
        InputError: the file cannot be read, or has different subtitles for one sample.
    """
    place = task.place(root)
    if place is None or not task.layout.subtitles or not (path := place / task.layout.subtitles).is_file():
        return None
    if task.home is not None:
        open_plain(path, within=task.home).close()
    table = read_table(path)
    return texts_by_name(table, find_column(table, task.layout.subtitle_column), wanted)
