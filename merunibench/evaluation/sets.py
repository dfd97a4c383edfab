"""What a metric takes as truth and prediction: label lists as sector sets, or as the strict protocol's element sets."""

import numpy as np
import numpy.typing as npt

from merunibench.labels import LabelLists
from merunibench.lexicon import Level, Lexicon
from merunibench.metrics import NEUTRAL_BIT, ElementSets

NEUTRAL = "neutral"

Present = npt.NDArray[np.bool_]


def element_sets(
    truth: LabelLists, predicted: LabelLists, present: Present, lexicon: Lexicon, level: Level
) -> tuple[ElementSets, ElementSets]:
    """The strict protocol's sets of truth and prediction.

    Besides sectors, a set holds `neutral` and the labels that no wheel knows; words of the lexicon's stop list are left
    out. An empty list of labels means `neutral`; a sample without a prediction has the empty set.

    Args:
        truth: True labels of N samples.
        predicted: Predicted labels of the same samples.
        present: Whether each sample has a prediction, shape (N,).
        lexicon: Words -> sectors.
        level: Wheel level.
    """
    codes: dict[str, int] = {}
    keys = [_unknown_words(lists, lexicon, codes) for lists in (truth, predicted)]
    vocabulary = max(len(codes), 1)
    sets = []
    for lists, there, (samples, words) in zip(
        (truth, predicted), (np.ones(len(truth), bool), present), keys, strict=True
    ):
        sectors = lexicon.sector_sets(lists, level).astype(np.uint64)
        neutral = (_has_word(lists, NEUTRAL) | (lists.counts() == 0)) & there
        sectors[:, neutral] |= NEUTRAL_BIT
        sets.append(ElementSets(sectors, np.unique(samples * vocabulary + words), tuple(codes)))
    return sets[0], sets[1]


def categories(truth: LabelLists) -> npt.NDArray[np.int64]:
    """Number of each sample's category, where every sample has one word; shape (N,)."""
    words = truth.codes[truth.offsets[truth.rows]]
    return np.unique(words, return_inverse=True)[1].astype(np.int64)


def _unknown_words(
    lists: LabelLists, lexicon: Lexicon, codes: dict[str, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Sample and code of every label that no wheel knows; `codes` remembers each word's code."""
    known = lexicon.known(lists.vocabulary)
    of_vocabulary = np.array(
        [
            -1 if there or word == NEUTRAL or lexicon.is_stop_word(word) else codes.setdefault(word, len(codes))
            for word, there in zip(lists.vocabulary, known, strict=True)
        ],
        np.int64,
    )
    samples, labels = lists.flatten()
    words = of_vocabulary[labels] if len(labels) else np.zeros(0, np.int64)
    return samples[words >= 0], words[words >= 0]


def _has_word(lists: LabelLists, word: str) -> Present:
    """Whether each sample has a label, shape (N,)."""
    found = np.zeros(len(lists), bool)
    samples, labels = lists.flatten()
    # A vocabulary holds a word twice where empty lists of the truth were replaced by it.
    codes = [code for code, each in enumerate(lists.vocabulary) if each == word]
    found[samples[np.isin(labels, codes)]] = True
    return found
