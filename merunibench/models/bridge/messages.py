"""The messages between merunibench and a program: JSON Lines, one request and one answer at a time.

Programs are not trusted. Output that is not one of these messages is reported as an error in one line.
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
"""Maximum length of a line, the same as that of an endpoint's reply."""
MOST_TOGETHER = 1024
_SHOWN = 80


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Ready(_Message):
    """The message of a program when its model is loaded.

    Attributes:
        ready: The version of this protocol.
        model: The name of its model.
        revision: The model's commit, hash or version. Rows of different revisions are not mixed.
        modalities: The modalities that it supports.
        used: The options that it used: name -> value.
        settings: All else that determines its answers.
        versions: The versions of its libraries.
        control_tokens: Text that must not appear unchanged in a subtitle, since the model would not read it as words.
        together: Maximum number of clips per request.
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
        """Reject JSON values that cannot be stored in a settings file: lone surrogates and infinite numbers."""
        try:
            json.dumps(found, allow_nan=False, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            raise ValueError("has an invalid number or character, or is nested too deeply") from None
        return found

    @property
    def tokens(self) -> re.Pattern[str]:
        """The pattern that finds the control tokens in a text."""
        longest_first = sorted(filter(None, self.control_tokens), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


class Answered(_Message):
    """The answer of a program: a text, or why there is none."""

    answer: int
    name: str
    text: str | None = None
    error: str | None = None
    finish_reason: str | None = Field(None, max_length=40)


@dataclass(frozen=True)
class Question:
    """The request for one clip; files that the program is not given are None.

    Attributes:
        number: The number of the request.
        fields: The fields of the message for this clip.
        more: Whether another request follows that may be answered together with this one.
    """

    number: int
    fields: Mapping[str, Json] = field(default_factory=dict)
    more: bool = False

    @property
    def message(self) -> dict[str, Json]:
        """The message that is sent."""
        return {"ask": self.number, **({"more": True} if self.more else {}), **self.fields}


def hello(modalities: tuple[Modality, ...], asked: Mapping[str, Json]) -> dict[str, Json]:
    """Return the first message to a program.

    Args:
        modalities: The modalities to give to the model.
        asked: The user's options by name; the program must not report an option as used if it does not know it.
    """
    return {"hello": PROTOCOL, "modalities": list(modalities), "asked": dict(asked)}


def is_message(line: bytes) -> bool:
    """Return whether a line is a message, not printed output."""
    return line.lstrip().startswith(b"{")


def parse_ready(line: bytes, program: str) -> Ready:
    """Parse the message of a program that is ready.

    Raises:
        InputError: The line is not such a message, or tells why the model cannot run.
    """
    return _parsed(Ready, line, program)


def parse_answer(line: bytes, question: Question, program: str) -> Answered:
    """Parse the answer to a request.

    Raises:
        InputError: The line is not an answer, is for another request or clip, or tells that no clip can be answered.
    """
    answer = _parsed(Answered, line, program)
    name = str(question.fields["name"])
    if answer.answer != question.number:
        raise InputError(
            f"{program}: answered question {answer.answer} ({short_repr(answer.name)}) instead of question "
            f"{question.number} ({short_repr(name)}): a program must answer each question once, in order"
        )
    if answer.name != name:
        raise InputError(f"{program}: answered for {short_repr(answer.name)} instead of {short_repr(name)}")
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
            "output, which must contain only JSON lines; print to standard error, or use merunibench_child.py"
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
