"""Read examples from tables: clips with questions and answers.

Three sources: the authors' tables, files that `curate export` writes (the same tables, or JSON Lines), and the user's
tables. Examples that cannot be used are left out and listed, while upstream replaces them by other examples.
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
"""Called with the name of the current step, the number of items done, and their total."""

_PLACES: Mapping[str, Sequence[str]] = {
    "video": ("video/{name}.mp4", "video/{name}.avi", "video/{name}.mkv", "video/{name}.webm"),
    "audio": ("audio/{name}.wav", "audio/{name}.flac", "audio/{name}.mp3"),
    "face": ("openface_face/{name}/{name}.npy", "openface_face/{name}.npy"),
}
"""Kind of file -> its possible paths in the authors' layout; the first existing one is used."""
_HEADS: Mapping[str, Sequence[str]] = {
    "labels": ("labels", "openset"),
    "description": ("description", "text", "reason"),
    "subtitle": ("subtitle", "english"),
}
"""Column -> its possible names in the user's table."""


@dataclass(frozen=True)
class Example:
    """A clip for training.

    Attributes:
        sample: Its files and its subtitle.
        set: Number of its set, from 0.
        texts: Question -> (text of the question, answer).
        labels: Its labels, if a question needs them.
    """

    sample: Sample
    set: int
    texts: Mapping[Question, tuple[str, str]]
    labels: tuple[str, ...] = ()


class Refused(NamedTuple):
    """A clip that is left out: number of its set, from 1, its name, and the reason."""

    set: int
    name: str
    reason: str


@dataclass
class Examples:
    """Examples and refused clips.

    Attributes:
        kept: The examples, in the order of their tables.
        refused: The clips that were left out.
    """

    kept: list[Example] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def keep_if(self, check: Callable[[Example], None], doing: str, progress: Progress) -> None:
        """Leave out the examples for which a check raises a `MediaError`."""
        before, self.kept = self.kept, []
        for done, example in enumerate(before, start=1):
            try:
                check(example)
                self.kept.append(example)
            except MediaError as error:
                self.refused.append(Refused(example.set + 1, example.sample.name, str(error)))
            progress(doing, done, len(before))


def read_examples(sets: Sequence[DataSettings], mode: Mode) -> Examples:
    """Read the examples of all sets.

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
"""Column -> value of each clip; None if its table does not have the clip."""
Where = Callable[[int], str]
"""Index of a clip -> its place, for messages."""


def _official(settings: DataSettings, folder: Path, mode: Mode) -> tuple[Columns, Where]:
    """Read the authors' tables; the first one determines the names."""
    tables = {
        "labels": (settings.labels, "openset"),
        "description": (settings.descriptions, "reason"),
        "subtitle": (settings.subtitles, "english"),
    }
    wanted = {*_needed(settings), *(["subtitle"] if mode.has_subtitle else [])}
    if lacking := sorted(wanted - set(tables)):
        raise InputError(f"{folder}: folders in the authors' layout have no {lacking[0]}; give your own table (table)")
    columns: dict[str, Sequence[Any]] = {}
    for column, (file, head) in tables.items():
        if column in wanted:
            table = read_table(folder / file)
            texts = texts_by_name(table, find_column(table, head), columns.get("name"))
            columns.setdefault("name", list(texts))
            columns[column] = [texts.get(name) for name in columns["name"]]
    return columns, lambda _: str(folder / next(file for column, (file, _) in tables.items() if column in wanted))


def _own(settings: DataSettings) -> tuple[Columns, Where]:
    """Read the user's table; an empty cell is an empty text."""
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
    """Return the example of a clip.

    Raises:
        MediaError: a needed value is missing. An empty subtitle and an empty list of labels are valid, though.
        InputError: a path leads out of its folder.
        TypeError: its labels are not words.
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
    """Return a clip with its files; whether they exist is checked when they are read."""
    name, outside = row["name"], settings.allow_outside
    folder = settings.media or settings.official or (settings.table or Path()).parent
    files = {kind: inside(folder, row[kind], outside=outside) for kind in _PLACES if row.get(kind)}
    if not files:
        files = {kind: named_file(folder, places, name, outside=outside) for kind, places in _PLACES.items()}
        if files["video"].is_file() and not files["audio"].is_file():
            del files["audio"]  # the sound is in the video
    return Sample(name, files.get("video"), files.get("audio"), files.get("face"), row.get("subtitle", ""))
