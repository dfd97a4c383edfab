"""Options that several commands share."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import PositiveInt

from merunibench.cli._output import warn
from merunibench.errors import InputError
from merunibench.settings import LEVEL, MAX_BYTES, ReadSettings, TaskSettings, argument, option

if TYPE_CHECKING:
    from merunibench.data import PredictionSource

__all__ = ["LEVEL"]

PREDICTIONS = argument(
    ..., "Folder of official results, folder of <dataset>.jsonl (.csv, .parquet, …) files, or one file.", "PREDICTIONS"
)
ROWS = argument(..., "Folder for <dataset>.jsonl, or <checkpoint>/<dataset>.jsonl if there are several.", "OUT")
DATASET = option(None, "Data set of a file whose name does not contain it; for a folder, the only one to use.", "NAME")
FOLDER = partial(option, None, metavar="NAME", old=("model",))
NAME = option(None, "Name of the model in the output.", "NAME", shown="name of its folder")
OUTPUT = option(None, "Write the result to this file instead of printing it.", "FILE")
PER_SAMPLE = option(
    None,
    "Also write one row per sample: sectors on each wheel, and hits. Ending: .csv, .parquet, else JSON Lines.",
    "FILE",
)
DRY_RUN = option(False, "Validate settings and inputs without loading the model.", old=("check",))

WheelNumber = Literal[1, 2, 3, 4, 5, 6, 7, 8]
"""Number of a wheel; a lexicon has 1 to 8 wheels."""

TableOrJson = Literal["table", "json"]
FORMAT = option("table", "Format of the result.", flag="--format")


class SourceOptions(ReadSettings, TaskSettings):
    """Options that say which predictions to read."""

    predictions: Path = PREDICTIONS
    dataset: str | None = DATASET
    folder: str | None = FOLDER(help="Model folder to use, if PREDICTIONS contains several.")
    max_bytes: PositiveInt = MAX_BYTES

    def open(self) -> "PredictionSource":
        """Open the predictions, and report which data set was assumed and which files are ignored."""
        from merunibench.data import Arrangement, open_predictions

        source = open_predictions(
            self.predictions,
            dataset=self.dataset,
            model=self.folder,
            max_bytes=self.max_bytes,
            arrangement=Arrangement(**self.reading()),
            tasks=self.tasks(),
        )
        warn(source.remarks)
        return source


class LabelledOptions(ReadSettings, TaskSettings):
    """Options for predictions and the labels to score them with."""

    predictions: Path = PREDICTIONS
    data_root: Path | None = option(
        None,
        "Folder with the ground truth: the official folders, or <dataset>.csv, .jsonl, .parquet. "
        "Required unless data sets of your own (--task) name their labels.",
        "DIR",
    )
    dataset: tuple[str, ...] = option(
        (), "Data set to score; repeat for several.", "NAME", shown="all found on both sides"
    )
    folder: str | None = FOLDER(help="Model folder to use, if PREDICTIONS contains several.")

    def chosen(self) -> dict[str, Any]:
        """Return the predictions and labels as arguments of `merunibench.evaluate`.

        Raises:
            InputError: no ground truth was given.
        """
        if self.data_root is None and not self.task:
            raise InputError("the ground truth is required: give its folder with --data-root DIR")
        return {
            "predictions": self.predictions,
            "data_root": self.data_root,
            "datasets": self.dataset or None,
            "model": self.folder,
            "tasks": self.tasks(),
            **self.reading(),
        }


def formats(result: str) -> Any:  # noqa: ANN401 - a field
    """Return the option `--format` of a command whose result is of this public class; its `FORMATS` are the choices."""
    default = "from the ending of --output, else table"
    choices = partial(_formats_of, result)
    return option(None, "Format of the result.", flag="--format", shown=default, choices=choices)


def _formats_of(result: str) -> tuple[str, ...]:
    import merunibench

    names: tuple[str, ...] = getattr(merunibench, result).FORMATS
    return names
