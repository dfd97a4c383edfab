"""Everything that is wrong with a submission at once, and why a row of it would not show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from merunibench._text import visible
from merunibench.data import GroundTruth
from merunibench.errors import InputError
from merunibench.leaderboard.intake import Intake, joint_hash, take_in
from merunibench.leaderboard.rows import MAX_LENGTH, Findings, Read, check_rows
from merunibench.leaderboard.submission import (
    ASKED_FOR,
    FILE,
    FOLDER_NAME,
    PREDICTIONS,
    Submission,
    read_submission,
    submission_id,
)
from merunibench.tasks import TASKS, benchmark_tasks

Truths = Mapping[str, GroundTruth]


@dataclass(frozen=True)
class Outline:
    """What can be said of a submission without opening its predictions.

    Attributes:
        intake: The files there are.
        submission: Its metadata; None if they cannot be read.
        problems: Why it is refused, whatever the predictions are.
    """

    intake: Intake
    submission: Submission | None
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """A submission and what was found in it.

    Attributes:
        folder: Its folder.
        submission: Its metadata; None if they cannot be read.
        problems: Why it is refused, a line each; none if it is valid.
        warnings: Why a row would not show in full, and what readers will miss.
        read: Data set -> checkpoint -> its predictions, where they are valid.
        hashes: Data set -> SHA-256 of its predictions.
    """

    folder: Path
    submission: Submission | None
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    read: Mapping[str, Mapping[str, Read]] = field(default_factory=dict, repr=False)
    hashes: Mapping[str, str] = field(default_factory=dict)

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
            "problems": list(self.problems),
            "warnings": list(self.warnings),
            "predictions": self.predictions if self.valid else None,
        }

    def to_text(self) -> str:
        """For people: the verdict, then a line for each problem and warning."""
        verdict = "valid" if self.valid else "refused"
        lines = [f"{self.folder}: {verdict}", *(f"  problem: {each}" for each in self.problems)]
        lines += [f"  warning: {each}" for each in self.warnings]
        return "".join(f"{visible(line)}\n" for line in lines)

    def to_markdown(self) -> str:
        """The same for a comment on a pull request, everything that strangers wrote escaped."""
        from merunibench.report.markdown import escape

        lines = [f"**{escape(self.id)}**: {'valid' if self.valid else 'refused'}", ""]
        lines += [f"- problem: {escape(each)}" for each in self.problems]
        lines += [f"- warning: {escape(each)}" for each in self.warnings]
        return "\n".join([*lines, ""]) + "\n"


def outline(folder: Path) -> Outline:
    """Check what does not depend on predictions and labels: names, numbers and sizes of files, metadata.

    Every build does this for every submission, whatever its cache knows of the predictions.

    Raises:
        InputError: there is no such folder, or it is a symbolic link.
    """
    intake = take_in(folder)
    findings = Findings(intake.problems)
    submission = _metadata(folder, findings)
    if not FOLDER_NAME.fullmatch(submission_id(folder)):
        findings.problem(
            "the folder's name must be letters, digits and ._- (at most 64), and not begin with a sign, `baseline-` or "
            "`published-`"
        )
    if not intake.files and (submission is None or submission.withheld is None):
        findings.problem(f"{PREDICTIONS}/ holds no predictions; `merunibench submit` packs them")
    return Outline(intake, submission, tuple(findings.problems))


def too_long(length: int) -> bool:
    """Whether all files together have more characters than are taken."""
    return length > MAX_LENGTH


def check(folder: Path, truths: Truths | None = None) -> Checked:
    """Check a submission.

    Args:
        folder: Its folder.
        truths: Labels by data set, as far as they are at hand; sample names are held against them.

    Returns:
        What was found. Whatever the folder holds, nothing is raised and nothing of it is executed.
    """
    try:
        seen = outline(folder)
    except InputError as error:
        # Without the folder: where it lies on this machine is no part of a board.
        return Checked(folder, None, (visible(str(error).removeprefix(f"{folder}: ")),))
    findings = Findings(seen.problems)
    intake, submission = seen.intake, seen.submission
    found = {} if intake.too_much else _check_files(folder, intake.files, truths or {}, findings)
    _say_what_will_not_show(submission, found, findings)
    hashes = {} if findings.problems else intake.hashes()
    return Checked(folder, submission, tuple(findings.problems), tuple(findings.warnings), found, hashes)


def _check_files(
    folder: Path, files: Mapping[str, Mapping[str, Path]], truths: Truths, findings: Findings
) -> dict[str, dict[str, Read]]:
    """Data set -> checkpoint -> its predictions, of the files that can be used."""
    found: dict[str, dict[str, Read]] = {}
    length = 0
    for dataset, of_checkpoints in files.items():
        for checkpoint, path in of_checkpoints.items():
            where = path.relative_to(folder).as_posix()
            read = check_rows(path, where, TASKS[dataset], truths.get(dataset), findings)
            if read is None:
                continue
            found.setdefault(dataset, {})[checkpoint] = read
            length += read.length
            if too_long(length):
                findings.problem(f"more than {MAX_LENGTH >> 20} million characters in all files; the rest was not read")
                return found
    return found


def _metadata(folder: Path, findings: Findings) -> Submission | None:
    path = folder / FILE
    if path.is_symlink() or (path.exists() and not path.is_file()):
        return None  # it has been refused already, and reading it could lead anywhere, or never end
    try:
        return read_submission(folder)
    except InputError as error:
        findings.problem(str(error).replace(str(folder / FILE), FILE))
        return None


def _say_what_will_not_show(
    submission: Submission | None, found: Mapping[str, Mapping[str, Read]], findings: Findings
) -> None:
    if submission is not None and submission.withheld is None:
        absent = [name for name in ASKED_FOR if not getattr(submission, name)]
        if absent:
            findings.warning(f"{FILE}: readers will miss {', '.join(absent)}")
    if submission is not None and submission.withheld is not None and not found:
        findings.warning("predictions are withheld: only scores that the committed results hold show")
    if not found:
        return
    missing = [task.title for task in benchmark_tasks() if task.id not in found]
    if missing:
        findings.warning(f"no mean and no overall rank: no predictions for {', '.join(missing)}; data set ranks only")
    stems = {stem for held in found.values() for stem in held}
    if len(stems) > 1:
        common = set.intersection(*(set(held) for held in found.values()))
        last = "the last checkpoint is ranked" if common else "no checkpoint has all data sets, so no row is ranked"
        findings.warning(f"{len(stems)} checkpoints: {last}; rows chosen on the test labels show without a rank")
