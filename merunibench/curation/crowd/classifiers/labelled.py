"""Human labels for training a classifier: names, classes, groups, and other columns of their table."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from merunibench._text import listed, short_repr
from merunibench.curation.crowd.sources import LABEL_TASKS, Task
from merunibench.data import Table, read_table
from merunibench.data.columns import find_column, name_column, python_values, texts_by_name
from merunibench.data.polarity_words import read_polarity
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.kinds import POLARITY_OF
from merunibench.labels import normalise_label
from merunibench.tasks import find_task

LABEL, GROUP, VALENCE = "label", "group", "valence"
_GROUP_HINT = "give the group of each sample (a column 'group', or --group-regex)"


@dataclass(frozen=True)
class Labelled:
    """N samples with human labels.

    Attributes:
        names: Names of the samples, all distinct.
        labels: The class of each sample.
        groups: The group of each sample (dialogue, video, speaker); folds never divide a group.
        task: Whether classes are emotions or sentiments.
        valence: The real-valued sentiment of each sample; None if unknown.
        texts: The subtitle of each sample; None if texts were not requested.
        path: The table.
        left_out: Number of rows without a label.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    task: Task
    valence: tuple[float, ...] | None
    texts: tuple[str, ...] | None
    path: Path
    left_out: int = 0

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that occur, in alphabetical order."""
        return tuple(sorted(set(self.labels)))

    @property
    def sha256(self) -> str:
        """Hash of all training data except features."""
        rows = sorted(zip(self.names, self.labels, self.groups, self.texts or self.labels, strict=True))
        return hashlib.sha256(json.dumps([rows, self.valence]).encode()).hexdigest()


def read_labelled(
    path: Path,
    *,
    task: Task | None = None,
    text: str | None = None,
    texts: Path | None = None,
    group_regex: str | None = None,
    dataset: str | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> Labelled:
    """Read a table with `name` and `label`, and optionally `group` and `valence`.

    Labels are class words, or numbers whose sign is the class of sentiment. Groups come from the column `group`, or
    else from the names, by a regular expression or the rule of a data set; otherwise each sample is its own group.

    Args:
        path: The table.
        task: Kind of the labels; by default sentiment if they are polarities or numbers, else emotion.
        text: Column with subtitles.
        texts: Another table with that column; by default the table of labels.
        group_regex: Regular expression for the part of a name that identifies its group.
        dataset: A data set of the benchmark, whose dialogues or videos are the groups.
        max_bytes: Maximum size of a file after decompression.

    Raises:
        InputError: a table has an invalid value; the message names file, row and column.
    """
    table = read_table(path, max_bytes=max_bytes)
    names = name_column(table).to_pylist()
    classes, valence = _classes(table, task)
    kept = [row for row, label in enumerate(classes) if label is not None]
    if not kept:
        raise InputError(f"{path}: no row has a label")
    groups = _groups(table, names, group_regex, dataset)
    found = None if text is None else _texts(table if texts is None else read_table(texts, max_bytes=max_bytes), text)
    labels = tuple(str(classes[row]) for row in kept)
    given = valence if valence is None or all(valence[row] is not None for row in kept) else None
    return Labelled(
        names=tuple(names[row] for row in kept),
        labels=labels,
        groups=tuple(groups[row] for row in kept),
        task=task or _task_of(labels),
        valence=None if given is None else tuple(float(given[row] or 0.0) for row in kept),
        texts=None if found is None else tuple(found.get(names[row], "") for row in kept),
        path=path,
        left_out=len(names) - len(kept),
    )


def _classes(table: Table, task: Task | None) -> tuple[list[str | None], list[float | None] | None]:
    """Return the class of each row, and its valence; None if missing."""
    values = python_values(table, find_column(table, LABEL))
    numbers = [_number(value) for value in values]
    some = [value for value in values if value is not None and value != ""]
    if some and all(_number(value) is not None for value in some):
        if task == LABEL_TASKS[0]:
            raise InputError(f"{table.path}: labels are numbers, which are read as sentiment; give class words")
        return [None if n is None else POLARITY_OF[(n > 0) - (n < 0)] for n in numbers], numbers
    words: list[str | None] = []
    for row, value in enumerate(values):
        if value is not None and not isinstance(value, str):
            raise table.refusal([(row, f"{LABEL!r} must be a class word, not {short_repr(value)}")])
        words.append(normalise_label(value) or None if value else None)
    if task == LABEL_TASKS[1]:
        polarities = [None if word is None else read_polarity(word) for word in words]
        wrong = [r for r, (w, p) in enumerate(zip(words, polarities, strict=True)) if w is not None and p is None]
        if wrong:
            raise table.refusal((row, f"{LABEL!r}: {short_repr(words[row])} is not a polarity") for row in wrong)
        words = [None if value is None else POLARITY_OF[value] for value in polarities]
    given = python_values(table, VALENCE) if VALENCE in table.columns else None
    return words, None if given is None else [_number(value) for value in given]


def _task_of(labels: Sequence[str]) -> Task:
    return LABEL_TASKS[1] if all(read_polarity(label) is not None for label in set(labels)) else LABEL_TASKS[0]


def _number(value: object) -> float | None:
    """Return a finite number, given as such or as text; None for other values."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < float("inf") else None


def _groups(table: Table, names: Sequence[str], regex: str | None, dataset: str | None) -> list[str]:
    if GROUP in table.columns:
        values = python_values(table, GROUP)
        missing = next((row for row, value in enumerate(values) if value is None or value == ""), None)
        if missing is not None:
            raise InputError(f"{table.where(missing)}: has no {GROUP!r}; every sample needs one")
        return list(map(str, values))
    if regex is not None:
        return [_part(name, regex) for name in names]
    known = find_task(dataset) if dataset else None
    if dataset and known is None:
        raise InputError(f"unknown data set {short_repr(dataset)}; {_GROUP_HINT}")
    return [known.cluster_of(name) for name in names] if known else list(names)


def _part(name: str, regex: str) -> str:
    try:
        pattern = re.compile(regex)
    except re.error as error:
        raise InputError(f"--group-regex {short_repr(regex)}: invalid regular expression: {error}") from None
    found = pattern.search(name)
    if found is None:
        raise InputError(f"--group-regex {short_repr(regex)} does not match the name {short_repr(name)}; {_GROUP_HINT}")
    return str(found[1] if pattern.groups else found[0])


def _texts(table: Table, column: str) -> dict[str, str]:
    """Return the subtitle of each sample."""
    if column not in table.columns:
        raise InputError(f"{table.path}: has no column {short_repr(column)} of texts; it has {listed(table.columns)}")
    return texts_by_name(table, column)


def read_texts(path: Path, column: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> dict[str, str]:
    """Read the subtitles of samples by name, from a table with `name` and a column of texts.

    Raises:
        InputError: the table is broken, or has no such columns.
    """
    return _texts(read_table(path, max_bytes=max_bytes), column)
