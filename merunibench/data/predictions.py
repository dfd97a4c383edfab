"""Predictions of one model on one data set: from a table to the arrays that scoring works on.

A row is a sample: `name`, then `labels` (a list, or label-list text) or `polarity` (a word), and `status` (`ok` or
`failed`). Rows that stop at an earlier stage (text, labels) than scoring begins with (labels, polarity) are finished by
an `Extractor`, if whoever scores hands one in: how labels are taken from text is not known here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import shown
from merunibench.data.arranging import arranged
from merunibench.data.columns import find_column, label_column, map_column, name_column, python_values, text_column
from merunibench.data.tables import Table, read_table
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.kinds import POLARITIES
from merunibench.labels import LabelLists
from merunibench.tasks import Task

GIVEN = "given"
"""Where labels and polarity come from that the predictions hold."""

Mask = npt.NDArray[np.bool_]


class Extractor(Protocol):
    """What finishes a row."""

    @property
    def name(self) -> str:
        """Its name and version, as signatures have it: `rules@1`."""
        ...

    def labels(self, text: str) -> list[str]:
        """The labels in a model's answer."""
        ...

    def polarity(self, labels: Sequence[str]) -> str:
        """The polarity of a label list: positive, negative or neutral."""
        ...

    def has_trace(self, text: str) -> bool:
        """Whether a model's answer holds its reasoning, which is dropped before the answer is read."""
        ...


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a model said about N samples, in file order.

    Attributes:
        names: Sample names, all different: `large_string`, shape (N,).
        labels: Basic and fine-grained tasks: the predicted labels of each sample.
        polarity: Sentiment tasks: +1 positive, -1 negative, 0 neutral or any other word; shape (N,).
        failed: Samples on which the model failed, shape (N,).
        where: The file they come from, for messages.
        labels_from: Where the labels come from: `given`, or the name of an extractor.
        polarity_from: Where the polarity comes from, likewise.
        remarks: What a reader of the scores should know about the file.
    """

    names: pa.Array
    labels: LabelLists | None
    polarity: npt.NDArray[np.int8] | None
    failed: Mask
    where: str
    labels_from: str = GIVEN
    polarity_from: str = GIVEN
    remarks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)


def load_predictions(path: Path, task: Task, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Predictions:
    """Read the predictions for one data set from a table (see `read_table` for the formats).

    Args:
        path: The file, or the folder of a saved data set.
        task: The data set; it decides whether labels or polarity are needed.
        max_bytes: How much the file may unpack to.

    Raises:
        UnsafeFileError: the file unpacks to more than `max_bytes`.
        InputError: the file is broken, or cannot be scored; the message names file and row.
    """
    table = arranged(read_table(path, max_bytes=max_bytes), task)
    return predictions_from_table(table, task)


def predictions_from_table(table: Table, task: Task, extractor: Extractor | None = None) -> Predictions:
    """The predictions in a table.

    Args:
        table: The table.
        task: The data set.
        extractor: What reads rows that hold text but no labels, or labels but no polarity; None to refuse them.

    Raises:
        InputError: they cannot be scored; the message names file and row.
    """
    names, failed = name_column(table), failed_rows(table)
    needed = task.of_kind.answer
    finished = _finish(table, needed, failed, extractor)
    table = finished.table
    if needed not in table.columns and failed.all():
        # A run that failed throughout has written no answers, so not even their column.
        table = replace(table, columns={**table.columns, needed: [None] * len(names)})
    column = find_column(table, needed)
    labels = label_column(table, column) if needed == "labels" else None
    polarity = polarity_column(table, column) if needed == "polarity" else None
    remarks = (*_blank_labels(table, column, failed), *_odd_polarities(table, column)) if not failed.all() else ()
    if finished.traces:
        remarks = (f"reasoning traces dropped before the answers were read: {finished.traces}", *remarks)
    sources = (finished.labels_from, finished.polarity_from)
    return Predictions(names, labels, polarity, failed, str(table.path), *sources, remarks)


def failed_rows(table: Table) -> Mask:
    """Which rows have the status `failed`, shape (N,); without a status a row is `ok`.

    Raises:
        InputError: a status is neither `ok` nor `failed`.
    """
    if "status" not in table.columns:
        return np.zeros(table.num_rows, bool)
    status = text_column(table, "status").fill_null("ok")
    failed = pc.equal(status, "failed")
    row = pc.index(pc.or_(failed, pc.equal(status, "ok")), False).as_py()
    if row >= 0:
        raise InputError(f"{table.where(row)}: 'status' must be ok or failed, not {shown(status[row].as_py())}")
    return _as_mask(failed)


def polarity_column(table: Table, name: str) -> npt.NDArray[np.int8]:
    """A column of polarity words as +1, -1 and 0, shape (N,).

    Raises:
        InputError: a value is no text.
    """
    return map_column(table, name, np.arange(table.num_rows), _polarity, np.int8)


def _blank_labels(table: Table, column: str, failed: Mask) -> list[str]:
    """A remark on rows whose labels are null: an empty answer by the official rule, a slip more often."""
    blank = int((is_null(table, column) & ~failed).sum()) if column == "labels" else 0
    return [f"{blank} rows have no labels and count as empty answers; write [] where that is meant"] if blank else []


def _odd_polarities(table: Table, column: str) -> list[str]:
    """A remark on polarity words that are none; by the official rule they count as neutral.

    Raises:
        InputError: there is no proper one at all: the column holds something else.
    """
    if column != "polarity":
        return []
    words = python_values(table, column)
    odd = [word for word in words if isinstance(word, str) and word.strip().lower() not in POLARITIES]
    if odd and len(odd) == len(words):
        raise InputError(f"{table.where(0)}: 'polarity' must be positive, negative or neutral, not {shown(odd[0])}")
    if not odd:
        return []
    return [f"{len(odd)} polarities such as {shown(odd[0])} are no positive, negative or neutral, and count as neutral"]


def _polarity(word: object) -> int:
    if word is None:
        return 0
    if not isinstance(word, str):
        raise ValueError(f"must be positive, negative or neutral, not {shown(word)}")  # noqa: TRY004
    return POLARITIES.get(word.strip().lower(), 0)


@dataclass(frozen=True)
class _Finished:
    """A table that can be scored, where labels and polarity come from, and how many reasoning traces were dropped."""

    table: Table
    labels_from: str = GIVEN
    polarity_from: str = GIVEN
    traces: int = 0


def _finish(table: Table, needed: str, failed: Mask, extractor: Extractor | None) -> _Finished:
    """Fill the column that scoring needs where a row holds only what comes before it.

    A column `labels_from` or `polarity_from`, as `merunibench extract` writes it, says where given ones come from.

    Args:
        table: The predictions.
        needed: `labels` or `polarity`.
        failed: Rows on which the model failed, which need nothing, shape (N,).
        extractor: What reads text and labels; None to refuse such rows.

    Raises:
        InputError: there are such rows and no extractor; the message names the first.
    """
    given = _Finished(table, _origin(table, "labels_from"), _origin(table, "polarity_from"))
    missing = ~failed
    if needed in table.columns:
        missing &= is_null(table, needed)
    if not missing.any():
        return given
    from_labels = missing & _has(table, "labels") if needed != "labels" else np.zeros(len(missing), bool)
    from_text = missing & ~from_labels & _has(table, "text")
    if not (from_labels.any() or from_text.any()):
        return given
    if extractor is None:
        raise InputError(_refusal(table, needed, from_labels, from_text))
    values = list(python_values(table, needed)) if needed in table.columns else [None] * table.num_rows
    texts: Any = text_column(table, "text") if from_text.any() else None
    lists: Any = label_column(table, "labels") if from_labels.any() else None
    for row in np.flatnonzero(from_labels | from_text).tolist():
        labels = lists[row] if from_labels[row] else extractor.labels(texts[row].as_py())
        values[row] = labels if needed == "labels" else extractor.polarity(labels)
    traces = sum(extractor.has_trace(texts[row].as_py()) for row in np.flatnonzero(from_text).tolist())
    read = {"labels_from": missing} if needed == "labels" else {"labels_from": from_text, "polarity_from": missing}
    origins = {
        field: extractor.name if rows.all() else _joined(getattr(given, field), extractor.name)
        for field, rows in read.items()
        if rows.any()
    }
    table = replace(table, columns={"name": table.columns["name"], needed: values})
    return replace(given, table=table, traces=traces, **origins)


def _joined(*origins: str) -> str:
    return "+".join(dict.fromkeys(origins))


def _origin(table: Table, column: str) -> str:
    """What a column says about where the values of another come from; `given` where it says nothing."""
    if column not in table.columns:
        return GIVEN
    found = text_column(table, column).fill_null(GIVEN)
    return _joined(*sorted(pc.unique(found).to_pylist()))


def _refusal(table: Table, needed: str, from_labels: Mask, from_text: Mask) -> str:
    rows, what = np.flatnonzero(from_labels), "labels without polarity"
    if not len(rows):
        rows, what = np.flatnonzero(from_text), "raw text only"
    return (
        f"{table.where(int(rows[0]))}: holds {what} ({len(rows)} rows do); scoring needs {needed}: extract it first "
        f"(`merunibench extract`), or give it in the column {needed!r}"
    )


def _has(table: Table, column: str) -> Mask:
    """Whether a row has something there; all false without the column."""
    return ~_is_empty(table, column) if column in table.columns else np.zeros(table.num_rows, bool)


def is_null(table: Table, column: str) -> Mask:
    """Which rows of a column are null, shape (N,)."""
    values = table.columns[column]
    if isinstance(values, list):
        return np.fromiter((value is None for value in values), bool, len(values))
    return _as_mask(values.is_null())


def _is_empty(table: Table, column: str) -> Mask:
    """Whether a row has nothing there: null, empty text or an empty list."""
    values = text_column(table, column) if column == "text" else table.columns[column]
    if isinstance(values, list):
        return np.fromiter((not value for value in values), bool, len(values))
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        lengths = pc.list_value_length(values)
    elif pa.types.is_large_string(values.type):
        lengths = pc.binary_length(values)
    else:
        return is_null(table, column)
    return _as_mask(pc.equal(lengths.fill_null(0), 0))


def _as_mask(booleans: pa.BooleanArray) -> Mask:
    """Arrow's truth values as NumPy's, shape (N,)."""
    return np.asarray(booleans.to_numpy(zero_copy_only=False), bool)
