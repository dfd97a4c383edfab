"""`merunibench curate review`: draw a sample for human review, and score the answers."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_result, log_stderr
from merunibench.cli.curate.measure import DIR
from merunibench.curation.folder import Folder
from merunibench.errors import InputError
from merunibench.settings import Resampling, Settings, argument, option


class Drawing(Settings):
    """Options for drawing the sample."""

    sample: PositiveInt = option(200, "Number of clips to review, stratified by decision.", "N")
    seed: NonNegativeInt = option(0, "Seed of the sample.", "N")
    reviewers: Annotated[int, Field(ge=1, le=100)] = option(1, "Number of reviewers who share the clips.", "N")
    overlap: NonNegativeInt = option(50, "Number of clips that all reviewers see, if there are several reviewers.", "N")
    clips: str = option("video/{name}.mp4", "Path of a clip, relative to DIR; {name} is replaced by its name.", "PATH")


def review(
    drawing: Drawing,
    resampling: Resampling,
    folder: Path = DIR,
    sheets: tuple[Path, ...] = argument((), "Further tables of answers, with --score.", "SHEET"),
    score: tuple[Path, ...] = option(
        (), "Score the answers or preferences in this table; repeat for several.", "SHEET"
    ),
    output_format: Literal["table", "json"] | None = option(
        None, "Format of the score.", flag="--format", shown="from the ending of --output, else table"
    ),
    output: Path | None = options.OUTPUT,
) -> None:
    """Draw a sample for human review, without verdicts; or score the answers.

    Writes review/sheet.csv and sheet.html, to open in a browser; with --score, review/agreement.json. Example:
    `merunibench curate review DIR --reviewers 2`, then `merunibench curate review DIR --score 1.csv 2.csv`
    """
    spare_pandas()
    from merunibench._gc import gc_paused
    from merunibench.curation.review import make_review, score_review

    place = Folder(folder)
    if not score:
        if sheets:
            raise InputError(f"{sheets[0]}: unexpected table; to score it, give --score")
        with gc_paused():
            made = make_review(place, **drawing.model_dump())
        emit(f"{made.sheet}\n{made.page}\n")
        log_stderr(f"{made.rows} of {made.of} clips chosen")
        if made.stale:
            log_stderr(made.stale)
        if made.lost:
            log_stderr(f"{len(made.lost)} clips are not at the path of --clips, such as {made.lost[0]}")
        return
    with gc_paused():
        found = score_review(place, (*score, *sheets), resamples=resampling.bootstrap, seed=resampling.bootstrap_seed)
    found.write(place)
    emit_result(found, output_format, output)
