"""`merunibench extract`: labels, and polarity, from the text of predictions."""

from pathlib import Path
from typing import Annotated

import typer

from merunibench.cli import _options as options
from merunibench.cli._output import complain


def extract(
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
    polarity: Annotated[bool, typer.Option("--polarity", help="Derive positive, negative or neutral too.")] = False,
    parity: Annotated[
        bool,
        typer.Option("--parity", help="Keep four labels and drop speech acts, as the authors' extractor mostly did."),
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Replace labels that are there already.")] = False,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Take labels from the text of predictions by rules; JSON Lines out, the text is kept."""
    from merunibench.data import open_predictions
    from merunibench.extraction import Rules
    from merunibench.extraction import extract as extract_from

    source = open_predictions(predictions, dataset=dataset, model=model, max_bytes=max_bytes)
    done = extract_from(source, out, extractor=Rules(parity=parity), polarity=polarity, again=again)
    for path in done.files:
        typer.echo(path)
    derived = f", {done.polarities} polarities" if polarity else ""
    complain(f"{source.model}: labels of {done.labels} texts{derived}; {done.traces} reasoning traces dropped")
