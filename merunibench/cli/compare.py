"""`merunibench compare`: is one system better than another?"""

import json
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


_SCORING_OPTIONS = ("data_root", "lexicon", "protocol", "level", "checkpoint", "other_checkpoint", "missing")


def compare(
    context: typer.Context,
    first: Annotated[
        Path, typer.Argument(metavar="FIRST", help="Predictions, or a file that `score --per-sample` wrote.")
    ],
    second: Annotated[Path, typer.Argument(metavar="SECOND", help="The other system, likewise.")],
    data_root: Annotated[
        Path | None, typer.Option(help="Folder with the ground truth; not needed for per-sample files.")
    ] = None,
    dataset: options.Datasets = None,
    model: Annotated[str | None, typer.Option(help="Model folder in FIRST, where it holds several.")] = None,
    other_model: Annotated[str | None, typer.Option(help="Model folder in SECOND, where it holds several.")] = None,
    lexicon: options.LexiconName = "builtin",
    protocol: options.ProtocolOption = options.ProtocolName.OFFICIAL,
    level: options.LevelOption = 1,
    checkpoint: options.Checkpoint = "best-per-dataset",
    other_checkpoint: Annotated[str | None, typer.Option(help="Checkpoint of SECOND, if not as for FIRST.")] = None,
    missing: options.MissingOption = options.MissingPolicy.ERROR,
    bootstrap: Annotated[int, typer.Option(min=1, metavar="N", help="Resamples, and random swaps.")] = 1000,
    seed: options.Seed = 0,
    cluster: options.Cluster = False,
    output_format: Annotated[Format | None, typer.Option("--format", help=options.FORMAT_HELP)] = None,
    output: options.Output = None,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Test the difference of two systems on the same samples.

    Paired bootstrap and approximate randomisation; p-values corrected over the data sets (Holm). Systems that were
    scored differently (another lexicon, other samples, ...) are refused.
    """
    spare_pandas()
    from merunibench.errors import InputError
    from merunibench.evaluation import compare as compare_systems
    from merunibench.evaluation import evaluate
    from merunibench.scoring import is_per_sample_file

    said: set[str] = set()

    def system(path: Path, model: str | None, checkpoint: str) -> "Report | Path":
        if is_per_sample_file(path):
            return path
        if data_root is None:
            raise InputError(f"{path}: is no file that `score --per-sample` wrote; predictions need --data-root")
        with progress_bar() as progress:
            report = evaluate(
                path,
                data_root,
                datasets=dataset,
                model=model,
                lexicon=lexicon,
                protocol=protocol.value,
                level=cast("Level", level),
                checkpoint=checkpoint,
                missing=missing.value,
                bootstrap=0,
                max_bytes=max_bytes,
                progress=progress,
            )
        for warning in report.warnings:
            if warning not in said:
                complain(f"warning: {warning}")
            said.add(warning)
        return report

    if is_per_sample_file(first) and is_per_sample_file(second):
        _refuse_scoring_options(context)
    result = compare_systems(
        system(first, model, checkpoint),
        system(second, other_model or model, other_checkpoint or checkpoint),
        resamples=bootstrap,
        seed=seed,
        cluster=cluster,
        datasets=dataset or (),
    )
    if options.format_or_ending(output_format, output, Format) is Format.JSON:
        emit(json.dumps(result.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n", output)
    else:
        width = None if output else terminal_width()
        emit(result.to_text(width=width, color=width is not None), output)


def _refuse_scoring_options(context: typer.Context) -> None:
    """Options that decide a score have no effect on scores that are there already: better said than ignored."""
    from merunibench.errors import InputError

    given = [
        f"--{name.replace('_', '-')}"
        for name in _SCORING_OPTIONS
        if (source := context.get_parameter_source(name)) is not None and source.name == "COMMANDLINE"
    ]
    if given:
        raise InputError(f"{', '.join(given)}: of no effect on per-sample files, which hold scores; leave it out")
