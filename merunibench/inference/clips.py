"""The clips of a data set: which samples there are, in which order, where their files lie, what is said in them.

Three sources: the official folders (`Task.layout`), any folder or table of clips of the user's own (`own_clips`), and
data sets of Hugging Face `datasets` (`saved_clips`). Nothing is decoded here, and a file that is not there is no error
yet: the preflight lists it, and its row says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from merunibench.data import Table, load_truth
from merunibench.data.subtitles import read_subtitles
from merunibench.data.truth import find_labels
from merunibench.errors import InputError
from merunibench.extraction import polarity
from merunibench.inference.places import named_file
from merunibench.kinds import POLARITY_OF
from merunibench.models.base import Sample
from merunibench.tasks import TASKS, ClipLayout, Task


@dataclass(frozen=True, eq=False)
class Clips:
    """The samples of one data set, in its order.

    Attributes:
        dataset: Identifier of the data set; the name of the predictions file.
        samples: One for each clip, all names different.
        strata: What a part of them must keep the proportions of, one for each sample: the true category, the sign, or
            the dialogue. Empty where nothing is known.
        where: The folder or file they come from, for messages.
    """

    dataset: str
    samples: tuple[Sample, ...]
    strata: tuple[str, ...]
    where: Path

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def folder(self) -> Path:
        """The folder below which the files are."""
        return self.where if self.where.is_dir() else self.where.parent


def official_clips(root: Path, task: Task) -> Clips:
    """The clips of an official folder: those that have labels, in the order of the label file.

    Labels may also stand in a table beside the folder (`meld.csv`). Where there are none (a blind test), every
    sample of the subtitle file is taken.

    Args:
        root: The folder that holds `meld-process` and its like.
        task: The data set.

    Raises:
        InputError: the folder or both its tables are missing or broken, a data set has several label files, or a name
            leads out of the folder.
    """
    folder, layout = root / task.folder, task.layout
    if not folder.is_dir():
        raise InputError(f"{folder}: is not there; the clips of {task.title} are looked for in it ({task.homepage})")
    names, strata = _labelled(root, task)
    subtitles = read_subtitles(root, task, names or None) or {}
    names = names or list(subtitles)
    if not names:
        raise InputError(
            f"{folder}: neither {task.label_file} nor {layout.subtitles} is there to say which clips count"
        )
    samples = tuple(_official_sample(folder, layout, name, subtitles.get(name)) for name in names)
    return Clips(task.id, samples, tuple(strata or dialogues(task, names)), folder)


def _official_sample(folder: Path, layout: ClipLayout, name: str, subtitle: str | None) -> Sample:
    video, audio, face = (named_file(folder, patterns, name) for patterns in (layout.video, layout.audio, layout.face))
    # Faces are AffectGPT's alone: where there are none, that is no gap in the clips. Neither is it where the sound was
    # not taken out of the videos: it is in them.
    sound = None if video.is_file() and not audio.is_file() else audio
    return Sample(name, video, sound, face if face.is_file() else None, subtitle)


def _labelled(root: Path, task: Task) -> tuple[list[str], list[str]]:
    """The samples that have labels, and the stratum of each; nothing where there are no labels."""
    path = find_labels(root).get(task.id)
    if path is None:
        return [], []
    truth = load_truth(task, path)
    names: list[str] = truth.names.to_pylist()
    if truth.values is not None:
        return names, [POLARITY_OF[(value > 0) - (value < 0)] for value in truth.values.tolist()]
    labels = [truth.labels[row] for row in range(len(names))] if truth.labels is not None else []
    if task.kind == "basic":
        return names, [words[0] for words in labels]
    return names, [polarity(words) for words in labels]


def dialogues(task: Task | None, names: Sequence[str]) -> list[str]:
    """The dialogue or video of each sample; empty where names do not tell."""
    if task is None or task.cluster is None:
        return []
    return [task.cluster_of(name) for name in names]


def strata_of_labels(table: Table, task: Task | None) -> list[str]:
    """The stratum of each row of a table with a column `label`; empty without one."""
    if "label" not in table.columns:
        return []
    column = table.columns["label"]
    values = column if isinstance(column, list) else column.to_pylist()
    return [_stratum(value, task) for value in values]


def _stratum(value: object, task: Task | None) -> str:
    if task is not None and task.kind == "sentiment":
        try:
            number = float(str(value))
        except ValueError:
            return "unknown"
        return POLARITY_OF[(number > 0) - (number < 0)]
    return str(value).strip().lower()


def find_clips(data_root: Path, tasks: Sequence[Task] = ()) -> list[Clips]:
    """The clips of the given data sets below a folder; of all whose folder is there, if none is given.

    Raises:
        InputError: a folder is missing or broken, or there is none at all.
    """
    wanted = list(tasks) or [task for task in TASKS.values() if (data_root / task.folder).is_dir()]
    if not wanted:
        expected = ", ".join(task.folder for task in TASKS.values())
        raise InputError(f"{data_root}: holds no clips; expected official folders: {expected}; or give --clips")
    return [official_clips(data_root, task) for task in wanted]
