"""The confusion of sector sets is what its definition says, and its rows add up to the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.analysis import error_analysis
from merunibench.analysis.confusion import confusion_counts, members
from tests.oracle import errors as oracle

SECTORS = 6
sector_sets = st.frozensets(st.integers(0, SECTORS - 1))
pairs = st.lists(st.tuples(sector_sets, sector_sets), max_size=30)


def masks(sets, dtype=np.uint8):
    return np.array([sum(1 << s for s in each) for each in sets], dtype)


def counted(samples, dtype=np.uint8):
    true, predicted = (members(masks([pair[side] for pair in samples], dtype), SECTORS) for side in (0, 1))
    return confusion_counts(true, predicted)


@given(pairs, st.sampled_from([np.uint8, np.uint64]))
def test_it_agrees_with_the_definition(samples, dtype):
    counts, wrong = counted(samples, dtype)
    expected, false_alarms = oracle.confusion(samples)
    for true in range(SECTORS):
        assert wrong[true] == false_alarms[true]
        for column in range(SECTORS + 1):
            said = "nothing" if column == SECTORS else column
            assert counts[true, column] == pytest.approx(expected[true, said], abs=1e-9)


@given(pairs)
def test_rows_add_up_to_the_number_of_samples_in_which_their_sector_is_true(samples):
    counts, _ = counted(samples)
    totals = [sum(sector in true for true, _ in samples) for sector in range(SECTORS)]
    np.testing.assert_allclose(counts.sum(axis=1), totals, atol=1e-9)


@given(pairs)
def test_the_diagonal_is_the_hits_and_a_perfect_prediction_has_nothing_else(samples):
    counts, _ = counted(samples)
    assert np.diag(counts).sum() == sum(len(true & said) for true, said in samples)
    perfect, wrong = counted([(true, true) for true, _ in samples])
    assert perfect.sum() == np.diag(perfect).sum()
    assert not wrong.any()


def test_chunks_do_not_show(monkeypatch):
    samples = [({i % 6, i % 4}, {i % 5}) for i in range(50)]
    whole = counted(samples)
    monkeypatch.setattr("merunibench.analysis.confusion._CHUNK", 7)
    for left, right in zip(whole, counted(samples), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_missed_sector_is_spread_over_the_wrong_ones_and_a_hit_is_not():
    counts, wrong = counted([({0, 1}, {1, 2, 3}), ({0}, set()), ({0, 1}, {1}), (set(), {5})])
    assert counts[0].tolist() == [0, 0, 0.5, 0.5, 0, 0, 2]
    assert counts[1, 1] == 2
    assert wrong.tolist() == [0, 0, 1, 1, 0, 0]


TRUTH = {"ovmerdplus": {"a": ["happy", "angry"], "b": ["sad"], "c": ["neutral"], "d": ["scared"]}}
SAID = {"ovmerdplus": {"a": ["joyful", "sad"], "b": [], "c": ["happy"], "d": ["sad", "furious"]}}


def test_rows_are_what_is_true_and_columns_begin_with_them():
    (confusion,) = error_analysis(SAID, TRUTH, wheel=1)["ovmerdplus"].confusions
    assert confusion.wheel == 1
    assert confusion.samples == 3
    assert confusion.rows == ("mad", "sad", "happy", "scared")
    assert confusion.columns == ("mad", "sad", "happy", "scared", "nothing")
    assert confusion.counts[0] == (0, 1, 0, 0, 0)
    assert confusion.counts[1] == (0, 0, 0, 0, 1)
    assert confusion.counts[3] == (0.5, 0.5, 0, 0, 0)
    assert confusion.totals == (1, 1, 1, 1)
    assert confusion.wrong == (1, 2, 0, 0)


def test_a_sector_that_is_said_and_never_true_is_a_column_only():
    (confusion,) = error_analysis({"meld": {"x": ["joy"], "y": ["sad"]}}, {"meld": {"x": "joy", "y": "joy"}}, wheel=1)[
        "meld"
    ].confusions
    assert confusion.rows == ("happy",)
    assert confusion.columns == ("happy", "sad", "nothing")


def test_all_five_wheels_by_default():
    assert [each.wheel for each in error_analysis(SAID, TRUTH)["ovmerdplus"].confusions] == [1, 2, 3, 4, 5]


def test_polarities():
    truth = {"cmumosi": {"a": 1.0, "b": 2.0, "c": -0.5, "d": 0.0, "e": -1.0}}
    said = {"cmumosi": {"a": "positive", "b": "neutral", "c": "positive", "d": "negative"}}
    (confusion,) = error_analysis(said, truth, missing="zero")["cmumosi"].confusions
    assert confusion.wheel is None
    assert confusion.rows == ("positive", "negative")
    assert confusion.columns == ("positive", "neutral", "negative", "nothing")
    assert confusion.counts == ((1, 1, 0, 0), (1, 0, 0, 1))
    assert confusion.wrong == (1, 1, 0)
    assert confusion.samples == 4
