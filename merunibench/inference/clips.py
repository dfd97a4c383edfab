"""The clips of a data set: which samples there are, in which order, where their files lie, what is said in them.

Three sources: the official folders (`Task.layout`), a table or folder of the user's own, and data sets of Hugging Face
`datasets`. Nothing is decoded here, and a file that is not there is no error yet: the preflight lists it, and its row
says so. Names and paths come out of strangers' tables: none leads out of the folder it belongs to.
"""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from merunibench._text import listed, one_line, shown
from merunibench.data import TABLE_SUFFIXES, Table, read_table
from merunibench.data.columns import name_column, text_column
from merunibench.data.tables import is_saved_dataset, table_suffix
from merunibench.data.truth import find_labels, read_subtitles, read_truth
from merunibench.errors import InputError
from merunibench.extraction import polarity
from merunibench.files import write_bytes
from merunibench.files.reading import reading
from merunibench.kinds import POLARITY_OF
from merunibench.models.base import Sample
from merunibench.tasks import TASKS, Task, find_task, get_task

HUB = "hf:"
"""What precedes the name of a data set of the Hub: `hf:owner/name` or `hf:owner/name#split`."""

_VIDEO_ENDINGS = (".mp4", ".avi", ".mkv", ".webm", ".mov")
_AUDIO_ENDINGS = (".wav", ".flac", ".mp3", ".m4a", ".ogg")
_VIDEO_PLACES = [f"{folder}{{name}}{ending}" for folder in ("", "video/", "videos/") for ending in _VIDEO_ENDINGS]
_AUDIO_PLACES = [f"{folder}{{name}}{ending}" for folder in ("", "audio/", "audios/") for ending in _AUDIO_ENDINGS]

_Files = Callable[[int, str], Mapping[str, Path | None]]
"""From row and name of a sample to its files: `video`, `audio`, `face`, as far as there are columns or files."""


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


def open_clips(data_root: Path | None, clips: str | None, datasets: Sequence[str], cache: Path) -> list[Clips]:
    """The clips that options name.

    Args:
        data_root: The folder with the official folders; used where `clips` is None.
        clips: A table, a folder, a saved data set, or one of the Hub.
        datasets: The data sets wanted, all if empty; with `clips`, the one name of the data set.
        cache: Folder for clips that a data set holds as bytes.

    Raises:
        InputError: they cannot be found or read.
    """
    if clips is None:
        tasks = [get_task(name) for name in datasets]
        return find_clips((data_root or Path()).absolute(), list(dict.fromkeys(tasks)))
    (dataset,) = datasets
    return [clips_of(clips, dataset, cache)]


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
    folder = root / task.folder
    if not folder.is_dir():
        raise InputError(f"{folder}: is not there; the clips of {task.title} are looked for in it ({task.homepage})")
    names, strata = _labelled(root, task)
    subtitles = read_subtitles(root, task, names or None) or {}
    names = names or list(subtitles)
    if not names:
        raise InputError(
            f"{folder}: neither {task.label_file} nor {task.layout.subtitles} is there to say which clips count"
        )
    samples = tuple(_official_sample(folder, task, name, subtitles.get(name)) for name in names)
    return Clips(task.id, samples, tuple(strata or _dialogues(task, names)), folder)


def _labelled(root: Path, task: Task) -> tuple[list[str], list[str]]:
    """The samples that have labels, and the stratum of each; nothing where there are no labels."""
    path = find_labels(root).get(task.id)
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


def _official_sample(folder: Path, task: Task, name: str, subtitle: str | None) -> Sample:
    layout = task.layout
    video, audio, face = (named_file(folder, patterns, name) for patterns in (layout.video, layout.audio, layout.face))
    # Faces are AffectGPT's alone: where there are none, that is no gap in the clips. Neither is it where the sound was
    # not taken out of the videos: it is in them.
    sound = None if video.is_file() and not audio.is_file() else audio
    return Sample(name, video, sound, face if face.is_file() else None, subtitle)


def clips_of(source: str, dataset: str, cache: Path) -> Clips:
    """The clips of the user's own: in a table, in a folder, or in a data set of Hugging Face `datasets`.

    A table has the column `name` and may have `video`, `audio`, `face` (files, relative to the table's folder),
    `subtitle` and `label`. Without columns for files, those called after the sample are taken.

    Args:
        source: A table (`clips.csv`, `.tsv`, `.jsonl`, `.parquet`); a folder that holds one beside its clips, or clips
            alone, each named after its file; a data set that was saved to disk; or `hf:owner/name#split`.
        dataset: What the data set is called; if it is one of the benchmark, labels are read as its labels.
        cache: Folder for clips that a data set holds as bytes.

    Raises:
        InputError: nothing is there or it cannot be loaded, the table is broken, or a name or a path in it leads out of
            its folder.
    """
    task = find_task(dataset)
    identifier = task.id if task else dataset
    saved = source.startswith(HUB) or is_saved_dataset(Path(source))
    path = Path(source) if saved else _table_at(Path(source).absolute())
    if not saved and path.is_dir():
        return Clips(identifier, tuple(_by_name(path)), (), path)
    table, files_of = _saved_table(source, cache) if saved else _own_table(path)
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
    return Clips(identifier, samples, tuple(strata), table.path)


def _table_at(path: Path) -> Path:
    """The table in a folder; the path itself if it is no folder, or one without tables."""
    if not path.is_dir():
        return path
    tables = [file for file in _files_in(path) if table_suffix(file)]
    if len(tables) > 1:
        raise InputError(f"{path}: holds several tables ({listed(t.name for t in tables)}); give --clips the one")
    return tables[0] if tables else path


def _files_in(folder: Path) -> list[Path]:
    with reading(folder):
        return sorted(file for file in folder.iterdir() if not file.name.startswith("."))


def _own_table(path: Path) -> tuple[Table, _Files]:
    table, folder = read_table(path), path.parent
    given = {key: text_column(table, key).to_pylist() for key in ("video", "audio", "face") if key in table.columns}

    def given_files(row: int, _: str) -> dict[str, Path | None]:
        try:
            return {key: inside(folder, path) for key, column in given.items() if (path := column[row])}
        except InputError as error:
            raise InputError(f"{table.where(row)}: {error}") from None

    return table, given_files if given else lambda _, name: _named_after(folder, name)


def _saved_table(source: str, cache: Path) -> tuple[Table, _Files]:
    """Columns `video` and `audio` hold files as that library keeps them: a path, or bytes, which become files once."""
    rows = _load(source)
    kinds = [kind for kind in ("video", "audio") if kind in rows.column_names]
    if not kinds:
        raise InputError(f"{source}: has no column 'video' or 'audio'; its columns are {listed(rows.column_names)}")
    columns = {name: rows[name][:] for name in ("name", "subtitle", "label") if name in rows.column_names}
    table = Table(Path(source.removeprefix(HUB)), columns, len(rows))

    def files_of(row: int, _: str) -> dict[str, Path | None]:
        media = rows[row]
        return {kind: _file(media[kind], cache, f"{table.where(row)}: {kind!r}") for kind in kinds}

    return table, files_of


def _dialogues(task: Task | None, names: Sequence[str]) -> list[str]:
    """The dialogue or video of each sample; empty where names do not tell."""
    return [] if task is None or task.cluster is None else [task.cluster_of(name) for name in names]


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


def _by_name(folder: Path) -> list[Sample]:
    """A sample for each name among media files; the picture and the sound of one name belong together."""
    files = _files_in(folder)
    videos = {file.stem: file for file in reversed(files) if file.suffix.lower() in _VIDEO_ENDINGS}
    sounds = {file.stem: file for file in reversed(files) if file.suffix.lower() in _AUDIO_ENDINGS}
    if not videos and not sounds:
        raise InputError(
            f"{folder}: holds neither clips (*{', *'.join(_VIDEO_ENDINGS + _AUDIO_ENDINGS)}) nor a table of them "
            f"(*{', *'.join(TABLE_SUFFIXES)})"
        )
    return [Sample(name, videos.get(name), sounds.get(name)) for name in sorted(videos.keys() | sounds.keys())]


def _named_after(folder: Path, name: str) -> dict[str, Path | None]:
    """The files called after a sample; where there are none, the video that was looked for first."""
    video, audio = named_file(folder, _VIDEO_PLACES, name), named_file(folder, _AUDIO_PLACES, name)
    if audio.is_file():
        return {"audio": audio, "video": video if video.is_file() else None}
    return {"video": video}


def named_file(folder: Path, patterns: Sequence[str], name: str) -> Path:
    """The first file among patterns with `{name}`; the first pattern's path if none is there, for messages to name.

    Raises:
        InputError: the name leads out of the folder of its pattern.
    """
    paths = []
    for pattern in patterns:
        # What stands before the first folder that the name has a say in is ours.
        above = pattern[: pattern.index("{name}")].rpartition("/")[0]
        paths.append(inside(folder / above, pattern[len(above) :].lstrip("/").replace("{name}", name)))
    return next((path for path in paths if path.is_file()), paths[0])


def inside(folder: Path, relative: str) -> Path:
    """The path of a file below a folder.

    Raises:
        InputError: it is absolute, climbs out with `..`, or holds a NUL.
    """
    base = os.path.normpath(folder)
    path = Path(os.path.normpath(Path(base) / relative))
    if "\0" in relative or not path.is_relative_to(base) or path == Path(base):
        raise InputError(f"{folder}: {shown(relative)} leads out of the folder; refused")
    return path


def _load(source: str) -> Any:  # noqa: ANN401 - a data set of a library that may not be there
    """One split, with its media left as they are."""
    try:
        import datasets
    except ImportError as error:
        raise InputError(f"{source}: needs the datasets library: pip install 'merunibench[datasets]'") from error
    try:
        if source.startswith(HUB):
            name, _, split = source.removeprefix(HUB).partition("#")
            loaded = datasets.load_dataset(name, split=split or None)
        else:
            loaded = datasets.load_from_disk(source)
    except Exception as error:
        raise InputError(f"{source}: cannot be loaded: {one_line(error)}") from error
    if isinstance(loaded, datasets.DatasetDict):
        split = next(iter(loaded)) if len(loaded) == 1 else "test"
        if split not in loaded:
            raise InputError(f"{source}: holds the splits {listed(loaded)}; name one: {HUB}owner/name#split")
        loaded = loaded[split]
    for column, feature in loaded.features.items():
        if isinstance(feature, datasets.Audio | datasets.Video):
            loaded = loaded.cast_column(column, type(feature)(decode=False))
        elif isinstance(feature, datasets.ClassLabel):
            words = feature.names
            loaded = loaded.cast_column(column, datasets.Value("int64"))
            loaded = loaded.add_column("label_words", [words[code] if code >= 0 else None for code in loaded[column]])
            loaded = loaded.remove_columns(column).rename_column("label_words", column)
    return loaded


def _file(value: object, cache: Path, where: str) -> Path | None:
    """The file behind a value; bytes are laid down under the name of their hash."""
    match value:
        case None:
            return None
        case str():
            return Path(value)
        case Mapping():
            content, path = value.get("bytes"), value.get("path")
            if isinstance(content, bytes):
                target = cache / (hashlib.sha256(content).hexdigest()[:32] + Path(str(path or "")).suffix.lower())
                if not (target.is_file() and target.stat().st_size == len(content)):
                    write_bytes(target, content)
                return target
            if isinstance(path, str):
                return Path(path)
    raise InputError(f"{where} must be a file or its bytes, not {shown(value)}")


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
