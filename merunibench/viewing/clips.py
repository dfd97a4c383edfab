"""Find the files of a sample and its subtitle. Files outside the given folders are not used, even through links."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from merunibench.data.truth import read_subtitles
from merunibench.errors import InputError
from merunibench.files.places import named_file
from merunibench.viewing.results import Collection

VIDEO = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".avi": "video/x-msvideo",
}
AUDIO = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".flac": "audio/flac", ".ogg": "audio/ogg"}
TYPES = VIDEO | AUDIO
"""File ending -> media type; other files are not shown."""


class Clip(NamedTuple):
    """The files of a sample.

    Attributes:
        video: The video, or None.
        audio: Its sound in a separate file, or None.
        subtitle: What is said, or None if unknown.
    """

    video: Path | None
    audio: Path | None
    subtitle: str | None


class ClipFinder:
    """Finds the clips of one data set.

    Args:
        collection: The loaded results; their folders are searched, `clips` first.
        dataset: The data set.
    """

    def __init__(self, collection: Collection, dataset: str) -> None:
        self._collection, self._dataset = collection, dataset
        self._task = collection.task(dataset)

    @cached_property
    def _places(self) -> list[tuple[Path, Sequence[str], Sequence[str]]]:
        """The folders, with the patterns of video and audio files in them."""
        places: list[tuple[Path, Sequence[str], Sequence[str]]] = []
        for folder in ("", "video/", "videos/", "audio/", "audios/"):
            if self._collection.clips is not None:
                videos, sounds = ([f"{folder}{{name}}{ending}" for ending in kind] for kind in (VIDEO, AUDIO))
                places.append((self._collection.clips, videos, sounds))
        home = self._task.place(self._collection.data_root)
        if home is not None and home.is_dir() and self._task.layout.video:
            places.append((home, self._task.layout.video, self._task.layout.audio))
        return places

    @cached_property
    def _subtitles(self) -> dict[str, str]:
        names = [name for dataset, name in self._collection.samples if dataset == self._dataset]
        return read_subtitles(self._collection.data_root, self._task, names) or {}

    def find(self, name: str) -> Clip:
        """Return the existing files of a sample; a name that leads out of its folder has none."""
        video = audio = None
        for folder, videos, sounds in self._places:
            video = video or _named(folder, videos, name)
            audio = audio or _named(folder, sounds, name)
        return Clip(video, audio, self._subtitles.get(name))


def _named(folder: Path, patterns: Sequence[str], name: str) -> Path | None:
    if not patterns:
        return None
    try:
        path = named_file(folder, patterns, name)
    except InputError:
        return None
    return path if path.is_file() and path.suffix.lower() in TYPES else None
