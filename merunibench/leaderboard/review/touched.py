"""Find what a commit of a board's repository changes in the submissions and in other files.

The commit is untrusted. Git compares names and contents; nothing is checked out or executed here.
"""

import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from merunibench._text import escape_controls, listed
from merunibench.errors import InputError
from merunibench.leaderboard.schema.lock import LOCK
from merunibench.leaderboard.schema.results import PAIRS
from merunibench.leaderboard.submissions.submission import FILE

SUBMISSIONS = "submissions"
_COMPUTED = ("results.json", "results.csv", PAIRS, LOCK)
_PUBLISHED = "published.csv"
_COMPUTED_FOLDERS = ("tables", "details")
_LINKS = ("120000", "160000")
"""Git file modes of symbolic links and submodules."""

_LONGEST = 200


@dataclass(frozen=True)
class Touched:
    """What a pull request changes, by submission folder.

    Attributes:
        new: Submissions that are not in the base.
        changed: Submissions in both commits, with the description in the base.
        deleted: Removed submissions, with the description in the base.
        renamed: Deleted submission -> new one with the same content.
        computed: Files of the board that `build` writes.
        elsewhere: All other files.
        links: Links instead of a submission folder, or of the folder of all submissions.
        of_board: Whether it changes files that the board must agree with: computed ones, or published scores.
    """

    new: tuple[str, ...]
    changed: dict[str, str]
    deleted: dict[str, str]
    renamed: dict[str, str]
    computed: tuple[str, ...]
    elsewhere: tuple[str, ...]
    links: tuple[str, ...]
    of_board: bool

    def problems(self) -> Iterator[str]:
        """Yield why this is not one new submission, one line each; nothing if it is."""
        for name, what in self.changed.items():
            yield f"changes the submission {_shown(name)} ({what})"
        for name, what in self.deleted.items():
            to = f" and adds it as {_shown(self.renamed[name])}" if name in self.renamed else ""
            yield f"deletes the submission {_shown(name)} ({what}){to}"
        if self.computed:
            yield f"edits computed files, which must not be edited by hand: {_some(self.computed)}"
        if self.elsewhere:
            yield f"touches files outside the submissions: {_some(self.elsewhere)}"
        if len(self.new) > 1:
            yield f"adds {len(self.new)} submissions; only one is accepted at a time: {_some(self.new)}"
        if not (self.new or self.changed or self.deleted or self.computed or self.elsewhere):
            yield "changes nothing"


def touched(repository: Path, base: str, head: str, board: Path) -> Touched:
    """Compare a commit with its common ancestor with the base.

    Args:
        repository: A git repository that has both, with the history between them.
        base: A commit of the branch to merge into.
        head: The commit to be merged.
        board: Folder of the board in the repository; `.` for the whole repository.

    Raises:
        InputError: git is not installed, the repository does not exist, or a commit does not exist.
    """
    base, head = (commit(repository, each) for each in (base, head))
    listing = _git(repository, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", f"{base}...{head}")
    prefix = () if board == Path() else board.parts
    computed, elsewhere, names = [], [], []
    for path in map(os.fsdecode, filter(None, listing.split(b"\0"))):
        place = tuple(path.split("/"))
        inside = place[len(prefix) :] if place[: len(prefix)] == prefix else ()
        if len(inside) > 2 and inside[0] == SUBMISSIONS:
            names.append(inside[1])
        elif inside and ((len(inside) == 1 and inside[0] in _COMPUTED) or inside[0] in _COMPUTED_FOLDERS):
            computed.append(path)
        else:
            elsewhere.append(path)
    folder = "/".join((*prefix, SUBMISSIONS))
    before, after = _folders(repository, base, folder), _folders(repository, head, folder)
    touched_names = dict.fromkeys(names)
    new = tuple(name for name in touched_names if name not in before and name in after)
    known = {name: _of(repository, base, f"{folder}/{name}") for name in touched_names if name in before}
    gone = {name: what for name, what in known.items() if name not in after}
    changed = {name: what for name, what in known.items() if name in after}
    renamed = {old: now for old in gone for now in new if before[old] == after[now]}
    links = tuple(sorted(set(_links(repository, head, folder)).intersection(elsewhere)))
    of_board = bool(computed) or "/".join((*prefix, _PUBLISHED)) in elsewhere
    return Touched(new, changed, gone, renamed, tuple(computed), tuple(elsewhere), links, of_board)


def commit(repository: Path, name: str) -> str:
    """Return the hash of a commit.

    Raises:
        InputError: the commit does not exist.
    """
    found = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return found.decode().strip()


def _folders(repository: Path, at: str, folder: str) -> dict[str, str]:
    """The submission folders at a commit, each with the hash of its content."""
    listing = _git(repository, "ls-tree", "-d", "-z", at, "--", f"{folder}/")
    entries = (os.fsdecode(entry).split("\t", 1) for entry in filter(None, listing.split(b"\0")))
    return {path.rsplit("/", 1)[-1]: head.split(" ")[2] for head, path in entries}


def _links(repository: Path, at: str, folder: str) -> Iterator[str]:
    """Yield symbolic links and submodules in place of a folder or directly in it."""
    for place in (folder, f"{folder}/"):
        listing = _git(repository, "--literal-pathspecs", "ls-tree", "-z", at, "--", place)
        for entry in filter(None, listing.split(b"\0")):
            head, path = os.fsdecode(entry).split("\t", 1)
            if head.split(" ")[0] in _LINKS:
                yield path


def _of(repository: Path, at: str, folder: str) -> str:
    """Describe a submission of the base: its model, and whether its predictions are withheld."""
    try:
        table = tomllib.loads(_git(repository, "show", f"{at}:{folder}/{FILE}").decode())
    except (InputError, ValueError):
        return "without metadata"
    withheld = ", withheld: its committed scores are kept" if "withheld" in table else ""
    return escape_controls(f"model {table.get('model')}{withheld}", _LONGEST)


def _git(repository: Path, *arguments: str) -> bytes:
    program = shutil.which("git")
    if program is None:
        raise InputError("git is required to compare commits; install it")
    command = [program, "-C", str(repository), "-c", "core.fsmonitor=false", *arguments]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell; the commits are checked
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()[:1] or ["no such commit or file"]
        raise InputError(
            escape_controls(f"{repository}: git {arguments[0]} {arguments[-1]}: {reason[0]}", 2 * _LONGEST)
        )
    return done.stdout


def _shown(name: str) -> str:
    return listed([name])


def _some(names: tuple[str, ...]) -> str:
    return listed(names, 5)
