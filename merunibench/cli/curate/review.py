"""`merunibench curate review`: people look at a sample, and what they say is scored."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_result, log_stderr, spare_pandas
from merunibench.cli.curate.measure import DIR
from merunibench.curation.folder import Folder
from merunibench.errors import InputError
from merunibench.settings import Resampling, Settings, argument, option


class Drawing(Settings):
    """How the sample is drawn."""

    sample: PositiveInt = option(200, "Clips to look at, chosen by what became of them.", "N")
    seed: NonNegativeInt = option(0, "Seed of the sample.", "N")
    reviewers: Annotated[int, Field(ge=1, le=100)] = option(1, "People who share the clips.", "N")
    overlap: NonNegativeInt = option(50, "Clips that all reviewers look at, where there are several.", "N")
    clips: str = option("video/{name}.mp4", "Where a clip is, relative to DIR; {name} is replaced by its name.", "PATH")


def review(
    drawing: Drawing,
    resampling: Resampling,
    folder: Path = DIR,
    sheets: tuple[Path, ...] = argument((), "With --score: further tables of answers.", "SHEET"),
    score: tuple[Path, ...] = option((), "Score answers or preferences in this table; repeat for several.", "SHEET"),
    output_format: Literal["table", "json"] | None = option(
        None, "Format of the score.", flag="--format", shown="by the ending of --output, else table"
    ),
    output: Path | None = options.OUTPUT,
) -> None:
    """Draw a sample for people to look at, without verdicts; or score what they answered.

    Writes review/sheet.csv and sheet.html, which a browser opens; with --score, review/agreement.json. Example:
    `merunibench curate review DIR --reviewers 2`, then `merunibench curate review DIR --score 1.csv 2.csv`
    """
    spare_pandas()
    from merunibench._gc import gc_paused
    from merunibench.curation.review import make_review, score_review

    place = Folder(folder)
    if not score:
        if sheets:
            raise InputError(f"{sheets[0]}: what should be done with it? Give --score to score it")
        with gc_paused():
            made = make_review(place, **drawing.model_dump())
        emit(f"{made.sheet}\n{made.page}\n")
        log_stderr(f"{made.rows} of {made.of} clips chosen")
        if made.stale:
            log_stderr(made.stale)
        if made.lost:
            log_stderr(f"{len(made.lost)} clips are not where --clips says, such as {made.lost[0]}")
        return
    with gc_paused():
        found = score_review(place, (*score, *sheets), resamples=resampling.bootstrap, seed=resampling.bootstrap_seed)
    found.write(place)
    emit_result(found, output_format, output)
