"""The labels and subtitles that a build may use: whatever stands below one folder, or none."""

from collections.abc import Mapping
from pathlib import Path

from merunibench._text import visible
from merunibench.data import GroundTruth, find_truth, load_truth, read_table
from merunibench.data.columns import find_column, texts_by_name
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


def usable_subtitles(
    data_root: Path, truths: Mapping[str, GroundTruth]
) -> tuple[dict[str, dict[str, str] | None], dict[str, str]]:
    """The subtitles of data sets, as `load_subtitles` has them, and why some cannot be used: no file stops a board.

    Returns:
        Data set -> sample -> what is said, or None; and data set -> what is wrong with its file.
    """
    found: dict[str, dict[str, str] | None] = {}
    unusable: dict[str, str] = {}
    for dataset, truth in truths.items():
        try:
            found[dataset] = load_subtitles(data_root, truth)
        except InputError as error:
            # Without the folder: where it lies on this machine is no part of a board.
            unusable[dataset] = visible(str(error).removeprefix(f"{data_root}/"))
    return found, unusable


def load_subtitles(data_root: Path, truth: GroundTruth) -> dict[str, str] | None:
    """What is said in each sample of a data set, in English; None where no subtitles stand beside the labels.

    Raises:
        InputError: the subtitles cannot be read, have none of the samples, or say different things of one.
    """
    path = data_root / truth.task.folder / SUBTITLES
    if not path.is_file():
        return None
    table = read_table(path)
    names = truth.names.to_pylist()
    found = texts_by_name(table, find_column(table, "english"), names)
    if not found:
        raise InputError(f"{path}: has none of the samples of {truth.task.title}")
    return {name: found.get(name, "") for name in names}
