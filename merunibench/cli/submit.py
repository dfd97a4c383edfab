"""`merunibench submit`: pack predictions for the leaderboard, without scoring them."""

import datetime as dt
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from merunibench.cli import _options as options
from merunibench.cli._output import emit, log_stderr, warn
from merunibench.settings import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from merunibench.leaderboard.submissions.folding import Remark

_about = partial(option, None, panel="About the model")


class SubmitOptions(options.SourceOptions):
    """Options that say which predictions are packed, and describe the model."""

    model: str = option(..., "Name of the model on the leaderboard.", "NAME")
    out: Path = option(..., "Folder of the submission, new or empty.", "DIR")
    model_card: Path | None = option(
        None, "The model card (README.md), for licence, base model, data and paper.", "FILE"
    )
    authors: tuple[str, ...] | None = _about("Author of the model; repeat for several.", "NAME", flag="--author")
    link: str | None = _about("Address of code or weights.", "URL")
    paper: str | None = _about("Address of the paper.", "URL")
    base_model: str | None = _about("The model it is based on, with revision.", "NAME")
    parameters: str | None = _about("Number of parameters, such as 8.2B.", "N")
    modalities: tuple[str, ...] | None = _about(
        "Input of the model; repeat for several.", "audio|video|text", flag="--modality"
    )
    training_data: str | None = _about("Its training data.", "TEXT")
    trained_on: tuple[str, ...] | None = _about("Data set it was trained on; repeat for several.", "NAME")
    prompt: str | None = _about("The prompt, word for word.", "TEXT")
    decoding: str | None = _about("Decoding: temperature, top-p, length, seed.", "TEXT")
    extractor: str | None = _about("Extractor of labels from the answers, with revision.", "TEXT")
    date: dt.date | None = _about("When the predictions were made.", "YYYY-MM-DD")
    licence: str | None = _about("Licence of the predictions.", "NAME")
    contact: str | None = _about("Contact for questions; not shown on the leaderboard.", "TEXT")


def submit(settings: SubmitOptions) -> None:
    """Pack predictions as a submission to the leaderboard, and list its contents. Nothing is scored.

    Fields that are not given are taken from the settings that `infer` saved next to the predictions, then from the
    model card. submission.toml has a comment for each field that is still missing.

    Example: `merunibench submit results/ --model "My Model 7B" --out leaderboard/submissions/my-model-7b`
    """
    from merunibench.leaderboard.submissions.folding import folded
    from merunibench.leaderboard.submissions.metadata import card_of, settings_of
    from merunibench.leaderboard.submissions.submission import ASKED_FOR, FILE, describe, pack, parameters

    own = {*options.SourceOptions.model_fields, "out", "model_card"}
    stated = settings.model_dump(exclude=own, exclude_none=True)
    if settings.parameters is not None:
        stated["parameters"] = parameters(settings.parameters)
    source = settings.open()
    recorded, differing = settings_of(source)
    card = card_of(settings.model_card) if settings.model_card else {}
    submission = describe(**{**card, **recorded, **stated})
    written = pack(source, submission, settings.out)
    emit(_summary(settings.out, written))
    for where, fields in (("the settings next to the predictions", recorded), ("the model card", card)):
        taken = [key for key in fields if key not in stated and (fields is recorded or key not in recorded)]
        if taken:
            emit(f"from {where}: {', '.join(taken)}\n")
    if any(not getattr(submission, name) for name in ASKED_FOR):
        emit(f"{settings.out / FILE}: fill in the fields that are commented out\n")
    warn(differing)
    warn(folded(_remarks(written)))
    log_stderr(f"next: merunibench leaderboard validate {settings.out}")


def _summary(out: Path, written: list[Path]) -> str:
    """Return how many files were packed, of which data sets and which checkpoints."""
    from merunibench.leaderboard.submissions.submission import PREDICTIONS, SUFFIX
    from merunibench.tasks import BUILTIN, task_order

    sets = [BUILTIN[name].title for name in task_order({path.name.removesuffix(SUFFIX) for path in written})]
    checkpoints = dict.fromkeys(path.parent.name for path in written if path.parent.name != PREDICTIONS)
    under = f", {len(checkpoints)} checkpoints ({', '.join(checkpoints)})" if checkpoints else ""
    return f"{out}: {len(written)} file{'s' * (len(written) != 1)}: {', '.join(sets)}{under}\n"


def _remarks(written: list[Path]) -> "Iterator[Remark]":
    """Yield what readers of the scores should know about the files."""
    from merunibench.leaderboard.submissions.folding import Remark
    from merunibench.leaderboard.submissions.submission import SUFFIX, remarks_on

    for path in written:
        for text in remarks_on(path):
            yield Remark(path.name.removesuffix(SUFFIX), str(path), text)
