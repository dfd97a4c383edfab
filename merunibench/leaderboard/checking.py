"""Everything that is wrong with a submission at once, and why a row of it would not show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import listed, shown, visible
from merunibench.data import GroundTruth, Table, read_table
from merunibench.data.columns import name_column
from merunibench.data.predictions import Predictions, predictions_from_table
from merunibench.errors import InputError
from merunibench.leaderboard.submission import (
    ASKED_FOR,
    FILE,
    FOLDER_NAME,
    PREDICTIONS,
    ROW_KEYS,
    SUBSET_KEY,
    Submission,
    hashes_of,
    joint_hash,
    predictions_in,
    read_submission,
    submission_id,
)
from merunibench.report.markdown import escape
from merunibench.tasks import TASKS, Task, benchmark_tasks

MAX_BYTES = 256 << 20
"""Most bytes that a prediction file may unpack to: a hundred times what the longest answers take."""
MAX_LENGTH = 1 << 30
"""Most characters of all files together: each may be small when packed, and all are held at once."""
MAX_NAME, MAX_TEXT, MAX_LABELS, MAX_ORIGIN = 256, 100_000, 1_000, 100
_FEW = 0.1


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


@dataclass
class Checked:
    """A submission and what was found in it, as far as it has been looked at.

    Attributes:
        folder: Its folder.
        submission: Its metadata; None if they cannot be read.
        problems: Why it is refused, a line each; none if it is valid.
        warnings: Why a row would not show in full, and what readers will miss.
        files: Data set -> checkpoint -> its file, checkpoints in their natural order.
        openable: Whether these are few and small enough to be opened.
        hashes: Data set -> SHA-256 of its predictions; of a valid submission.
        read: Data set -> checkpoint -> its predictions, where they are valid.
        lengths: Data set -> characters of what was read.
    """

    folder: Path
    submission: Submission | None = None
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    files: Mapping[str, Mapping[str, Path]] = field(default_factory=dict, repr=False)
    openable: bool = False
    hashes: Mapping[str, str] = field(default_factory=dict)
    read: dict[str, dict[str, Read]] = field(default_factory=dict, repr=False)
    lengths: dict[str, int] = field(default_factory=dict)

    def problem(self, text: str) -> None:
        """Note why the submission is refused."""
        self.problems.append(visible(text))

    def warning(self, text: str) -> None:
        """Note why a row would not show in full, or would surprise."""
        self.warnings.append(visible(text))

    @property
    def valid(self) -> bool:
        """Whether it is accepted."""
        return not self.problems

    @property
    def id(self) -> str:
        """By which the board knows the submission."""
        return submission_id(self.folder)

    @property
    def predictions(self) -> str:
        """One hash of all predictions."""
        return joint_hash(self.hashes)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "submission": self.id,
            "model": self.submission.model if self.submission else None,
            "valid": self.valid,
            "problems": self.problems,
            "warnings": self.warnings,
            "predictions": self.predictions if self.valid else None,
        }

    def to_text(self) -> str:
        """For people: the verdict, then a line for each problem and warning."""
        lines = [f"{self.folder}: {self._verdict}", *(f"  {remark}" for remark in self._remarks())]
        return "".join(f"{visible(line)}\n" for line in lines)

    def to_markdown(self) -> str:
        """The same for a comment on a pull request, everything that strangers wrote escaped."""
        lines = [f"**{escape(self.id)}**: {self._verdict}", "", *(f"- {escape(each)}" for each in self._remarks())]
        return "\n".join([*lines, ""]) + "\n"

    @property
    def _verdict(self) -> str:
        return "valid" if self.valid else "refused"

    def _remarks(self) -> list[str]:
        return [*(f"problem: {each}" for each in self.problems), *(f"warning: {each}" for each in self.warnings)]


def outline(folder: Path) -> Checked:
    """Check what does not depend on predictions and labels: names, numbers and sizes of files, metadata.

    Every build does this for every submission, whatever its cache knows of the predictions.
    """
    checked = Checked(folder)
    try:
        checked.files, too_much = predictions_in(folder, checked.problem)
    except InputError as error:
        # Without the folder: where it lies on this machine is no part of a board.
        return Checked(folder, problems=[visible(str(error).removeprefix(f"{folder}: "))])
    checked.openable = not too_much
    path = folder / FILE
    # Anything but a plain file has been refused already, and reading it could lead anywhere, or never end.
    if not path.is_symlink() and (path.is_file() or not path.exists()):
        try:
            checked.submission = read_submission(folder)
        except InputError as error:
            checked.problem(str(error).replace(str(path), FILE))
    if not FOLDER_NAME.fullmatch(submission_id(folder)):
        checked.problem(
            "the folder's name must be letters, digits and ._- (at most 64), and not begin with a sign, `baseline-` or "
            "`published-`"
        )
    if not checked.files and (checked.submission is None or checked.submission.withheld is None):
        checked.problem(f"{PREDICTIONS}/ holds no predictions; `merunibench submit` packs them")
    return checked


def too_long(lengths: Mapping[str, int]) -> bool:
    """Whether all files together have more characters than are taken."""
    return sum(lengths.values()) > MAX_LENGTH


def check(folder: Path, truths: Mapping[str, GroundTruth] | None = None) -> Checked:
    """Check a submission.

    Args:
        folder: Its folder.
        truths: Labels by data set, as far as they are at hand; sample names are held against them.

    Returns:
        What was found. Whatever the folder holds, nothing is raised and nothing of it is executed.
    """
    checked = outline(folder)
    if checked.openable:
        _check_files(checked, truths or {})
    _say_what_will_not_show(checked)
    if checked.valid:
        checked.hashes = hashes_of(checked.files)
    return checked


def _check_files(checked: Checked, truths: Mapping[str, GroundTruth]) -> None:
    """Read the files, as far as they can be used."""
    for dataset, of_checkpoints in checked.files.items():
        for checkpoint, path in of_checkpoints.items():
            read = check_rows(path, TASKS[dataset], truths.get(dataset), checked)
            if read is None:
                continue
            checked.read.setdefault(dataset, {})[checkpoint] = read
            checked.lengths[dataset] = checked.lengths.get(dataset, 0) + read.length
            if too_long(checked.lengths):
                checked.problem(f"more than {MAX_LENGTH >> 20} million characters in all files; the rest was not read")
                return


def _say_what_will_not_show(checked: Checked) -> None:
    submission, found = checked.submission, checked.read
    if submission is not None and submission.withheld is None:
        absent = [name for name in ASKED_FOR if not getattr(submission, name)]
        if absent:
            checked.warning(f"{FILE}: readers will miss {', '.join(absent)}")
    if submission is not None and submission.withheld is not None and not found:
        checked.warning("predictions are withheld: only scores that the committed results hold show")
    if not found:
        return
    missing = [task.title for task in benchmark_tasks() if task.id not in found]
    if missing:
        checked.warning(f"no mean and no overall rank: no predictions for {', '.join(missing)}; data set ranks only")
    stems = {stem for held in found.values() for stem in held}
    if len(stems) > 1:
        common = set.intersection(*(set(held) for held in found.values()))
        last = "the last checkpoint is ranked" if common else "no checkpoint has all data sets, so no row is ranked"
        checked.warning(f"{len(stems)} checkpoints: {last}; rows chosen on the test labels show without a rank")


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
        table = read_table(path, max_bytes=MAX_BYTES)
    except InputError as error:
        checked.problem(said(error))
        return None
    before = len(checked.problems)
    for problem in _odd_columns(table):
        checked.problem(f"{where}: {problem}")
    predictions = None
    try:
        # Names first: they can be held against the labels whatever the answers are.
        _check_names(name_column(table), where, task, truth, checked)
        predictions = predictions_from_table(table, task, _Later())
    except InputError as error:
        checked.problem(said(error))
    if predictions is None or len(checked.problems) > before:
        return None
    for remark in predictions.remarks:
        checked.warning(f"{where}: {remark}")
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


def _length(value: object) -> int:
    if isinstance(value, list):
        return sum(map(_length, value))
    return len(value) if isinstance(value, str) else 0


def _is_longer(value: object, most: int) -> bool:
    """Whether a text is longer than so many characters, or a list than that in all, or than labels are taken."""
    return _length(value) > most or (isinstance(value, list) and len(value) > MAX_LABELS)


def _check_names(names: pa.Array, where: str, task: Task, truth: GroundTruth | None, checked: Checked) -> None:
    """Hold the sample names against the official count, and against the labels where they are at hand."""
    expected = task.samples
    if expected and len(names) > expected:
        checked.problem(
            f"{where}: {len(names)} samples, where {task.title} has {expected}: some are not of its test split"
        )
    if truth is not None:
        known = pc.is_in(names, value_set=truth.names)
        foreign = names.filter(pc.invert(known))
        matched = len(names) - len(foreign)
        some = listed(map(shown, foreign[:5].to_pylist()))
        if len(foreign) and len(truth) == expected:
            checked.problem(f"{where}: {len(foreign)} names are not of {task.title}: {some}")
        elif matched < _FEW * min(len(names), len(truth)):
            checked.problem(f"{where}: only {matched} of {len(names)} names are of {task.title}; not {some}")
        elif len(foreign):
            checked.warning(
                f"{where}: {len(foreign)} names are not in the labels at hand, which have {len(truth)} samples"
            )
        if matched < len(truth):
            checked.warning(f"{where}: {len(truth) - matched} samples have no prediction and count as wrong")
    elif len(names) < expected:
        checked.warning(f"{where}: {len(names)} of {expected} samples; the others count as wrong")
