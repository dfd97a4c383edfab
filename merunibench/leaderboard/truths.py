"""The labels and subtitles that a build may use: whatever stands below one folder, or none."""

from collections.abc import Mapping
from pathlib import Path

from merunibench._text import visible
from merunibench.data import GroundTruth, find_truth, load_truth
from merunibench.data.subtitles import read_subtitles
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
    """What is said in each sample of a data set, by its layout's subtitles; None where their file is not there.

    Raises:
        InputError: the subtitles cannot be read, have none of the samples, or say different things of one.
    """
    names = truth.names.to_pylist()
    found = read_subtitles(data_root, truth.task, names)
    if found is None:
        return None
    if not found:
        path = data_root / truth.task.folder / truth.task.layout.subtitles
        raise InputError(f"{path}: has none of the samples of {truth.task.title}")
    return {name: found.get(name, "") for name in names}
