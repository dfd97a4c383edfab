"""Clips of the user's own: a table of clips, or a folder with or without one.

A table has the column `name` and may have `video`, `audio`, `face` (files, relative to the table's folder), `subtitle`
and `label`. Without columns for files, those called after the sample are taken.
"""

from collections.abc import Sequence
from pathlib import Path

from merunibench._text import listed
from merunibench.data import TABLE_SUFFIXES, Table, read_table
from merunibench.data.columns import name_column, text_column
from merunibench.data.tables import is_saved_dataset, table_suffix
from merunibench.errors import InputError
from merunibench.files.reading import reading
from merunibench.inference.clips import Clips, dialogues, strata_of_labels
from merunibench.inference.places import inside, named_file
from merunibench.models.base import Sample
from merunibench.tasks import find_task

_VIDEO_ENDINGS = (".mp4", ".avi", ".mkv", ".webm", ".mov")
_AUDIO_ENDINGS = (".wav", ".flac", ".mp3", ".m4a", ".ogg")
_FILES = ("video", "audio", "face")
_VIDEO_PLACES = [f"{folder}{{name}}{ending}" for folder in ("", "video/", "videos/") for ending in _VIDEO_ENDINGS]
_AUDIO_PLACES = [f"{folder}{{name}}{ending}" for folder in ("", "audio/", "audios/") for ending in _AUDIO_ENDINGS]


def own_clips(path: Path, dataset: str) -> Clips:
    """The clips in a folder or a table.

    Args:
        path: A table (`clips.csv`, `.tsv`, `.jsonl`, `.parquet`), a folder that holds one beside its clips, or a folder
            of clips alone, each named after its file.
        dataset: What the data set is called; if it is one of the benchmark, labels are read as its labels.

    Raises:
        InputError: nothing is there, the table is broken, or a name or a path in it leads out of its folder.
    """
    task = find_task(dataset)
    identifier = task.id if task else dataset
    if path.is_dir():
        with reading(path):
            files = sorted(file for file in path.iterdir() if not file.name.startswith("."))
        tables = [file for file in files if table_suffix(file)]
        if len(tables) > 1:
            raise InputError(f"{path}: holds several tables ({listed(t.name for t in tables)}); give --clips the one")
        if not tables:
            return Clips(identifier, tuple(_by_name(path, files)), (), path)
        path = tables[0]
    table = read_table(path)
    samples = tuple(_samples(table))
    strata = strata_of_labels(table, task) or dialogues(task, [sample.name for sample in samples])
    return Clips(identifier, samples, tuple(strata), path)


def _by_name(folder: Path, files: Sequence[Path]) -> list[Sample]:
    """A sample for each name among media files; the picture and the sound of one name belong together."""
    videos = {file.stem: file for file in reversed(files) if file.suffix.lower() in _VIDEO_ENDINGS}
    sounds = {file.stem: file for file in reversed(files) if file.suffix.lower() in _AUDIO_ENDINGS}
    if not videos and not sounds:
        raise InputError(
            f"{folder}: holds neither clips (*{', *'.join(_VIDEO_ENDINGS + _AUDIO_ENDINGS)}) nor a table of them "
            f"(*{', *'.join(TABLE_SUFFIXES)})"
        )
    return [Sample(name, videos.get(name), sounds.get(name)) for name in sorted(videos.keys() | sounds.keys())]


def _samples(table: Table) -> list[Sample]:
    folder = table.path if is_saved_dataset(table.path) else table.path.parent
    names: list[str] = name_column(table).to_pylist()
    subtitles = text_column(table, "subtitle").to_pylist() if "subtitle" in table.columns else [None] * len(names)
    given = {key: text_column(table, key).to_pylist() for key in _FILES if key in table.columns}
    samples = []
    for row, (name, subtitle) in enumerate(zip(names, subtitles, strict=True)):
        said = "" if subtitle is None and "subtitle" in table.columns else subtitle
        if given:
            try:
                paths = {key: inside(folder, column[row]) for key, column in given.items() if column[row]}
            except InputError as error:
                raise InputError(f"{table.where(row)}: {error}") from None
        else:
            paths = _named_after(folder, name)
        samples.append(Sample(name, subtitle=said, **paths))
    return samples


def _named_after(folder: Path, name: str) -> dict[str, Path]:
    """The files called after a sample; where there are none, the video that was looked for first."""
    video, audio = named_file(folder, _VIDEO_PLACES, name), named_file(folder, _AUDIO_PLACES, name)
    if audio.is_file():
        return {"audio": audio} | ({"video": video} if video.is_file() else {})
    return {"video": video}
