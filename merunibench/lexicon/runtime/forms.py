"""Single words outside the table: the form that an ending or a prefix made of a known word.

What the look-up does; the audit has rules of its own (`morphology`).
"""

import re
from collections.abc import Collection, Container, Iterator

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
JOINTS = "/&+;|"
"""Signs that join two labels into one."""

ENDINGS = (
    ("iness", "y"),
    ("edness", "ed"),
    ("ingness", "ing"),
    ("ness", ""),
    ("edly", "ed"),
    ("ingly", "ing"),
    ("ically", "ic"),
    ("ily", "y"),
    ("bly", "ble"),
    ("ly", ""),
    ("ies", "y"),
    ("ied", "y"),
    ("es", ""),
    ("s", ""),
    ("ing", ""),
    ("ing", "e"),
    ("ed", ""),
    ("ed", "e"),
    ("ish", ""),
)
"""Endings that a form outside the table may have lost or changed; what is left must be a word of the table."""

LESS = ("lessness", "lessly", "less")
NEGATING_PREFIXES = ("un", "dis", "in", "im", "ir", "il", "non")
_SHORTEST_STEM = 4
_SHORTEST_NEGATED = 5
_STRETCHED = re.compile(r"(.)\1{2,}")


def stem_of(word: str, known: Container[str], stop: Collection[str]) -> str | None:
    """The word of the table that a form comes from.

    Example:
        >>> stem_of("happily", {"happy"}, ())
        'happy'
    """
    for ending, instead in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) + len(instead) >= _SHORTEST_STEM:
            stem = word[: len(word) - len(ending)] + instead
            if stem in known and stem not in stop:
                return stem
    return None


def denied_by(word: str, known: Container[str], stop: Collection[str]) -> str | None:
    """The word of the table that `un-`, `-less` and their like deny.

    Example:
        >>> denied_by("unworried", {"worry", "worried"}, ()), denied_by("humourless", {"humour"}, ())
        ('worried', 'humour')
    """
    for ending in LESS:
        if word.endswith(ending):
            return _known_or_stem(word.removesuffix(ending), known, stop)
    for prefix in NEGATING_PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) >= _SHORTEST_NEGATED:
            found = _known_or_stem(rest, known, stop)
            if found:
                return found
    return None


def unstretched(word: str) -> Iterator[str]:
    """A word without letters that are written three times or more: once each, then twice.

    Example:
        >>> list(unstretched("happyyyy")), list(unstretched("happy"))
        (['happy', 'happyy'], [])
    """
    return (short for short in (_STRETCHED.sub(r"\1", word), _STRETCHED.sub(r"\1\1", word)) if short != word)


def _known_or_stem(word: str, known: Container[str], stop: Collection[str]) -> str | None:
    return word if word in known else stem_of(word, known, stop)
