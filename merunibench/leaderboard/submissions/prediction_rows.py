"""The rows of one prediction file of a submission: what may stand in them, and why a file cannot be used."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from merunibench._text import listed, short_repr
from merunibench.data import GroundTruth, Table, read_table
from merunibench.data.columns import name_column
from merunibench.data.predictions import predictions_from_table
from merunibench.data.table import RowLimits
from merunibench.errors import InputError
from merunibench.leaderboard.submissions.checked import Checked, Read
from merunibench.leaderboard.submissions.folding import Remark
from merunibench.leaderboard.submissions.names import remarks_on_names
from merunibench.leaderboard.submissions.submission import ROW_KEYS, SUBSET_KEY
from merunibench.tasks import Task

MAX_BYTES = 64 << 20
"""Most bytes that a prediction file may unpack to: ten times what long answers to the largest data set take."""
MAX_NAME, MAX_TEXT, MAX_LABELS, MAX_ORIGIN = 256, 100_000, 1_000, 100
MAX_LINE, MAX_KEYS = 2 << 20, 100
"""Most bytes of a row, and most keys: more is read of nobody, since a packed megabyte can hold millions of them."""
MAX_ROWS = 100_000
"""Most rows where no official count is published."""


class _NoExtraction:
    """Stands in for the extractor: whether rows can be read is checked here, what they say is not."""

    name = "not-read-yet"

    def labels(self, text: str) -> list[str]:  # noqa: ARG002 - the protocol's
        """None."""
        return []

    def polarity(self, labels: Sequence[str]) -> str:  # noqa: ARG002
        """Any."""
        return "neutral"

    def has_trace(self, text: str) -> bool:  # noqa: ARG002
        """Not looked for."""
        return False

    def looks_like(self, text: str) -> None:
        """Not looked at."""

    def knows(self, labels: Sequence[str]) -> bool:  # noqa: ARG002
        """Not asked."""
        return True


def check_rows(path: Path, task: Task, truth: GroundTruth | None, checked: Checked) -> Read | None:
    """Check one prediction file.

    Args:
        path: The file.
        task: Its data set.
        truth: The data set's labels, if they are at hand: names are then held against them.
        checked: Its submission, where what is found is noted.

    Returns:
        What was read; None if it cannot be used.
    """
    where = path.relative_to(checked.folder).as_posix()

    def said(error: InputError) -> str:
        return str(error).replace(str(path), where)

    try:
        # Twice the lines that there may be: that there are too many is said below, with their number.
        limits = RowLimits(2 * (task.samples or MAX_ROWS), MAX_LINE, _odd_row)
        table = read_table(path, max_bytes=MAX_BYTES, limits=limits)
    except InputError as error:
        checked.problem(said(error))
        return None
    before = len(checked.problems)
    for problem in _odd_columns(table):
        checked.problem(f"{where}: {problem}")
    predictions = None
    try:
        # Names first: they can be held against the labels whatever the answers are.
        problems, warnings = remarks_on_names(name_column(table), task, truth, by_hashes=checked.by_hashes)
        for problem in problems:
            checked.problem(f"{where}: {problem}")
        checked.noted += [Remark(task.id, where, text) for text in warnings]
        predictions = predictions_from_table(table, task, _NoExtraction())
    except InputError as error:
        checked.problem(said(error))
    if predictions is None or len(checked.problems) > before:
        return None
    failed = int(predictions.failed.sum())
    if failed:
        share = f"{failed} of {len(predictions)} rows ({100 * failed / len(predictions):.1f} %)"
        checked.noted.append(Remark(task.id, where, f"{share} are marked as failed and count as wrong"))
    checked.noted += [Remark(task.id, where, text) for text in predictions.remarks]
    unread = _NoExtraction.name in f"{predictions.labels_from}+{predictions.polarity_from}".split("+")
    return Read(table if unread else predictions, table.num_bytes)


def _odd_row(row: Mapping[str, Any]) -> str:
    """What a row holds that is not even kept until it can be refused; empty if nothing."""
    if len(row) > MAX_KEYS:
        return f"{len(row)} keys; a row of a submission has at most {len(ROW_KEYS)} ({', '.join(ROW_KEYS)})"
    for key, value in row.items():
        listed_here = value if isinstance(value, list) else ()
        odd = isinstance(value, dict) or (listed_here and key != "labels")
        if odd or any(isinstance(each, list | dict) for each in listed_here):
            return f"{short_repr(key)} holds lists or objects; a row holds text, and a list of texts as its labels"
        if isinstance(value, float) and not math.isfinite(value):
            return f"{short_repr(key)} is not a number in JSON"
        if len(listed_here) > MAX_LABELS:
            return f"{len(listed_here)} labels; at most {MAX_LABELS} are taken"
    return ""


def _odd_columns(table: Table) -> Iterator[str]:
    """What the columns of a table hold that no row of a submission may hold."""
    columns: Mapping[str, Any] = table.columns
    if any(value is not None for value in columns.get(SUBSET_KEY, ())):
        yield "the rows are marked as those of a part of the data set; the board takes whole sets"
    foreign = [name for name in columns if name not in (*ROW_KEYS, SUBSET_KEY)]
    if foreign:
        allowed = ", ".join(ROW_KEYS)
        yield f"rows hold {listed(map(short_repr, foreign), 5)}; a submission holds answers, never scores ({allowed})"
    limits = {
        "name": MAX_NAME,
        "text": MAX_TEXT,
        "error": MAX_TEXT,
        "labels": MAX_TEXT,
        **dict.fromkeys(("polarity", "labels_from", "polarity_from"), MAX_ORIGIN),
    }
    for column, most in limits.items():
        row = next((row for row, value in enumerate(columns.get(column, ())) if _is_longer(value, most)), None)
        if row is not None:
            line = row + 1 if table.lines is None else table.lines[row]
            yield f"line {line}: {column!r} is longer than {most} characters, or than {MAX_LABELS} labels"
    for column in ("labels_from", "polarity_from"):
        different = {value for value in columns.get(column, ()) if isinstance(value, str)}
        if len(different) > 5:
            yield f"{column!r} holds {len(different)} different values; at most 5 are taken"
        if any(not value.isprintable() for value in different):  # they become part of signatures
            yield f"{column!r} holds characters that cannot be shown"


def _length(value: object) -> int:
    if isinstance(value, list):
        return sum(map(_length, value))
    return len(value) if isinstance(value, str) else 0


def _is_longer(value: object, most: int) -> bool:
    """Whether a text is longer than so many characters, or a list than that in all, or than labels are taken."""
    return _length(value) > most or (isinstance(value, list) and len(value) > MAX_LABELS)
