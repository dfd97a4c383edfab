"""The rows of a submission's prediction files: what is wrong with them, and what a reader of the board should know."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import listed, shown, visible
from merunibench.data import GroundTruth, Table, read_table
from merunibench.data.columns import name_column
from merunibench.data.predictions import Predictions, predictions_from_table
from merunibench.errors import InputError
from merunibench.leaderboard.packing import ROW_KEYS, SUBSET_KEY
from merunibench.tasks import Task

MAX_BYTES = 256 << 20
"""Most bytes that a prediction file may unpack to: a hundred times what the longest answers take."""
MAX_LENGTH = 1 << 30
"""Most characters of all files together: each may be small when packed, and all are held at once."""
MAX_NAME, MAX_TEXT, MAX_LABELS, MAX_ORIGIN = 256, 100_000, 1_000, 100
_FEW = 0.1


class Findings:
    """Problems (each refuses the submission) and warnings, as they are found."""

    def __init__(self, problems: Iterable[str] = ()) -> None:
        self.problems: list[str] = list(map(visible, problems))
        self.warnings: list[str] = []

    def problem(self, text: str) -> None:
        """Note why the submission is refused."""
        self.problems.append(visible(text))

    def warning(self, text: str) -> None:
        """Note why a row would not show in full, or would surprise."""
        self.warnings.append(visible(text))


class _Later:
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


class Read(NamedTuple):
    """One prediction file that can be used.

    Attributes:
        table: Its rows.
        predictions: What they say; None where an extractor has to read texts first.
        length: Number of characters of all its answers.
    """

    table: Table
    predictions: Predictions | None
    length: int


def check_rows(path: Path, where: str, task: Task, truth: GroundTruth | None, findings: Findings) -> Read | None:
    """Check one prediction file.

    Args:
        path: The file.
        where: What messages call it.
        task: Its data set.
        truth: The data set's labels, if they are at hand: names are then held against them.
        findings: Where to note what is found.

    Returns:
        What was read; None if it cannot be used.
    """

    def said(error: InputError) -> str:
        return str(error).replace(str(path), where)

    try:
        table = read_table(path, max_bytes=MAX_BYTES)
    except InputError as error:
        findings.problem(said(error))
        return None
    before = len(findings.problems)
    for problem in _odd_columns(table):
        findings.problem(f"{where}: {problem}")
    predictions = None
    try:
        # Names first: they can be held against the labels whatever the answers are.
        _check_names(name_column(table), where, task, truth, findings)
        predictions = predictions_from_table(table, task, _Later())
    except InputError as error:
        findings.problem(said(error))
    if predictions is None or len(findings.problems) > before:
        return None
    for remark in predictions.remarks:
        findings.warning(f"{where}: {remark}")
    unread = _Later.name in f"{predictions.labels_from}+{predictions.polarity_from}".split("+")
    length = sum(_length(value) for values in table.columns.values() for value in values)
    return Read(table, None if unread else predictions, length)


def _odd_columns(table: Table) -> Iterator[str]:
    """What the columns of a table hold that no row of a submission may hold."""
    columns: Mapping[str, Any] = table.columns
    if any(value is not None for value in columns.get(SUBSET_KEY, ())):
        yield "the rows are marked as those of a part of the data set; the board takes whole sets"
    foreign = [name for name in columns if name not in (*ROW_KEYS, SUBSET_KEY)]
    if foreign:
        allowed = ", ".join(ROW_KEYS)
        yield f"rows hold {listed(map(shown, foreign), 5)}; a submission holds answers, never scores ({allowed})"
    limits: dict[str, tuple[int, Callable[[Any], bool]]] = {
        "name": (MAX_NAME, lambda value: isinstance(value, str) and len(value) > MAX_NAME),
        "text": (MAX_TEXT, lambda value: isinstance(value, str) and len(value) > MAX_TEXT),
        "error": (MAX_TEXT, lambda value: isinstance(value, str) and len(value) > MAX_TEXT),
        "polarity": (MAX_ORIGIN, lambda value: isinstance(value, str) and len(value) > MAX_ORIGIN),
        "labels_from": (MAX_ORIGIN, lambda value: isinstance(value, str) and len(value) > MAX_ORIGIN),
        "polarity_from": (MAX_ORIGIN, lambda value: isinstance(value, str) and len(value) > MAX_ORIGIN),
        "labels": (MAX_TEXT, _too_many_labels),
    }
    for column, (most, too_long) in limits.items():
        row = next((row for row, value in enumerate(columns.get(column, ())) if too_long(value)), None)
        if row is not None:
            line = row + 1 if table.lines is None else table.lines[row]
            yield f"line {line}: {column!r} is longer than {most} characters, or than {MAX_LABELS} labels"
    for column in ("labels_from", "polarity_from"):
        different = {value for value in columns.get(column, ()) if isinstance(value, str)}
        if len(different) > 5:
            yield f"{column!r} holds {len(different)} different values; at most 5 are taken"


def _length(value: object) -> int:
    if isinstance(value, list):
        return sum(map(_length, value))
    return len(value) if isinstance(value, str) else 0


def _too_many_labels(value: object) -> bool:
    if isinstance(value, str):
        return len(value) > MAX_TEXT
    if isinstance(value, list):
        return len(value) > MAX_LABELS or sum(len(item) for item in value if isinstance(item, str)) > MAX_TEXT
    return False


def _check_names(names: pa.Array, where: str, task: Task, truth: GroundTruth | None, findings: Findings) -> None:
    """Hold the sample names against the official count, and against the labels where they are at hand."""
    expected = task.samples
    if expected and len(names) > expected:
        findings.problem(
            f"{where}: {len(names)} samples, where {task.title} has {expected}: some are not of its test split"
        )
    if truth is not None:
        known = pc.is_in(names, value_set=truth.names)
        foreign = names.filter(pc.invert(known))
        matched = len(names) - len(foreign)
        some = listed(map(shown, foreign[:5].to_pylist()))
        if len(foreign) and len(truth) == expected:
            findings.problem(f"{where}: {len(foreign)} names are not of {task.title}: {some}")
        elif matched < _FEW * min(len(names), len(truth)):
            findings.problem(f"{where}: only {matched} of {len(names)} names are of {task.title}; not {some}")
        elif len(foreign):
            findings.warning(
                f"{where}: {len(foreign)} names are not in the labels at hand, which have {len(truth)} samples"
            )
        if matched < len(truth):
            findings.warning(f"{where}: {len(truth) - matched} samples have no prediction and count as wrong")
    elif len(names) < expected:
        findings.warning(f"{where}: {len(names)} of {expected} samples; the others count as wrong")
