"""Read the predictions of one model on one data set from a table into the arrays for scoring, with an account.

Each row is a sample: `name`, then `labels` (a list, or label-list text) or `polarity` (a word), and `status` (`ok` or
`failed`). If a row only has an earlier stage (text, labels) than scoring needs (labels, polarity), an `Extractor` fills
in the rest. How labels are extracted from text is not defined here: the caller passes the extractor.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import short_repr
from merunibench.data.account import Account, Reason
from merunibench.data.accounting import PolarityWords, polarity_words, take_account
from merunibench.data.arranging import arranged
from merunibench.data.cells import NOTHING, Mask, as_mask, has_error, is_null, with_columns, written_nulls
from merunibench.data.columns import find_column, label_column, name_column, text_column
from merunibench.data.fill_missing import GIVEN, CompletedRows, Extractor, fill_missing
from merunibench.data.numbers import numbers_of
from merunibench.data.tables import Table, read_table
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.kinds import Answer
from merunibench.labels import LabelLists
from merunibench.tasks import Task

__all__ = [
    "GIVEN",
    "Extractor",
    "Mask",
    "Predictions",
    "account_of",
    "failed_rows",
    "is_null",
    "load_predictions",
    "polarity_column",
    "predictions_from_table",
]


@dataclass(frozen=True, eq=False)
class Predictions:
    """A model's predictions for N samples, in file order.

    Attributes:
        names: Sample names, all different: `large_string`, shape (N,).
        labels: Basic and fine-grained tasks: the predicted labels of each sample.
        polarity: Sentiment tasks: +1 positive, -1 negative, 0 neutral or any other word; shape (N,).
        failed: Samples on which the model failed, shape (N,).
        where: The file they come from, for messages.
        labels_from: Origin of the labels: `given`, or the name of an extractor.
        polarity_from: Origin of the polarity, in the same form.
        remarks: What a reader of the scores should know about the file.
        unanswered: Samples whose row contains no answer: missing predictions, shape (N,). None if there are none.
        account: Where the answers come from, and why some rows have none; None if predictions were not read here.
        numbers: Tasks of scores and preferences: the predicted numbers, NaN if missing, shape (N, M); see `Samples`.
    """

    names: pa.Array
    labels: LabelLists | None
    polarity: npt.NDArray[np.int8] | None
    failed: Mask
    where: str
    labels_from: str = GIVEN
    polarity_from: str = GIVEN
    remarks: tuple[str, ...] = ()
    unanswered: Mask | None = None
    account: Account | None = None
    numbers: npt.NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.names)


def load_predictions(path: Path, task: Task, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Predictions:
    """Read the predictions for one data set from a table (see `read_table` for the formats).

    Args:
        path: The file, or the folder of a saved data set.
        task: The data set; it determines whether labels or polarity are needed.
        max_bytes: Largest size that the file may unpack to.

    Raises:
        UnsafeFileError: the file unpacks to more than `max_bytes`.
        InputError: the file is broken, or cannot be scored; the message names file and row.
    """
    table = arranged(read_table(path, max_bytes=max_bytes), task)
    return predictions_from_table(table, task)


def predictions_from_table(table: Table, task: Task, extractor: Extractor | None = None) -> Predictions:
    """Return the predictions in a table.

    Args:
        table: The table.
        task: The data set.
        extractor: Reads rows with text but no labels, or labels but no polarity; None to refuse such rows.

    Raises:
        InputError: they cannot be scored; the message names file and row.
    """
    needed = task.of_kind.answer
    table = written_nulls(table)
    names, failed = name_column(table), failed_rows(table)
    if needed in ("score", "preference"):
        return _of_numbers(table, needed, names, failed)
    finished, answers, account = _made(table, needed, failed, extractor)
    remarks = account.remarks()
    if finished.traces:
        remarks = (f"reasoning traces dropped before the answers were read: {finished.traces}", *remarks)
    return Predictions(
        names,
        answers if isinstance(answers, LabelLists) else None,
        None if isinstance(answers, LabelLists) else answers.values,
        failed,
        str(table.path),
        finished.labels_from,
        finished.polarity_from,
        remarks,
        finished.unanswered,
        account,
    )


def _of_numbers(table: Table, needed: Answer, names: pa.Array, failed: Mask) -> Predictions:
    """Return predictions of numbers, which no extractor derives from text."""
    numbers = numbers_of(table, needed)
    unanswered = ~failed & np.isnan(numbers[:, 0])
    account = Account(table.num_rows, needed, failed=int(failed.sum()), given=int((~failed & ~unanswered).sum()))
    if unanswered.any():
        place = table.where(int(np.argmax(unanswered))).removeprefix(f"{table.path}, ")
        account.count(Reason.NO_ANSWER, place, number=int(unanswered.sum()))
    where = str(table.path)
    return Predictions(
        names,
        None,
        None,
        failed,
        where,
        unanswered=unanswered,
        account=account,
        numbers=numbers,
        remarks=account.remarks(),
    )


def account_of(table: Table, needed: Answer, extractor: Extractor) -> Account:
    """Return the account of a table as `predictions_from_table` makes it, without checking names.

    Raises:
        InputError: it cannot be scored.
    """
    table = written_nulls(table)
    return _made(table, needed, failed_rows(table), extractor)[2]


def _made(
    table: Table, needed: Answer, failed: Mask, extractor: Extractor | None
) -> tuple[CompletedRows, LabelLists | PolarityWords, Account]:
    """Return the answers in a table, filled in by the extractor, and their account."""
    earlier = ("text", "labels") if needed == "polarity" else ("text",)
    if needed not in table.columns and (failed.all() or any(column in table.columns for column in earlier)):
        # A run in which every sample failed has no answers, and so not even their column.
        table = with_columns(table, {needed: [None] * table.num_rows})
    find_column(table, needed)
    finished = fill_missing(table, needed, failed, extractor)
    answers: LabelLists | PolarityWords
    if needed == "labels":
        answers = label_column(finished.table, needed)
    else:
        answers = polarity_words(finished.table, needed, derived=int(finished.read.sum()))
    return finished, answers, take_account(table, failed, finished, answers, extractor)


def failed_rows(table: Table) -> Mask:
    """Return which rows have the status `failed` or a message in `error`, shape (N,); the others are `ok`.

    Raises:
        InputError: a status is neither `ok` nor `failed`.
    """
    failed = has_error(table)
    if "status" not in table.columns:
        return failed
    status = pc.utf8_lower(pc.utf8_trim_whitespace(text_column(table, "status").fill_null("ok")))
    said = pc.equal(status, "failed")
    row = pc.index(pc.or_(said, pc.is_in(status, value_set=pa.array(["ok", *NOTHING], status.type))), False).as_py()
    if row >= 0:
        word = text_column(table, "status")[row].as_py()
        raise InputError(f"{table.where(row)}: 'status' must be ok or failed, not {short_repr(word)}")
    return failed | as_mask(said)


def polarity_column(table: Table, name: str) -> npt.NDArray[np.int8]:
    """Return a column of polarity words as +1, -1 and 0, shape (N,).

    Raises:
        InputError: a value is not text, or most of the words are not a polarity.
    """
    return polarity_words(table, name).values
