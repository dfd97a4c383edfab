"""`merunibench leaderboard preview`: show the rank of a submission before it is sent."""

from pathlib import Path
from typing import Literal

import typer

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_json, log_stderr
from merunibench.cli.leaderboard._options import BoardOptions
from merunibench.errors import InputError
from merunibench.settings import argument, option


def preview(
    settings: BoardOptions,
    submission: Path = argument(..., "Folder of the submission.", "DIR"),
    committed: Path | None = option(
        None,
        "Results to use for scores that cannot be recomputed.",
        "FILE",
        shown="results.json next to the submissions",
    ),
    output_format: Literal["table", "json", "markdown"] = options.FORMAT,
) -> None:
    """Preview the place of a submission on a board. Nothing is written.

    The board is built from its submissions and this one; models without predictions keep their committed scores. The
    submissions are those next to --committed, if they exist and no others are named. Needs labels. Exit code 2 if the
    submission is refused.
    """
    spare_pandas()
    from dataclasses import replace

    from merunibench.leaderboard.board.build import build
    from merunibench.leaderboard.board.inputs import load_truths
    from merunibench.leaderboard.board.preview import previews
    from merunibench.leaderboard.submissions.checking import check

    if settings.data_root is None:
        raise InputError("scoring needs labels: give --data-root")
    checked = check(submission, load_truths(settings.data_root))
    if not checked.valid:
        log_stderr(checked.to_text().rstrip())
        raise typer.Exit(2)
    request = settings.beside(committed).request(committed=committed).with_usual_places()
    results, _ = build(replace(request, extra=(submission,)))
    found = previews(results, checked.id)
    for refused in results.refused:
        if refused.submission == checked.id:
            raise InputError(f"{submission}: {'; '.join(refused.reasons)}")
    if not found:
        raise InputError(f"{submission}: nothing can be scored: no labels of its data sets were found")
    if output_format == "json":
        emit_json([each.to_dict() for each in found])
        return
    emit("\n".join(each.to_markdown() if output_format == "markdown" else each.to_text() for each in found))
    scored = {dataset for each in found for dataset in each.row.scores}
    for gap in results.not_recomputed:
        if gap.model_id == checked.id and gap.dataset not in scored:
            log_stderr(f"not scored: {gap.dataset}: {gap.reason}")
