"""Element sets, the strict protocol's representation of labels.

Elements are sectors, `neutral`, and every label that is unknown on all wheels. Each unknown label is a separate
element, the same on all wheels, so that wrong words are penalised. `neutral` is a separate sector on every wheel, so
that neutral samples count.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from merunibench.kinds import Kind
from merunibench.labels import LabelLists
from merunibench.lexicon import Level, Lexicon
from merunibench.protocols.arithmetic import FloatArray, Masks, sizes
from merunibench.protocols.base import Encoded, Metric, Row, Rows, Samples
from merunibench.protocols.neutral import are_neutral, numbers_of_parts, read_exactly, read_parts
from merunibench.protocols.sectors import masks_of_names, sector_names
from merunibench.words import Words, unify

NEUTRAL_BIT = np.uint64(1 << 63)
"""The bit of `neutral`, above those of all sectors."""

_SECTOR_BITS = 64


@dataclass(frozen=True)
class ElementSets:
    """The elements of N samples on W wheels.

    Attributes:
        sectors: Bit masks of the sectors, including `NEUTRAL_BIT`, shape (W, N).
        words: For every unknown word and every sample that has it, sample * vocabulary + word; sorted and distinct,
            shape (T,).
        unknown: The unknown words of truth and prediction.
        groups: Number of each sample's category, shape (N,); None without categories.
    """

    sectors: npt.NDArray[np.uint64]
    words: npt.NDArray[np.int64]
    unknown: Sequence[str]
    groups: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return int(self.sectors.shape[1])

    @property
    def vocabulary(self) -> int:
        """Number of different unknown words, at least 1."""
        return max(len(self.unknown), 1)

    def words_of(self, sample: int) -> list[str]:
        """Return the unknown words of one sample."""
        first, last = np.searchsorted(self.words, [sample * self.vocabulary, (sample + 1) * self.vocabulary])
        return [self.unknown[key % self.vocabulary] for key in self.words[first:last]]

    def part(self, samples: npt.NDArray[np.bool_]) -> "ElementSets":
        """Return the sets of the samples selected by a mask of shape (N,); categories keep their numbers."""
        number, word = np.divmod(self.words, self.vocabulary)
        kept = samples[number]
        words = (np.cumsum(samples) - 1)[number[kept]] * self.vocabulary + word[kept]
        groups = None if self.groups is None else self.groups[samples]
        return replace(self, sectors=self.sectors[:, samples], words=words, groups=groups)

    def sizes(self) -> npt.NDArray[np.int64]:
        """Return the number of elements of each set, shape (W, N)."""
        words = np.bincount(self.words // self.vocabulary, minlength=len(self))
        counts: npt.NDArray[np.int64] = sizes(self.sectors) + words
        return counts

    def common(self, other: "ElementSets") -> npt.NDArray[np.int64]:
        """Return the number of elements that each sample has in both, shape (W, N)."""
        shared = np.intersect1d(self.words, other.words, assume_unique=True)
        words = np.bincount(shared // self.vocabulary, minlength=len(self))
        counts: npt.NDArray[np.int64] = sizes(self.sectors & other.sectors) + words
        return counts

    def weight_of_elements(self, wheel: int, weights: FloatArray) -> FloatArray:
        """Return the sum of the weights of the samples that have each element, shape (64 + vocabulary,).

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


class ElementMetric(Metric[ElementSets]):
    """A metric on element sets. A sample counts on a wheel if its truth has an element there."""

    chance_corrected = True

    def __init__(self, version: int = 2) -> None:
        """Set the version of the strict protocol, 1 or 2, which read labels differently."""
        self.version = version

    def encode(self, samples: Samples, lexicon: Lexicon, level: Level) -> Encoded[ElementSets]:
        """Encode all labels as element sets, with each sample's category if the truth is a class."""
        truth, labels = samples.true_labels, samples.labels
        if truth is None or labels is None:  # pragma: no cover - the loaders ensure it
            raise TypeError("no labels")
        true, predicted = element_sets(truth, labels, samples.present, lexicon, level, self.version)
        if samples.kind.truth == "class":
            true = replace(true, groups=categories(truth))
        return Encoded(true, predicted, lexicon.sectors_of_wheels[level])

    def are_neutral(self, labels: Words, lexicon: Lexicon) -> npt.NDArray[np.bool_]:
        """Return which labels count as `neutral`; from version 2 on, all spellings."""
        return super().are_neutral(labels, lexicon) if self.version == 1 else are_neutral(labels, lexicon)

    def numbers_of_parts(self, labels: Words, lexicon: Lexicon) -> npt.NDArray[np.int64]:
        """Return the number of labels that each label counts as; from version 2 on, the words that it joins."""
        return super().numbers_of_parts(labels, lexicon) if self.version == 1 else numbers_of_parts(labels, lexicon)

    def part(self, side: ElementSets, samples: npt.NDArray[np.bool_]) -> ElementSets:
        """Return the element sets of the samples selected by a mask of shape (N,)."""
        return side.part(samples)

    def hits(self, truth: ElementSets, predicted: ElementSets) -> npt.NDArray[np.int64]:
        """Return the number of elements that truth and answer share, shape (W, N); -1 if the sample does not count."""
        return np.where(truth.sizes() > 0, truth.common(predicted), -1)

    def sector_masks(self, side: ElementSets) -> Masks:
        """Return the sectors, without `neutral` and unknown words."""
        masks: Masks = side.sectors & ~NEUTRAL_BIT
        return masks

    def rows(self, encoded: Encoded[ElementSets]) -> Iterator[Row]:
        """Yield the names of the sectors on each wheel, including `neutral`, and the unknown words."""
        truth, predicted = encoded.truth, encoded.predicted
        for sample in range(len(truth)):
            yield {
                "truth": sector_names(truth.sectors[:, sample], encoded.sectors),
                "predicted": sector_names(predicted.sectors[:, sample], encoded.sectors),
                "unknown": {"truth": truth.words_of(sample), "predicted": predicted.words_of(sample)},
            }

    def decode(self, rows: Rows, kind: Kind) -> Encoded[ElementSets]:
        """Restore element sets from names and words."""
        lists = [[list(map(str, words[side])) for words in rows["unknown"]] for side in ("truth", "predicted")]
        codes: dict[str, int] = {}
        for word in itertools.chain.from_iterable(itertools.chain.from_iterable(lists)):
            codes.setdefault(word, len(codes))
        groups = np.unique(list(map(str, rows["category"])), return_inverse=True)[1] if kind.truth == "class" else None
        truth, predicted = (
            ElementSets(masks, _keys(words, codes), tuple(codes))
            for masks, words in zip(masks_of_names(rows), lists, strict=True)
        )
        return Encoded(replace(truth, groups=groups), predicted)


def element_sets(
    truth: LabelLists,
    predicted: LabelLists,
    present: npt.NDArray[np.bool_],
    lexicon: Lexicon,
    level: Level,
    version: int = 2,
) -> tuple[ElementSets, ElementSets]:
    """Return the element sets of truth and prediction under the strict protocol.

    In addition to sectors, a set contains `neutral` and unknown words; stop words of the lexicon are omitted. An empty
    list of labels means `neutral`; a sample without a prediction has the empty set.

    Args:
        truth: True labels of N samples.
        predicted: Predicted labels of the same samples.
        present: Whether each sample has a prediction, shape (N,).
        lexicon: Words -> sectors.
        level: Wheel level.
        version: How labels are read: 1, unchanged; 2, with all spellings of `neutral`, and joined labels split.
    """
    # Version 1 ignored emoji, because labels without a letter were dropped when they were read.
    sides = [lists.without_signs(emoji=False) if version == 1 else lists for lists in (truth, predicted)]
    readings = [(read_exactly if version == 1 else read_parts)(lists.vocabulary, lexicon) for lists in sides]
    words, codes = unify([reading.words for reading in readings])
    sets = []
    for lists, there, reading, codes_of_words in zip(sides, (True, present), readings, codes, strict=True):
        samples, labels = lists.flatten()
        is_neutral = lists.counts() == 0
        is_neutral[samples[reading.neutral[labels]]] = True
        sectors = lexicon.sector_sets(lists, level).astype(np.uint64)
        sectors[:, is_neutral & there] |= NEUTRAL_BIT
        mentions, positions = reading.words_of(labels)
        keys = np.unique(samples[mentions] * max(len(words), 1) + codes_of_words[positions])
        sets.append(ElementSets(sectors, keys, words))
    return sets[0], sets[1]


def categories(truth: LabelLists) -> npt.NDArray[np.int64]:
    """Return the number of each sample's category, if every sample has one word; shape (N,)."""
    words = truth.codes[truth.offsets[truth.rows]]
    return np.unique(words, return_inverse=True)[1].astype(np.int64)


def _keys(lists: Sequence[Sequence[str]], codes: Mapping[str, int]) -> npt.NDArray[np.int64]:
    """Encode the words of each sample as in `ElementSets.words`."""
    vocabulary = max(len(codes), 1)
    return np.unique(
        [sample * vocabulary + codes[word] for sample, words in enumerate(lists) for word in words]
    ).astype(np.int64)
