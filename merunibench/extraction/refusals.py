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
_OWN = re.compile(r"(?:i|my)\b", re.IGNORECASE)
"""How an apology begins that is the model's; `sorry` alone may be a label."""
_SAYS = re.compile(r"\s*(?:to (?:say|report|inform|see)|that|but)\b", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_MOST = 4
"""Sentences that apologise before one that answers, at most."""
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
    for _ in range(_MOST):
        if not any(mark in text for mark in _MARKS):
            break
        text, is_open = _without_first(text)
        if not is_open:
            break
    return text


def _without_first(text: str) -> tuple[str, bool]:
    """What is said apart from refusing in the first sentence, and whether the next may refuse as well."""
    signs = load_signs()
    end = _END.search(text)
    first, rest = (text[: end.end()], text[end.end() :]) if end else (text, "")
    unable = signs.unable.search(first[:_FIRST])
    if unable is None:
        return _without_apology(first, rest)
    if not signs.first_person.search(first[: unable.end()]):
        return text, False
    if not signs.deeds.search(first, max(0, unable.start() - 1)):
        # "I'm sorry, I can't." refuses; what it cannot do ("hide its joy") is said of a person.
        return (text, False) if _LETTER.search(first, unable.end()) else (rest, True)
    return _contrasted(first, rest, unable.end()), False


def _without_apology(first: str, rest: str) -> tuple[str, bool]:
    """The text without an apology by itself, behind which it may refuse or answer."""
    apology = load_signs().apology.match(first)
    if apology is None:
        return first + rest, False
    is_own = _OWN.match(first) is not None
    if is_own and _SAYS.match(first, apology.end()):
        return (first[apology.end() :] + rest).strip(), False
    is_by_itself = len(first) < _FIRST and (is_own or bool(rest))
    return (rest if is_by_itself else first + rest), is_by_itself


def _contrasted(first: str, rest: str, start: int) -> str:
    """What is said behind a `but` or `however`, in the first sentence or at the beginning of the rest."""
    if contrast := _CONTRAST.search(first, start):
        return (first[contrast.end() :] + rest).strip()
    contrast = _CONTRAST.match(rest)
    return rest[contrast.end() :].strip() if contrast else ""
