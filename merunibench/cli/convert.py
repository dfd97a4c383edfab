"""`merunibench convert` and `export codabench`: predictions to JSON Lines, and as a challenge wants them."""

from pathlib import Path

from merunibench.cli import _options as options
from merunibench.cli._output import complain, emit
from merunibench.settings import argument, option

_FOLDER = argument(..., "Folder for answer.csv.", "OUT")
_NAMES = option(None, "Table with the column name: the samples to answer, no more and no less.", "FILE")
_CHECKPOINT = option("last", "last, or a checkpoint's name.", "RULE|NAME")


def convert(settings: options.SourceOptions, out: Path = options.ROWS) -> None:
    """Convert predictions of any format to JSON Lines, one row per sample. Nothing is scored.

    Raw text is kept.
    """
    from merunibench.data import convert as convert_predictions

    source = settings.open()
    for path in convert_predictions(source, out):
        emit(f"{path}\n")
    complain(f"converted {source.model}")


def codabench(
    settings: options.SourceOptions,
    out: Path = _FOLDER,
    names: Path | None = _NAMES,
    checkpoint: str = _CHECKPOINT,
) -> None:
    """Write the answer.csv of a MER challenge on Codabench (name,openset), checked first.

    Example: `merunibench export codabench preds/mer2026ov.jsonl out/ --names track1_track2_candidate.csv`
    """
    from merunibench.evaluation.export import export_codabench

    done = export_codabench(settings.open(), out, checkpoint=checkpoint, names=names)
    emit(f"{done.path}\n")
    empty = f"; {done.empty} name no emotion, which the challenge reads as neutral" if done.empty else ""
    complain(f"{done.rows} rows{empty}")
