"""Answers that are none: refusals in the first person, and error texts that stand where an answer should.

A model that says it cannot judge says nothing about the person; `sorry` is then no feeling. What it says behind a `but`
or `however` it does say.
"""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from merunibench.files.toml import parse_toml

_ERROR = re.compile(
    r"\W*+(?:failed to (?:obtain|get|generate|fetch|parse|retrieve|decode)\b"
    r"|(?:\w+[ _])?error\b\W*(?:$|code|\d|:|occurred)"
    r"|error[:\]]|traceback \(most recent|[\w.]+(?:error|exception):|exception\b"
    r"|http(?:/[\d.]{1,20}|error)?\W*[45]\d\d\b"
    r"|(?:error code\W*)?[45]\d\d\W+(?:client|server|bad|unauthorized|forbidden|not found|too many|internal|service"
    r"|gateway|request)|(?:internal server error|bad gateway|service unavailable|gateway time-?out|too many requests"
    r"|rate limit|request (?:timed out|timeout)|timed? ?out\b|connection (?:error|refused|reset|aborted|timed out)"
    r"|cuda out of memory|out of memory|no response\b)|(?<=<!)doctype html|(?<=<)html)",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"(?:[,;.。，；]\s*|(?<!\s)\s+)?\b(?:but|however|nevertheless|nonetheless|that said|still)\b,?"
    r"|但是?|不过|不過|然而",
    re.IGNORECASE,
)
_END = re.compile(r"[.!?。！？\n]+[\"'”’)]*\s*")
_MARKS = (
    "I",
    "i'm",
    "i c",
    "i am",
    "we ",
    "We ",
    "y ",
    "orry",
    "fort",
    "polog",
    " is ",
    "'s ",
    "s a",
    "我",
    "抱",
    "对",
    "對",
    "作",
    "很",
    "无",
    "無",
)
"""One of these stands in every refusal."""
_FIRST = 400
"""Characters in which a refusal must be said."""


class Signs(NamedTuple):
    """Patterns of `[refusals]` in `envelope.toml`."""

    unable: re.Pattern[str]
    first_person: re.Pattern[str]
    deeds: re.Pattern[str]
    apology: re.Pattern[str]


@cache
def load_signs() -> Signs:
    """The patterns that come with the package, compiled."""
    table = parse_toml(files(__package__).joinpath("envelope.toml").read_bytes(), "envelope.toml")["refusals"]
    names = ("unable", "first_person", "deeds", "apologies")
    return Signs(*(re.compile("|".join(table[name]), re.IGNORECASE) for name in names))


def is_error(text: str) -> bool:
    """Whether a text is the message of an error, not an answer."""
    return _ERROR.match(text) is not None


def without_refusal(text: str) -> str:
    """What an answer says apart from refusing; empty if it only refuses, the text itself if it does not.

    Example:
        >>> without_refusal("I'm sorry, but I can't identify how a real person feels.")
        ''
        >>> without_refusal("I cannot hear the sound, but the face is clearly frightened.")
        'the face is clearly frightened.'
        >>> without_refusal("He is sorry that he cannot help.")
        'He is sorry that he cannot help.'
    """
    last_mark = max(map(text.rfind, _MARKS))
    if last_mark < 0:
        return text
    signs, start = load_signs(), 0
    while start <= last_mark:
        end = _END.search(text, start)
        first, behind = (text[start : end.end()], end.end()) if end else (text[start:], len(text))
        unable = signs.unable.search(first[:_FIRST])
        if unable is None and len(first) < _FIRST and behind < len(text) and signs.apology.match(first):
            start = behind  # An apology by itself; what follows may refuse or answer.
        else:
            return _without_first(text[start:], first, unable)
    return text[start:]


def _without_first(text: str, first: str, unable: re.Match[str] | None) -> str:
    """A text without its first sentence, if that refuses; what is unable to do something stands there."""
    signs, rest = load_signs(), text[len(first) :]
    if unable is None or not signs.first_person.search(first[: unable.end()]):
        return text
    if not signs.deeds.search(first, max(0, unable.start() - 1)):
        return text
    contrast = _CONTRAST.search(first, unable.end()) or _CONTRAST.match(rest)
    if contrast is None:
        return ""
    return (first[contrast.end() :] + rest if contrast.string is first else rest[contrast.end() :]).strip()
