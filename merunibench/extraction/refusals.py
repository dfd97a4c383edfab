"""Detect text that is not an answer: refusals in the first person, and error messages instead of an answer.

A model that refuses to judge says nothing about the person, so its `sorry` is not a feeling. Text after a `but` or
`however` does count.
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
"""Every refusal contains one of these."""
_OWN = re.compile(r"(?:i|my)\b", re.IGNORECASE)
"""Beginning of the model's own apology; `sorry` alone may be a label."""
_SAYS = re.compile(r"\s*(?:to (?:say|report|inform|see)|that|but)\b", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_FIRST = 400
"""A refusal must be within this number of characters."""


class Signs(NamedTuple):
    """Patterns of `[refusals]` in `envelope.toml`."""

    unable: re.Pattern[str]
    first_person: re.Pattern[str]
    deeds: re.Pattern[str]
    apology: re.Pattern[str]


@cache
def load_signs() -> Signs:
    """Load and compile the patterns."""
    table = parse_toml(files(__package__).joinpath("envelope.toml").read_bytes(), "envelope.toml")["refusals"]
    names = ("unable", "first_person", "deeds", "apologies")
    return Signs(*(re.compile("|".join(table[name]), re.IGNORECASE) for name in names))


def is_error(text: str) -> bool:
    """Return whether a text is an error message, not an answer."""
    return _ERROR.match(text) is not None


def without_refusal(text: str) -> str:
    """Remove a refusal from an answer: empty if it only refuses, the text itself if it does not refuse.

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
    """Return whether a sentence only apologises, or refuses without saying what; the next one may be an answer."""
    signs = load_signs()
    unable = signs.unable.search(sentence[:_FIRST])
    if unable is not None:
        is_own = signs.first_person.search(sentence[: unable.end()]) is not None
        # "I'm sorry, I can't." refuses; with an object ("can't hide its joy") it is about a person.
        return is_own and not _LETTER.search(sentence, unable.end()) and not _names_deed(sentence, unable)
    apology = signs.apology.match(sentence) if len(sentence) < _FIRST else None
    is_own = _OWN.match(sentence) is not None
    return apology is not None and (is_own or not is_last) and not (is_own and _SAYS.match(sentence, apology.end()))


def _names_deed(sentence: str, unable: re.Match[str]) -> bool:
    return load_signs().deeds.search(sentence, max(0, unable.start() - 1)) is not None


def _without_first(first: str, rest: str) -> str:
    """Return the text without the refusal in its first sentence."""
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
    """Return the text after a `but` or `however` in the first sentence or at the beginning of the rest."""
    if contrast := _CONTRAST.search(first, start):
        return (first[contrast.end() :] + rest).strip()
    contrast = _CONTRAST.match(rest)
    return rest[contrast.end() :].strip() if contrast else ""
