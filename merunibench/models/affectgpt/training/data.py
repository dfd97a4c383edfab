"""Examples: clips with what is asked about them and what is to be answered, out of tables.

Three sources: the authors' tables, what `curate export` writes (the same tables, or JSON Lines), and tables of one's
own. What cannot be learnt from is left out and listed, where upstream puts another example in its place.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from merunibench._text import shown
from merunibench.data import Table, read_table
from merunibench.data.columns import find_column, name_column, python_values, text_column, texts_by_name
from merunibench.errors import InputError
from merunibench.files.places import inside, named_file
from merunibench.models.affectgpt.prompt import QUESTIONS, Medium, Mode
from merunibench.models.affectgpt.training.config import DataSettings, Question
from merunibench.models.base import Sample

_PLACES: Mapping[str, Sequence[str]] = {
    "audio": ("audio/{name}.wav", "audio/{name}.flac", "audio/{name}.mp3"),
    "video": ("video/{name}.mp4", "video/{name}.avi", "video/{name}.mkv", "video/{name}.webm"),
    "face": ("openface_face/{name}/{name}.npy", "openface_face/{name}.npy"),
}
"""Kind of a file -> where it is in the authors' layout, the first that is there."""
_SPLITTING = str.maketrans({"'": ",", '"': ","})


@dataclass(frozen=True)
class Example:
    """A clip to learn from.

    Attributes:
        sample: Its files and its subtitle.
        set: Number of its set, from 0.
        texts: Question -> (what is asked, what is to be answered).
        labels: Its labels, where there are any.
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

    def keep_if(self, fault: Callable[[Example], str]) -> None:
        """Leave out what has a fault; an empty text is none."""
        kept = []
        for example in self.kept:
            reason = fault(example)
            if reason:
                self.refused.append(Refused(example.set, example.sample.name, reason))
            else:
                kept.append(example)
        self.kept = kept


def read_examples(sets: Sequence[DataSettings], mode: Mode, seed: int) -> Examples:
    """The examples of all sets; of a set with a share below one, those whose hash is lowest.

    Raises:
        InputError: a table is missing or broken, or a name or path in it leads out of its folder.
    """
    found = Examples()
    for number, settings in enumerate(sets):
        rows = list(_official(settings, number, mode) if settings.official else _own(settings, number, mode))
        wanted = max(1, round(settings.share * len(rows)))
        taken = set(sorted((_name(row) for row in rows), key=lambda name: draw(seed, "share", name))[:wanted])
        for row in rows:
            if _name(row) in taken:
                (found.refused if isinstance(row, Refused) else found.kept).append(row)  # type: ignore[arg-type]
    return found


def draw(*parts: object) -> int:
    """A number of 64 bits that depends on the parts alone: no generator, no version of a library, no worker."""
    return int.from_bytes(hashlib.sha256("\0".join(map(str, parts)).encode()).digest()[:8])


def split_openset(text: str) -> tuple[str, ...]:
    """Labels of a cell of `openset`, as the authors read it: outer brackets off, split at quotes and commas.

    Example:
        >>> split_openset("['happy', 'not sad']"), split_openset("[]")
        (('happy', 'not sad'), ('neutral',))
    """
    bare = text.strip().removeprefix("[").removesuffix("]")
    parts = (part.strip() for part in bare.translate(_SPLITTING).split(","))
    return tuple(part for part in parts if part) or ("neutral",)


def _name(row: Example | Refused) -> str:
    return row.name if isinstance(row, Refused) else row.sample.name


def _official(settings: DataSettings, number: int, mode: Mode) -> Iterator[Example | Refused]:
    """The rows of the authors' tables: the names of the first decide."""
    assert settings.official is not None
    folder = settings.official
    names = None
    labels: dict[str, str] = {}
    reasons: dict[str, str] = {}
    if "ovlabel" in settings.questions:
        labels = _column(folder / settings.labels, "openset")
        names = list(labels)
    if "description" in settings.questions:
        reasons = _column(folder / settings.descriptions, "reason", names)
        names = names or list(reasons)
    names = names or []
    subtitles = _column(folder / settings.subtitles, "english", names) if mode.has_subtitle else {}
    media = settings.media or folder
    for name in names:
        if "description" in settings.questions and not reasons.get(name, "").strip():
            yield Refused(number, name, f"no description in {settings.descriptions}")
        elif mode.has_subtitle and name not in subtitles:
            yield Refused(number, name, f"not in {settings.subtitles}")
        else:
            opened = split_openset(labels.get(name, ""))
            sample = _sample(media, name, subtitles.get(name, ""), mode, {}, outside=settings.allow_outside)
            yield Example(sample, number, _texts(settings.questions, opened, reasons.get(name, "")), opened)


def _column(path: Path, column: str, names: Sequence[str] | None = None) -> dict[str, str]:
    table = read_table(path)
    return texts_by_name(table, find_column(table, column), names)


def _own(settings: DataSettings, number: int, mode: Mode) -> Iterator[Example | Refused]:
    """The rows of a table of one's own."""
    assert settings.table is not None
    table = read_table(settings.table)
    names: list[str] = name_column(table).to_pylist()
    subtitles = _optional(table, "subtitle", "english")
    files = {kind: column for kind in _PLACES if (column := _optional(table, kind))}
    labels = python_values(table, find_column(table, "labels", "openset")) if "ovlabel" in settings.questions else []
    texts: dict[str, list[str]] = {}
    for question, wanted in (("description", ("description", "text", "reason")), ("qa", ("answer",))):
        if question in settings.questions:
            texts[question] = _filled(table, find_column(table, *wanted))
    asked = _filled(table, find_column(table, "question")) if "qa" in settings.questions else []
    media = settings.media or settings.table.parent
    for row, name in enumerate(names):
        empty = [question for question, column in texts.items() if not column[row].strip()]
        if empty or (asked and not asked[row].strip()):
            yield Refused(number, name, f"no {'answer' if empty == ['qa'] else (empty or ['question'])[0]}")
            continue
        opened = _labels_of(table, row, labels[row]) if labels else ()
        given = {kind: column[row] for kind, column in files.items() if column[row]}
        subtitle = subtitles[row] if subtitles else ""
        try:
            sample = _sample(media, name, subtitle, mode, given, outside=settings.allow_outside)
        except InputError as error:
            raise InputError(f"{table.where(row)}: {error}") from None
        own = (asked[row], texts["qa"][row].strip()) if asked else None
        yield Example(
            sample,
            number,
            _texts(settings.questions, opened, texts.get("description", [""] * (row + 1))[row], own),
            opened,
        )


def _optional(table: Table, *names: str) -> list[str]:
    name = next((name for name in names if name in table.columns), None)
    return _filled(table, name) if name else []


def _filled(table: Table, name: str) -> list[str]:
    return [text or "" for text in text_column(table, name).to_pylist()]


def _labels_of(table: Table, row: int, value: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a cell holds
    """Labels of a cell that is a list, or text as `openset`."""
    if value is None or isinstance(value, str):
        return split_openset(value or "")
    if isinstance(value, list | tuple) and all(isinstance(label, str) for label in value):
        return tuple(label.strip() for label in value if label.strip()) or ("neutral",)
    raise InputError(f"{table.where(row)}: labels must be a list of words, not {shown(value)}")


def _texts(
    questions: Sequence[Question], labels: Sequence[str], description: str, own: tuple[str, str] | None = None
) -> dict[Question, tuple[str, str]]:
    """Question -> (what is asked, what is to be answered).

    A description loses the blanks around it: with one at its end, another token would follow than the one that stops.
    """
    said: dict[Question, tuple[str, str]] = {
        "ovlabel": (QUESTIONS["ovlabel"], f"The character's emotional state is {', '.join(labels)}."),
        "description": (QUESTIONS["description"], description.strip()),
    }
    if own:
        said["qa"] = own
    return {question: said[question] for question in questions}


def _sample(folder: Path, name: str, subtitle: str, mode: Mode, given: Mapping[str, str], *, outside: bool) -> Sample:
    """A clip with the files that its mode takes; which of them are there is seen when they are read."""
    kinds = {_KIND[medium] for medium in mode.inputs}
    if given:
        files = {kind: inside(folder, path, outside=outside) for kind, path in given.items()}
    else:
        files = {kind: named_file(folder, _PLACES[kind], name, outside=outside) for kind in sorted(kinds)}
        if "audio" in kinds and not files["audio"].is_file():  # the sound may still be in the video
            video = files.get("video") or named_file(folder, _PLACES["video"], name, outside=outside)
            if video.is_file():
                files = {**files, "video": video}
                del files["audio"]
    return Sample(name, files.get("video"), files.get("audio"), files.get("face"), subtitle)


_KIND: Mapping[Medium, str] = {"audio": "audio", "face": "face", "frame": "video", "image": "video"}
"""Medium -> the kind of file that it is read from."""
