"""Review a pull request: return a verdict and the comment that reports it, whatever the pull request contains."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from merunibench._text import escape_controls, listed
from merunibench.errors import InputError
from merunibench.leaderboard.audit import audit
from merunibench.leaderboard.board.build import build
from merunibench.leaderboard.board.inputs import Request, load_truths
from merunibench.leaderboard.board.preview import Preview, previews
from merunibench.leaderboard.review.touched import SUBMISSIONS, Touched, commit, touched
from merunibench.leaderboard.schema.results import Results, read_results
from merunibench.leaderboard.submissions.checked import Checked
from merunibench.leaderboard.submissions.checking import check
from merunibench.leaderboard.submissions.duplicates import duplicates
from merunibench.report.markdown import escape
from merunibench.tasks import BUILTIN

if TYPE_CHECKING:
    from merunibench.data import GroundTruth

LABEL = "update"
"""With this label, a pull request may do more than add one submission. Only maintainers can set labels."""
_MOST = 60_000  # characters of a comment; the limit of GitHub is 65,536
_LINES = 20  # maximum number of contradictions that are listed


@dataclass
class Review:
    """The result of a review.

    Attributes:
        touched: What the pull request changes.
        update: Whether it may change more than one new submission.
        checked: The submissions that it adds or changes.
        contradictions: Inconsistencies of the board, if the pull request changes files that must agree with it.
        previews: Where the new submissions would rank.
        remarks: Why there is no comparison.
    """

    touched: Touched
    update: bool
    checked: list[Checked] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    previews: list[Preview] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Why it must not be merged, one line each."""
        found = [] if self.update else list(self.touched.problems())
        if self.touched.links:
            found.append(f"replaces a submission folder by a link: {listed(self.touched.links, 5)}")
        for each in self.checked:
            withheld = each.submission is not None and each.submission.withheld is not None
            if withheld and each.folder.name in self.touched.new and not self.update:
                found.append(
                    f"{each.id}: a new submission must contain predictions; only maintainers can withhold them"
                )
            found += [f"{each.id}: {problem}" for problem in each.problems]
        return [*found, *self.contradictions]

    @property
    def acceptable(self) -> bool:
        """Whether it may be merged, as far as this can be checked automatically."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Return the review as plain data."""
        return {
            "acceptable": self.acceptable,
            "problems": list(map(escape_controls, self.problems)),
            "new": list(map(escape_controls, self.touched.new)),
            "changed": list(map(escape_controls, self.touched.changed)),
            "deleted": list(map(escape_controls, self.touched.deleted)),
            "submissions": [each.to_dict() for each in self.checked],
            "previews": [each.to_dict() for each in self.previews],
            "remarks": self.remarks,
        }

    def to_text(self) -> str:
        """Format for a log."""
        lines = [self._verdict(), *(f"  problem: {each}" for each in self.problems), *map("  {}".format, self._said())]
        text = "".join(f"{escape_controls(line)}\n" for line in lines)
        text += "".join(each.to_text() for each in self.checked if each.valid)
        return text + "".join(each.to_text() for each in self.previews)

    def to_markdown(self) -> str:
        """Format for a comment; untrusted text cannot become markup, a mention, a link or a formula."""
        parts = [f"**{self._verdict()}**\n\n", *(f"- {escape(each)}\n" for each in self.problems), "\n"]
        parts += [f"{escape(each)}\n\n" for each in self._said()]
        parts += [each.to_markdown() + "\n" for each in self.previews]
        parts += [each.to_markdown() for each in self.checked if each.valid]
        return _cut("".join(parts))

    def _verdict(self) -> str:
        number = len(self.problems)
        return "acceptable" if not number else f"not acceptable: {number} problem{'s' * (number > 1)}"

    def _said(self) -> Iterator[str]:
        if self.update:
            yield from (f"with the label {LABEL}: {each}" for each in self.touched.problems())
        elif list(self.touched.problems()):
            yield f"A pull request adds one folder in {SUBMISSIONS}/; maintainers allow more by the label {LABEL}."
        yield from self.remarks


def review(
    repository: Path, base: str, head: str, board: Path, request: Request | None = None, *, update: bool = False
) -> Review:
    """Review a pull request.

    Args:
        repository: A git repository with both commits, the second checked out. Its files are only read, never executed.
        base: The commit to merge into.
        head: The commit to be merged.
        board: Folder of the board in the repository.
        request: The board of the base, and the labels to score with; None to skip scoring.
        update: Whether more than one new submission is allowed.

    Raises:
        InputError: a commit does not exist, or another one is checked out.
    """
    if commit(repository, head) != commit(repository, "HEAD"):
        raise InputError(f"{repository}: check out {head} first: its submissions are read from there")
    found = Review(touched(repository, base, head, board), update)
    folders = [repository / board / SUBMISSIONS / name for name in (*found.touched.new, *found.touched.changed)]
    truths: Mapping[str, GroundTruth] = {}
    try:
        truths = load_truths(request.data_root) if request else {}
    except InputError as error:
        found.remarks.append(f"The labels cannot be used: {error}")
        request = None
    found.checked = [check(folder, truths, by_hashes=True) for folder in folders]
    results = _standing_results(repository / board / "results.json")
    for each in found.checked:
        others = sorted(each.folder.parent.iterdir())
        each.warnings += duplicates(each, others, results) if each.valid else []
        _refuse_twin(each, others)
    if found.touched.of_board:
        found.contradictions = _contradictions(repository / board)
    valid = [each.folder for each in found.checked if each.valid and each.hashes]
    if found.remarks or request is None or request.data_root is None:
        found.remarks.append("Scores are computed by the maintainers, who have the labels.")
    elif valid:
        found.previews, remarks = _previews(request, valid)
        found.remarks += remarks
    return found


def _refuse_twin(checked: Checked, others: Sequence[Path]) -> None:
    """Reject a folder whose name differs from another only in case: some file systems cannot keep both."""
    twins = [each.name for each in others if each.name.casefold() == checked.id.casefold() and each.name != checked.id]
    if twins:
        checked.problem(f"the folder's name differs from {twins[0]!r} only in case; choose another")


def _standing_results(path: Path) -> Results | None:
    """The results of a board, if they can be read; problems with them are reported elsewhere."""
    try:
        return read_results(path) if path.is_file() else None
    except InputError:
        return None


def _contradictions(folder: Path) -> list[str]:
    """Return the inconsistencies of a board."""
    try:
        lines = audit(folder).differences
    except InputError as error:
        lines = (str(error),)
    return [*lines[:_LINES], *([f"{len(lines) - _LINES} more: leaderboard verify --offline"] if lines[_LINES:] else [])]


def _previews(request: Request, folders: Sequence[Path]) -> tuple[list[Preview], list[str]]:
    """Return where submissions would rank, and remarks on what could not be scored."""
    try:
        results, _ = build(replace(request, extra=tuple(folders)))
    except InputError as error:
        return [], [f"Could not be scored: {error}"]
    except Exception as error:  # noqa: BLE001 - the last resort: a comment there must be
        return [], [f"Could not be scored ({type(error).__name__}); see the log for details."]
    found = [each for folder in folders for each in previews(results, folder.name)]
    ids = {folder.name for folder in folders}
    scored = {(each.row.model_id, dataset) for each in found for dataset in each.row.scores}
    gaps = [gap for gap in results.not_recomputed if gap.model_id in ids and (gap.model_id, gap.dataset) not in scored]
    unscored = [f"{BUILTIN[gap.dataset].title} ({gap.reason})" for gap in gaps]
    remarks = [f"Not scored: {listed(unscored, 9)}"] if unscored else []
    remarks += [f"{each.submission}: {'; '.join(each.reasons)}" for each in results.refused if each.submission in ids]
    return found, remarks


def _cut(text: str) -> str:
    """Shorten the text at a line end if it is too long for a comment."""
    if len(text) <= _MOST:
        return text
    return text[: text.rindex("\n", 0, _MOST)] + "\n\nThe rest is in the log.\n"
