"""`merunibench convert`: predictions of any format to JSON Lines."""

from pathlib import Path

from merunibench.cli import _options as options
from merunibench.cli._output import complain, emit


def convert(settings: options.SourceOptions, out: Path = options.ROWS) -> None:
    """Convert predictions of any format to JSON Lines, one row per sample. Nothing is scored.

    Raw text is kept.
    """
    from merunibench.data import convert as convert_predictions

    source = settings.open()
    for path in convert_predictions(source, out):
        emit(f"{path}\n")
    complain(f"converted {source.model}")
