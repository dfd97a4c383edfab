"""What a metric takes as truth and prediction: label lists as sector sets, or as the strict protocol's element sets."""

import numpy as np
import numpy.typing as npt

from merunibench.labels import LabelLists, Words, unify
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
    sides = (truth, predicted)
    unknown = [_unknown_labels(lists.vocabulary, lexicon) for lists in sides]
    words, codes = unify([lists.vocabulary.take(labels) for lists, labels in zip(sides, unknown, strict=True)])
    sets = []
    for lists, there, labels, codes_of_labels in zip(sides, (True, present), unknown, codes, strict=True):
        sectors = lexicon.sector_sets(lists, level).astype(np.uint64)
        neutral = (_has_word(lists, NEUTRAL) | (lists.counts() == 0)) & there
        sectors[:, neutral] |= NEUTRAL_BIT
        of_vocabulary = np.full(len(lists.vocabulary) + 1, -1)
        of_vocabulary[labels] = codes_of_labels
        samples, label = lists.flatten()
        word = of_vocabulary[label]
        keys = np.unique((samples * max(len(words), 1) + word)[word >= 0])
        sets.append(ElementSets(sectors, keys, words))
    return sets[0], sets[1]


def categories(truth: LabelLists) -> npt.NDArray[np.int64]:
    """Number of each sample's category, where every sample has one word; shape (N,)."""
    words = truth.codes[truth.offsets[truth.rows]]
    return np.unique(words, return_inverse=True)[1].astype(np.int64)


def _unknown_labels(vocabulary: Words, lexicon: Lexicon) -> npt.NDArray[np.intp]:
    """Positions of the labels that no wheel knows."""
    accounted = lexicon.known(vocabulary) | vocabulary.equal(NEUTRAL) | lexicon.are_stop_words(vocabulary)
    return np.flatnonzero(~accounted)


def _has_word(lists: LabelLists, word: str) -> Present:
    """Whether each sample has a label, shape (N,)."""
    found = np.zeros(len(lists), bool)
    samples, labels = lists.flatten()
    found[samples[lists.vocabulary.equal(word)[labels]]] = True
    return found
