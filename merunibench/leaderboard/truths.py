"""The labels and subtitles that a build may use: whatever stands below one folder, or none."""

from pathlib import Path

from merunibench.data import GroundTruth, find_truth, load_truth, read_table
from merunibench.data.columns import find_column, name_column, text_column
from merunibench.errors import InputError
from merunibench.tasks import TASKS


def load_truths(data_root: Path | None) -> dict[str, GroundTruth]:
    """Labels by data set, of those below the folder; none without a folder.

    Raises:
        InputError: the folder holds no labels, or some cannot be read.
    """
    if data_root is None:
        return {}
    return {dataset: load_truth(TASKS[dataset], path) for dataset, path in find_truth(data_root).items()}


def load_subtitles(data_root: Path, truth: GroundTruth) -> dict[str, str] | None:
    """What is said in each sample of a data set, by its layout's subtitles; None where their file is not there.

    Raises:
        InputError: the subtitles cannot be read.
    """
    layout = truth.task.layout
    path = data_root / truth.task.folder / layout.subtitles
    if not path.is_file():
        return None
    table = read_table(path)
    said = text_column(table, find_column(table, layout.subtitle_column)).fill_null("")
    every = dict(zip(name_column(table).to_pylist(), said.to_pylist(), strict=True))
    names = truth.names.to_pylist()
    absent = [name for name in names if name not in every]
    if len(absent) == len(names):
        raise InputError(f"{path}: has none of the samples of {truth.task.title}")
    return {name: every.get(name, "") for name in names}
