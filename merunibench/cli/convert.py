"""`merunibench convert`: predictions of any format to JSON Lines."""

from pathlib import Path
from typing import Annotated

import typer

from merunibench.cli import _options as options
from merunibench.cli._output import complain


def convert(
    predictions: Annotated[
        Path, typer.Argument(metavar="PREDICTIONS", help="Predictions in any format that `score` reads.")
    ],
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="Folder to write <dataset>.jsonl into (<checkpoint>/ below, if several)."),
    ],
    dataset: Annotated[
        str | None, typer.Option(help="Data set of the predictions, where PREDICTIONS is one file.")
    ] = None,
    model: options.Model = None,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Convert predictions to JSON Lines, a row a sample; raw text is kept, and nothing is scored."""
    from merunibench.data import convert as convert_predictions
    from merunibench.data import open_predictions

    source = open_predictions(predictions, dataset=dataset, model=model, max_bytes=max_bytes)
    for path in convert_predictions(source, out):
        typer.echo(path)
    complain(f"converted {source.model}")
