"""Read task files, which define built-in and user-defined data sets in the same format.

Task files are data and never run code. All errors of a file are reported together. Paths in a user's file are relative
to its folder and stay below it. Its patterns must be valid for RE2, which matches in linear time.
"""

import re
import warnings
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from merunibench._text import in_one_line, listed, one_line, short_repr
from merunibench.errors import InputError
from merunibench.files.toml import parse_toml, read_toml
from merunibench.kinds import KINDS
from merunibench.tasks.task import Annotators, ClipLayout, Task, spelling

SCHEMA = "merunibench.task/1"
SUFFIX = ".task.toml"
"""Suffix of user-defined task files in a folder."""
_MOST_CLASSES, _LONGEST_PATTERN, _MOST_FAULTS = 200, 200, 10
_OWN_LAYOUT = ClipLayout(
    video=("video/{name}.mp4", "{name}.mp4"),
    audio=("audio/{name}.wav", "{name}.wav"),
    subtitles="",
    subtitle_column="subtitle",
)
_OF_BUILTIN = ("aliases", "benchmark", "corpus", "folder", "holds", "source", "split")
"""Keys that only built-in data sets may have."""
_IN_PYTHON = (
    *("id", "title", "kind", "samples", "truth", "classes", "label_field", "annotators"),
    *("language", "homepage", "licence"),
)
"""Attributes of a data set defined in Python that must follow the rules of a file."""
_REASONS = {"extra_forbidden": "not a key of a task file", "missing": "missing", "tuple_type": "must be a list"}
_FOLLOWED = re.compile(r"([^()]+)\(\?=([^()]+)\)")
_REPEATED_REPETITION = re.compile(r"[*+}][?+]?\)+[*+{]")
_DIVIDES = re.compile(r"""[,'"|\[\]]""")
"""Separators between labels, and between annotators."""


def _known_kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"{short_repr(name)} is not a kind of task; choose one of {', '.join(KINDS)}")
    return name


def _below(path: str) -> str:
    """Return the path if it stays below its base folder."""
    parts = PurePosixPath(path).parts
    if not path.isprintable() or "\\" in path or ":" in path or path.startswith(("/", "~")) or ".." in parts:
        raise ValueError(f"{short_repr(path)} must be a relative path below the folder, written with /")
    return path


def _of_name(place: str) -> str:
    if "{name}" not in place:
        raise ValueError(f"{short_repr(place)} must contain {{name}}, which is replaced by the name of a sample")
    return place


def _fault_of_class(word: str) -> str | None:
    """Return why a word cannot be a class; None if it can."""
    if not word.strip() or not word.isprintable():
        return "is not a word"
    if word.strip().lstrip("+-").isdecimal():
        return "is a number, but numbers are read as indices of classes"
    return "would be read as several labels" if _DIVIDES.search(word) else None


def _pattern(text: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # raised for syntax that Python and RE2 interpret differently
            re.compile(text)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise ValueError(f"not a valid regular expression: {one_line(error)}") from None
    return text


def _with_unit(pattern: str) -> str:
    """Add the group `unit` to a pattern without groups, whose match is the unit; a lookahead stays outside the group.

    Example:
        >>> _with_unit("^.*(?=_)")
        '(?P<unit>^.*)_'
    """
    followed = _FOLLOWED.fullmatch(pattern)
    return f"(?P<unit>{followed[1]}){followed[2]}" if followed else f"(?P<unit>{pattern})"


Text = Annotated[str, Field(max_length=200), AfterValidator(partial(in_one_line, longest=200))]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Place = Annotated[str, Field(max_length=500), AfterValidator(_below)]
Places = Annotated[tuple[Annotated[Place, AfterValidator(_of_name)], ...], Field(min_length=1, max_length=10)]
Pattern = Annotated[str, Field(min_length=1, max_length=_LONGEST_PATTERN), AfterValidator(_pattern)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)


class LayoutTable(_Strict):
    """Paths of clips and subtitles; `{name}` is replaced by the name of a sample."""

    video: Places | None = Field(None, description="Possible paths of a video, the most likely first.", strict=False)
    audio: Places | None = Field(None, description="Possible paths of its audio.", strict=False)
    face: Places | None = Field(None, description="Possible paths of its face crops.", strict=False)
    subtitles: Place | None = Field(None, description="Table of the subtitles, with a column name.")
    subtitle_column: Name | None = Field(None, description="The column of that table that contains the subtitle.")


class TaskFile(_Strict):
    """A data set, as a TOML file."""

    schema_: Literal["merunibench.task/1"] = Field(alias="schema", description="Version of this format.")
    id: Annotated[str, Field(pattern=r"^[a-z0-9]{1,40}$")] = Field(
        description="Identifier in files, options and reports: lower-case letters and digits."
    )
    title: Annotated[Text, Field(min_length=1)] = Field(description="Display name.")
    kind: Annotated[str, AfterValidator(_known_kind)] = Field(description="Kind of task, which determines the metric.")
    samples: NonNegativeInt = Field(0, description="Number of samples; if given, completeness is checked.", le=10**9)
    truth: Annotated[str, Field(pattern=r"^(?:[0-9a-f]{8,64})?$")] = Field(
        "", description="First digits (8 to 64) of the hash of names and truths; other labels are rejected."
    )
    classes: Annotated[tuple[Name, ...], Field(max_length=_MOST_CLASSES)] = Field(
        (),
        description="Category words, if the truth is a class; a number is an index into them.",
        strict=False,
        validate_default=True,
    )
    cluster: Pattern | None = Field(
        None,
        description="Pattern whose match in a sample's name, or group unit, is its dialogue or video: ^(?P<unit>.*)_",
    )
    language: Text = Field("", description="Spoken language of the clips.")
    labels: Place = Field("", description="Label file: a table with columns name and label, relative to this file.")
    label_field: Name = Field("label", description="Column of the label file that contains the truth.")
    annotators: Annotators = Field(
        "", description="How a label field with one answer per annotator becomes the truth; empty if it is the truth."
    )
    layout: LayoutTable | None = Field(None, description="Paths of clips and subtitles.")
    homepage: Text = Field("", description="Where the data can be requested.")
    licence: Text = Field("", description="Licence of the labels.")
    aliases: Annotated[tuple[Name, ...], Field(max_length=20)] = Field(
        (), description="Other spellings (only for built-in data sets).", strict=False
    )
    benchmark: bool = Field(
        default=False, description="Whether it is in the benchmark's mean (only for built-in data sets)."
    )
    corpus: str = Field("", description="Key of the test split in an npz file (only for built-in data sets).")
    folder: Place = Field("", description="Official folder below the data root (only for built-in data sets).")
    holds: Annotated[tuple[Name, ...], Field(max_length=20)] = Field(
        (), description="Data sets whose samples are all in it (only for built-in data sets).", strict=False
    )
    source: str = Field("", description="Source of its clips (only for built-in data sets).")
    split: Pattern | None = Field(
        None, description="Pattern that names of the test split match (only for built-in data sets)."
    )

    @field_validator("id")
    @classmethod
    def _free(cls, identifier: str, info: ValidationInfo) -> str:
        if info.context and identifier in info.context:
            raise ValueError(f"{identifier!r} is the name of a built-in data set; choose another")
        return identifier

    @field_validator("title")
    @classmethod
    def _no_other(cls, title: str, info: ValidationInfo) -> str:
        if info.context and spelling(title) in info.context:
            raise ValueError(f"{short_repr(title)} is the name of a built-in data set; choose another")
        return title

    @field_validator("cluster")
    @classmethod
    def _linear(cls, pattern: str | None, info: ValidationInfo) -> str | None:
        """Check a user's pattern for RE2, which supports neither look-around nor back references."""
        if pattern is None or info.context is None:
            return pattern
        from pyarrow import ArrowException, array, compute

        if _REPEATED_REPETITION.search(pattern):
            raise ValueError("contains nested repetition, which may take exponential time; rewrite it")
        if re.compile(pattern).groups == 0:
            pattern = _pattern(_with_unit(pattern))
        if [*re.compile(pattern).groupindex] != ["unit"] or re.compile(pattern).groups != 1:
            raise ValueError("must have no group, or one group named unit: ^(?P<unit>.*)_")
        try:
            compute.extract_regex(array([""]), pattern=f"(?s){pattern}")
        except ArrowException as error:
            raise ValueError(
                f"not supported by RE2, which has neither look-around nor back references: {one_line(error)}"
            ) from None
        return pattern

    @field_validator("classes")
    @classmethod
    def _words(cls, classes: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Check the words of the classes; they are required if the truth is a class, and not allowed otherwise."""
        kind = info.data.get("kind")
        faults = [f"{short_repr(word)} {fault}" for word in classes if (fault := _fault_of_class(word))]
        if kind and KINDS[kind].truth == "class" and len(classes) < 2:
            faults.append(f"kind {kind} needs classes, at least two")
        if kind and KINDS[kind].truth != "class" and classes:
            faults.append(f"kind {kind} has no classes")
        if len({word.strip().casefold() for word in classes}) < len(classes):
            faults.append("contains a word twice")
        if faults:
            raise ValueError("; ".join(faults))
        return classes

    @field_validator("annotators")
    @classmethod
    def _can_be_joined(cls, rule: Annotators, info: ValidationInfo) -> Annotators:
        kind = info.data.get("kind")
        truth = KINDS[kind].truth if kind else "labels"
        if rule and truth not in ("class", "labels"):
            raise ValueError(f"answers of several annotators cannot be joined for kind {kind}")
        if rule == "union" and truth != "labels":
            raise ValueError(f"union gives several labels, but kind {kind} needs exactly one")
        return rule

    @field_validator(*_OF_BUILTIN)
    @classmethod
    def _of_builtin(cls, value: object, info: ValidationInfo) -> object:
        if info.context is not None:
            raise ValueError("only allowed for built-in data sets")
        return value


def read_task(path: Path, *, taken: Collection[str] | None = None) -> Task:
    """Read the data set that a task file defines.

    Args:
        path: The file.
        taken: Names that a user-defined data set may not have; None for a file of this package.

    Raises:
        InputError: It is not a valid task file. The message lists all errors.
    """
    return _task(read_toml(path), path, taken, None if taken is None else path.absolute().parent)


def parse_task(content: bytes, where: str, *, taken: Collection[str]) -> Task:
    """Read a user-defined data set from the text of a task file; its paths are relative to the data root."""
    return _task(parse_toml(content, where), where, taken, None)


def _task(table: dict[str, Any], where: Path | str, taken: Collection[str] | None, home: Path | None) -> Task:
    file = _validated(table, where, taken)
    values = {
        name: getattr(file, name) for name in TaskFile.model_fields if name not in ("schema_", "layout", "labels")
    }
    for name in ("split", "cluster"):
        values[name] = re.compile(values[name], re.DOTALL) if values[name] else None
    values["classes"] = _plain(file.classes)
    given = {name: value for name, value in file.layout or () if value is not None}
    layout = replace(ClipLayout() if taken is None else _OWN_LAYOUT, **given)
    return Task(**values, layout=layout, label_file=file.labels, own=taken is not None, home=home)


def as_own(task: Task, *, taken: Collection[str]) -> Task:
    """Validate a data set that was defined in Python by the rules of a file, and mark it as user-defined.

    Raises:
        InputError: It violates the rules. The message lists all errors.
    """
    said = {name: getattr(task, name) for name in _IN_PYTHON}
    if task.cluster and "unit" in task.cluster.groupindex:
        said["cluster"] = task.cluster.pattern
    _validated({"schema": SCHEMA, **said}, f"data set {short_repr(task.id)}", taken)
    return replace(task, classes=_plain(task.classes), own=True, benchmark=False)


def _validated(table: dict[str, Any], where: Path | str, taken: Collection[str] | None) -> TaskFile:
    try:
        return TaskFile.model_validate(table, context=taken)
    except ValidationError as error:
        raise InputError(f"{where}: {_faults(error)}") from None


def _plain(classes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.strip().lower() for word in classes)


def _faults(error: ValidationError) -> str:
    """Return all errors in one line; for a list with invalid items, the errors of the items."""
    every = error.errors(include_url=False)
    outer = {each["loc"][:length] for each in every for length in range(len(each["loc"]))}
    found = [each for each in every if each["loc"] not in outer]
    said = [
        ": ".join(filter(None, (".".join(map(_shown, each["loc"])), _reason(each["type"], each["msg"]))))
        for each in found[:_MOST_FAULTS]
    ]
    keys = any(each["type"] == "extra_forbidden" for each in found)
    return "; ".join(
        [
            *said,
            *([f"and {len(found) - len(said)} more"] if len(found) > len(said) else []),
            *([f"valid keys: {listed(_keys())}"] if keys else []),
        ]
    )


def _keys() -> list[str]:
    """Return the keys of a user-defined task file."""
    return [key for key in TaskFile.model_json_schema()["properties"] if key not in _OF_BUILTIN]


def _shown(part: str | int) -> str:
    return in_one_line(str(part), 60)


def _reason(kind: str, message: str) -> str:
    if kind in _REASONS:
        return _REASONS[kind]
    return in_one_line(message.removeprefix("Value error, ").replace("Tuple", "List"), 300)
