"""`merunibench errors`: where a model loses."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from merunibench.cli import _options as options
from merunibench.cli._output import complain, emit, progress_bar, terminal_width

if TYPE_CHECKING:
    from merunibench.lexicon import Level


class Format(StrEnum):
    """Formats of the result."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"


def errors(
    predictions: Annotated[
        Path,
        typer.Argument(
            metavar="PREDICTIONS", help="Folder of official results, folder of <dataset>.jsonl files, or one file."
        ),
    ],
    data_root: options.DataRoot,
    dataset: options.Datasets = None,
    model: options.Model = None,
    lexicon: options.LexiconName = "builtin",
    protocol: options.ProtocolOption = options.ProtocolName.OFFICIAL,
    level: options.LevelOption = 1,
    checkpoint: options.Checkpoint = "best-per-dataset",
    missing: options.MissingOption = options.MissingPolicy.ERROR,
    wheel: Annotated[
        int | None, typer.Option(min=1, max=5, metavar="1..5", help="Analyse this wheel alone. Default: all five.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Most words in a ranking.")] = 10,
    bootstrap: Annotated[
        int, typer.Option(min=0, metavar="N", help="Resamples behind the groups' 95 % intervals; 0 for none.")
    ] = 1000,
    seed: options.Seed = 0,
    output_format: Annotated[Format | None, typer.Option("--format", help=options.FORMAT_HELP)] = None,
    output: options.Output = None,
    svg: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write each confusion as a heat map to this folder.")
    ] = None,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Show where a model loses: sectors confused, words that cost, groups of samples that score low.

    Example: `merunibench errors results/ --data-root dataset/ --output errors.html`
    """
    from merunibench.analysis import error_analysis

    with progress_bar() as progress:
        analysis = error_analysis(
            predictions,
            data_root,
            datasets=dataset,
            model=model,
            lexicon=lexicon,
            protocol=protocol.value,
            level=cast("Level", level),
            checkpoint=checkpoint,
            missing=missing.value,
            wheel=wheel,
            limit=limit,
            bootstrap=bootstrap,
            seed=seed,
            max_bytes=max_bytes,
            progress=progress,
        )
        if svg is not None:
            analysis.write_svg(svg)
    for warning in analysis.warnings:
        complain(f"warning: {warning}")
    chosen = options.format_or_ending(output_format, output, Format)
    if chosen is Format.TABLE:
        width = None if output else terminal_width()
        emit(analysis.to_text(width=width, color=width is not None), output)
    else:
        emit(analysis.to_json() if chosen is Format.JSON else analysis.to_html(), output)
