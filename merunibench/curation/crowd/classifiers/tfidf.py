"""TF-IDF in NumPy: the features of scikit-learn's `TfidfVectorizer`, computed without it.

A saved classifier is a vocabulary and numbers, so loading it runs no untrusted code and does not need scikit-learn.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

Analyzer = Literal["words", "characters"]
ANALYZERS: tuple[Analyzer, ...] = get_args(Analyzer)

FloatArray = npt.NDArray[np.float64]

_WORD = re.compile(r"(?u)\b\w\w+\b")
_SPACES = re.compile(r"\s\s+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_LONGEST: dict[Analyzer, int] = {"words": 2, "characters": 3}


def analyzer_for(texts: Sequence[str]) -> Analyzer:
    """Return `characters` for texts whose letters are mostly Chinese, Japanese or Korean, else `words`."""
    letters = sum(sum(map(str.isalpha, text)) for text in texts)
    return "characters" if 2 * sum(len(_CJK.findall(text)) for text in texts) > letters else "words"


def longest(analyzer: Analyzer) -> int:
    """Return the maximum length of n-grams: two words, or three characters."""
    return _LONGEST[analyzer]


def n_grams(text: str, analyzer: Analyzer) -> Iterator[str]:
    """Yield the n-grams of a text, from single parts to the longest."""
    text = text.lower()
    parts: Sequence[str] = _WORD.findall(text) if analyzer == "words" else _SPACES.sub(" ", text)
    between = " " if analyzer == "words" else ""
    for length in range(1, _LONGEST[analyzer] + 1):
        for start in range(len(parts) - length + 1):
            yield between.join(parts[start : start + length])


@dataclass(frozen=True, eq=False)
class TfIdf:
    """Weights of n-grams: (1 + ln count) · idf; the weights of a text are scaled to norm 1.

    Attributes:
        analyzer: Parts of n-grams: words or characters.
        vocabulary: The n-grams, shape (V,).
        idf: Their inverse document frequencies, shape (V,).
    """

    analyzer: Analyzer
    vocabulary: tuple[str, ...]
    idf: FloatArray

    @cached_property
    def _places(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.vocabulary)}

    def weights(self, text: str) -> tuple[npt.NDArray[np.int64], FloatArray]:
        """Return the sorted indices of a text's n-grams in the vocabulary, and their weights; both may be empty."""
        counts = Counter(
            place for term in n_grams(text, self.analyzer) if (place := self._places.get(term)) is not None
        )
        places = np.array(sorted(counts), np.int64)
        values = (np.log([counts[place] for place in places.tolist()]) + 1.0) * self.idf[places]
        length = float(np.sqrt(values @ values))
        return places, values / length if length else values
