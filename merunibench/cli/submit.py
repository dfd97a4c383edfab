"""`merunibench submit`: pack predictions for the leaderboard; never scores them."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from merunibench.cli import _options as options
from merunibench.cli._output import complain, emit


def submit(
    predictions: Annotated[
        Path, typer.Argument(metavar="PREDICTIONS", help="Predictions in any format that `score` reads.")
    ],
    model: Annotated[str, typer.Option(metavar="DISPLAY-NAME", help="Name of the model, as the board shows it.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the submission, new or empty.")],
    folder: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Model folder to pack, where PREDICTIONS holds several.")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(help="Data set of a single file whose name does not say it; or pack this one only.")
    ] = None,
    author: Annotated[list[str] | None, typer.Option(help="Who made it; repeat the option for several.")] = None,
    link: Annotated[str | None, typer.Option(metavar="URL", help="Code or weights.")] = None,
    paper: Annotated[str | None, typer.Option(metavar="URL", help="The paper.")] = None,
    base_model: Annotated[str | None, typer.Option(help="What it was made from, with revision.")] = None,
    parameters: Annotated[str | None, typer.Option(metavar="N", help="Number of parameters, such as 8.2B.")] = None,
    modality: Annotated[
        list[str] | None, typer.Option(metavar="audio|video|text", help="What it is given; repeat for several.")
    ] = None,
    training_data: Annotated[str | None, typer.Option(help="What it was trained on.")] = None,
    prompt: Annotated[str | None, typer.Option(help="What it was asked, word for word.")] = None,
    decoding: Annotated[str | None, typer.Option(help="Sampling: temperature, top-p, length, seed.")] = None,
    extractor: Annotated[str | None, typer.Option(help="What took labels from the answers, with revision.")] = None,
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When the predictions were made.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of the predictions.")] = None,
    contact: Annotated[str | None, typer.Option(help="Whom to ask; not shown on the board.")] = None,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Pack predictions as a submission to the leaderboard; nothing is scored. Prints the files.

    Example: `merunibench submit results/ --model "My Model 7B" --out leaderboard/submissions/my-model-7b`
    """
    from merunibench.data import open_predictions
    from merunibench.leaderboard.submission import describe, pack
    from merunibench.leaderboard.submission import parameters as number_of_parameters

    submission = describe(
        model=model,
        authors=tuple(author or ()),
        link=link,
        paper=paper,
        base_model=base_model,
        parameters=None if parameters is None else number_of_parameters(parameters),
        modalities=tuple(modality or ()),
        training_data=training_data,
        prompt=prompt,
        decoding=decoding,
        extractor=extractor,
        date=None if date is None else date.date(),
        licence=licence,
        contact=contact,
    )
    source = open_predictions(predictions, dataset=dataset, model=folder, max_bytes=max_bytes)
    written = pack(source, submission, out)
    emit("".join(f"{path}\n" for path in written))
    complain(f"next: merunibench leaderboard check {out}")
