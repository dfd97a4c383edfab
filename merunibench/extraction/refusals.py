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
    last_mark, start = max(map(text.rfind, _MARKS)), 0
    while start <= last_mark:
        end = _END.search(text, start)
        behind = end.end() if end else len(text)
        first = text[start:behind]
        if not _says_nothing(first, is_last=behind == len(text)):
            return _without_first(first, text[behind:])
        start = behind
    return text[start:]


def _says_nothing(sentence: str, *, is_last: bool) -> bool:
    """Whether a sentence only apologises, or refuses without a word on what; the next one may answer."""
    signs = load_signs()
    unable = signs.unable.search(sentence[:_FIRST])
    if unable is not None:
        is_own = signs.first_person.search(sentence[: unable.end()]) is not None
        # "I'm sorry, I can't." refuses; what it cannot do ("hide its joy") is about a person.
        return is_own and not _LETTER.search(sentence, unable.end()) and not _names_deed(sentence, unable)
    apology = signs.apology.match(sentence) if len(sentence) < _FIRST else None
    is_own = _OWN.match(sentence) is not None
    return apology is not None and (is_own or not is_last) and not (is_own and _SAYS.match(sentence, apology.end()))


def _names_deed(sentence: str, unable: re.Match[str]) -> bool:
    return load_signs().deeds.search(sentence, max(0, unable.start() - 1)) is not None


def _without_first(first: str, rest: str) -> str:
    """What is said apart from refusing in the first sentence."""
    signs = load_signs()
    unable = signs.unable.search(first[:_FIRST])
    if unable is None:
        apology = signs.apology.match(first)
        says = apology and _OWN.match(first) and _SAYS.match(first, apology.end())
        return (first[apology.end() :] + rest).strip() if apology and says else first + rest
    if not signs.first_person.search(first[: unable.end()]) or not _names_deed(first, unable):
        return first + rest
    return _contrasted(first, rest, unable.end())


def _contrasted(first: str, rest: str, start: int) -> str:
    """What is said behind a `but` or `however`, in the first sentence or at the beginning of the rest."""
    if contrast := _CONTRAST.search(first, start):
        return (first[contrast.end() :] + rest).strip()
    contrast = _CONTRAST.match(rest)
    return rest[contrast.end() :].strip() if contrast else ""
