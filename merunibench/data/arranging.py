"""Which columns of a table are names and answers: by the contract, or as the caller says; and what is none of them.

A stranger's table is not guessed at. Columns are chosen by `--column`, names cut by `--name-regex`; a table whose
columns show that `labels` are what the answers are compared with is refused, and it is said how it can be read.
"""

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import escape_controls, listed, one_line, short_repr
from merunibench.conversion import detect, hint
from merunibench.conversion.fields import walk
from merunibench.data.columns import find_column, plain_head, python_values, text_column
from merunibench.data.documents import MAPPED
from merunibench.data.table import Table
from merunibench.errors import InputError
from merunibench.tasks import BUILTIN, Task, TaskSet

FIELDS = ("name", "text", "labels", "polarity", "score", "preference", "swapped")
"""What a column may be chosen for."""

_GIVEN = ("labels", "polarity", "openset")
_BY_EXTRACT = ("labels_from", "polarity_from")
_ANSWER_HEADS = (  # as the result files of training and evaluation frameworks call them
    "raw_response response output model_output predict prediction pred generated_text generation completion "
    "filtered_resps resps model_response"
)
_ANSWERS = tuple(_ANSWER_HEADS.split())
_ENDS = (
    "response resp reply replie answer output completion generation generated hypothesi predict prediction predicted"
)
_LAST_WORDS = frozenset(_ENDS.split()) | {"pred"}  # without an `s` at their end
_FIRST_WORDS = {"pred", "predicted"}  # of `pred_labels`
_OF_REFERENCES = {"reference", "ref", "gold", "target", "truth", "gt", "true", "correct", "expected"}
_CHATS = ("messages", "conversations")
_TEXTS = (
    "response.body.choices.0.message.content",
    "output.choices.0.message.content",
    "model_response.text.0",
    *(f"{head}{index}" for head in _ANSWERS for index in ("", ".0", ".0.0")),
    *(f"{head}.-1.{key}" for head in _CHATS for key in ("content", "value")),
)
_NAME_HEADS = (
    "custom_id doc.name doc.specific.name doc.id metadata.name sample_id sample clip_id clip video_id utterance_id "
    "video_name file_name filename id key uid videos.0 audios.0 images.0 video_path video audio_path audio "
    "image_path image raw.video raw.path path file"
)
_NAMES = tuple(_NAME_HEADS.split())
_DATASET_HEADS = ("dataset", "datasetname", "datasetid", "benchmark", "benchmarkname")
_LONGEST_PATTERN = 1000
_SPELLINGS = 1000
"""More than there are of all data sets: further words of a column are no data sets."""


@dataclass(frozen=True)
class Arrangement:
    """How the caller wants predictions to be read.

    Attributes:
        columns: Field (`name`, `text`, `labels`, `polarity`, …) -> the column it stands in, or a dotted path into
            nested values (`output.choices.0.message.content`).
        name_regex: A regular expression with one group, which is what counts of a name; None for all of it.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    name_regex: str | None = None

    def __post_init__(self) -> None:
        odd = [name for name in self.columns if name not in FIELDS]
        if odd:
            raise InputError(f"--column {odd[0]}=…: a column is chosen for one of {', '.join(FIELDS)}")
        if self.name_regex is not None:
            _check_pattern(self.name_regex)


def parse_columns(given: Iterable[str]) -> dict[str, str]:
    """Choices of columns as the command line has them, `name=video_id`.

    Raises:
        InputError: one has no `=`, or a field is chosen twice.
    """
    columns: dict[str, str] = {}
    for choice in given:
        name, sign, path = choice.partition("=")
        if not (name and sign and path) or name in columns:
            raise InputError(f"--column {choice}: give each field once, such as --column name=video_id")
        columns[name] = path
    return columns


def _check_pattern(pattern: str) -> None:
    try:
        groups = re.compile(pattern).groups if len(pattern) <= _LONGEST_PATTERN else 0
        pc.match_substring_regex(pa.array([""]), pattern)
    except (re.error, OverflowError, RecursionError, pa.ArrowException) as error:
        # In RE2, which is linear in time: it has neither look-around nor back references.
        raise InputError(f"--name-regex {short_repr(pattern)}: cannot be used: {one_line(error)}") from error
    if groups != 1:
        raise InputError(f"--name-regex {short_repr(pattern)}: must have one group, the part of a name that counts")


class _View(Mapping[str, Any]):
    """Columns of a table under other names, with further ones, or of some rows; each is read when it is asked for."""

    def __init__(
        self,
        columns: Mapping[str, Any],
        given: Mapping[str, Callable[[], Any]] | None = None,
        hidden: Iterable[str] = (),
        rows: npt.NDArray[np.intp] | None = None,
    ) -> None:
        self._columns, self._given, self._rows = columns, given or {}, rows
        self._names = dict.fromkeys([*self._given, *(name for name in columns if name not in {*hidden, *self._given})])
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a list or an Arrow array
        if name not in self._names:
            raise KeyError(name)
        if name not in self._known:
            column = self._given[name]() if name in self._given else self._columns[name]
            if self._rows is not None:
                rows = self._rows
                column = [column[row] for row in rows] if isinstance(column, list) else column.take(pa.array(rows))
            self._known[name] = column
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def arranged(table: Table, task: Task, wanted: Arrangement | None = None, tasks: TaskSet = BUILTIN) -> Table:
    """A table of predictions as `name`, `text`, `labels` and `polarity`, of the rows that are for this data set.

    Args:
        table: The table as it was read.
        task: The data set.
        wanted: What the caller says of it.
        tasks: The data sets that a column may name.

    Raises:
        InputError: it is unclear which column holds the answers, or for which data set; the message says what to give.
    """
    wanted = wanted or Arrangement()
    table = _chosen(_mapped(table, task.of_kind.answer), wanted.columns)
    _refuse_references(table, wanted.columns, task)
    columns = table.columns
    if "openset" in columns and not {"labels", "text"} & {*columns}:
        table = replace(table, columns=_View(columns, {"labels": lambda: columns["openset"]}, ("openset",)))
    _suggest(table, task)
    table = _rows_of(table, task, tasks)
    return table if wanted.name_regex is None else _renamed(table, wanted.name_regex)


def _mapped(table: Table, answer: str) -> Table:
    """A document that maps names to answers has columns of names and of answers of the kind that is asked for."""
    if MAPPED not in table.columns:
        return table
    return replace(table, columns={"name": table.columns["name"], answer: table.columns[MAPPED]})


def _chosen(table: Table, columns: Mapping[str, str]) -> Table:
    if not columns:
        return table
    given = {name: _reader(table, name, path) for name, path in columns.items()}
    # Whoever says where the text is does not mean labels that stand beside it, which may be what it is compared with.
    hidden = [name for name in _GIVEN if name in table.columns and name not in columns] if "text" in columns else []
    remark = f"{listed(hidden)} beside --column text={columns.get('text')}: not read, answers are taken from the text"
    remarks = (*table.remarks, remark) if hidden else table.remarks
    return replace(table, columns=_View(table.columns, given, hidden), remarks=remarks)


def _reader(table: Table, name: str, path: str) -> Callable[[], Any]:
    """What reads a column, or what a dotted path leads to in every row."""
    head, _, rest = path.partition(".")
    if path in table.columns:
        return lambda: table.columns[path]
    if not rest:
        head = find_column(table, head)
    elif head not in table.columns:
        raise InputError(f"{table.path}: --column {name}={path}: has no column {head!r}; {_held(table)}")

    def read() -> list[Any]:
        values = [walk(value, rest.split(".")) for value in python_values(table, head)]
        if all(value is None for value in values):
            raise InputError(f"{table.path}: --column {name}={path}: leads to nothing in any row")
        return values

    return read


def _refuse_references(table: Table, chosen: Mapping[str, str], task: Task) -> None:
    """Refuse labels that stand beside the answers they are the reference for: any answer would be right."""
    given = [name for name in _GIVEN if name in table.columns and name not in chosen]
    if not given or any(name in table.columns for name in _BY_EXTRACT):
        return
    beside = [head for head in table.columns if _holds_answers(head)]
    if beside:
        text = _first_that_leads(table, (*_TEXTS, *(head + index for head in beside for index in ("", ".0", ".0.0"))))
        first, *others = _words(beside[0])
        # `pred_labels` are labels already.
        option = f"{given[0]}={beside[0]}" if first in _FIRST_WORDS and others else f"text={text or beside[0]}"
        form = detect(table.columns)
        if form is not None and given[0] in form.references:  # nobody should be told how to score the reference
            otherwise = ""
        else:
            otherwise = f", or --column {given[0]}={given[0]} if {given[0]!r} are the model's"
        raise InputError(
            f"{table.path}: {given[0]!r} stands beside {beside[0]!r}, so it may be the reference and not the answer; "
            f"give --column {shlex.quote(escape_controls(option))} to score the answers"
            f"{otherwise}{_made_by(table, task)}"
        )


def _holds_answers(head: str) -> bool:
    """Whether a column is called as those are that hold what a model said: `response`, `my_answer`, `pred_labels`."""
    if plain_head(head) in map(plain_head, (*_ANSWERS, *_CHATS)):
        return True
    words = _words(head)
    return not _OF_REFERENCES & {*words} and (words[-1] in _LAST_WORDS or words[0] in _FIRST_WORDS)


def _words(head: str) -> list[str]:
    """The words of a head, in the singular: of `predLabels`, `pred` and `label`."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", head).casefold()
    return [word.removesuffix("s") for word in re.findall(r"[a-z]+", plain)] or [""]


def _suggest(table: Table, task: Task) -> None:
    """Refuse a table without names or answers, where it can be said which columns they seem to stand in."""
    missing: list[str] = []
    options: list[str] = []
    unnamed = ""
    if "name" not in table.columns:
        path = _near(table, "name") or _first_that_leads(table, (*_NAMES, *(f"{head}.name" for head in table.columns)))
        missing.append("'name'")
        options += [f"name={path}"] if path else []
        unnamed = "" if path else ", and none that seems to hold names"
    if not {*FIELDS[1:]} & {*table.columns}:
        text = _first_that_leads(table, _TEXTS)
        near = next(((each, path) for each in FIELDS[1:] if (path := _near(table, each))), None)
        missing.append("'labels', 'polarity' or 'text'")
        options += [f"text={text}"] if text else ["{}={}".format(*near)] if near else []
    options = [option for option in options if option.isprintable()]  # others cannot be typed
    if options:
        given = " ".join(f"--column {shlex.quote(option)}" for option in options)
        raise InputError(
            f"{table.path}: has no column {' and none '.join(missing)}{unnamed}; try {given}; {_held(table)}"
            f"{_made_by(table, task)}"
        )
    if missing and (other := _made_by(table, task)):
        raise InputError(f"{table.path}: has no column {' and none '.join(missing)}{unnamed}; {_held(table)}{other}")


def _made_by(table: Table, task: Task) -> str:
    """Which tool a table looks to be the output of, and the command that converts it; nothing if it is none known."""
    return hint(table.path, detect(table.columns), task.id) if table.path.is_file() else ""


def _near(table: Table, name: str) -> str | None:
    return next((head for head in table.columns if plain_head(head) == plain_head(name)), None)


def _first_that_leads(table: Table, paths: Iterable[str]) -> str | None:
    """The first of the paths at whose end the first row has text."""
    for path in paths:
        head, *rest = path.split(".")
        if head in table.columns:
            column = table.columns[head]
            with suppress(ValueError, TypeError, OverflowError):  # of a value that Python has not, which is no text
                value = walk(column[0] if isinstance(column, list) else column[0].as_py(), rest)
                if isinstance(value, str) and value:
                    return path
    return None


def _held(table: Table) -> str:
    return f"its columns are {listed(table.columns)}"


def datasets_in(table: Table, tasks: TaskSet) -> dict[str, npt.NDArray[np.intp]]:
    """The rows of each data set by the column `dataset`; empty without such a column.

    A column of a similar name counts too, where it holds names of data sets alone.

    Raises:
        InputError: a row names no data set, or one that is not known.
    """
    column = _dataset_column(table, tasks)
    return {} if column is None else _by_dataset(table, column, tasks)


def _dataset_column(table: Table, tasks: TaskSet) -> str | None:
    if "dataset" in table.columns:
        return "dataset"
    for head in [head for head in table.columns if plain_head(head) in _DATASET_HEADS]:
        with suppress(InputError):
            return head if _by_dataset(table, head, tasks) else None
    return None


def _by_dataset(table: Table, column: str, tasks: TaskSet) -> dict[str, npt.NDArray[np.intp]]:
    names = text_column(table, column)
    if names.null_count == len(names):
        return {}
    encoded = names.dictionary_encode(null_encoding="encode")
    words: list[str | None] = encoded.dictionary.to_pylist()
    named = [tasks.find(word) if word and code < _SPELLINGS else None for code, word in enumerate(words)]
    codes = encoded.indices.to_numpy()
    unknown = [code for code, task in enumerate(named) if task is None]
    if unknown:
        rows = np.flatnonzero(np.isin(codes, unknown)).tolist()
        refused = table.refusal((row, f"{column!r}: {short_repr(words[codes[row]])} is no data set") for row in rows)
        raise InputError(f"{refused}; known are {', '.join(tasks)}: correct it, or rename the column")
    found: dict[str, list[int]] = {}
    for code, task in enumerate(named):
        if task:
            found.setdefault(task.id, []).append(code)
    return {identifier: np.flatnonzero(np.isin(codes, each)) for identifier, each in found.items()}


def _rows_of(table: Table, task: Task, tasks: TaskSet) -> Table:
    """The rows for one data set, where a column says for which they are."""
    found = datasets_in(table, tasks)
    if not found or {*found} == {task.id}:
        return table
    by = f"by the column {_dataset_column(table, tasks)!r}"
    if task.id not in found:
        raise InputError(f"{table.path}: no row is for {task.id}: {by} they are for {listed(found)}")
    rows = found[task.id]
    others = {identifier: len(each) for identifier, each in found.items() if identifier != task.id}
    number = f"{sum(others.values())} of {table.num_rows} rows"
    remark = f"{number} are for {listed(others)} {by} and are left out"
    columns = _View(table.columns, rows=rows)
    return replace(table, columns=columns, num_rows=len(rows), rows=rows, remarks=(*table.remarks, remark))


def _renamed(table: Table, pattern: str) -> Table:
    """The table with what the group of a pattern finds in every name; names that it does not fit stay as they are."""
    names = text_column(table, find_column(table, "name"))
    fits = pc.match_substring_regex(names, pattern)
    if not pc.any(fits).as_py():
        raise InputError(f"{table.path}: --name-regex fits no name, such as {short_repr(names[0].as_py())}")
    new = pc.replace_substring_regex(names, f"(?s)^.*?(?:{pattern}).*$", r"\1")
    if pc.count_distinct(new).as_py() < pc.count_distinct(names).as_py():
        code = int(np.argmax(np.bincount(new.dictionary_encode().indices.drop_null())))
        one = new.dictionary_encode().dictionary[code]
        several = pc.unique(names.filter(pc.equal(new, one))).to_pylist()
        raise InputError(
            f"{table.path}: --name-regex makes {short_repr(one.as_py())} of {', '.join(map(short_repr, several[:3]))}: "
            "it must keep what tells names apart"
        )
    rest = names.filter(pc.invert(fits))
    remark = f"{len(rest)} of {len(names)} names do not fit --name-regex and stay as they are, such as "
    remarks = (*table.remarks, remark + short_repr(rest[0].as_py())) if len(rest) else table.remarks
    return replace(table, columns=_View(table.columns, {"name": lambda: new}), remarks=remarks)
