"""Inflection and derivation of words by spelling alone, for three uses, from lenient to strict.

* The look-up needs the word of its table that a label is a form of (`stem_of`) or negates (`denied_by`).
* The program that builds word families needs to know whether two words may be related (`same_stem`).
* The audit needs to know which words belong to one *family* (`same_family`) and which may be opposites (`opposites`).
  It prefers precision to recall. Two words belong to one family (frustrate, frustrated, frustration) if their stems
  agree and one more condition holds, so that `cured` is not a form of `curious`: they begin with the same four letters,
  or one begins with the whole other (without its final e or y), or both are the stem with a light ending. Prefixes are
  never stripped and `-less` is never an ending, so that a word and its opposite have different stems.
"""

import re
from collections.abc import Collection, Container, Iterator
from functools import cache

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
"""Characters that words consist of."""
NEGATING_PREFIXES = ("under", "un", "dis", "in", "im", "ir", "il", "non")
_CHANGING_PREFIXES = (*NEGATING_PREFIXES, "mis", "anti", "counter", "over")
"""Prefixes that change the meaning of a word, not always to its opposite."""

# --- the look-up: forms of the words of a table ----------------------------------------------------------------------

LOST_ENDINGS = (
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
"""Ending of a form outside the table -> replacement; the result must be a word of the table."""
_LOST = tuple({ending: None for ending, _ in LOST_ENDINGS})

LESS = ("lessness", "lessly", "less")
_NOUN_ENDINGS = ("ness", "ment", "ion", "asm", "ity", "ence", "ance", "ism", "acy", "ship", "dom")
_SHORTEST_FORM_STEM = 4
_SHORTEST_NEGATED = 5
_STRETCHED = re.compile(r"(.)\1{2,}")


def stem_of(word: str, known: Container[str], stop: Collection[str]) -> str | None:
    """Return the word of the table that a form is derived from.

    Example:
        >>> stem_of("happily", {"happy"}, ())
        'happy'
    """
    for ending, instead in LOST_ENDINGS if word.endswith(_LOST) else ():
        if word.endswith(ending) and len(word) - len(ending) + len(instead) >= _SHORTEST_FORM_STEM:
            stem = word[: len(word) - len(ending)] + instead
            if stem in known and stem not in stop:
                return stem
    return None


def denied_by(word: str, known: Container[str], stop: Collection[str]) -> str | None:
    """Return the word of the table that a word with `un-`, `-less` or a similar affix negates.

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


def is_amount(word: str, amounts: Container[str]) -> bool:
    """Return whether a word is a noun (by its ending or as listed), so that `little` before it is a negation.

    Example:
        >>> is_amount("happiness", ()), is_amount("hope", {"hope"}), is_amount("happy", {"hope"})
        (True, True, False)
    """
    return word in amounts or word.endswith(_NOUN_ENDINGS)


def unstretched(word: str) -> Iterator[str]:
    """Yield a word with every letter that is repeated three or more times reduced to one, then to two.

    Example:
        >>> list(unstretched("happyyyy")), list(unstretched("happy"))
        (['happy', 'happyy'], [])
    """
    if not _STRETCHED.search(word):
        return iter(())
    return (short for short in (_STRETCHED.sub(r"\1", word), _STRETCHED.sub(r"\1\1", word)) if short != word)


def _known_or_stem(word: str, known: Container[str], stop: Collection[str]) -> str | None:
    return word if word in known else stem_of(word, known, stop)


# --- building word families ------------------------------------------------------------------------------------------


def same_stem(first: str, second: str) -> bool:
    """Return whether two words may be forms of one word: a common stem, and no negation that only one of them has.

    Example:
        >>> same_stem("frustrated", "frustration"), same_stem("fear", "fearless"), same_stem("easy", "uneasy")
        (True, False, False)
    """
    if ("less" in first) != ("less" in second):
        return False
    if any(_strip(first, prefix) == second or _strip(second, prefix) == first for prefix in _CHANGING_PREFIXES):
        return False
    one, two = first.replace("y", "i"), second.replace("y", "i")
    common = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return common >= min(len(one), len(two), 3) and common >= 0.6 * (min(len(one), len(two)) - 1)


def _strip(word: str, prefix: str) -> str:
    return word.removeprefix(prefix) if word.startswith(prefix) else ""


# --- the audit: families and opposites -------------------------------------------------------------------------------

_WORD = re.compile(r"[a-z]+")
_NO_PLURAL = ("ss", "us", "is")
_SHORTEST_STEM = 3
_COMMON_LETTERS = 4

# Ending -> (replacement, minimum number of letters before it). The longest matching ending is used.
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


@cache
def stem(word: str) -> str:
    """Return a word without its endings; a phrase is its own stem.

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
    """Return whether two words are forms of one word.

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
    """Yield possible negations of a word: un-, dis-, in- (im-, il-, ir-), non- or mis- before it, -less after its stem.

    These are candidates only. The caller must check that a lexicon contains them and that they mean the opposite.

    Example:
        >>> list(opposites("fearful"))[-2:]
        ['misfearful', 'fearless']
    """
    if not _WORD.fullmatch(word):
        return
    yield from (prefix + word for prefix in (*NEGATING_PREFIXES, "mis"))
    root = word.removesuffix("ful")
    if not root.endswith("less"):
        yield f"{root}less"
    if word.endswith("ness"):
        yield f"{word.removesuffix('ness').removesuffix('ful')}lessness"
