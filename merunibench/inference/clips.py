"""Find the clips of a data set: its samples, their order, their files and their subtitles.

There are three sources: the official folders (`Task.layout`), the user's own table or folder, and data sets of Hugging
Face `datasets`. Nothing is decoded here. A missing file is not an error yet: the preflight checks list it, and its row
reports it. Names and paths come from untrusted tables, so none may lead out of the folder it belongs to.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from merunibench._text import listed
from merunibench.data import TABLE_SUFFIXES, Table, read_table
from merunibench.data.columns import name_column, text_column
from merunibench.data.tables import is_saved_dataset, table_suffix
from merunibench.data.truth import find_labels, read_subtitles, read_truth
from merunibench.errors import InputError
from merunibench.extraction import polarity
from merunibench.files.places import contained, inside, named_file
from merunibench.files.reading import reading
from merunibench.inference.saved_clips import AUDIO_ENDINGS, HUB, VIDEO_ENDINGS, FilesOf, saved_table
from merunibench.kinds import POLARITY_OF
from merunibench.models.base import Sample
from merunibench.scoring import cluster_names
from merunibench.tasks import BUILTIN, Task, TaskSet

_VIDEO_PLACES = [f"{folder}{{name}}{ending}" for folder in ("", "video/", "videos/") for ending in VIDEO_ENDINGS]
_AUDIO_PLACES = [f"{folder}{{name}}{ending}" for folder in ("", "audio/", "audios/") for ending in AUDIO_ENDINGS]


@dataclass(frozen=True, eq=False)
class Clips:
    """The samples of one data set, in its order.

    Attributes:
        dataset: Identifier of the data set; the name of the predictions file.
        samples: One sample per clip, with unique names.
        strata: The stratum of each sample, whose proportions a subset must preserve: the true category, the sign, or
            the dialogue. Empty if nothing is known.
        where: The folder or file that the clips come from, for messages.
        is_labelled: Whether that file is a table with a column `label`.
    """

    dataset: str
    samples: tuple[Sample, ...]
    strata: tuple[str, ...]
    where: Path
    is_labelled: bool = False

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def folder(self) -> Path:
        """The folder that contains the files."""
        return self.where if self.where.is_dir() else self.where.parent


def open_clips(
    data_root: Path | None,
    clips: str | None,
    datasets: Sequence[str],
    cache: Path,
    *,
    outside: bool = False,
    tasks: TaskSet = BUILTIN,
) -> list[Clips]:
    """Open the clips that the options name.

    Args:
        data_root: The folder with the official folders; used if `clips` is None.
        clips: A table, a folder, a saved data set, or a data set on the Hub.
        datasets: The data sets to open, all if empty; with `clips`, the one name of the data set.
        cache: Folder for clips that a data set stores as bytes.
        outside: Whether files may be outside of their folder; see `places.inside`.
        tasks: The known data sets.

    Raises:
        InputError: The clips cannot be found or read.
    """
    if clips is None:
        root, wanted = data_root and data_root.absolute(), dict.fromkeys(tasks.get_task(name).id for name in datasets)
        return find_clips(root, [tasks[name] for name in wanted], outside=outside, known=tasks)
    (dataset,) = datasets
    return [clips_of(clips, dataset, cache, outside=outside, tasks=tasks)]


def find_clips(
    data_root: Path | None, tasks: Sequence[Task] = (), *, outside: bool = False, known: TaskSet = BUILTIN
) -> list[Clips]:
    """Find the clips of the given data sets below a folder, or next to their definitions; by default, of all present.

    Raises:
        InputError: A folder is missing or broken, or no data set is found.
    """
    wanted = list(tasks) or _there(data_root, known)
    if not wanted:
        expected = ", ".join(task.folder for task in BUILTIN.values() if task.folder)
        raise InputError(
            f"{data_root}: contains no clips; expected one of the official folders ({expected}), or give --clips"
        )
    return [official_clips(data_root, task, outside=outside) for task in wanted]


def _there(root: Path | None, tasks: TaskSet) -> list[Task]:
    """Return the data sets whose folder exists, and the user's own."""
    return [
        task for task in tasks.values() if task.own or (task.folder and (place := task.place(root)) and place.is_dir())
    ]


def official_clips(root: Path | None, task: Task, *, outside: bool = False) -> Clips:
    """Return the clips of an official folder that have labels, in the order of the label file.

    Labels may also be in a table next to the folder (`meld.csv`). Without labels (a blind test), all samples of the
    subtitle file are returned.

    Args:
        root: The folder that contains `meld-process` and others; None for a data set whose definition names its folder.
        task: The data set.
        outside: Whether files may be outside of their folder; see `places.inside`.

    Raises:
        InputError: The folder or both its tables are missing or broken, a data set has several label files, or a name
            leads out of the folder.
    """
    folder = task.place(root)
    if folder is None:
        raise InputError(f"no folder given for the clips of {task.title}: set --data-root")
    if not folder.is_dir():
        raise InputError(f"{folder}: does not exist; it must contain the clips of {task.title} ({task.homepage})")
    names, strata = _labelled(root, task)
    subtitles = read_subtitles(root, task, names or None) or {}
    names = names or list(subtitles)
    if not names:
        expected = filter(None, (task.label_file or f"{task.id}.csv", task.layout.subtitles))
        raise InputError(f"{folder}: cannot choose the clips to use: there is no {' and no '.join(expected)}")
    samples = tuple(_official_sample(folder, task, name, subtitles.get(name), outside=outside) for name in names)
    return Clips(task.id, samples, tuple(strata or _dialogues(task, names)), folder)


def _labelled(root: Path | None, task: Task) -> tuple[list[str], list[str]]:
    """Return the samples that have labels, and the stratum of each; empty lists if there are no labels."""
    path = find_labels(root, TaskSet([task])).get(task.id)
    if path is None:
        return [], []
    truth = read_truth(task, path)
    names: list[str] = truth.names.to_pylist()
    if truth.values is not None:
        return names, [POLARITY_OF[(value > 0) - (value < 0)] for value in truth.values.tolist()]
    labels = [truth.labels[row] for row in range(len(names))] if truth.labels is not None else []
    if task.of_kind.truth == "class":
        return names, [words[0] for words in labels]
    return names, [polarity(words) for words in labels]


def _official_sample(folder: Path, task: Task, name: str, subtitle: str | None, *, outside: bool) -> Sample:
    layout = task.layout
    video, audio, face = (
        named_file(folder, patterns, name, outside=outside) for patterns in (layout.video, layout.audio, layout.face)
    )
    # Only AffectGPT uses faces, so missing faces are not a gap in the clips. Nor is a missing audio file if there is a
    # video: the sound is in it.
    sound = None if video.is_file() and not audio.is_file() else audio
    return Sample(name, video, sound, face if face.is_file() else None, subtitle)


def clips_of(source: str, dataset: str, cache: Path, *, outside: bool = False, tasks: TaskSet = BUILTIN) -> Clips:
    """Return the user's own clips: from a table, a folder, or a data set of Hugging Face `datasets`.

    A table has the column `name` and may have `video`, `audio`, `face` (files, relative to the table's folder),
    `subtitle` and `label`. Without columns for files, the files named after the sample are used.

    Args:
        source: A table (`clips.csv`, `.tsv`, `.jsonl`, `.parquet`); a folder with clips and a table, or only clips,
            each named after its file; a data set that was saved to disk; or `hf:owner/name#split`.
        dataset: The name of the data set; if it is one of the benchmark, labels are read as its labels.
        cache: Folder for clips that a data set stores as bytes.
        outside: Whether files may be outside of their folder; see `places.inside`.
        tasks: The known data sets.

    Raises:
        InputError: The source does not exist or cannot be loaded, the table is broken, or a name or a path in it leads
            out of its folder.
    """
    task = tasks.find(dataset)
    identifier = task.id if task else dataset
    saved = source.startswith(HUB) or is_saved_dataset(Path(source))
    path = Path(source) if saved else _table_at(Path(source).absolute(), outside=outside)
    if not saved and path.is_dir():
        return Clips(identifier, tuple(_by_name(path, outside=outside)), (), path)
    table, files_of = saved_table(source, cache, outside=outside) if saved else _own_table(path, outside=outside)
    names: list[str] = name_column(table).to_pylist()
    subtitles: list[str | None] = [None] * len(names)
    if "subtitle" in table.columns:
        subtitles = text_column(table, "subtitle").to_pylist()
        if not saved:  # text formats do not distinguish an empty cell from a missing one
            subtitles = [text or "" for text in subtitles]
    samples = tuple(
        Sample(name, subtitle=subtitle, **files_of(row, name))
        for row, (name, subtitle) in enumerate(zip(names, subtitles, strict=True))
    )
    strata = _strata_of_labels(table, task) or _dialogues(task, names)
    labelled = not saved and "label" in table.columns
    return Clips(identifier, samples, tuple(strata), table.path, labelled)


def _table_at(path: Path, *, outside: bool) -> Path:
    """Return the table in a folder, or the path itself if it is not a folder or contains no tables."""
    if not path.is_dir():
        return path
    tables = [file for file in _files_in(path) if table_suffix(file)]
    if len(tables) > 1:
        names = listed(table.name for table in tables)
        raise InputError(f"{path}: contains several tables ({names}); give one of them to --clips")
    return contained(path, tables[0], outside=outside) if tables else path


def _files_in(folder: Path) -> list[Path]:
    with reading(folder):
        return sorted(file for file in folder.iterdir() if not file.name.startswith("."))


def _own_table(path: Path, *, outside: bool) -> tuple[Table, FilesOf]:
    table, folder = read_table(path), path.parent
    given = {key: text_column(table, key).to_pylist() for key in ("video", "audio", "face") if key in table.columns}

    def given_files(row: int, _: str) -> dict[str, Path | None]:
        try:
            return {
                key: inside(folder, path, outside=outside) for key, column in given.items() if (path := column[row])
            }
        except InputError as error:
            raise InputError(f"{table.where(row)}: {error}") from None

    return table, given_files if given else lambda _, name: _named_after(folder, name, outside=outside)


def _dialogues(task: Task | None, names: Sequence[str]) -> list[str]:
    """Return the dialogue or video of each sample; empty if the names do not contain it."""
    if task is None or task.cluster is None:
        return []
    units: list[str] = cluster_names(task, pa.array(names, pa.large_string())).to_pylist()
    return units


def _strata_of_labels(table: Table, task: Task | None) -> list[str]:
    """Return the stratum of each row of a table with a column `label`; empty without such a column."""
    if "label" not in table.columns:
        return []
    column = table.columns["label"]
    values = column if isinstance(column, list) else column.to_pylist()
    return [_stratum(value, task) for value in values]


def _stratum(value: object, task: Task | None) -> str:
    if task is not None and task.of_kind.truth == "value":
        try:
            number = float(str(value))
        except ValueError:
            return "unknown"
        return POLARITY_OF[(number > 0) - (number < 0)]
    return str(value).strip().lower()


def _by_name(folder: Path, *, outside: bool) -> list[Sample]:
    """Return one sample per name of the media files; a video and a sound file of the same name belong together."""
    files = [file for file in _files_in(folder) if file.suffix.lower() in VIDEO_ENDINGS + AUDIO_ENDINGS]
    files = [contained(folder, file, outside=outside) for file in files]
    videos = {file.stem: file for file in reversed(files) if file.suffix.lower() in VIDEO_ENDINGS}
    sounds = {file.stem: file for file in reversed(files) if file.suffix.lower() in AUDIO_ENDINGS}
    if not videos and not sounds:
        raise InputError(
            f"{folder}: contains neither clips (*{', *'.join(VIDEO_ENDINGS + AUDIO_ENDINGS)}) nor a table of them "
            f"(*{', *'.join(TABLE_SUFFIXES)})"
        )
    return [Sample(name, videos.get(name), sounds.get(name)) for name in sorted(videos.keys() | sounds.keys())]


def _named_after(folder: Path, name: str, *, outside: bool) -> dict[str, Path | None]:
    """Return the files named after a sample; if there are none, the path of the video that was tried first."""
    video, audio = (named_file(folder, places, name, outside=outside) for places in (_VIDEO_PLACES, _AUDIO_PLACES))
    if audio.is_file():
        return {"audio": audio, "video": video if video.is_file() else None}
    return {"video": video}


def stratified_order(names: Sequence[str], strata: Sequence[str], seed: int = 0) -> list[int]:
    """Return an order of all N samples whose every prefix contains the strata in about the proportions of the whole.

    Each stratum of m samples is shuffled by a hash of seed and name, and its sample of rank r (from 0) is placed at
    (r + ½)/m: systematic sampling within strata. The result does not depend on any version of a random generator.

    Args:
        names: Unique sample names.
        strata: The stratum of each sample; empty for a single stratum.
        seed: Seed of the shuffling.

    Returns:
        All indices into `names`.

    Example:
        >>> order = stratified_order(list("abcdef"), ["x", "x", "x", "x", "y", "y"])
        >>> sorted("xxxxyy"[index] for index in order[:3])
        ['x', 'x', 'y']
    """
    shuffled = sorted(range(len(names)), key=lambda index: hashlib.sha256(f"{seed}\0{names[index]}".encode()).digest())
    members: dict[str, list[int]] = {}
    for index in shuffled:
        members.setdefault(strata[index] if strata else "", []).append(index)
    place = {index: (rank + 0.5) / len(group) for group in members.values() for rank, index in enumerate(group)}
    return sorted(shuffled, key=place.__getitem__)


def subset(names: Sequence[str], strata: Sequence[str], limit: int, seed: int = 0) -> list[int]:
    """Return the indices of the first `limit` samples of `stratified_order`, in the order of the data set."""
    return sorted(stratified_order(names, strata, seed)[:limit])
