"""What the strict protocol takes for the elements of an answer: neutral, unknown words, and no others."""

from dataclasses import replace

import numpy as np

from merunibench.labels import LabelLists
from merunibench.lexicon import load_lexicon
from merunibench.protocols import NEUTRAL_BIT, Encoded, MacroF1, StrictSetF1
from merunibench.protocols.elements import categories, element_sets
from merunibench.verification import wheels_lexicon

LEXICON = load_lexicon("builtin")
WHEELS = wheels_lexicon()  # where a word may be on some wheels only
METRIC = StrictSetF1()


def sets(truth, predicted, lexicon=LEXICON):
    """Element sets of lists of labels; None where there is no prediction."""
    present = np.array([labels is not None for labels in predicted])
    fields = (truth, [labels or [] for labels in predicted])
    return element_sets(*map(LabelLists.from_fields, fields), present, lexicon, 1)


def test_a_missing_prediction_has_no_element_and_an_empty_one_is_neutral():
    _, predicted = sets([["sad"]] * 3, [None, [], ["neutral"]])
    assert predicted.sizes().tolist() == [[0, 1, 1]] * 5
    assert (predicted.sectors == np.array([0, NEUTRAL_BIT, NEUTRAL_BIT], np.uint64)).all()


def test_words_of_the_stop_list_are_no_elements():
    assert LEXICON.is_stop_word("advice")
    _, predicted = sets([["sad"]] * 2, [["advice", "sad"], ["xylophone", "sad"]])
    assert [predicted.words_of(sample) for sample in (0, 1)] == [[], ["xylophone"]]
    assert predicted.sizes().tolist() == [[1, 2]] * 5


def test_an_unknown_word_is_one_element_however_often_it_is_said():
    truth, predicted = sets([["xylophone"], ["spoon", "xylophone"]], [["xylophone"] * 3, ["spoon", "sad", "spoon"]])
    assert truth.sizes().tolist() == [[1, 2]] * 5
    assert predicted.sizes().tolist() == [[1, 2]] * 5
    assert truth.common(predicted).tolist() == [[1, 1]] * 5


def test_hits_are_null_where_the_truth_has_no_element_and_0_where_nothing_is_right():
    assert WHEELS.sectors("amused") == (None, None, "joyful", None, "joyful")
    truth, predicted = sets([["amused"]] * 2, [["sad"], ["amused"]], WHEELS)
    assert METRIC.hits(truth, predicted).T.tolist() == [[-1, -1, 0, -1, 0], [-1, -1, 1, -1, 1]]


def test_sectors_alone_are_without_neutral():
    truth, predicted = sets([["sad"], []], [["neutral", "sad"], ["neutral"]])
    official = LEXICON.sector_sets(LabelLists.from_fields([["sad"], []]), 1)
    for side in (truth, predicted):
        assert METRIC.sector_masks(side).tolist() == official.tolist()


def test_every_word_of_a_sample_is_written_and_read_again():
    truth, predicted = sets([["spoon"], ["sad"]], [["xylophone", "spoon", "ladle"], ["ladle"]])
    rows = list(METRIC.rows(Encoded(truth, predicted, LEXICON.sectors_of_wheels[1])))
    assert [row["unknown"]["truth"] for row in rows] == [["spoon"], []]
    assert [sorted(row["unknown"]["predicted"]) for row in rows] == [["ladle", "spoon", "xylophone"], ["ladle"]]


def test_samples_of_all_categories_count():
    words = [["joyful"], ["sad"], ["sad"], ["neutral"]]
    truth, predicted = sets(words, [["sad"]] * 4, WHEELS)
    truth = replace(truth, groups=categories(LabelLists.from_fields(words)))
    metric = MacroF1()
    summary = metric.summary(metric.statistics(truth, predicted).sum(axis=1))
    assert WHEELS.sectors("joyful")[3] is None
    assert summary.scored == (4, 4, 4, 3, 4)
