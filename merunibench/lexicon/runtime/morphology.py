"""Which words belong to one family, and which are opposites, by their letters alone.

The audit's rules, not the look-up's: they have to be careful rather than complete, and say nothing of phrases.

A *family* is what inflection and derivation make of one word (frustrate, frustrated, frustration). Two words belong
to one if their stems agree and, so that `cured` is no form of `curious`, they begin with the same four letters, one
begins with the whole other (its final e or y aside), or both are the stem with a light ending. Prefixes are never
stripped and `-less` is never an ending, so that a word and its opposite have different stems.
"""

import re
from collections.abc import Iterator
from functools import cache

_WORD = re.compile(r"[a-z]+")
_NO_PLURAL = ("ss", "us", "is")
_SHORTEST_STEM = 3
_COMMON_LETTERS = 4

# Ending -> (what takes its place, letters that must be left before it). The first that fits, longest first.
_ENDINGS: dict[str, tuple[str, int]] = {
    "faction": ("f", 3),
    **dict.fromkeys(("alties", "alty"), ("al", 2)),
    **dict.fromkeys(("ational", "ations", "ation", "ating", "ated", "ates", "ate"), ("", 4)),
    **dict.fromkeys(("ivity", "ive"), ("", 4)),
    **dict.fromkeys(("ical", "icism"), ("ic", 4)),
    **dict.fromkeys(("istic", "ism", "astic", "asm", "etic"), ("", 4)),
    **dict.fromkeys(("ance", "ant", "ence", "ent", "ions", "ion"), ("", 5)),
    **dict.fromkeys(("ments", "ment", "ness", "able", "ible", "itude"), ("", 3)),
    **dict.fromkeys(("osity", "ous", "ety", "ity", "ful", "dom", "ly"), ("", 3)),
    **dict.fromkeys(("ings", "ing", "ies", "ied", "ed", "es", "er"), ("", 3)),
    "s": ("", 3),
}
_BY_LENGTH = sorted(_ENDINGS, key=len, reverse=True)
_LIGHT = re.compile(r"(e|y|i?ed|i?es|s|ing|ingly|edly|i?er|i?ly|i?ness|i?ful|ment)?")
_NEGATIONS = ("un", "dis", "in", "im", "ir", "il", "non", "mis")


@cache
def stem(word: str) -> str:
    """What is left of a word without its endings; a phrase is its own stem.

    Example:
        >>> stem("frustration"), stem("frustrated"), stem("fearless"), stem("fearful")
        ('frustr', 'frustr', 'fearless', 'fear')
    """
    if not _WORD.fullmatch(word):
        return word
    while (shorter := _without_ending(word)) != word:
        word = shorter
    word = word[:-1] if len(word) > _SHORTEST_STEM and word[-1] in "ey" else word
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] + "v" if word.endswith("f") else word


def _without_ending(word: str) -> str:
    for ending in _BY_LENGTH:
        replacement, least = _ENDINGS[ending]
        if (
            word.endswith(ending)
            and len(word) - len(ending) >= least
            and not (ending in ("s", "es") and word.endswith(_NO_PLURAL))
        ):
            left = word[: -len(ending)] + replacement
            return left[:-1] + "y" if left.endswith("i") else left
    return word


def same_family(first: str, second: str) -> bool:
    """Whether two words are forms of one word.

    Example:
        >>> same_family("frustration", "frustrated"), same_family("fear", "fearless"), same_family("cured", "curious")
        (True, False, False)
    """
    if first == second:
        return True
    if stem(first) != stem(second) or not (_WORD.fullmatch(first) and _WORD.fullmatch(second)):
        return False
    shorter, longer = sorted((first, second), key=len)
    if longer.startswith(shorter.rstrip("ey")) or first[:_COMMON_LETTERS] == second[:_COMMON_LETTERS]:
        return True
    root = stem(first)
    return all(word.startswith(root) and _LIGHT.fullmatch(word[len(root) :]) for word in (first, second))


def opposites(word: str) -> Iterator[str]:
    """What negates a word by its form: un-, dis-, in- (im-, il-, ir-), non- and mis- before it; -less after its stem.

    Only candidates: whether a lexicon knows them, and whether they mean the opposite, is for the caller to find out.

    Example:
        >>> list(opposites("fearful"))[-2:]
        ['misfearful', 'fearless']
    """
    if not _WORD.fullmatch(word):
        return
    yield from (prefix + word for prefix in _NEGATIONS)
    root = word.removesuffix("ful")
    if not root.endswith("less"):
        yield f"{root}less"
    if word.endswith("ness"):
        yield f"{word.removesuffix('ness').removesuffix('ful')}lessness"
