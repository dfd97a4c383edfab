"""Draft the definition of a user's own data set from its label file, writing only what the file shows.

The label file shows the number of samples, their hash, and the form of the labels. The user must check and correct the
rest, such as whether numbers are sentiment, what forms a dialogue, and where clips are; comments in the file help.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple

from merunibench.data.annotators import DIVIDER
from merunibench.data.columns import find_column, name_column, python_values
from merunibench.data.tables import Table, read_table, table_stem
from merunibench.data.truth import LABEL_COLUMNS, truth_from_table
from merunibench.errors import InputError
from merunibench.kinds import PREFERENCES
from merunibench.labels import parse_label_field
from merunibench.tasks import BUILTIN, SCHEMA, Annotators, Task, parse_task, spelling

_MOST_CLASSES = 20


class _Look(NamedTuple):
    """The form of the labels in a file."""

    kind: str
    classes: tuple[str, ...] = ()
    annotators: Annotators = ""


def draft_definition(labels: Path) -> str:
    """Return the text of a task file for a label file in the same folder.

    Args:
        labels: A table with the columns `name` and `label` (or `labels`, `openset`).

    Raises:
        InputError: it cannot be read, or the kind of its labels is unclear.
    """
    table = read_table(labels)
    name_column(table)
    column = find_column(table, *LABEL_COLUMNS)
    look = _look(table, column)
    draft = _text(labels, column, look, table.num_rows, "")
    task = replace(parse_task(draft.encode(), str(labels), taken=BUILTIN.spellings), annotators=look.annotators)
    return _text(labels, column, look, table.num_rows, truth_from_table(table, task).sha256[:8])


def _text(labels: Path, column: str, look: _Look, samples: int, truth: str) -> str:
    stem = table_stem(labels) or labels.stem
    lines = [
        f"schema = {_toml(SCHEMA)}",
        f"id = {_toml(_identifier(stem))}  # lower-case letters and digits; signatures begin with own.<id>",
        f"title = {_toml(_title(stem))}  # shown in tables",
        f"kind = {_toml(look.kind)}  # docs/predictions.md lists the kinds",
        f"samples = {samples}  # used to check completeness",
        f"truth = {_toml(truth)}  # hash of these names and labels; leave it out while they change",
        f"labels = {_toml(labels.name)}  # relative to this file",
    ]
    lines += [f"label_field = {_toml(column)}"] if column != "label" else []
    lines += [f"classes = {json.dumps(look.classes, ensure_ascii=False)}"] if look.classes else []
    if look.annotators:
        lines.append(f"annotators = {_toml(look.annotators)}  # or union")
    lines += [
        "# cluster = '^(?P<unit>.*)_'  # the part of a name that is its dialogue or video, if samples are grouped",
        '# layout.video = ["clips/{name}.mp4"]  # for infer and run',
        '# layout.subtitles = "subtitles.csv"  # columns name, subtitle',
    ]
    return "\n".join(lines) + "\n"


def _toml(text: str) -> str:
    """Return a TOML string; TOML uses the same escapes as JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _identifier(stem: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", stem.casefold())[:36] or "data"
    return f"own{plain}" if spelling(plain) in BUILTIN.spellings else plain


def _title(stem: str) -> str:
    return f"{stem} (own)" if spelling(stem) in BUILTIN.spellings else stem


def _look(table: Table, column: str) -> _Look:
    """Return the kind of task that fits the labels: numbers mean sentiment, few distinct words mean basic classes."""
    values = [value for value in python_values(table, column) if value is not None]
    if len(values) < table.num_rows or not values:
        raise InputError(
            f"{table.path}: column {column!r} has {table.num_rows - len(values)} empty fields; fill them in"
        )
    if all(isinstance(value, Real | str) and _is_number(value) for value in values):
        return _Look("sentiment")
    if {str(value).strip().casefold() for value in values} <= {*PREFERENCES}:
        return _Look("preference")
    annotated = any(DIVIDER in value if isinstance(value, str) else _is_nested(value) for value in values)
    fields = [_answers(value) if annotated else [value] for value in values]
    try:
        lists = [parse_label_field(answer) for field in fields for answer in field]
    except TypeError as error:
        raise InputError(f"{table.path}: column {column!r}: {error}") from None
    words = {each[0].strip().lower() for each in lists if len(each) == 1}
    rule: Annotators = "majority" if annotated else ""
    if all(len(each) == 1 for each in lists) and 2 <= len(words) <= min(_MOST_CLASSES, len(lists) // 2):
        return _Look("basic", tuple(sorted(words)), rule)
    return _Look("fine-grained", (), rule)


def _is_number(value: Any) -> bool:  # noqa: ANN401 - a value of a table
    try:
        float(value)
    except (ValueError, OverflowError):
        return False
    return not isinstance(value, bool)


def _is_nested(value: object) -> bool:
    return isinstance(value, Sequence) and any(isinstance(each, list | tuple) for each in value)


def _answers(value: Any) -> list[Any]:  # noqa: ANN401
    return value.split(DIVIDER) if isinstance(value, str) else list(value)


def look_at(task: Task, path: Path) -> str:
    """Summarise a label file in one line: samples and hash.

    Raises:
        InputError: it does not match the definition.
    """
    truth = truth_from_table(read_table(path), task)
    if task.samples and len(truth) != task.samples:
        raise InputError(f"{path}: has {len(truth)} samples, but the definition of {task.title} says {task.samples}")
    return f"{len(truth)} samples, truth {truth.sha256[:8]}"
