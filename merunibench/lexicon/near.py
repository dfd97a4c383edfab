"""Words of a lexicon that are spelled like a given one: what somebody who made a typo may have meant."""

import difflib
from collections.abc import Iterable

_MOST = 3
_ALIKE = 0.8
_LONGEST = 40
_ENDS = 3


def near_words(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """At most three known words, the nearest first.

    Only words of about the same length that begin or end alike are compared: a typo leaves one end whole.

    Args:
        word: The word, normalised; one of more than 40 letters is no typo.
        known: The words to choose from.

    Example:
        >>> near_words("frustated", ["frustrated", "frustrates", "happy"])
        ('frustrated', 'frustrates')
    """
    if not 1 < len(word) <= _LONGEST:
        return ()
    candidates = sorted(
        other
        for other in known
        if abs(len(other) - len(word)) <= _ENDS and (other[0] == word[0] or other[-_ENDS:] == word[-_ENDS:])
    )
    return tuple(difflib.get_close_matches(word, candidates, n=_MOST, cutoff=_ALIKE))
