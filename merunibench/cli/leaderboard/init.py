"""`merunibench leaderboard init`: a repository for a board of its own."""

from pathlib import Path

from merunibench.cli._output import emit, log_stderr
from merunibench.settings import argument


def init(folder: Path = argument(..., "Folder of the repository, new or empty.", "DIR")) -> None:
    """Create a repository for a board of its own: workflows, README, submissions; no toolkit code.

    Prints the files.
    """
    from merunibench.leaderboard.repository import create

    emit("".join(f"{path}\n" for path in create(folder)))
    log_stderr(
        f"next: git init {folder}; submissions go to {folder / 'submissions'}; {folder / 'README.md'} says the rest"
    )
