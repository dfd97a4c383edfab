"""What is said in the samples of a data set, from the subtitle file in its official folder."""

from collections.abc import Iterable
from pathlib import Path

from merunibench.data.columns import find_column, texts_by_name
from merunibench.data.tables import read_table
from merunibench.tasks import Task


def read_subtitles(root: Path, task: Task, wanted: Iterable[str] | None = None) -> dict[str, str] | None:
    """Sample -> what is said in it, empty where the file says nothing of it; None where there is no such file.

    Args:
        root: The folder that holds `meld-process` and its like.
        task: The data set; its layout says which file and which column.
        wanted: The samples to look up, those that are absent left out; None for all in the file.

    Raises:
        InputError: the file cannot be read, or says different things of one sample.
    """
    path = root / task.folder / task.layout.subtitles
    if not path.is_file():
        return None
    table = read_table(path)
    return texts_by_name(table, find_column(table, task.layout.subtitle_column), wanted)
