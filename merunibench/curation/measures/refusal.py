"""Detect refusals: descriptions that say, entirely or in part, that the person's emotion cannot be determined.

Whole answers are recognised as elsewhere in this package (`merunibench.extraction.silence`): refusals in several
languages, error texts, `none`. A longer description may also refuse in one of its sentences; `refusals.toml` has the
patterns of such sentences, by kind. Partial refusals usually name emotions too, so this is only a value: the filter
drops a refusal only if none of its labels is known.

Not refusals are: what the person says or cannot do ("she is unable to identify him"), an unknown cause ("it is not
clear why she is angry"), and doubts about the exact emotion ("it is difficult to tell her exact emotion").
"""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from merunibench.data.account import Reason
from merunibench.extraction.silence import looks_like
from merunibench.files.toml import parse_toml

_FILE = "refusals.toml"
_WHOLE = (Reason.REFUSAL, Reason.ERROR, Reason.STATEMENT)
_SENTENCE = re.compile(r"[^.!?。！？\n]+")
_CLAUSE = re.compile(r"[,;:]|\b(?:but|and|although|while)\b")
_NAME = re.compile(r"\{([a-z_]+)\}")


class Signs(NamedTuple):
    """The patterns of `refusals.toml`."""

    refuses: re.Pattern[str]
    passive: re.Pattern[str]
    person: re.Pattern[str]
    cause: re.Pattern[str]
    blocked: re.Pattern[str]
    speech: re.Pattern[str]


@cache
def load_signs() -> Signs:
    """Return the package's patterns, compiled."""
    table = parse_toml(files(__package__).joinpath(_FILE).read_bytes(), _FILE)
    words: dict[str, str] = {}

    def compiled(*patterns: str) -> re.Pattern[str]:
        return re.compile("|".join(_NAME.sub(lambda name: words[name[1]], each) for each in patterns), re.IGNORECASE)

    for name, pattern in table["words"].items():
        words[name] = _NAME.sub(lambda known: words[known[1]], pattern)
    passive = table["passive"]
    return Signs(
        compiled(*(pattern for kind in table["kinds"].values() for pattern in kind)),
        *(compiled(passive[name]) for name in ("pattern", "person", "cause")),
        *(compiled(table[name]["pattern"]) for name in ("blocked", "speech")),
    )


def refuses(text: str) -> bool:
    """Whether a description says that the emotion cannot be determined, is an error message, or only apologises.

    Example:
        >>> refuses("However, without more context, we cannot determine her specific emotional state.")
        True
        >>> refuses("She says, 'I cannot find it', and looks desperate.")
        False
    """
    signs = load_signs()
    said = signs.speech.sub(" speech ", text)
    if signs.blocked.match(text) or looks_like(said) in _WHOLE or looks_like(text) is Reason.ERROR:
        return True
    return any(signs.refuses.search(sentence) or _cannot_be_known(sentence) for sentence in _SENTENCE.findall(said))


def _cannot_be_known(sentence: str) -> bool:
    """Whether a sentence says that something, other than a person or a cause, cannot be known."""
    signs = load_signs()
    found = signs.passive.search(sentence)
    if found is None or signs.person.match(found[1]):
        return False
    return signs.cause.search(_CLAUSE.split(sentence[: found.end(1)])[-1]) is None
