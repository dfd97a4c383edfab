"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer


class MissingPolicy(StrEnum):
    """What to do about samples without a prediction."""

    ERROR = "error"
    ZERO = "zero"
    SKIP = "skip"


class ProtocolName(StrEnum):
    """How to score."""

    OFFICIAL = "official"
    STRICT = "strict"


class TableFormat(StrEnum):
    """Formats of a result that is a table."""

    TABLE = "table"
    JSON = "json"


DataRoot = Annotated[
    Path,
    typer.Option(
        metavar="DIR", help="Folder with the ground truth: the official folders, or <dataset>.csv, .jsonl, .parquet."
    ),
]
Datasets = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset", help="Data set to score; repeat the option for several. Default: all found on both sides."
    ),
]
Model = Annotated[
    str | None, typer.Option(metavar="FOLDER", help="Model folder to score, where PREDICTIONS holds several.")
]
LexiconName = Annotated[
    str,
    typer.Option(
        "--lexicon", help="builtin, an installed release (mer2025, mer2026), or the path of a release's folder."
    ),
]
ProtocolOption = Annotated[
    ProtocolName,
    typer.Option(help="How to score: official, as the published results, or strict, which cannot be gamed."),
]
LevelOption = Annotated[
    int, typer.Option(min=1, max=2, metavar="1|2", help="Wheel level whose sectors count; published scores use 1.")
]
Checkpoint = Annotated[
    str,
    typer.Option(
        metavar="RULE|NAME",
        help="best-per-dataset (as published: chosen on the test labels), best-overall, last, or a name.",
    ),
]
MissingOption = Annotated[
    MissingPolicy,
    typer.Option(help="Samples without a prediction: refuse (error), count as wrong (zero), leave out (skip)."),
]
Vocabulary = Annotated[
    Path | None,
    typer.Option(
        metavar="PREDICTIONS",
        help="Predictions in any format that `score` reads: their labels say how much each word is used.",
    ),
]
VocabularyDataset = Annotated[
    str | None, typer.Option("--dataset", help="Count the labels of this data set only; needed for an unnamed file.")
]
TableOrJson = Annotated[TableFormat, typer.Option("--format", help="Format of the result.")]
Limit = Annotated[int, typer.Option(min=1, metavar="N", help="Most rows of a list in the table; JSON always has all.")]
Output = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the result to this file instead of printing it.")
]
Seed = Annotated[int, typer.Option(min=0, metavar="S", help="Seed of the resampling.")]
Cluster = Annotated[
    bool, typer.Option("--cluster", help="Resample whole dialogues and videos instead of single samples.")
]
MaxBytes = Annotated[int, typer.Option(min=1, metavar="N", help="Most bytes that a compressed file may unpack to.")]
MAX_BYTES = 1 << 30

_ENDINGS = {
    ".csv": "csv",
    ".htm": "html",
    ".html": "html",
    ".json": "json",
    ".markdown": "markdown",
    ".md": "markdown",
    ".tex": "latex",
}
FORMAT_HELP = "Format of the result. Default: by the ending of --output where that says it, else table."

AnyFormat = TypeVar("AnyFormat", bound=StrEnum)


def format_or_ending(chosen: AnyFormat | None, output: Path | None, formats: type[AnyFormat]) -> AnyFormat:
    """The format that was chosen; else what the ending of the output file says; else a table."""
    if chosen is not None:
        return chosen
    named = _ENDINGS.get(output.suffix.lower()) if output else None
    return formats(named if named in list(formats) else "table")
