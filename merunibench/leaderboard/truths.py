"""The labels and subtitles that a build may use: whatever stands below one folder, or none."""

from pathlib import Path

from merunibench.data import GroundTruth, find_truth, load_truth, read_table
from merunibench.data.columns import find_column, name_column, text_column
from merunibench.errors import InputError
from merunibench.tasks import TASKS

SUBTITLES = "transcription-engchi-polish.csv"
"""The official release's subtitles, in the folder of each data set."""


def load_truths(data_root: Path | None) -> dict[str, GroundTruth]:
    """Labels by data set, of those below the folder; none without a folder.

    Raises:
        InputError: the folder holds no labels, or some cannot be read.
    """
    if data_root is None:
        return {}
    return {dataset: load_truth(TASKS[dataset], path) for dataset, path in find_truth(data_root).items()}


def load_subtitles(data_root: Path, truth: GroundTruth) -> dict[str, str] | None:
    """What is said in each sample of a data set, in English; None where no subtitles stand beside the labels.

    Raises:
        InputError: the subtitles cannot be read.
    """
    path = data_root / truth.task.folder / SUBTITLES
    if not path.is_file():
        return None
    table = read_table(path)
    said = text_column(table, find_column(table, "english")).fill_null("")
    every = dict(zip(name_column(table).to_pylist(), said.to_pylist(), strict=True))
    names = truth.names.to_pylist()
    absent = [name for name in names if name not in every]
    if len(absent) == len(names):
        raise InputError(f"{path}: has none of the samples of {truth.task.title}")
    return {name: every.get(name, "") for name in names}
