"""Check the rows of one prediction file of a submission: allowed content, and why a file cannot be used."""

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
"""Maximum unpacked size of a prediction file in bytes: ten times long answers to the largest data set."""
MAX_NAME, MAX_TEXT, MAX_LABELS, MAX_ORIGIN = 256, 100_000, 1_000, 100
MAX_LINE, MAX_KEYS = 2 << 20, 100
"""Maximum size of a row in bytes, and maximum number of keys. A packed megabyte can contain millions of keys."""
MAX_ROWS = 100_000
"""Maximum number of rows if no official count is published."""


class _NoExtraction:
    """Replaces the extractor: only whether rows can be read is checked, not what they say."""

    name = "not-read-yet"

    def labels(self, text: str) -> list[str]:  # noqa: ARG002 - the protocol's
        """Return no labels."""
        return []

    def polarity(self, labels: Sequence[str]) -> str:  # noqa: ARG002
        """Return any polarity."""
        return "neutral"

    def has_trace(self, text: str) -> bool:  # noqa: ARG002
        """Not checked."""
        return False

    def looks_like(self, text: str) -> None:
        """Not checked."""

    def knows(self, labels: Sequence[str]) -> bool:  # noqa: ARG002
        """Not checked."""
        return True


def check_rows(path: Path, task: Task, truth: GroundTruth | None, checked: Checked) -> Read | None:
    """Check one prediction file.

    Args:
        path: The file.
        task: Its data set.
        truth: The data set's labels, if available; names are then compared with them.
        checked: Its submission, to which findings are added.

    Returns:
        What was read; None if the file cannot be used.
    """
    where = path.relative_to(checked.folder).as_posix()

    def said(error: InputError) -> str:
        return str(error).replace(str(path), where)

    try:
        # Up to twice the allowed lines, so that a file with too many is reported below with their number.
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
        # Names first: they can be compared with the labels whatever the answers are.
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
    """Describe content of a row that must not be kept in memory until it is rejected; empty if there is none."""
    if len(row) > MAX_KEYS:
        return f"{len(row)} keys; a row of a submission may have at most {len(ROW_KEYS)} ({', '.join(ROW_KEYS)})"
    for key, value in row.items():
        listed_here = value if isinstance(value, list) else ()
        odd = isinstance(value, dict) or (listed_here and key != "labels")
        if odd or any(isinstance(each, list | dict) for each in listed_here):
            return f"{short_repr(key)} contains lists or objects; a row contains texts, and its labels a list of texts"
        if isinstance(value, float) and not math.isfinite(value):
            return f"{short_repr(key)} is not a valid JSON number"
        if len(listed_here) > MAX_LABELS:
            return f"{len(listed_here)} labels; at most {MAX_LABELS} are allowed"
    return ""


def _odd_columns(table: Table) -> Iterator[str]:
    """Yield what the columns of a table contain that rows of a submission must not contain."""
    columns: Mapping[str, Any] = table.columns
    if any(value is not None for value in columns.get(SUBSET_KEY, ())):
        yield "the rows are marked as a subset of the data set; the board accepts only whole data sets"
    foreign = [name for name in columns if name not in (*ROW_KEYS, SUBSET_KEY)]
    if foreign:
        allowed = ", ".join(ROW_KEYS)
        yield f"rows contain {listed(map(short_repr, foreign), 5)}; a submission has answers, never scores ({allowed})"
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
            yield f"{column!r} contains {len(different)} different values; at most 5 are allowed"
        if any(not value.isprintable() for value in different):  # they become part of signatures
            yield f"{column!r} contains characters that cannot be shown"


def _length(value: object) -> int:
    if isinstance(value, list):
        return sum(map(_length, value))
    return len(value) if isinstance(value, str) else 0


def _is_longer(value: object, most: int) -> bool:
    """Whether a text or list is longer than `most` characters, or a list has too many labels."""
    return _length(value) > most or (isinstance(value, list) and len(value) > MAX_LABELS)
