"""What goes to and fro between merunibench and a program: JSON Lines, one question and one answer at a time.

A program may be anybody's. Whatever it writes is one of these messages, or is told in one line.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from merunibench._text import in_one_line, short_repr
from merunibench.errors import InputError
from merunibench.files.json_text import parse_json
from merunibench.models.base import Json, Modality

PROTOCOL = 1
MOST_BYTES = 4 << 20
"""Longest line, as long as the longest reply of an endpoint."""
MOST_TOGETHER = 1024
_SHOWN = 80


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Ready(_Message):
    """What a program says once its model is loaded.

    Attributes:
        ready: The version of these messages.
        model: What it runs.
        revision: Which one: a commit, a hash, a version. Rows of different revisions do not mix.
        modalities: What it takes.
        used: What it made use of, of all that was asked for: name -> value.
        settings: What else decides its answers.
        versions: Its libraries.
        control_tokens: What must not stand in a subtitle as it is, since the model would not take it for words.
        together: Most clips that it may be asked about in one go.
    """

    ready: Literal[1]
    model: str = Field(min_length=1, max_length=200)
    revision: str | None = None
    modalities: frozenset[Modality] = Field(min_length=1, strict=False)
    used: dict[str, Any] = Field(default_factory=dict)
    settings: dict[str, Any] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    control_tokens: list[str] = Field(default_factory=list)
    together: int = Field(1, ge=1, le=MOST_TOGETHER)

    @field_validator("used", "settings")
    @classmethod
    def _fit_to_be_recorded(cls, found: dict[str, Any]) -> dict[str, Any]:
        """JSON can say more than a file of settings can hold: half characters, and numbers that are infinite here."""
        try:
            json.dumps(found, allow_nan=False, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            raise ValueError("has a number or a character that is none, or is nested too deeply") from None
        return found

    @property
    def tokens(self) -> re.Pattern[str]:
        """What finds the control tokens in a text."""
        longest_first = sorted(filter(None, self.control_tokens), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


class Answered(_Message):
    """What a program says to a question: a text, or why there is none."""

    answer: int
    name: str
    text: str | None = None
    error: str | None = None
    finish_reason: str | None = Field(None, max_length=40)


@dataclass(frozen=True)
class Question:
    """What a program is asked about one clip; files that it is not given are None.

    Attributes:
        fields: What the clip adds to the message.
        number: How many questions went before.
        more: Whether another follows that may be answered together with it.
    """

    number: int
    fields: Mapping[str, Json] = field(default_factory=dict)
    more: bool = False

    @property
    def message(self) -> dict[str, Json]:
        """The line that asks."""
        return {"ask": self.number, **({"more": True} if self.more else {}), **self.fields}


def hello(modalities: tuple[Modality, ...], asked: Mapping[str, Json]) -> dict[str, Json]:
    """The line that a program reads first.

    Args:
        modalities: What the user wants it to be given.
        asked: What the user wants of it, by name; what it does not know it must not say it used.
    """
    return {"hello": PROTOCOL, "modalities": list(modalities), "asked": dict(asked)}


def is_message(line: bytes) -> bool:
    """Whether a line is meant for us, and not something that was printed."""
    return line.lstrip().startswith(b"{")


def parse_ready(line: bytes, program: str) -> Ready:
    """The line of a program that is ready.

    Raises:
        InputError: it is none, or says why the model cannot run.
    """
    return _parsed(Ready, line, program)


def parse_answer(line: bytes, question: Question, program: str) -> Answered:
    """The answer to a question.

    Raises:
        InputError: the line is none, answers another question or another clip, or says that no clip can be answered.
    """
    answer = _parsed(Answered, line, program)
    name = str(question.fields["name"])
    if answer.answer != question.number:
        raise InputError(
            f"{program}: answered question {answer.answer} (of {short_repr(answer.name)}) when asked question "
            f"{question.number} (of {short_repr(name)}): a program answers each question once, in order"
        )
    if answer.name != name:
        raise InputError(f"{program}: answered for {short_repr(answer.name)} when asked about {short_repr(name)}")
    if (answer.text is None) == (answer.error is None):
        raise InputError(f"{program}: its answer for {short_repr(name)} must have either text or error")
    return answer


_Kind = TypeVar("_Kind", bound=_Message)


def _parsed(kind: type[_Kind], line: bytes, program: str) -> _Kind:
    if len(line) > MOST_BYTES:
        raise InputError(f"{program}: wrote a line of more than {MOST_BYTES >> 20} MiB; an answer is a few sentences")
    if not is_message(line):
        raise InputError(
            f"{program}: printed {short_repr(in_one_line(line.decode('utf-8', 'replace'), _SHOWN))} on its standard "
            "output, which is for JSON lines alone; print to standard error, or let merunibench_child.py see to it"
        )
    found = parse_json(line, f"{program}: a line of its standard output")
    if "fatal" in found:
        raise InputError(f"{program}: {in_one_line(str(found['fatal']), 200)}")
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the line"
        what, reason = "ready line" if kind is Ready else "answer", first["msg"].removeprefix("Value error, ").lower()
        raise InputError(f"{program}: its {what}: {in_one_line(where, 60)}: {reason}") from None
