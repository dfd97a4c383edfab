"""`merunibench leaderboard review`: show how a pull request changes a board."""

from pathlib import Path
from typing import Literal

import typer

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_json
from merunibench.cli.leaderboard._options import FOLDER, BoardOptions
from merunibench.settings import argument, option


def review(
    settings: BoardOptions,
    base: str = argument(..., "Commit to merge into.", "BASE"),
    head: str = argument(..., "Commit to be merged; it must be checked out.", "HEAD"),
    repository: Path = option(Path(), "Git repository that contains both.", "DIR"),
    board: Path = option(FOLDER, "Folder of the board in the repository.", "DIR"),
    update: bool = option(False, "Allow changes other than one new submission, as the label `update` does."),
    output: Path | None = option(None, "Also write the review to this file.", "FILE"),
    output_format: Literal["table", "json", "markdown"] = options.FORMAT,
) -> None:
    """Review a pull request: is it one valid submission and nothing else, and where would it rank?

    Exit code 1 if it must not be merged. Reports changed, deleted and renamed submissions. With --data-root the new
    submission is scored, with --submissions of the base. Files of HEAD are read as data; none of its code is run.
    """
    spare_pandas()
    from merunibench.leaderboard.review.review import review as look_at

    request = settings.request().with_usual_places() if settings.data_root else None
    found = look_at(repository, base, head, board, request, update=update)
    if output is not None:
        emit(found.to_markdown() if output_format == "markdown" else found.to_text(), output)
    if output_format == "json":
        emit_json(found.to_dict())
    else:
        emit(found.to_markdown() if output_format == "markdown" and output is None else found.to_text())
    if not found.acceptable:
        raise typer.Exit(1)
