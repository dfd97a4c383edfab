"""Label lists as sets on the wheels, for single samples or batches, from which rewards are computed.

The sets are the same as in scoring (`protocols.sectors`, `protocols.elements`): sectors with the official protocol;
with the strict one also `neutral`, and words that are on no wheel. Each word is looked up once and cached; a set is
then an `or` of integers.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from merunibench.labels import normalise_label
from merunibench.lexicon import Level, Lexicon
from merunibench.protocols.neutral import read_parts
from merunibench.words import Words

_MOST_WORDS = 1 << 17
"""Number of cached words, the same as a lexicon caches for labels outside its table."""
_WIDTH = {1: 8, 2: 64}
"""Bits per wheel by level; at level 1, eight wheels fit into 64 bits."""

FloatArray = npt.NDArray[np.float64]


class LabelSet(NamedTuple):
    """The labels of one sample.

    Attributes:
        bits: Its sectors, wheel by wheel, followed by a bit for `neutral`.
        unknown: Words that are on no wheel.
        labels: Number of distinct labels.
        unknown_labels: Number of labels that only consist of such words.
        extra: Number of elements that count on every wheel: `neutral` and unknown words.
    """

    bits: int
    unknown: frozenset[str]
    labels: int
    unknown_labels: int
    extra: int


class Figures(NamedTuple):
    """Comparison of an answer with the truth, as means over the wheels on which the truth has an element.

    Attributes:
        precision: Share of the answer's elements that are in the truth.
        recall: Share of the truth's elements that are in the answer.
        f: Twice the number of common elements divided by the number of elements of both.
        hit: Share of these wheels with a common element.
    """

    precision: float
    recall: float
    f: float
    hit: float


_NOTHING: frozenset[str] = frozenset()


class _Tables(NamedTuple):
    """Cache of looked-up labels, by their spelling.

    Attributes:
        bits: The sectors and `neutral` of each label, and a flag if it contains words that are on no wheel.
        unknown: These words.
        spellings: The normalised form of labels that are not normalised.
    """

    bits: dict[str, int]
    unknown: dict[str, tuple[str, ...]]
    spellings: dict[str, str]


class Sets:
    """Converts label lists to sets with one lexicon and level. It can be shared between threads."""

    def __init__(self, lexicon: Lexicon, level: Level, *, strict: bool) -> None:
        """Create it with an empty cache.

        Args:
            lexicon: The lexicon that maps words to sectors.
            level: Level of the wheels.
            strict: Whether `neutral`, and words that are on no wheel, are elements.
        """
        self._lexicon, self._level, self._strict = lexicon, level, strict
        self._width, self._wheels = _WIDTH[level], lexicon.n_wheels
        self._shifts = range(0, self._width * self._wheels, self._width)
        self._full = (1 << self._width) - 1
        self._neutral = 1 << (self._width * self._wheels)
        self._flag = self._neutral << 1
        self._tables = _Tables({}, {}, {})

    def learn(self, labels: Iterable[str]) -> _Tables:
        """Look up all new labels together; return tables that contain all labels."""
        labels, tables = dict.fromkeys(labels), self._tables
        new = [label for label in labels if label not in tables.bits]
        if len(tables.bits) + len(new) > _MOST_WORDS:
            # Replace the tables instead of clearing them: another thread may be reading the old ones.
            new, tables = list(labels), _Tables({}, {}, {})
            self._tables = tables
        if new:
            self._look_up(new, tables)
        return tables

    def _look_up(self, labels: Sequence[str], tables: _Tables) -> None:
        """Add labels to tables, with the same functions as scoring."""
        words = Words.of([normalise_label(label) for label in labels])
        reading = read_parts(words, self._lexicon)
        unknown: dict[int, list[str]] = {}
        for place, word in zip(reading.labels.tolist(), reading.words, strict=True):
            unknown.setdefault(place, []).append(word)
        masks = self._lexicon.masks(words, self._level).tolist()
        rows = zip(labels, words, masks, reading.neutral.tolist(), strict=True)
        for place, (label, normal, sectors, is_neutral) in enumerate(rows):
            if label != normal:
                tables.spellings[label] = normal
            if place in unknown:
                tables.unknown[label] = tuple(unknown[place])
            bits = sum(mask << shift for mask, shift in zip(sectors, self._shifts, strict=True))
            # Set this last: a label in this table is complete in all tables.
            tables.bits[label] = bits | self._neutral * is_neutral | self._flag * (place in unknown)

    def of(self, labels: Sequence[str], *, none_is_neutral: bool = False) -> LabelSet:
        """Return the set of the labels of one sample.

        Args:
            labels: The labels.
            none_is_neutral: Whether an empty list means `neutral`, as for truths.
        """
        tables, distinct = self._tables, set(labels)
        try:
            bits = reduce(or_, map(tables.bits.__getitem__, distinct), 0)
        except KeyError:
            tables = self.learn(labels)
            bits = reduce(or_, map(tables.bits.__getitem__, distinct), 0)
        number = len(distinct)
        if tables.spellings and not distinct.isdisjoint(tables.spellings):
            number = len({tables.spellings.get(label, label) for label in distinct})
        unknown, silent = _NOTHING, 0
        if bits >= self._flag:
            found = tables.unknown.keys() & distinct
            unknown = frozenset(word for label in found for word in tables.unknown[label])
            silent = len({tables.spellings.get(label, label) for label in found if tables.bits[label] == self._flag})
            bits ^= self._flag
        if not self._strict:
            return LabelSet(bits & (self._neutral - 1), _NOTHING, number, silent, 0)
        if none_is_neutral and not labels:
            bits = self._neutral
        return LabelSet(bits, unknown, number, silent, len(unknown) + (bits >= self._neutral))

    def compare(self, answer: LabelSet, truth: LabelSet) -> Figures | None:
        """Return precision, recall, F1 and hit of one sample; None if its truth is on no wheel.

        Source: per-sample form of the set-level F1 of docs/metric.md.
        """
        extra = 0
        if answer.extra and truth.extra:
            extra = len(answer.unknown & truth.unknown) + bool(answer.bits & truth.bits & self._neutral)
        both = answer.bits & truth.bits
        precision = recall = f = hit = 0.0
        counted = 0
        for shift in self._shifts:
            true = (truth.bits >> shift & self._full).bit_count() + truth.extra
            if not true:
                continue
            counted += 1
            common = (both >> shift & self._full).bit_count() + extra
            if common:
                said = (answer.bits >> shift & self._full).bit_count() + answer.extra
                precision += common / said
                recall += common / true
                f += 2 * common / (said + true)
                hit += 1
        return Figures(precision / counted, recall / counted, f / counted, hit / counted) if counted else None

    def compare_all(self, answers: Sequence[LabelSet], truths: Sequence[LabelSet]) -> FloatArray:
        """Return bitwise the same for N samples, shape (4, N); NaN if the truth is on no wheel."""
        said, true = self._sectors(answers), self._sectors(truths)
        more_said, more_true = (np.array([each.extra for each in sets]) for sets in (answers, truths))
        more = np.zeros(len(answers), int)
        for place in np.flatnonzero((more_said > 0) & (more_true > 0)).tolist():
            answer, truth = answers[place], truths[place]
            more[place] = len(answer.unknown & truth.unknown) + bool(answer.bits & truth.bits & self._neutral)
        sums, counted = np.zeros((len(Figures._fields), len(answers))), np.zeros(len(answers))
        for guess, wheel in zip(said, true, strict=True):
            sizes, common = np.bitwise_count(guess) + more_said, np.bitwise_count(guess & wheel) + more
            true_sizes = np.bitwise_count(wheel) + more_true
            # Without true elements there are no common ones, and the sums do not change.
            divisors = np.maximum([sizes, true_sizes, (sizes + true_sizes) / 2], 0.5)
            sums += [*(common / divisors), common > 0]
            counted += true_sizes > 0
        return np.where(counted > 0, sums / np.maximum(counted, 1), np.nan)

    def jaccard(self, one: LabelSet, other: LabelSet) -> float:
        """Return common elements over all elements, averaged over the wheels that have any; 0 if there are none."""
        extra = len(one.unknown & other.unknown) + bool(one.bits & other.bits & self._neutral)
        total = counted = 0.0
        for shift in self._shifts:
            common = (one.bits & other.bits) >> shift & self._full
            either = (one.bits | other.bits) >> shift & self._full
            size = either.bit_count() + one.extra + other.extra - extra
            counted += size > 0
            total += (common.bit_count() + extra) / size if size else 0.0
        return total / counted if counted else 0.0

    def _sectors(self, sets: Sequence[LabelSet]) -> npt.NDArray[np.unsignedinteger]:
        """Return the sectors of N samples as masks, shape (W, N)."""
        if self._level == 1:
            packed = np.array([each.bits & _LAST_64 for each in sets], "<u8")
            if self._neutral <= _LAST_64:
                packed &= np.uint64(self._neutral - 1)
            return np.ascontiguousarray(packed.view(np.uint8).reshape(-1, 8)[:, : self._wheels].T)
        return np.array([[each.bits >> shift & self._full for each in sets] for shift in self._shifts], np.uint64)


_LAST_64 = (1 << 64) - 1
