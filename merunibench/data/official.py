"""The `.npz` files of the official release as tables: label files, raw answers, and labels extracted from them.

Layouts (docs/metric.md, "Files"): a label file has a dictionary name -> {`emo`, `val`} for each split; a result file
has the dictionary `name2reason`, name -> text; its companions have two arrays of text, `filenames` and `fileitems`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from merunibench._text import listed, short_repr
from merunibench.data.columns import name_column, text_column
from merunibench.data.tables import Table
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.files.npz import npz_keys, read_npz
from merunibench.tasks import Task

_CORPUS = "_corpus"
_OPENSET = "-openset"
_SENTIMENT = "-openset-sentiment"


def read_corpus(path: Path, task: Task, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Table:
    """Return the test split of an official label file, as columns `name` and `label`.

    Only the test split is unpacked, since the files also contain large training splits.

    Raises:
        UnsafeFileError: the file would run code or fill the memory.
        InputError: the file is broken, or is not a label file of this data set.
    """
    if task.corpus not in (held := npz_keys(path)):
        raise InputError(f"{path}: not a label file of {task.title}: it has no {task.corpus!r}, only {listed(held)}")
    corpus = _dictionary(path, task.corpus, max_bytes)
    return Table(path, {"name": _names(corpus), "label": _label_values(path, corpus, task)}, len(corpus))


def read_corpora(path: Path, task: Task, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Table:
    """Return all splits of an official label file, as columns `name` and `label`; the first label of a name is used.

    Raises:
        UnsafeFileError: the file would run code or fill the memory.
        InputError: the file is broken, or a sample has no label.
    """
    labels: dict[Any, Any] = {}
    for key in npz_keys(path):
        if key.endswith(_CORPUS):
            corpus = _dictionary(path, key, max_bytes)
            values = _label_values(path, corpus, task)
            labels = {**dict(zip(_names(corpus), values, strict=True)), **labels}
    return Table(path, {"name": list(labels), "label": list(labels.values())}, len(labels))


def corpus_names(path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> list[str]:
    """Return the distinct names of all samples in an official label file, in all splits.

    Raises:
        UnsafeFileError: the file would run code or fill the memory.
        InputError: the file is broken, or is not a label file.
    """
    splits = [key for key in npz_keys(path) if key.endswith(_CORPUS)]
    if not splits:
        raise InputError(f"{path}: not an official label file: it has no …{_CORPUS}")
    return list(dict.fromkeys(str(name) for key in splits for name in _names(_dictionary(path, key, max_bytes))))


def _label_values(path: Path, corpus: dict[Any, Any], task: Task) -> list[Any]:
    """Return the label of every sample of a split as a plain value."""
    labels = []
    for name, sample in corpus.items():
        if not isinstance(sample, dict) or task.label_field not in sample:
            raise InputError(f"{path}: sample {short_repr(name)} has no field {task.label_field!r}")
        value = sample[task.label_field]
        labels.append(value.item() if isinstance(value, np.generic | np.ndarray) and value.size == 1 else value)
    return labels


@dataclass(frozen=True)
class OfficialFiles:
    """The files of one checkpoint in a result folder; at least one of the three exists.

    Attributes:
        text: `checkpoint_….npz`, the raw answers.
        openset: `checkpoint_…-openset.npz`, the labels extracted from them.
        sentiment: `checkpoint_…-openset-sentiment.npz`, the polarity derived from the labels.
    """

    text: Path | None = None
    openset: Path | None = None
    sentiment: Path | None = None

    def scoring_table(self, task: Task, max_bytes: int) -> Table:
        """Return the one file that scoring `task` needs; all files if that one is missing."""
        if not task.has_sectors and self.sentiment:
            return _read_companion(self.sentiment, "polarity", max_bytes)
        if task.has_sectors and self.openset:
            return _read_companion(self.openset, "labels", max_bytes)
        return self.full_table(max_bytes)

    def full_table(self, max_bytes: int) -> Table:
        """Return text, labels and polarity joined by sample name, in the order of the first file that has a sample."""
        tables = []
        if self.text:
            answers = _dictionary(self.text, "name2reason", max_bytes)
            columns = {"name": _names(answers), "text": list(answers.values())}
            tables.append(Table(self.text, columns, len(answers)))
        if self.openset:
            tables.append(_read_companion(self.openset, "labels", max_bytes))
        if self.sentiment:
            tables.append(_read_companion(self.sentiment, "polarity", max_bytes))
        return tables[0] if len(tables) == 1 else _join(tables)


def official_stem(path: Path) -> tuple[str, str]:
    """Return the checkpoint of a result file, and which of the three files it is (a field of `OfficialFiles`)."""
    for ending, field in ((_SENTIMENT, "sentiment"), (_OPENSET, "openset")):
        if path.stem.endswith(ending):
            return path.stem.removesuffix(ending), field
    return path.stem, "text"


def _dictionary(path: Path, key: str, max_bytes: int) -> dict[Any, Any]:
    array = read_npz(path, [key], max_bytes=max_bytes)[key]
    value = array.item() if array.shape == () else None
    if not isinstance(value, dict):
        raise InputError(f"{path}: {key!r} must be a dictionary of samples")
    if not value:
        raise InputError(f"{path}: {key!r} is empty: it has no samples")
    return value


def _names(samples: dict[Any, Any]) -> list[Any]:
    """Convert names to plain text: the official files also use NumPy's strings."""
    return [str(name) if isinstance(name, str) else name for name in samples]


def _read_companion(path: Path, column: str, max_bytes: int) -> Table:
    arrays = read_npz(path, ["filenames", "fileitems"], max_bytes=max_bytes)
    names, items = (arrays[key].ravel().tolist() for key in ("filenames", "fileitems"))
    if len(names) != len(items):
        raise InputError(f"{path}: has {len(names)} 'filenames' and {len(items)} 'fileitems'")
    if not names:
        raise InputError(f"{path}: is empty: it has no samples")
    table = Table(path, {"name": names, column: items}, len(names))
    text_column(table, column)
    return table


def _join(tables: list[Table]) -> Table:
    joined: dict[str, dict[str, Any]] = {}
    for table in tables:
        (column,) = set(table.columns) - {"name"}
        for name, value in zip(name_column(table).to_pylist(), table.columns[column], strict=True):
            joined.setdefault(name, {})[column] = value
    columns = [column for column in ("text", "labels", "polarity") if any(column in t.columns for t in tables)]
    values = {column: [sample.get(column) for sample in joined.values()] for column in columns}
    return Table(tables[0].path, {"name": list(joined), **values}, len(joined))
