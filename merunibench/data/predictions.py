"""Predictions of one model on one data set: from a table to the arrays that scoring works on.

A row is a sample: `name`, then `labels` (a list, or label-list text) or `polarity` (a word), and `status` (`ok` or
`failed`). Rows that hold only the model's raw `text` are finished by an extractor, if one is given (see `unfinished`).
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import shown
from merunibench.data.columns import find_column, label_column, map_column, name_column, text_column
from merunibench.data.tables import Table, read_table
from merunibench.data.unfinished import GIVEN, Extractor, as_mask, finish, is_null
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.kinds import POLARITIES
from merunibench.labels import LabelLists
from merunibench.tasks import Task

Mask = npt.NDArray[np.bool_]


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
    return predictions_from_table(read_table(path, max_bytes=max_bytes), task)


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
    finished = finish(table, needed, failed, extractor)
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
    return as_mask(failed)


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
    values = table.columns[column]
    words = values if isinstance(values, list) else values.to_pylist()
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
