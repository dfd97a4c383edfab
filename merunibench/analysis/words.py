"""Which words cost the score: wrongly predicted, unknown to the lexicon, missed."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from merunibench.evaluation import SampleScores
from merunibench.labels import LabelLists, Words
from merunibench.lexicon import Level, Lexicon
from merunibench.report.error_analysis import Example, WordErrors

_EXAMPLES = 3
_NEUTRAL = "neutral"


class Mentions(NamedTuple):
    """Which word stands in which sample, each pair once.

    Attributes:
        samples: Sample of each mention, ascending, shape (T,).
        codes: Word of each mention, an index into `vocabulary`, shape (T,).
        vocabulary: The distinct words.
    """

    samples: npt.NDArray[np.int64]
    codes: npt.NDArray[np.int64]
    vocabulary: Words


class WordTables(NamedTuple):
    """The three rankings of words, the most frequent first."""

    wrong: tuple[WordErrors, ...]
    unknown: tuple[WordErrors, ...]
    missed: tuple[WordErrors, ...]


def word_errors(scores: SampleScores, lexicon: Lexicon, level: Level, wheels: Sequence[int], limit: int) -> WordTables:
    """Rank wrong, unknown and missed words.

    On a wheel, over the samples that count there, with true sectors G and predicted sectors P: a predicted word is
    wrong if it has a sector and that is not in G; a true word is missed if it has a sector and that is not in P. Counts
    are averaged over `wheels`. A word that a sample holds twice counts once. A word is unknown if it has a sector on no
    wheel at all, whichever wheels are analysed, and is not `neutral`; there, all samples count.

    Args:
        scores: The samples; sentiment has no words.
        lexicon: The lexicon they were scored with.
        level: The wheel level they were scored with.
        wheels: The wheels to average over, 1 to 5.
        limit: Most words in a ranking.
    """
    if scores.labels is None or scores.truth.labels is None:
        return WordTables((), (), ())
    said, true = mentions(scores.labels), mentions(scores.truth.labels)
    counted = scores.true_sectors != 0
    wrong = _off_target(said, scores.true_sectors, counted, lexicon, level, wheels)
    missed = _off_target(true, scores.predicted_sectors, counted, lexicon, level, wheels)
    known = lexicon.known(said.vocabulary) | said.vocabulary.equal(_NEUTRAL)
    unknown = (~known)[said.codes].astype(np.int64)
    ranking = _Ranking(scores, lexicon, level, wheels, limit)
    return WordTables(
        ranking.of(said, *wrong, len(wheels)),
        ranking.of(said, unknown, unknown, 1),
        ranking.of(true, *missed, len(wheels)),
    )


def mentions(lists: LabelLists) -> Mentions:
    """Every word of every sample, once."""
    first: dict[str, int] = {}
    canonical = np.array([first.setdefault(word, code) for code, word in enumerate(lists.vocabulary)], np.int64)
    lengths = lists.counts()
    samples = np.repeat(np.arange(len(lists)), lengths)
    within = np.arange(len(samples)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    codes = lists.codes[lists.offsets[lists.rows[samples]] + within]
    words = max(len(lists.vocabulary), 1)
    pairs = np.unique(samples * words + canonical[codes]) if len(codes) else np.zeros(0, np.int64)
    return Mentions(pairs // words, pairs % words, lists.vocabulary)


def _off_target(
    found: Mentions,
    target: npt.NDArray[Any],
    counted: npt.NDArray[np.bool_],
    lexicon: Lexicon,
    level: Level,
    wheels: Sequence[int],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """On how many wheels each mention's sector is not in the target set, and on how many it could be; each (T,)."""
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


class _Ranking:
    """Turns counts of mentions into ranked words with examples."""

    def __init__(self, scores: SampleScores, lexicon: Lexicon, level: Level, wheels: Sequence[int], limit: int) -> None:
        self.scores, self.lexicon, self.level, self.wheels, self.limit = scores, lexicon, level, wheels, limit

    def of(
        self, found: Mentions, errors: npt.NDArray[np.int64], eligible: npt.NDArray[np.int64], divisor: int
    ) -> tuple[WordErrors, ...]:
        """The words with the most errors; of equal ones the alphabetically first."""
        size = len(found.vocabulary)
        count = np.bincount(found.codes, weights=errors, minlength=size)
        total = np.bincount(found.codes, weights=eligible, minlength=size)
        order = sorted(np.flatnonzero(count).tolist(), key=lambda code: (-count[code], found.vocabulary[code]))
        return tuple(
            WordErrors(
                word=found.vocabulary[code],
                sectors=self._sectors(found.vocabulary[code]),
                count=float(count[code] / divisor),
                total=float(total[code] / divisor),
                examples=self._examples(found, errors, code),
            )
            for code in order[: self.limit]
        )

    def _sectors(self, word: str) -> tuple[str | None, ...]:
        sectors = self.lexicon.sectors(word, self.level)
        return tuple(sectors[wheel - 1] for wheel in self.wheels)

    def _examples(self, found: Mentions, errors: npt.NDArray[np.int64], code: int) -> tuple[Example, ...]:
        places = np.flatnonzero((found.codes == code) & (errors > 0))
        worst = places[np.argsort(-errors[places], kind="stable")][:_EXAMPLES]
        return tuple(self._example(int(found.samples[place])) for place in worst)

    def _example(self, sample: int) -> Example:
        truth, said = self.scores.truth, self.scores.labels
        true = truth.labels[sample] if truth.labels is not None else []
        predicted = said[sample] if said is not None else []
        return Example(str(truth.names[sample].as_py()), tuple(true), tuple(predicted))
