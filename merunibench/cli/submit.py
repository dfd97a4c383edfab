"""`merunibench submit`: pack predictions for the leaderboard; never scores them."""

import datetime as dt
from functools import partial
from pathlib import Path

from merunibench.cli import _options as options
from merunibench.cli._output import complain, emit, warn
from merunibench.settings import option

_about = partial(option, None, panel="About the model")


class SubmitOptions(options.SourceOptions):
    """Which predictions are packed, and what is said about them."""

    model: str = option(..., "Name of the model, as the leaderboard shows it.", "NAME")
    out: Path = option(..., "Folder of the submission, new or empty.", "DIR")
    authors: tuple[str, ...] | None = _about("Who made it; repeat for several.", "NAME", flag="--author")
    link: str | None = _about("Code or weights.", "URL")
    paper: str | None = _about("The paper.", "URL")
    base_model: str | None = _about("The model it was made from, with revision.", "NAME")
    parameters: str | None = _about("Number of parameters, such as 8.2B.", "N")
    modalities: tuple[str, ...] | None = _about(
        "What it is given; repeat for several.", "audio|video|text", flag="--modality"
    )
    training_data: str | None = _about("What it was trained on.", "TEXT")
    trained_on: tuple[str, ...] | None = _about("Data set it was trained on; repeat for several.", "NAME")
    prompt: str | None = _about("What it was asked, word for word.", "TEXT")
    decoding: str | None = _about("Sampling: temperature, top-p, length, seed.", "TEXT")
    extractor: str | None = _about("What took labels from the answers, with revision.", "TEXT")
    date: dt.date | None = _about("When the predictions were made.", "YYYY-MM-DD")
    licence: str | None = _about("Licence of the predictions.", "NAME")
    contact: str | None = _about("Whom to ask; not shown on the leaderboard.", "TEXT")


def submit(settings: SubmitOptions) -> None:
    """Pack predictions as a submission to the leaderboard. Prints the files; nothing is scored.

    Example: `merunibench submit results/ --model "My Model 7B" --out leaderboard/submissions/my-model-7b`
    """
    from merunibench.leaderboard.submission import describe, pack, parameters, remarks_on

    stated = settings.model_dump(exclude={*options.SourceOptions.model_fields, "out"}, exclude_none=True)
    if settings.parameters is not None:
        stated["parameters"] = parameters(settings.parameters)
    submission = describe(**stated)
    written = pack(settings.open(), submission, settings.out)
    emit("".join(f"{path}\n" for path in written))
    warn(f"{path}: {remark}" for path in written for remark in remarks_on(path))
    complain(f"next: merunibench leaderboard validate {settings.out}")
