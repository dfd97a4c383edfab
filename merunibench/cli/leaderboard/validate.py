"""`merunibench leaderboard validate`: check a submission before it is sent."""

from pathlib import Path
from typing import Literal

import typer

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_json
from merunibench.cli.leaderboard._options import DATA_ROOT
from merunibench.settings import argument


def validate(
    submission: Path = argument(..., "Folder of the submission.", "DIR"),
    data_root: Path | None = DATA_ROOT,
    output_format: Literal["table", "json", "markdown"] = options.FORMAT,
) -> None:
    """Validate a submission: list all errors, and warnings that would hide a row.

    Says which rows would show, and whether another submission next to it has the same predictions. Without labels,
    sample names are checked against hashes. Messages that apply to many files are combined.

    Exit code 0 if it is valid (even if incomplete), 2 if it is refused.
    """
    spare_pandas()
    from merunibench.leaderboard.board.inputs import load_truths
    from merunibench.leaderboard.schema.results import read_results
    from merunibench.leaderboard.submissions.checking import check
    from merunibench.leaderboard.submissions.duplicates import duplicates

    checked = check(submission, load_truths(data_root), by_hashes=True)
    beside = submission.absolute().parent
    if checked.valid:
        board = beside.parent / "results.json"
        results = read_results(board) if board.is_file() else None
        checked.warnings += duplicates(checked, sorted(beside.iterdir()), results)
    if output_format == "json":
        emit_json(checked.to_dict())
    else:
        emit(checked.to_text() if output_format == "table" else checked.to_markdown())
    if not checked.valid:
        raise typer.Exit(2)
