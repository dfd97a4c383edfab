"""Find known words with a similar spelling, to suggest what a typo may have meant."""

import difflib
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from merunibench.lexicon.runtime.lexicon import Lexicon

_MOST = 3
_SIMILARITY = 0.8
_LONGEST = 40
_ENDS = 3
_LETTERS = 32


class Spellings:
    """An index of known words by their beginnings and endings, so that each query is compared with few of them.

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
        """Return at most three known words, the most similar first.

        Only words of about the same length with the same beginning or ending are compared, because a typo usually
        leaves one end intact.

        Args:
            word: The normalised word. Words longer than 40 characters get no suggestions.

        Example:
            >>> Spellings(["frustrated", "frustrates", "happy"]).near("frustated")
            ('frustrated', 'frustrates')
        """
        if not 1 < len(word) <= _LONGEST:
            return ()
        places_by_end = [self._places[end] for end in (word[:1], f"-{word[-_ENDS:]}") if end in self._places]
        if not places_by_end:
            return ()
        places = np.concatenate(places_by_end)
        places = places[abs(self._lengths[places] - len(word)) <= _ENDS]
        # difflib's own quick check, vectorised: do the words have enough letters in common?
        common = np.minimum(self._counts[places], _letters(word)).sum(axis=1)
        places = places[2 * common >= _SIMILARITY * (self._lengths[places] + len(word)) - 1e-9]
        candidates = {self._words[place] for place in places.tolist()}
        return tuple(difflib.get_close_matches(word, sorted(candidates), n=_MOST, cutoff=_SIMILARITY))


def _letters(word: str) -> npt.NDArray[np.int16]:
    """Count each letter of a word; rare characters share a bin."""
    return np.bincount([ord(letter) % _LETTERS for letter in word], minlength=_LETTERS).astype(np.int16)


@lru_cache(maxsize=4)
def spellings(lexicon: Lexicon) -> Spellings:
    """Return the spelling index of a lexicon's words."""
    return Spellings(lexicon.codes)
