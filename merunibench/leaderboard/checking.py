"""Everything that is wrong with a submission at once, and why a row of it would not show."""

import math
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
from merunibench.data.table import RowLimits
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
from merunibench.tasks import Task, benchmark_tasks, find_task, get_task
from merunibench.tasks.names import samples_within

MAX_BYTES = 64 << 20
"""Most bytes that a prediction file may unpack to: ten times what long answers to the largest data set take."""
MAX_LENGTH = 1 << 28
"""Most characters of all files together, counted as bytes: about what may be packed; all of it is held at once."""
MAX_NAME, MAX_TEXT, MAX_LABELS, MAX_ORIGIN = 256, 100_000, 1_000, 100
MAX_LINE, MAX_KEYS = 2 << 20, 100
"""Most bytes of a row, and most keys: more is read of nobody, since a packed megabyte can hold millions of them."""
MAX_REASON = 2_000
MAX_ROWS = 100_000
"""Most rows where no official count is published."""
MAX_UNUSABLE = 10
"""Files that cannot be used, after which no more are read."""
_FEW = 0.1


class Read(NamedTuple):
    """One prediction file that can be used.

    Attributes:
        answers: What its rows say; the rows themselves where an extractor has to read texts first.
        length: Number of its bytes, unpacked.
    """

    answers: Predictions | Table
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
        lengths: Data set -> bytes of what was read.
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
        self.problems.append(visible(text, MAX_REASON))

    def warning(self, text: str) -> None:
        """Note why a row would not show in full, or would surprise."""
        self.warnings.append(visible(text, MAX_REASON))

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
        return Checked(folder, problems=[visible(str(error).removeprefix(f"{folder}: "), MAX_REASON)])
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
            "the folder's name must be letters, digits and ._- (at most 64), not begin with a sign, `baseline-` or "
            "`published-`, not end with a dot, and be no device (`con`, `nul`)"
        )
    if not checked.files and (checked.submission is None or checked.submission.withheld is None):
        checked.problem(f"{PREDICTIONS}/ holds no predictions; `merunibench submit` packs them")
    return checked


def unchecked(folder: Path, error: Exception) -> Checked:
    """A submission over which the tool itself failed: refused with the kind of error, whatever that is."""
    return Checked(folder, problems=[f"could not be checked ({type(error).__name__})"])


def too_long(lengths: Mapping[str, int]) -> bool:
    """Whether all files together are longer than what is taken."""
    return sum(lengths.values()) > MAX_LENGTH


def check(folder: Path, truths: Mapping[str, GroundTruth] | None = None) -> Checked:
    """Check a submission.

    Args:
        folder: Its folder.
        truths: Labels by data set, as far as they are at hand; sample names are held against them.

    Returns:
        What was found. Whatever the folder holds, nothing is raised and nothing of it is executed.
    """
    try:
        checked = outline(folder)
        if checked.openable:
            _check_files(checked, truths or {})
        _say_what_will_not_show(checked)
        if checked.valid:
            checked.hashes = hashes_of(checked.files)
    except Exception as error:  # noqa: BLE001 - the last resort: no stranger's file may stop others
        return unchecked(folder, error)
    return checked


def _check_files(checked: Checked, truths: Mapping[str, GroundTruth]) -> None:
    """Read the files, as far as they can be used."""
    unusable = 0
    for dataset, of_checkpoints in checked.files.items():
        for checkpoint, path in of_checkpoints.items():
            read = check_rows(path, get_task(dataset), truths.get(dataset), checked)
            if read is None:
                unusable += 1
                if unusable == MAX_UNUSABLE:
                    checked.problem(f"{unusable} files cannot be used; the rest was not read")
                    return
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
    for name in submission.trained_on if submission is not None else ():
        trained = find_task(name)
        for task in map(get_task, found) if trained else ():
            if number := samples_within(task, trained):
                checked.warning(
                    f"trained_on: {shown(name)} holds {number} of the {task.samples} samples of {task.title}"
                )
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
        _check_names(name_column(table), where, task, truth, checked)
        predictions = predictions_from_table(table, task, _Later())
    except InputError as error:
        checked.problem(said(error))
    if predictions is None or len(checked.problems) > before:
        return None
    for remark in predictions.remarks:
        checked.warning(f"{where}: {remark}")
    unread = _Later.name in f"{predictions.labels_from}+{predictions.polarity_from}".split("+")
    return Read(table if unread else predictions, table.num_bytes)


def _odd_row(row: Mapping[str, Any]) -> str:
    """What a row holds that is not even kept until it can be refused; empty if nothing."""
    if len(row) > MAX_KEYS:
        return f"{len(row)} keys; a row of a submission has at most {len(ROW_KEYS)} ({', '.join(ROW_KEYS)})"
    for key, value in row.items():
        listed_here = value if isinstance(value, list) else ()
        odd = isinstance(value, dict) or (listed_here and key != "labels")
        if odd or any(isinstance(each, list | dict) for each in listed_here):
            return f"{shown(key)} holds lists or objects; a row holds text, and a list of texts as its labels"
        if isinstance(value, float) and not math.isfinite(value):
            return f"{shown(key)} is no number that JSON has"
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
        if any(not value.isprintable() for value in different):  # they become part of signatures
            yield f"{column!r} holds characters that cannot be shown"


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
