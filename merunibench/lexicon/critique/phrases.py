"""Judge the valence of a phrase from its words, including negation and feigning: `losing confidence` is unpleasant.

This rule of the audit is deliberately independent of the look-up rules: it uses the polarities of words, not sectors.
The two share only the lists of lookup.toml.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from merunibench.lexicon.critique import evidence
from merunibench.lexicon.workshop.concepts import canonical
from merunibench.lexicon.workshop.sources import builtin_file, parse_lookup

_NOT = ("anything but", "far from")
_FREE = "free"
_JOINTS = frozenset("/&+;|,()[]{}（）")


def valence_of_phrase(phrase: str) -> int | None:
    """Return 1 if its words make a phrase pleasant, -1 if unpleasant, 0 if it is feigned; None if undecided.

    The last word with a polarity before a preposition decides. Facial expressions and sounds (smile, tears) count only
    if no other word has a polarity. A negation reverses the result. Phrases that join several labels (`/`, `and`),
    phrases of the concept table and single words are not judged.

    Example:
        >>> [valence_of_phrase(each) for each in ("bitter smile", "sigh of relief", "losing confidence", "fake joy")]
        [-1, 1, -1, 0]
        >>> valence_of_phrase("happy and sad"), valence_of_phrase("fear of success")
        (None, -1)
    """
    text = " ".join(canonical(phrase).split())
    if " " not in text or text in evidence.polarities() or not _JOINTS.isdisjoint(text):
        return None
    lists = _lookup()
    words = text.split()
    if any(word in lists["feigned"] for word in words[:-1]):
        return 0
    denied, rest = _without_denial(text, lists)
    if any(f" {joint} " in f" {' '.join(rest)} " for joint in lists["conjunctions"]):
        return None
    if rest and rest[-1] == _FREE and len(rest) > 1:
        denied, rest = not denied, rest[:-1]
    sign = _sign(rest, lists)
    return None if not sign else -sign if denied else sign


def _without_denial(text: str, lists: Mapping[str, Sequence[str]]) -> tuple[bool, list[str]]:
    """Return whether the beginning of a phrase negates or removes the rest, and the rest."""
    while (first := text.partition(" ")[0]) in lists["light"] and " " in text:
        text = text.removeprefix(first).lstrip()
    for words in sorted((*_NOT, *lists["negations"], *lists["unfulfilled"], *lists["easing"]), key=len, reverse=True):
        if text.startswith(f"{words} "):
            return True, text.removeprefix(words).split()
    return False, text.split()


def _sign(words: Sequence[str], lists: Mapping[str, Sequence[str]]) -> int:
    """Return the polarity of the last word that has one, in the first part between prepositions with any; else 0."""
    parts: list[list[str]] = [[]]
    for word in words:
        if word in lists["prepositions"]:
            parts.append([])
        elif word not in lists["light"] and word not in lists["suffixes"]:
            parts[-1].append(word)
    for faces in (False, True):
        for part in parts:
            signs = [evidence.polarity(word) for word in part if (word in lists["signs"]) == faces]
            if any(signs):
                return next(sign for sign in reversed(signs) if sign)
    return 0


@cache
def _lookup() -> Mapping[str, Any]:
    """Return the lists of lookup.toml, including those of the operators."""
    tables = parse_lookup(builtin_file("lookup.toml").read_text(encoding="utf-8"), "lookup.toml")
    return {**tables, **tables["operators"]}
