"""`merunibench leaderboard`: check submissions; build, verify and compare leaderboards."""

import json
from pathlib import Path
from typing import Annotated

import typer

from merunibench.cli import _options as options
from merunibench.cli._output import emit, spare_pandas

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Check submissions; build, verify and compare leaderboards that anyone can recompute.",
)

OptionalDataRoot = Annotated[
    Path | None,
    typer.Option("--data-root", metavar="DIR", help="Folder with the ground truth, as far as you have it."),
]


@app.command("check")
def check(
    submission: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the submission.")],
    data_root: OptionalDataRoot = None,
    output_format: options.TableOrJson = options.TableFormat.TABLE,
) -> None:
    """Say everything that is wrong with a submission, and why a row of it would not show.

    Exit code 0 if it is valid (though perhaps incomplete), 2 if it is refused.
    """
    spare_pandas()
    from merunibench.leaderboard.checking import check as check_submission
    from merunibench.leaderboard.truths import load_truths

    checked = check_submission(submission, load_truths(data_root))
    as_json = output_format is options.TableFormat.JSON
    emit(json.dumps(checked.to_dict(), indent=2, ensure_ascii=False) + "\n" if as_json else checked.to_text())
    if not checked.valid:
        raise typer.Exit(2)
