"""Derive polarity (positive, negative or neutral) from a label list, by the builtin lexicon.

Each known label counts with the polarity of its concept (+1, 0, -1). A word that is only on wheels, without a concept,
counts with the valence of its sectors. Calm and excitement are slightly pleasant; `neutral` counts 0. The mean decides.
Within `DEAD_ZONE` of zero the result is neutral; but if pleasant and unpleasant labels are mixed and the mean is not
positive, it is negative.
"""

from collections.abc import Sequence
from functools import lru_cache
from statistics import fmean
from typing import Literal

from merunibench.labels import normalise_label
from merunibench.lexicon import Lexicon, load_lexicon

Polarity = Literal["positive", "negative", "neutral"]

DEAD_ZONE = 0.1
"""A mean this close to zero is neutral."""
_FAINT = {"calm": 0.2, "excitement": 0.75}
"""Slightly pleasant concepts, which other labels outweigh."""
_PLEASANT = frozenset(("happy", "joyful", "powerful", "peaceful", "joy", "genius"))
_NEITHER = frozenset(("surprised", "surprise"))


def polarity(labels: Sequence[str]) -> Polarity:
    """Return the polarity of a label list; neutral if no label has a polarity.

    Example:
        >>> polarity(["happy", "relieved"]), polarity(["sad", "hopeful"]), polarity([])
        ('positive', 'negative', 'neutral')
    """
    values = [value for value in map(label_polarity, labels) if value is not None]
    mean = fmean(values) if values else 0.0
    if abs(mean) <= DEAD_ZONE:
        is_mixed = bool(values) and min(values) < 0 < max(values)
        return "negative" if is_mixed and mean <= 0 else "neutral"
    return "positive" if mean > 0 else "negative"


def label_polarity(label: str) -> float | None:
    """Return the polarity of one label in [-1, 1]; None if the lexicon does not know it."""
    return _label_polarity(normalise_label(label))


@lru_cache(maxsize=1 << 17)
def _label_polarity(label: str) -> float | None:
    if label == "neutral":
        return 0.0
    lexicon = load_lexicon("builtin")
    words = lexicon.words_of(label)
    return fmean(_word_polarity(word, lexicon) for word in words) if words else None


def _word_polarity(word: str, lexicon: Lexicon) -> float:
    known = lexicon.fallback.polarity_of(word) if lexicon.fallback else None
    if known is not None and lexicon.fallback:
        return known * _FAINT.get(lexicon.fallback.concept_of(word) or "", 1.0)
    sectors = [sector for sector in lexicon.sectors(word) if sector is not None]
    return fmean(1.0 if s in _PLEASANT else 0.0 if s in _NEITHER else -1.0 for s in sectors) if sectors else 0.0
