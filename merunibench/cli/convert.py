"""`merunibench convert` and `export codabench`: convert predictions to JSON Lines, or to a challenge's format."""

from pathlib import Path

from merunibench.cli import _options as options
from merunibench.cli._output import emit, log_stderr
from merunibench.settings import argument, option

_FOLDER = argument(..., "Folder for answer.csv.", "OUT")
_NAMES = option(None, "Table with the column name: exactly the samples to answer.", "FILE")
_CHECKPOINT = option("last", "last, or a checkpoint's name.", "RULE|NAME")


def _formats() -> tuple[str, ...]:
    from merunibench.conversion import FORMATS
    from merunibench.data.foreign import AUTO, FIELDS

    return (AUTO, FIELDS, *FORMATS)


class ConvertOptions(options.SourceOptions):
    """Options that say which predictions are converted, and which tool wrote them."""

    source_format: str = option(
        "auto",
        "Tool that wrote the file; auto detects it from the content, fields uses only --column.",
        "NAME",
        flag="--from",
        choices=_formats,
    )
    names: Path | None = option(
        None,
        "For files without sample names: a table whose column name lists all samples in the order they were asked.",
        "FILE",
    )


def convert(settings: ConvertOptions, out: Path = options.ROWS) -> None:
    """Convert predictions of any format to JSON Lines, one row per sample. Nothing is scored.

    Raw text is kept. Also reads results of other tools: inspect_ai, lm-eval, lmms-eval, ms-swift, and more.

    Example: `merunibench convert result.jsonl converted --dataset mer2025ov --from ms-swift`
    """
    from merunibench.data import Arrangement
    from merunibench.data import convert as convert_predictions
    from merunibench.data.foreign import Source, convert_foreign

    foreign = Source(
        settings.predictions,
        dataset=settings.dataset,
        format=settings.source_format,
        arrangement=Arrangement(**settings.reading()),
        names=settings.names,
        run=settings.folder,
        max_bytes=settings.max_bytes,
        tasks=settings.tasks(),
    )
    written = convert_foreign(foreign, out)
    if written is not None:
        for file in written:
            emit(f"{file.path}\n")
            log_stderr(file.summary)
        return
    source = settings.open()
    for path in convert_predictions(source, out):
        emit(f"{path}\n")
    log_stderr(f"converted {source.model}")


def codabench(
    settings: options.SourceOptions,
    out: Path = _FOLDER,
    names: Path | None = _NAMES,
    checkpoint: str = _CHECKPOINT,
) -> None:
    """Check predictions, and write the answer.csv (name,openset) of a MER challenge on Codabench.

    Example: `merunibench export codabench preds/mer2026ov.jsonl out/ --names track1_track2_candidate.csv`
    """
    from merunibench.evaluation.export import export_codabench

    done = export_codabench(settings.open(), out, checkpoint=checkpoint, names=names)
    emit(f"{done.path}\n")
    empty = f"; {done.empty} name no emotion, which the challenge reads as neutral" if done.empty else ""
    lacking = f"; {done.lacking} fewer than the data set has samples (--names says which)" if done.lacking else ""
    log_stderr(f"{done.rows} rows{empty}{lacking}")
