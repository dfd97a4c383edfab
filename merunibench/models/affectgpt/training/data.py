"""Examples: clips with what is asked about them and what is to be answered, out of tables.

Three sources: the authors' tables, what `curate export` writes (the same tables, or JSON Lines), and tables of one's
own. What cannot be learnt from is left out and listed, where upstream puts another example in its place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from merunibench.data import read_table
from merunibench.data.columns import find_column, name_column, python_values, text_column, texts_by_name
from merunibench.errors import InputError, MediaError
from merunibench.files.places import inside, named_file
from merunibench.labels import parse_label_field
from merunibench.models.affectgpt.prompt import Mode
from merunibench.models.affectgpt.training.config import DataSettings
from merunibench.models.affectgpt.training.questions import NEEDED, Question, render, scale_of
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


class Refused(NamedTuple):
    """A clip that is left out: number of its set, from 1, its name, and why."""

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

    def keep_if(self, check: Callable[[Example], None], doing: str, progress: Progress) -> None:
        """Leave out the examples that a check raises a `MediaError` of."""
        before, self.kept = self.kept, []
        for done, example in enumerate(before, start=1):
            try:
                check(example)
                self.kept.append(example)
            except MediaError as error:
                self.refused.append(Refused(example.set + 1, example.sample.name, str(error)))
            progress(doing, done, len(before))


def read_examples(sets: Sequence[DataSettings], mode: Mode) -> Examples:
    """The examples of all sets.

    Raises:
        InputError: a table is missing or broken, or a name or path in it leads out of its folder.
    """
    found = Examples()
    for number, settings in enumerate(sets):
        columns, where = _own(settings) if settings.official is None else _official(settings, settings.official, mode)
        scale = scale_of(map(str, columns.get("label", ())))
        for index, values in enumerate(zip(*columns.values(), strict=True)):
            row = dict(zip(columns, values, strict=True))
            try:
                found.kept.append(_example(row, number, settings, scale))
            except MediaError as error:
                found.refused.append(Refused(number + 1, row["name"], str(error)))
            except (InputError, TypeError) as error:
                reason = str(error).replace("--allow-outside", "allow_outside = true")
                raise InputError(f"{where(index)}: {reason}") from None
    return found


Columns = Mapping[str, Sequence[Any]]
"""Column -> a value of each clip; None where its table does not have the clip."""
Where = Callable[[int], str]
"""Number of a clip -> its place, for messages."""


def _official(settings: DataSettings, folder: Path, mode: Mode) -> tuple[Columns, Where]:
    """The authors' tables: the names of the first decide."""
    tables = {
        "labels": (settings.labels, "openset"),
        "description": (settings.descriptions, "reason"),
        "subtitle": (settings.subtitles, "english"),
    }
    wanted = {*_needed(settings), *(["subtitle"] if mode.has_subtitle else [])}
    if lacking := sorted(wanted - set(tables)):
        raise InputError(f"{folder}: a folder of the authors' has no {lacking[0]}; give a table of your own (table)")
    columns: dict[str, Sequence[Any]] = {}
    for column, (file, head) in tables.items():
        if column in wanted:
            table = read_table(folder / file)
            texts = texts_by_name(table, find_column(table, head), columns.get("name"))
            columns.setdefault("name", list(texts))
            columns[column] = [texts.get(name) for name in columns["name"]]
    return columns, lambda _: str(folder / next(file for column, (file, _) in tables.items() if column in wanted))


def _own(settings: DataSettings) -> tuple[Columns, Where]:
    """A table of one's own; an empty cell is an empty text."""
    table = read_table(settings.table or Path())
    needed = _needed(settings)
    columns: dict[str, Sequence[Any]] = {"name": name_column(table).to_pylist()}
    for column in ("subtitle", *_PLACES, *needed):
        heads = _HEADS.get(column, (column,))
        if column in needed or not table.columns.keys().isdisjoint(heads):
            head = find_column(table, *heads)
            typed = column in {"label", "labels"}  # a number, a list
            values = python_values(table, head) if typed else text_column(table, head).to_pylist()
            columns[column] = ["" if value is None else value for value in values]
    return columns, table.where


def _needed(settings: DataSettings) -> list[str]:
    return [column for question in settings.questions for column in NEEDED[question]]


def _example(row: dict[str, Any], number: int, settings: DataSettings, scale: Mapping[str, Any]) -> Example:
    """The example of a clip.

    Raises:
        MediaError: something that is needed is not there. Nothing said and no label are facts of a clip, though.
        InputError: a path leads out of its folder.
        TypeError: its labels are no words.
    """
    needed = _needed(settings)
    for column, value in row.items():
        if value is None or (column in needed and column != "labels" and not str(value).strip()):
            raise MediaError(f"no {column}")
    labels = tuple(parse_label_field(row["labels"])) or ("neutral",) if "labels" in row else ()
    cells = {column: ", ".join(labels) if column == "labels" else str(row[column]) for column in needed}
    texts = {question: render(question, cells, scale) for question in settings.questions}
    return Example(_sample(row, settings), number, texts, labels)


def _sample(row: Mapping[str, Any], settings: DataSettings) -> Sample:
    """A clip with its files; which of them are there is seen when they are read."""
    name, outside = row["name"], settings.allow_outside
    folder = settings.media or settings.official or (settings.table or Path()).parent
    files = {kind: inside(folder, row[kind], outside=outside) for kind in _PLACES if row.get(kind)}
    if not files:
        files = {kind: named_file(folder, places, name, outside=outside) for kind, places in _PLACES.items()}
        if files["video"].is_file() and not files["audio"].is_file():
            del files["audio"]  # the sound is in the video
    return Sample(name, files.get("video"), files.get("audio"), files.get("face"), row.get("subtitle", ""))
