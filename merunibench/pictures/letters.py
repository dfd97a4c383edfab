"""Estimate the width of names in figures that cannot measure text, so that names are cut at the end."""

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


def _width(character: str) -> float:
    if character in _NARROW:
        return 0.5
    if character in _BROAD:
        return 1.5
    if combining(character):
        return 0.0
    return 2.0 if east_asian_width(character) in "WF" else 1.2 if character.isupper() else 1.0
