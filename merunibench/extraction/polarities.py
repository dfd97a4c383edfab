"""A label list -> positive, negative or neutral, by the builtin lexicon.

Each label that the lexicon knows counts with its concept's polarity (+1, 0, -1); a word that only stands on a wheel,
with the valence of its sectors. Calm and excitement are faintly pleasant; `neutral` counts 0. The mean decides; within
`DEAD_ZONE` of zero it is neutral, unless pleasant and unpleasant labels meet there: then the bad weighs more.
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
"""Concepts that are pleasant by themselves, but give way to whatever stands beside them."""
_PLEASANT = frozenset(("happy", "joyful", "powerful", "peaceful", "joy", "genius"))
_NEITHER = frozenset(("surprised", "surprise"))


def polarity(labels: Sequence[str]) -> Polarity:
    """The polarity of a label list; neutral if no label says anything.

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
    """The polarity of one label in [-1, 1]; None if the lexicon does not know it."""
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
