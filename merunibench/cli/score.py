"""`merunibench score`: predictions and ground truth in, scores out."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from merunibench.cli import _options as options
from merunibench.cli._output import complain, emit, progress_bar, spare_pandas, terminal_width

if TYPE_CHECKING:
    from merunibench.lexicon import Level
    from merunibench.report import Report


class Format(StrEnum):
    """Formats of the result."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    LATEX = "latex"


def score(
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
    bootstrap: Annotated[
        int, typer.Option(min=0, metavar="N", help="Resamples behind the 95 % intervals; 0 for none.")
    ] = 1000,
    seed: options.Seed = 0,
    cluster: options.Cluster = False,
    output_format: Annotated[Format | None, typer.Option("--format", help=options.FORMAT_HELP)] = None,
    output: options.Output = None,
    per_sample: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write one JSON line a sample: sectors on each wheel, and hits."),
    ] = None,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Score a model's predictions, comparably with the published results.

    Example: `merunibench score results/ --data-root dataset/ --lexicon mer2026`
    """
    spare_pandas()
    from merunibench.evaluation import evaluate

    with progress_bar() as progress:
        report = evaluate(
            predictions,
            data_root,
            datasets=dataset,
            model=model,
            lexicon=lexicon,
            protocol=protocol.value,
            level=cast("Level", level),
            checkpoint=checkpoint,
            missing=missing.value,
            bootstrap=bootstrap,
            seed=seed,
            cluster=cluster,
            max_bytes=max_bytes,
            progress=progress,
        )
        if per_sample is not None:
            report.write_per_sample(per_sample)
    for warning in report.warnings:
        complain(f"warning: {warning}")
    chosen = options.format_or_ending(output_format, output, Format)
    emit(_render(report, chosen, to_file=output is not None), output)


def _render(report: "Report", output_format: Format, *, to_file: bool) -> str:
    if output_format is Format.TABLE:
        width = None if to_file else terminal_width()
        return report.to_text(width=width, color=width is not None)
    return {
        Format.JSON: report.to_json,
        Format.CSV: report.to_csv,
        Format.MARKDOWN: report.to_markdown,
        Format.LATEX: report.to_latex,
    }[output_format]()
