"""The labels of a data set in a lexicon, looked up once per word: known or not, concept, sectors."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from merunibench.curation.filters.base import Mask
from merunibench.kinds import NEUTRAL
from merunibench.labels import LabelLists
from merunibench.lexicon import Lexicon


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The V labels of N rows.

    Attributes:
        lists: The labels of each row.
        words: The labels.
        known: Which labels have a sector on a wheel, or are `neutral`, shape (V,).
        concept: Number of each label's concept, -1 for unknown ones, shape (V,).
        masks: Sectors of each label on each wheel, shape (V, W).
        sets: Sectors of each row on each wheel, shape (W, N).
        sectors: Names of the sectors of each wheel.
    """

    lists: LabelLists
    words: npt.NDArray[np.object_]
    known: Mask
    concept: npt.NDArray[np.int64]
    masks: npt.NDArray[np.uint64]
    sets: npt.NDArray[np.unsignedinteger]
    sectors: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, lists: LabelLists, lexicon: Lexicon) -> "Vocabulary":
        """Return the vocabulary of label lists."""
        words = np.array([*lists.vocabulary, ""], object)[:-1]
        known = lexicon.known(lists.vocabulary) | np.array([word == NEUTRAL for word in words], bool)
        numbers: dict[str, int] = {}
        concepts = [
            numbers.setdefault(concept_of(word, lexicon), len(numbers)) if fits else -1
            for word, fits in zip(words, known, strict=True)
        ]
        sets = lexicon.sector_sets(lists)
        masks = lexicon.masks(lists.vocabulary)
        return cls(lists, words, known, np.array(concepts, np.int64), masks, sets, lexicon.sectors_of_wheels[1])

    def counts(self, chosen: Mask) -> npt.NDArray[np.int64]:
        """Return how often each label occurs in the chosen rows, shape (V,)."""
        return self.lists.take(np.flatnonzero(chosen)).label_counts()

    def sector_counts(self, chosen: Mask, wheel: int) -> npt.NDArray[np.int64]:
        """Return how many of the chosen rows have each sector of a wheel, shape (S,)."""
        sets = self.sets[wheel][chosen]
        bits = [np.count_nonzero(sets & sets.dtype.type(1 << bit)) for bit in range(len(self.sectors[wheel]))]
        return np.array(bits, np.int64)

    @property
    def wheels(self) -> range:
        """The wheels, counted from 0."""
        return range(len(self.sectors))


def concept_of(label: str, lexicon: Lexicon) -> str:
    """Return the concept of a known label: that of the builtin lexicon, else the word that the lexicon lists."""
    words = lexicon.words_of(label)
    word = words[0] if words else label
    found = lexicon.fallback.concept_of(word) if lexicon.fallback else None
    return found or word
