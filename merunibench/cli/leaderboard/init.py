"""`merunibench leaderboard init`: create a repository for your own board."""

from pathlib import Path

from merunibench.cli._output import emit, log_stderr
from merunibench.settings import argument


def init(folder: Path = argument(..., "Folder of the repository, new or empty.", "DIR")) -> None:
    """Create a repository for your own board: workflows, README, submissions; no toolkit code.

    Prints the files.
    """
    from merunibench.leaderboard.repository import create

    emit("".join(f"{path}\n" for path in create(folder)))
    log_stderr(f"next: git init {folder}; put submissions in {folder / 'submissions'}; see {folder / 'README.md'}")
