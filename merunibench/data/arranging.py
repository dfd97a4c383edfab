"""Find the columns of names and answers in a table, by their expected names or as the caller says.

Other columns are never guessed. `--column` selects columns, and `--name-regex` extracts names. A table is refused if
its columns suggest that `labels` is the reference and not the answer; the message says how to read it.
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
"""Fields that a column can be selected for."""

_GIVEN = ("labels", "polarity", "openset")
_BY_EXTRACT = ("labels_from", "polarity_from")
_ANSWER_HEADS = (  # column names in result files of training and evaluation frameworks
    "raw_response response output model_output predict prediction pred generated_text generation completion "
    "filtered_resps resps model_response"
)
_ANSWERS = tuple(_ANSWER_HEADS.split())
_ENDS = (
    "response resp reply replie answer output completion generation generated hypothesi predict prediction predicted"
)
_LAST_WORDS = frozenset(_ENDS.split()) | {"pred"}  # without a final `s`
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
"""More than the spellings of all data sets; further words of a column are not data sets."""


@dataclass(frozen=True)
class Arrangement:
    """How to read the columns and names of predictions.

    Attributes:
        columns: Field (`name`, `text`, `labels`, `polarity`, …) -> its column, or a dotted path into nested values
            (`output.choices.0.message.content`).
        name_regex: A regular expression whose one group is the sample name; None to use names unchanged.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    name_regex: str | None = None

    def __post_init__(self) -> None:
        odd = [name for name in self.columns if name not in FIELDS]
        if odd:
            raise InputError(f"--column {odd[0]}=…: the field must be one of {', '.join(FIELDS)}")
        if self.name_regex is not None:
            _check_pattern(self.name_regex)


def parse_columns(given: Iterable[str]) -> dict[str, str]:
    """Parse column choices of the command line, such as `name=video_id`.

    Raises:
        InputError: a choice has no `=`, or a field is given twice.
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
        # RE2 runs in linear time, but supports neither look-around nor back references.
        raise InputError(f"--name-regex {short_repr(pattern)}: invalid pattern: {one_line(error)}") from error
    if groups != 1:
        raise InputError(f"--name-regex {short_repr(pattern)}: must have exactly one group, for the sample name")


class _View(Mapping[str, Any]):
    """Columns of a table with renamed, added or hidden ones, or for some rows; each is read only when requested."""

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
    """Return a table of predictions with the columns `name`, `text`, `labels` and `polarity`, for one data set.

    Args:
        table: The table as it was read.
        task: The data set.
        wanted: The caller's choice of columns and names.
        tasks: The data sets that a column may name.

    Raises:
        InputError: it is unclear which column contains the answers, or which data set rows are for; the message says
            what to give.
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
    """Give the values of a document that maps names to answers the column name of the requested kind."""
    if MAPPED not in table.columns:
        return table
    return replace(table, columns={"name": table.columns["name"], answer: table.columns[MAPPED]})


def _chosen(table: Table, columns: Mapping[str, str]) -> Table:
    if not columns:
        return table
    given = {name: _reader(table, name, path) for name, path in columns.items()}
    # If the text column is chosen, labels next to it are not read: they may be the reference.
    hidden = [name for name in _GIVEN if name in table.columns and name not in columns] if "text" in columns else []
    remark = f"{listed(hidden)}: not read, since --column text={columns.get('text')} gives the answers"
    remarks = (*table.remarks, remark) if hidden else table.remarks
    return replace(table, columns=_View(table.columns, given, hidden), remarks=remarks)


def _reader(table: Table, name: str, path: str) -> Callable[[], Any]:
    """Return a function that reads a column, or the values at a dotted path in every row."""
    head, _, rest = path.partition(".")
    if path in table.columns:
        return lambda: table.columns[path]
    if not rest:
        head = find_column(table, head)
    elif head not in table.columns:
        raise InputError(f"{table.path}: --column {name}={path}: there is no column {head!r}; {_held(table)}")

    def read() -> list[Any]:
        values = [walk(value, rest.split(".")) for value in python_values(table, head)]
        if all(value is None for value in values):
            raise InputError(f"{table.path}: --column {name}={path}: no row has a value there")
        return values

    return read


def _refuse_references(table: Table, chosen: Mapping[str, str], task: Task) -> None:
    """Refuse labels next to answers: if they are the reference, every answer would be correct."""
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
        if form is not None and given[0] in form.references:  # do not suggest scoring the reference
            otherwise = ""
        else:
            otherwise = f", or --column {given[0]}={given[0]} if {given[0]!r} are the model's"
        raise InputError(
            f"{table.path}: {given[0]!r} is next to {beside[0]!r}, so it may be the reference and not the answer; "
            f"give --column {shlex.quote(escape_controls(option))} to score the answers"
            f"{otherwise}{_made_by(table, task)}"
        )


def _holds_answers(head: str) -> bool:
    """Return whether a column name is typical of model output: `response`, `my_answer`, `pred_labels`."""
    if plain_head(head) in map(plain_head, (*_ANSWERS, *_CHATS)):
        return True
    words = _words(head)
    return not _OF_REFERENCES & {*words} and (words[-1] in _LAST_WORDS or words[0] in _FIRST_WORDS)


def _words(head: str) -> list[str]:
    """Return the words of a column name in the singular: `pred` and `label` for `predLabels`."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", head).casefold()
    return [word.removesuffix("s") for word in re.findall(r"[a-z]+", plain)] or [""]


def _suggest(table: Table, task: Task) -> None:
    """Refuse a table without names or answers if other columns seem to contain them, and suggest these."""
    missing: list[str] = []
    options: list[str] = []
    unnamed = ""
    if "name" not in table.columns:
        path = _near(table, "name") or _first_that_leads(table, (*_NAMES, *(f"{head}.name" for head in table.columns)))
        missing.append("'name'")
        options += [f"name={path}"] if path else []
        unnamed = "" if path else ", and none that seems to contain names"
    if not {*FIELDS[1:]} & {*table.columns}:
        text = _first_that_leads(table, _TEXTS)
        near = next(((each, path) for each in FIELDS[1:] if (path := _near(table, each))), None)
        missing.append("'labels', 'polarity' or 'text'")
        options += [f"text={text}"] if text else ["{}={}".format(*near)] if near else []
    options = [option for option in options if option.isprintable()]  # other characters cannot be typed
    if options:
        given = " ".join(f"--column {shlex.quote(option)}" for option in options)
        raise InputError(
            f"{table.path}: has no column {' and none '.join(missing)}{unnamed}; try {given}; {_held(table)}"
            f"{_made_by(table, task)}"
        )
    if missing and (other := _made_by(table, task)):
        raise InputError(f"{table.path}: has no column {' and none '.join(missing)}{unnamed}; {_held(table)}{other}")


def _made_by(table: Table, task: Task) -> str:
    """Return the tool that seems to have written a table, and the command that converts it, or the empty string."""
    return hint(table.path, detect(table.columns), task.id) if table.path.is_file() else ""


def _near(table: Table, name: str) -> str | None:
    return next((head for head in table.columns if plain_head(head) == plain_head(name)), None)


def _first_that_leads(table: Table, paths: Iterable[str]) -> str | None:
    """Return the first of the paths that leads to text in the first row."""
    for path in paths:
        head, *rest = path.split(".")
        if head in table.columns:
            column = table.columns[head]
            with suppress(ValueError, TypeError, OverflowError):  # a value that Python cannot represent is not text
                value = walk(column[0] if isinstance(column, list) else column[0].as_py(), rest)
                if isinstance(value, str) and value:
                    return path
    return None


def _held(table: Table) -> str:
    return f"its columns are {listed(table.columns)}"


def datasets_in(table: Table, tasks: TaskSet) -> dict[str, npt.NDArray[np.intp]]:
    """Return the rows of each data set according to the column `dataset`; empty without such a column.

    A column with a similar name is also used if it only contains names of data sets.

    Raises:
        InputError: a row names no data set, or an unknown one.
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
        refused = table.refusal((row, f"{column!r}: {short_repr(words[codes[row]])} is not a data set") for row in rows)
        raise InputError(f"{refused}; data sets are {', '.join(tasks)}; correct it, or rename the column")
    found: dict[str, list[int]] = {}
    for code, task in enumerate(named):
        if task:
            found.setdefault(task.id, []).append(code)
    return {identifier: np.flatnonzero(np.isin(codes, each)) for identifier, each in found.items()}


def _rows_of(table: Table, task: Task, tasks: TaskSet) -> Table:
    """Return the rows for one data set, if a column says which data set they are for."""
    found = datasets_in(table, tasks)
    if not found or {*found} == {task.id}:
        return table
    by = f"by the column {_dataset_column(table, tasks)!r}"
    if task.id not in found:
        raise InputError(f"{table.path}: no row is for {task.id}; {by} they are for {listed(found)}")
    rows = found[task.id]
    others = {identifier: len(each) for identifier, each in found.items() if identifier != task.id}
    number = f"{sum(others.values())} of {table.num_rows} rows"
    remark = f"{number} are for {listed(others)} {by} and are left out"
    columns = _View(table.columns, rows=rows)
    return replace(table, columns=columns, num_rows=len(rows), rows=rows, remarks=(*table.remarks, remark))


def _renamed(table: Table, pattern: str) -> Table:
    """Return the table with every name replaced by the group of a pattern; names that do not match are kept."""
    names = text_column(table, find_column(table, "name"))
    fits = pc.match_substring_regex(names, pattern)
    if not pc.any(fits).as_py():
        raise InputError(f"{table.path}: --name-regex matches no name, such as {short_repr(names[0].as_py())}")
    new = pc.replace_substring_regex(names, f"(?s)^.*?(?:{pattern}).*$", r"\1")
    if pc.count_distinct(new).as_py() < pc.count_distinct(names).as_py():
        code = int(np.argmax(np.bincount(new.dictionary_encode().indices.drop_null())))
        one = new.dictionary_encode().dictionary[code]
        several = pc.unique(names.filter(pc.equal(new, one))).to_pylist()
        raise InputError(
            f"{table.path}: --name-regex maps {', '.join(map(short_repr, several[:3]))} to {short_repr(one.as_py())}; "
            "different names must remain different"
        )
    rest = names.filter(pc.invert(fits))
    remark = f"{len(rest)} of {len(names)} names do not match --name-regex and are not changed, such as "
    remarks = (*table.remarks, remark + short_repr(rest[0].as_py())) if len(rest) else table.remarks
    return replace(table, columns=_View(table.columns, {"name": lambda: new}), remarks=remarks)
