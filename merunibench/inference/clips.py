"""The clips of a data set: which samples there are, in which order, where their files lie, what is said in them.

Three sources: the official folders (`Task.layout`), a table or folder of the user's own, and data sets of Hugging Face
`datasets`. Nothing is decoded here, and a file that is not there is no error yet: the preflight lists it, and its row
says so. Names and paths come out of strangers' tables: none leads out of the folder it belongs to.
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
        samples: One for each clip, all names different.
        strata: What a part of them must keep the proportions of, one for each sample: the true category, the sign, or
            the dialogue. Empty where nothing is known.
        where: The folder or file they come from, for messages.
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
        """The folder below which the files are."""
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
    """The clips that options name.

    Args:
        data_root: The folder with the official folders; used where `clips` is None.
        clips: A table, a folder, a saved data set, or one of the Hub.
        datasets: The data sets wanted, all if empty; with `clips`, the one name of the data set.
        cache: Folder for clips that a data set holds as bytes.
        outside: Whether files may lie outside of their folder; see `places.inside`.
        tasks: The data sets that there are.

    Raises:
        InputError: they cannot be found or read.
    """
    if clips is None:
        root, wanted = data_root and data_root.absolute(), dict.fromkeys(tasks.get_task(name).id for name in datasets)
        return find_clips(root, [tasks[name] for name in wanted], outside=outside, known=tasks)
    (dataset,) = datasets
    return [clips_of(clips, dataset, cache, outside=outside, tasks=tasks)]


def find_clips(
    data_root: Path | None, tasks: Sequence[Task] = (), *, outside: bool = False, known: TaskSet = BUILTIN
) -> list[Clips]:
    """The clips of the given data sets below a folder, or beside their definitions; of all that are there, if none is.

    Raises:
        InputError: a folder is missing or broken, or there is none at all.
    """
    wanted = list(tasks) or _there(data_root, known)
    if not wanted:
        expected = ", ".join(task.folder for task in BUILTIN.values() if task.folder)
        raise InputError(f"{data_root}: holds no clips; expected official folders: {expected}; or give --clips")
    return [official_clips(data_root, task, outside=outside) for task in wanted]


def _there(root: Path | None, tasks: TaskSet) -> list[Task]:
    """The data sets whose folder is there, and the user's own."""
    return [
        task for task in tasks.values() if task.own or (task.folder and (place := task.place(root)) and place.is_dir())
    ]


def official_clips(root: Path | None, task: Task, *, outside: bool = False) -> Clips:
    """The clips of an official folder: those that have labels, in the order of the label file.

    Labels may also stand in a table beside the folder (`meld.csv`). Where there are none (a blind test), every
    sample of the subtitle file is taken.

    Args:
        root: The folder that holds `meld-process` and its like; None for an own data set, whose definition tells.
        task: The data set.
        outside: Whether files may lie outside of their folder; see `places.inside`.

    Raises:
        InputError: the folder or both its tables are missing or broken, a data set has several label files, or a name
            leads out of the folder.
    """
    folder = task.place(root)
    if folder is None:
        raise InputError(f"where are the clips of {task.title}? Give the folder (--data-root)")
    if not folder.is_dir():
        raise InputError(f"{folder}: is not there; the clips of {task.title} are looked for in it ({task.homepage})")
    names, strata = _labelled(root, task)
    subtitles = read_subtitles(root, task, names or None) or {}
    names = names or list(subtitles)
    if not names:
        expected = filter(None, (task.label_file or f"{task.id}.csv", task.layout.subtitles))
        raise InputError(f"{folder}: nothing says which clips count: there is no {' and no '.join(expected)}")
    samples = tuple(_official_sample(folder, task, name, subtitles.get(name), outside=outside) for name in names)
    return Clips(task.id, samples, tuple(strata or _dialogues(task, names)), folder)


def _labelled(root: Path | None, task: Task) -> tuple[list[str], list[str]]:
    """The samples that have labels, and the stratum of each; nothing where there are no labels."""
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
    # Faces are AffectGPT's alone: where there are none, that is no gap in the clips. Neither is it where the sound was
    # not taken out of the videos: it is in them.
    sound = None if video.is_file() and not audio.is_file() else audio
    return Sample(name, video, sound, face if face.is_file() else None, subtitle)


def clips_of(source: str, dataset: str, cache: Path, *, outside: bool = False, tasks: TaskSet = BUILTIN) -> Clips:
    """The clips of the user's own: in a table, in a folder, or in a data set of Hugging Face `datasets`.

    A table has the column `name` and may have `video`, `audio`, `face` (files, relative to the table's folder),
    `subtitle` and `label`. Without columns for files, those called after the sample are taken.

    Args:
        source: A table (`clips.csv`, `.tsv`, `.jsonl`, `.parquet`); a folder that holds one beside its clips, or clips
            alone, each named after its file; a data set that was saved to disk; or `hf:owner/name#split`.
        dataset: What the data set is called; if it is one of the benchmark, labels are read as its labels.
        cache: Folder for clips that a data set holds as bytes.
        outside: Whether files may lie outside of their folder; see `places.inside`.
        tasks: The data sets that there are.

    Raises:
        InputError: nothing is there or it cannot be loaded, the table is broken, or a name or a path in it leads out of
            its folder.
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
        if not saved:  # text formats do not tell an empty cell from none
            subtitles = [text or "" for text in subtitles]
    samples = tuple(
        Sample(name, subtitle=subtitle, **files_of(row, name))
        for row, (name, subtitle) in enumerate(zip(names, subtitles, strict=True))
    )
    strata = _strata_of_labels(table, task) or _dialogues(task, names)
    labelled = not saved and "label" in table.columns
    return Clips(identifier, samples, tuple(strata), table.path, labelled)


def _table_at(path: Path, *, outside: bool) -> Path:
    """The table in a folder; the path itself if it is not a folder, or has no tables."""
    if not path.is_dir():
        return path
    tables = [file for file in _files_in(path) if table_suffix(file)]
    if len(tables) > 1:
        raise InputError(f"{path}: holds several tables ({listed(t.name for t in tables)}); give --clips the one")
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
    """The dialogue or video of each sample; empty where names do not tell."""
    if task is None or task.cluster is None:
        return []
    units: list[str] = cluster_names(task, pa.array(names, pa.large_string())).to_pylist()
    return units


def _strata_of_labels(table: Table, task: Task | None) -> list[str]:
    """The stratum of each row of a table with a column `label`; empty without one."""
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
    """A sample for each name among media files; the picture and the sound of one name belong together."""
    files = [file for file in _files_in(folder) if file.suffix.lower() in VIDEO_ENDINGS + AUDIO_ENDINGS]
    files = [contained(folder, file, outside=outside) for file in files]
    videos = {file.stem: file for file in reversed(files) if file.suffix.lower() in VIDEO_ENDINGS}
    sounds = {file.stem: file for file in reversed(files) if file.suffix.lower() in AUDIO_ENDINGS}
    if not videos and not sounds:
        raise InputError(
            f"{folder}: holds neither clips (*{', *'.join(VIDEO_ENDINGS + AUDIO_ENDINGS)}) nor a table of them "
            f"(*{', *'.join(TABLE_SUFFIXES)})"
        )
    return [Sample(name, videos.get(name), sounds.get(name)) for name in sorted(videos.keys() | sounds.keys())]


def _named_after(folder: Path, name: str, *, outside: bool) -> dict[str, Path | None]:
    """The files called after a sample; where there are none, the video that was looked for first."""
    video, audio = (named_file(folder, places, name, outside=outside) for places in (_VIDEO_PLACES, _AUDIO_PLACES))
    if audio.is_file():
        return {"audio": audio, "video": video if video.is_file() else None}
    return {"video": video}


def stratified_order(names: Sequence[str], strata: Sequence[str], seed: int = 0) -> list[int]:
    """An order of all N samples any beginning of which has each stratum in about the proportion of the whole.

    Within a stratum of m samples, shuffled by a hash of seed and name, the sample of rank r stands at (r + ½)/m of the
    way: systematic sampling within strata. No version of a random generator has a say in it.

    Args:
        names: Sample names, all different.
        strata: The stratum of each; empty for one stratum.
        seed: Another seed, another order.

    Returns:
        Indices into `names`, each once.

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
    """The indices of the first `limit` samples of `stratified_order`, in the order of the data set."""
    return sorted(stratified_order(names, strata, seed)[:limit])
