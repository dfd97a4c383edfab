"""Predictions of any format -> a submission: metadata and compressed JSON Lines. Nothing is scored here."""

import shutil
from dataclasses import replace
from pathlib import Path

from merunibench.data import Conversion, PredictionSource, conversions
from merunibench.errors import InputError
from merunibench.files.reading import reading
from merunibench.leaderboard.submission import PREDICTIONS, SUFFIX, Submission, write_submission

ROW_KEYS = ("name", "text", "labels", "polarity", "status", "error", "labels_from", "polarity_from")
"""What a row of a submission may hold: the answer and where it comes from."""
SUBSET_KEY = "subset"
"""Marks rows of a run on part of a data set."""


def pack(source: PredictionSource, submission: Submission, out: Path) -> list[Path]:
    """Write a submission.

    The same predictions and metadata give the same bytes. Columns that are no part of an answer are left out.

    Args:
        source: The predictions, all checkpoints.
        submission: What is said about them.
        out: The submission's folder; new, or empty.

    Returns:
        The files with predictions.

    Raises:
        InputError: the predictions cannot be read or are of a run on part of a data set, or the folder is not empty or
            cannot be written. Nothing is left behind then.
    """
    with reading(out):
        if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
            raise InputError(f"{out}: is there already and not empty; give a new folder, or remove it first")
    fresh = not out.exists()
    try:
        written = [_pack(file) for file in conversions(source, out / PREDICTIONS)]
        write_submission(out, submission)
    except BaseException:
        shutil.rmtree(out / PREDICTIONS, ignore_errors=True)
        if fresh:
            shutil.rmtree(out, ignore_errors=True)
        raise
    return written


def _pack(file: Conversion) -> Path:
    """Write one file, compressed, with the columns of an answer alone."""
    columns = file.columns
    if any(value is not None for value in columns.get(SUBSET_KEY, ())):
        raise InputError(
            "the predictions are marked as those of a part of a data set; the leaderboard takes whole sets: "
            "run the model without a limit"
        )
    answers = {name: values for name, values in columns.items() if name in ROW_KEYS}
    packed = replace(file, path=file.path.with_name(f"{file.path.stem}{SUFFIX}"), columns=answers)
    packed.write()
    return packed.path
