"""Sets of elements for the strict protocol: sectors, `neutral`, and every label that no wheel knows.

A label that no wheel knows is an element of its own, the same on all wheels, so that wrong words cost something;
`neutral` is a sector of its own on every wheel, so that neutral samples count.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from merunibench.metrics.base import FloatArray, sizes

NEUTRAL_BIT = np.uint64(1 << 63)
"""The bit of `neutral`: above every sector's."""

_SECTOR_BITS = 64


@dataclass(frozen=True)
class ElementSets:
    """The elements of N samples on W wheels.

    Attributes:
        sectors: Bit masks of the sectors, `NEUTRAL_BIT` among them, shape (W, N).
        words: For every word that no wheel knows and every sample that has it, sample * vocabulary + word; sorted and
            distinct, shape (T,).
        unknown: The words that truth and prediction draw from.
        groups: Number of each sample's category, shape (N,); None where there are none.
    """

    sectors: npt.NDArray[np.uint64]
    words: npt.NDArray[np.int64]
    unknown: Sequence[str]
    groups: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return int(self.sectors.shape[1])

    @property
    def vocabulary(self) -> int:
        """Number of different words that no wheel knows, at least 1."""
        return max(len(self.unknown), 1)

    def words_of(self, sample: int) -> list[str]:
        """The words of one sample that no wheel knows."""
        first, last = np.searchsorted(self.words, [sample * self.vocabulary, (sample + 1) * self.vocabulary])
        return [self.unknown[key % self.vocabulary] for key in self.words[first:last]]

    def sizes(self) -> npt.NDArray[np.int64]:
        """Number of elements of each set, shape (W, N)."""
        words = np.bincount(self.words // self.vocabulary, minlength=len(self))
        counts: npt.NDArray[np.int64] = sizes(self.sectors) + words
        return counts

    def common(self, other: "ElementSets") -> npt.NDArray[np.int64]:
        """Number of elements that each sample has in both, shape (W, N)."""
        shared = np.intersect1d(self.words, other.words, assume_unique=True)
        words = np.bincount(shared // self.vocabulary, minlength=len(self))
        counts: npt.NDArray[np.int64] = sizes(self.sectors & other.sectors) + words
        return counts

    def weight_of_elements(self, wheel: int, weights: FloatArray) -> FloatArray:
        """Sum of the weights of the samples that have each element, shape (64 + vocabulary,).

        With weights w of the truth and v of the prediction, the dot product of two such vectors is the sum of
        w_a · v_b · |a ∩ b| over all pairs of a true set a and a predicted set b.
        """
        mask = self.sectors[wheel]
        used = int(np.bitwise_or.reduce(mask, initial=np.uint64(0)))
        of_bits = np.zeros(_SECTOR_BITS)
        for bit in range(_SECTOR_BITS):
            if used >> bit & 1:
                of_bits[bit] = weights[(mask & np.uint64(1 << bit)) != 0].sum()
        sample, word = np.divmod(self.words, self.vocabulary)
        return np.concatenate([of_bits, np.bincount(word, weights=weights[sample], minlength=self.vocabulary)])
