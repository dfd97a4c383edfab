"""Estimate the width of names in figures that cannot measure text, so that names are cut to fit."""

import math
from collections.abc import Sequence
from functools import lru_cache
from unicodedata import combining, east_asian_width

from merunibench._text import escape_controls

_NARROW, _BROAD = frozenset("fijlrt.,:;'|!()[] I"), frozenset("mwMW@%…—")


@lru_cache(maxsize=1024)
def width(text: str) -> float:
    """The width in average letters: a Chinese character counts twice, an `i` half.

    Example:
        >>> width("abc"), width("情感"), width("ill")
        (3.0, 4.0, 1.5)
    """
    return sum(map(_width, text), start=0.0)


@lru_cache(maxsize=1024)
def cut(text: str, most: int) -> str:
    """Cut the text to one line of about `most` letters; `…` marks the cut.

    Example:
        >>> cut("WWWWWWWW", 8), cut("a long name", 20)
        ('WWWW…', 'a long name')
    """
    text = escape_controls(text, 8 * most)
    if width(text) <= most:
        return text
    kept, room = 0, most - _width("…")
    for character in text:
        room -= _width(character)
        if room < 0:
            break
        kept += 1
    return f"{text[:kept].rstrip()}…"


def cut_apart(names: Sequence[str], most: int) -> list[str]:
    """Cut names so that they remain different: those that would become equal lose their middle instead of their end.

    Example:
        >>> cut_apart(["a long model, step 9", "a long model, step 10", "short"], 12)
        ['a l…el, step 9', 'a l…l, step 10', 'short']
    """
    short = [cut(name, most) for name in names]
    named: dict[str, set[str]] = {}
    for name, text in zip(names, short, strict=True):
        named.setdefault(text, set()).add(name)
    return [
        _without_middle(name, most) if len(named[text]) > 1 else text for name, text in zip(names, short, strict=True)
    ]


def _without_middle(name: str, most: int) -> str:
    """Cut a name in its middle, with two thirds of the room for its end."""
    text = escape_controls(name)
    start = len(text)
    while start > 0 and width(text[start - 1 :]) <= 2 * most / 3:
        start -= 1
    return cut(text[:start], most - math.ceil(width(text[start:]))) + text[start:]


def _width(character: str) -> float:
    if character in _NARROW:
        return 0.5
    if character in _BROAD:
        return 1.5
    if combining(character):
        return 0.0
    return 2.0 if east_asian_width(character) in "WF" else 1.2 if character.isupper() else 1.0
