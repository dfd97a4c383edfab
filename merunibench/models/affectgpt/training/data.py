"""Examples: clips with what is asked about them and what is to be answered, out of tables.

Three sources: the authors' tables, what `curate export` writes (the same tables, or JSON Lines), and tables of one's
own. What cannot be learnt from is left out and listed, where upstream puts another example in its place.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from merunibench.data import read_table
from merunibench.data.columns import find_column, name_column, python_values, text_column, texts_by_name
from merunibench.errors import InputError
from merunibench.files.places import inside, named_file
from merunibench.models.affectgpt.prompt import Mode
from merunibench.models.affectgpt.training.config import DataSettings
from merunibench.models.affectgpt.training.questions import NEEDED, Question, open_labels, range_of, render
from merunibench.models.base import Sample

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""

_PLACES: Mapping[str, Sequence[str]] = {
    "video": ("video/{name}.mp4", "video/{name}.avi", "video/{name}.mkv", "video/{name}.webm"),
    "audio": ("audio/{name}.wav", "audio/{name}.flac", "audio/{name}.mp3"),
    "face": ("openface_face/{name}/{name}.npy", "openface_face/{name}.npy"),
}
"""Kind of a file -> where it is in the authors' layout, the first that is there."""
_HEADS: Mapping[str, Sequence[str]] = {
    "labels": ("labels", "openset"),
    "description": ("description", "text", "reason"),
    "subtitle": ("subtitle", "english"),
}
"""Column -> what it may be called in a table of one's own, if not so."""


@dataclass(frozen=True)
class Example:
    """A clip to learn from.

    Attributes:
        sample: Its files and its subtitle.
        set: Number of its set, from 0.
        texts: Question -> (what is asked, what is to be answered).
        labels: Its labels, where it is asked for them.
    """

    sample: Sample
    set: int
    texts: Mapping[Question, tuple[str, str]]
    labels: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """What tells it from all others."""
        return f"{self.set}\0{self.sample.name}"


class Refused(NamedTuple):
    """A clip that is left out: its set, its name, and why."""

    set: int
    name: str
    reason: str


@dataclass
class Examples:
    """What was read.

    Attributes:
        kept: The examples, in the order of their tables.
        refused: What was left out.
    """

    kept: list[Example] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def keep_if(self, fault: Callable[[Example], str], doing: str, progress: Progress) -> None:
        """Leave out what has a fault; an empty text is none."""
        kept = []
        for done, example in enumerate(self.kept, start=1):
            if reason := fault(example):
                self.refused.append(Refused(example.set, example.sample.name, reason))
            else:
                kept.append(example)
            progress(doing, done, len(self.kept))
        self.kept = kept


def read_examples(sets: Sequence[DataSettings], mode: Mode, seed: int) -> Examples:
    """The examples of all sets; of a set with a share below one, those whose hash is lowest.

    Raises:
        InputError: a table is missing or broken, or a name or path in it leads out of its folder.
    """
    found = Examples()
    for number, settings in enumerate(sets):
        rows = _official(settings, mode) if settings.official else _own(settings)
        names = sorted(rows.names, key=lambda name: draw(seed, "share", name))
        taken = set(names[: max(1, round(settings.share * len(names)))])
        for row in _examples(rows, number, settings):
            if isinstance(row, Refused) and row.name in taken:
                found.refused.append(row)
            elif isinstance(row, Example) and row.sample.name in taken:
                found.kept.append(row)
    return found


def draw(*parts: object) -> int:
    """A number of 64 bits that depends on the parts alone: no generator, no version of a library, no worker."""
    return int.from_bytes(hashlib.sha256("\0".join(map(str, parts)).encode()).digest()[:8])


class _Rows(NamedTuple):
    """What is known of each clip.

    Attributes:
        names: Their names.
        columns: Column -> a value for each of them; None where its table does not have the clip.
        media: Where their files are.
        where: Number of a row -> its place, for messages.
    """

    names: list[str]
    columns: Mapping[str, Sequence[Any]]
    media: Path
    where: Callable[[int], str]


def _official(settings: DataSettings, mode: Mode) -> _Rows:
    """The rows of the authors' tables: the names of the first decide."""
    folder = settings.official or Path()
    wanted = [*_needed(settings), *(["subtitle"] if mode.has_subtitle else [])]
    tables = {
        "labels": (settings.labels, "openset"),
        "description": (settings.descriptions, "reason"),
        "subtitle": (settings.subtitles, "english"),
    }
    names: list[str] | None = None
    columns: dict[str, list[str | None]] = {}
    for column in (column for column in tables if column in wanted):
        file, head = tables[column]
        table = read_table(folder / file)
        texts = texts_by_name(table, find_column(table, head), names)
        names = list(texts) if names is None else names
        columns[column] = [texts.get(name) for name in names]
    return _Rows(names or [], columns, settings.media or folder, lambda _: str(folder / tables[next(iter(columns))][0]))


def _own(settings: DataSettings) -> _Rows:
    """The rows of a table of one's own."""
    path = settings.table or Path()
    table = read_table(path)
    names: list[str] = name_column(table).to_pylist()
    columns: dict[str, Sequence[Any]] = {}
    for column in ("subtitle", *_PLACES, *_needed(settings)):
        heads = _HEADS.get(column, (column,))
        if column in _needed(settings) or any(head in table.columns for head in heads):
            head = find_column(table, *heads)
            values = python_values if column in {"label", "labels"} else lambda *of: text_column(*of).to_pylist()
            columns[column] = ["" if value is None else value for value in values(table, head)]
    return _Rows(names, columns, settings.media or path.parent, table.where)


def _needed(settings: DataSettings) -> list[str]:
    return [column for question in settings.questions for column in NEEDED[question]]


def _examples(rows: _Rows, number: int, settings: DataSettings) -> Iterator[Example | Refused]:
    known = range_of(rows.columns.get("label", ()))
    for index, name in enumerate(rows.names):
        row = {column: values[index] for column, values in rows.columns.items()}
        # Nothing said and no label are facts of a clip; a clip that the table does not have is none.
        lacking = [column for column, value in row.items() if value is None]
        lacking += [column for column in _needed(settings) if column != "labels" and not str(row[column] or "").strip()]
        if lacking:
            yield Refused(number, name, f"no {lacking[0]}")
            continue
        try:
            row |= {"labels": open_labels(row["labels"])} if "labels" in row else {}
            sample = _sample(rows.media, name, row, outside=settings.allow_outside)
        except InputError as error:
            reason = str(error).replace("--allow-outside", "allow_outside = true")
            raise InputError(f"{rows.where(index)}: {reason}") from None
        try:
            texts = {question: render(question, row, known) for question in settings.questions}
        except InputError as error:
            yield Refused(number, name, str(error))
        else:
            yield Example(sample, number, texts, row.get("labels", ()))


def _sample(folder: Path, name: str, row: Mapping[str, Any], *, outside: bool) -> Sample:
    """A clip with its files; which of them are there is seen when they are read."""
    files = {kind: inside(folder, row[kind], outside=outside) for kind in _PLACES if row.get(kind)}
    if not files:
        files = {kind: named_file(folder, places, name, outside=outside) for kind, places in _PLACES.items()}
        if files["video"].is_file() and not files["audio"].is_file():
            del files["audio"]  # the sound is in the video
    return Sample(name, files.get("video"), files.get("audio"), files.get("face"), row.get("subtitle", ""))
