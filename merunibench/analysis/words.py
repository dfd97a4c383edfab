"""The words that cost score: wrongly predicted, unknown to the lexicon, or missed."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from merunibench.kinds import NEUTRAL
from merunibench.labels import LabelLists
from merunibench.lexicon import Level, Lexicon
from merunibench.report.error_analysis import Example, WordErrors
from merunibench.scoring import SampleScores
from merunibench.words import Words

_EXAMPLES = 3

Counts = npt.NDArray[np.int64]
"""A number for each mention, shape (T,)."""


class Mentions(NamedTuple):
    """The occurrences of words in samples, without repetition.

    Attributes:
        samples: Sample of each mention, ascending, shape (T,).
        codes: Word of each mention, an index into `vocabulary`, shape (T,).
        vocabulary: The distinct words.
    """

    samples: npt.NDArray[np.int64]
    codes: npt.NDArray[np.int32]
    vocabulary: Words


class WordTables(NamedTuple):
    """The three rankings of words, most frequent first."""

    wrong: tuple[WordErrors, ...]
    unknown: tuple[WordErrors, ...]
    missed: tuple[WordErrors, ...]


def word_errors(
    scores: SampleScores,
    lexicon: Lexicon,
    level: Level,
    wheels: Sequence[int],
    limit: int,
    *,
    examples: int = _EXAMPLES,
) -> WordTables:
    """Rank wrong, unknown and missed words.

    On a wheel, over the samples scored there, with true sectors G and predicted sectors P: a predicted word is wrong if
    it has a sector that is not in G; a true word is missed if it has a sector that is not in P. Counts are averaged
    over `wheels`. A word that occurs twice in a sample counts once. A word is unknown if it has no sector on any wheel,
    whichever wheels are analysed, and is not `neutral`; for unknown words, all samples count.

    Args:
        scores: The samples; sentiment has no words.
        lexicon: The lexicon they were scored with.
        level: The wheel level they were scored with.
        wheels: The wheels to average over, counted from 1.
        limit: Maximum number of words in a ranking.
        examples: Maximum number of examples of a word.
    """
    labels, true_labels = scores.labels, scores.true_labels
    if labels is None or true_labels is None or not scores.encoded.sectors:
        return WordTables((), (), ())
    said, true = mentions(labels), mentions(true_labels)
    counted = scores.true_sectors != 0
    wrong = _off_target(said, scores.true_sectors, counted, lexicon, level, wheels)
    missed = _off_target(true, scores.predicted_sectors, counted, lexicon, level, wheels)
    known = lexicon.known(said.vocabulary) | said.vocabulary.equal(NEUTRAL)
    unknown = (~known)[said.codes].astype(np.int64)

    def example(sample: int) -> Example:
        return Example(str(scores.names[sample].as_py()), tuple(true_labels[sample]), tuple(labels[sample]))

    def ranked(found: Mentions, errors: Counts, eligible: Counts, divisor: int) -> tuple[WordErrors, ...]:
        return tuple(
            WordErrors(
                word=word,
                sectors=tuple(each for wheel, each in enumerate(lexicon.sectors(word, level), 1) if wheel in wheels),
                count=count / divisor,
                total=total / divisor,
                examples=tuple(map(example, samples)),
            )
            for word, count, total, samples in _most_frequent(found, errors, eligible, limit, examples)
        )

    return WordTables(
        ranked(said, *wrong, len(wheels)), ranked(said, unknown, unknown, 1), ranked(true, *missed, len(wheels))
    )


def mentions(lists: LabelLists) -> Mentions:
    """Return every word of every sample, without repetition."""
    first: dict[str, int] = {}
    canonical = np.array([first.setdefault(word, code) for code, word in enumerate(lists.vocabulary)], np.int64)
    words, distinct = max(len(lists.vocabulary), 1), np.arange(len(lists.offsets))
    pairs = np.unique(np.repeat(distinct[:-1], np.diff(lists.offsets)) * words + canonical[lists.codes])
    offsets = np.searchsorted(pairs, distinct * words)
    samples, codes = LabelLists(lists.vocabulary, (pairs % words).astype(np.int32), offsets, lists.rows).flatten()
    return Mentions(samples, codes, lists.vocabulary)


def _off_target(
    found: Mentions,
    target: npt.NDArray[Any],
    counted: npt.NDArray[np.bool_],
    lexicon: Lexicon,
    level: Level,
    wheels: Sequence[int],
) -> tuple[Counts, Counts]:
    """The number of wheels on which each mention's sector is not in the target set, and could be; each (T,)."""
    indices = lexicon.indices(found.vocabulary, level) if found.vocabulary else np.zeros((0, 5), np.int8)
    off, eligible = np.zeros((2, len(found.codes)), np.int64)
    for wheel in wheels:
        sector = indices[found.codes, wheel - 1]
        counts = counted[wheel - 1, found.samples] & (sector >= 0)
        bits = np.left_shift(np.uint64(1), np.maximum(sector, 0).astype(np.uint64))
        hit = (target[wheel - 1, found.samples].astype(np.uint64) & bits) != 0
        off += counts & ~hit
        eligible += counts
    return off, eligible


def _most_frequent(
    found: Mentions, errors: Counts, eligible: Counts, limit: int, examples: int
) -> Iterator[tuple[str, float, float, list[int]]]:
    """Yield the words with the most errors; ties are in alphabetical order.

    Yields:
        The word, its errors, the possible errors, and the first samples with the most of them.
    """
    size = len(found.vocabulary)
    count = np.bincount(found.codes, weights=errors, minlength=size)
    total = np.bincount(found.codes, weights=eligible, minlength=size)
    wrong = np.flatnonzero(count)
    if len(wrong) > limit > 0:  # looking up a word is slow: only candidates for the top of the ranking
        wrong = wrong[count[wrong] >= np.partition(count[wrong], -limit)[-limit]]
    order = sorted(wrong.tolist(), key=lambda code: (-count[code], found.vocabulary[code]))
    for code in order[:limit]:
        places = np.flatnonzero((found.codes == code) & (errors > 0))
        worst = places[np.argsort(-errors[places], kind="stable")][:examples]
        yield found.vocabulary[code], float(count[code]), float(total[code]), found.samples[worst].tolist()
