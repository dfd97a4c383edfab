"""The result of validating a submission: why it is rejected, its rows, and warnings for readers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from merunibench._text import escape_controls
from merunibench.data import Table
from merunibench.data.predictions import Predictions
from merunibench.leaderboard.submissions.folding import Remark
from merunibench.leaderboard.submissions.submission import Submission, joint_hash, submission_id
from merunibench.report.markdown import escape
from merunibench.scoring import BEST_OVERALL, BEST_PER_DATASET, LAST, SINGLE
from merunibench.tasks import BUILTIN, benchmark_tasks

MAX_REASON = 2_000
"""Maximum number of characters of a reason, which may contain untrusted text."""


class Read(NamedTuple):
    """One prediction file that can be used.

    Attributes:
        answers: The answers in its rows; the rows themselves if an extractor has to read texts first.
        length: Size in bytes, unpacked.
    """

    answers: Predictions | Table
    length: int


@dataclass
class Checked:
    """A submission and what was found in it, as far as it has been checked.

    Attributes:
        folder: Its folder.
        submission: Its metadata; None if they cannot be read.
        problems: Why it is rejected, one line each; empty if it is valid.
        warnings: Why a row would not be shown in full, and what readers will miss.
        files: Data set -> checkpoint -> file, checkpoints in natural order.
        openable: Whether these files are few and small enough to be opened.
        hashes: Data set -> SHA-256 of its predictions; for a valid submission.
        read: Data set -> checkpoint -> its predictions, where they are valid.
        lengths: Data set -> bytes of what was read.
        noted: Remarks on single files, which `warnings` summarises.
        by_hashes: Whether names are compared with shipped hashes if there are no labels.
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
    noted: list[Remark] = field(default_factory=list, repr=False)
    by_hashes: bool = False

    def problem(self, text: str) -> None:
        """Add a reason why the submission is rejected."""
        self.problems.append(escape_controls(text, MAX_REASON))

    def warning(self, text: str) -> None:
        """Add a warning that a row would not be shown in full, or would surprise."""
        self.warnings.append(escape_controls(text, MAX_REASON))

    @property
    def valid(self) -> bool:
        """Whether it is accepted."""
        return not self.problems

    @property
    def id(self) -> str:
        """The id of the submission on the board."""
        return submission_id(self.folder)

    @property
    def predictions(self) -> str:
        """One hash of all predictions."""
        return joint_hash(self.hashes)

    @property
    def rows(self) -> dict[str, str]:
        """The rows it would have on a board, by checkpoint selection, each with the columns it is ranked by."""
        held = list(self.files.values()) if self.valid else []
        if not held:
            return {}
        benchmark = [task.id for task in benchmark_tasks()]
        by_mean = ["the mean"] if all(name in self.files for name in benchmark) else []
        ranked = f"ranked by {', '.join([*by_mean, *(BUILTIN[name].title for name in self.files)])}"
        if len({stem for stems in held for stem in stems}) == 1:
            return {SINGLE: ranked}
        unranked = "not ranked: its checkpoint is chosen on the test labels"
        common = set.intersection(*(set(stems) for stems in held))
        both = {LAST: ranked, BEST_OVERALL: unranked} if common else {}
        return {**both, BEST_PER_DATASET: unranked}

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {
            "submission": self.id,
            "model": self.submission.model if self.submission else None,
            "valid": self.valid,
            "problems": self.problems,
            "warnings": self.warnings,
            "rows": self.rows,
            "predictions": self.predictions if self.valid else None,
        }

    def to_text(self) -> str:
        """Format for a terminal: the verdict, then one line for each problem and warning."""
        lines = [f"{self.folder}: {self._verdict}", *(f"  {remark}" for remark in self._remarks())]
        return "".join(f"{escape_controls(line)}\n" for line in lines)

    def to_markdown(self) -> str:
        """Format for a comment on a pull request, with all untrusted text escaped."""
        lines = [f"**{escape(self.id)}**: {self._verdict}", "", *(f"- {escape(each)}" for each in self._remarks())]
        return "\n".join([*lines, ""]) + "\n"

    @property
    def _verdict(self) -> str:
        return "valid" if self.valid else "refused"

    def _remarks(self) -> list[str]:
        return [
            *(f"problem: {each}" for each in self.problems),
            *(f"row {selection}: {what}" for selection, what in self.rows.items()),
            *(f"warning: {each}" for each in self.warnings),
        ]
