"""Known words that are spelled like a given one: what a typo may have meant."""

import difflib
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from merunibench.lexicon.runtime.lexicon import Lexicon

_MOST = 3
_ALIKE = 0.8
_LONGEST = 40
_ENDS = 3
_LETTERS = 32


class Spellings:
    """Known words by how they begin and end, so that thousands of words are compared with few of them each.

    Args:
        known: The words to choose from.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._words = sorted(known)
        self._lengths = np.array([len(word) for word in self._words], np.int64)
        self._counts = np.array([_letters(word) for word in self._words], np.int16).reshape(-1, _LETTERS)
        places: dict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(self._words):
            for end in {word[:1], f"-{word[-_ENDS:]}"}:
                places[end].append(place)
        self._places = {end: np.array(found) for end, found in places.items()}

    def near(self, word: str) -> tuple[str, ...]:
        """At most three known words, the nearest first.

        Only words of about the same length that begin or end alike are compared: a typo leaves one end whole.

        Args:
            word: The word, normalised; one of more than 40 letters is no typo.

        Example:
            >>> Spellings(["frustrated", "frustrates", "happy"]).near("frustated")
            ('frustrated', 'frustrates')
        """
        if not 1 < len(word) <= _LONGEST:
            return ()
        alike = [self._places[end] for end in (word[:1], f"-{word[-_ENDS:]}") if end in self._places]
        if not alike:
            return ()
        places = np.concatenate(alike)
        places = places[abs(self._lengths[places] - len(word)) <= _ENDS]
        # What difflib asks first, of all of them at once: have they enough letters in common?
        common = np.minimum(self._counts[places], _letters(word)).sum(axis=1)
        places = places[2 * common >= _ALIKE * (self._lengths[places] + len(word)) - 1e-9]
        candidates = {self._words[place] for place in places.tolist()}
        return tuple(difflib.get_close_matches(word, sorted(candidates), n=_MOST, cutoff=_ALIKE))


def _letters(word: str) -> npt.NDArray[np.int16]:
    """How often each letter is in a word; rare ones are counted together."""
    return np.bincount([ord(letter) % _LETTERS for letter in word], minlength=_LETTERS).astype(np.int16)


@lru_cache(maxsize=4)
def spellings(lexicon: Lexicon) -> Spellings:
    """The words of a lexicon."""
    return Spellings(lexicon.codes)
