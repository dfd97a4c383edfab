"""The fast metrics agree with the slow, obvious ones on random label lists."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from merunibench.labels import LabelLists
from merunibench.lexicon import compile_lexicon, load_wheels
from merunibench.protocols import HitRate, SetF1, WeightedF1
from tests.oracle import metrics as oracle
from tests.strategies import WHEEL_WORDS, label_lists

WHEELS = load_wheels()
LEXICON = compile_lexicon(
    "wheels",
    {level: [wheel.placement(level) for wheel in WHEELS] for level in (1, 2)},
    {level: [wheel.sector_names(level) for wheel in WHEELS] for level in (1, 2)},
    {},
)
PLACEMENTS = {level: [wheel.placement(level) for wheel in WHEELS] for level in (1, 2)}
samples = st.lists(st.tuples(label_lists, label_lists), min_size=1, max_size=12)
levels = st.sampled_from((1, 2))


def sector_at(level):
    return lambda word, wheel: PLACEMENTS[level][wheel].get(word)


def sets(lists, level):
    return LEXICON.sector_sets(LabelLists.from_fields(lists), level)


def summary(metric, truth, predicted, level):
    return metric.summary(metric.statistics(sets(truth, level), sets(predicted, level)).sum(axis=1))


@given(samples, levels)
def test_fine_grained(pairs, level):
    truth, predicted = map(list, zip(*pairs, strict=True))
    expected = oracle.fine_grained(truth, predicted, sector_at(level))
    found = summary(SetF1(), truth, predicted, level)
    if expected is None:
        assert np.isnan(found.metrics["f"])
        assert set(found.scored) == {0}
    else:
        assert found.metrics == pytest.approx(expected, abs=1e-12)


@given(
    st.lists(st.tuples(st.sampled_from([*WHEEL_WORDS[:30], "neutral"]), label_lists), min_size=1, max_size=12), levels
)
def test_basic(pairs, level):
    truth, predicted = map(list, zip(*pairs, strict=True))
    expected = oracle.basic(truth, predicted, sector_at(level))
    found = summary(HitRate(), [[word] for word in truth], predicted, level)
    if expected is None:
        assert np.isnan(found.metrics["hit_rate"])
    else:
        assert found.metrics == pytest.approx(expected, abs=1e-12)


@given(
    st.lists(
        st.tuples(st.sampled_from([-3.0, -0.2, 0.0, -0.0, 0.4, 2.6]), st.sampled_from([-1, 0, 1])),
        min_size=1,
        max_size=20,
    )
)
def test_sentiment_agrees_with_the_oracle_and_with_scikit_learn(pairs):
    values, polarity = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs], np.int8)
    metric = WeightedF1()
    found = metric.summary(metric.statistics(values, polarity).sum(axis=1))
    counts = values != 0
    if not counts.any():
        assert np.isnan(found.metrics["waf"])
        return
    words = [{1: "Positive ", 0: "neutral", -1: "negative"}[p] for p in polarity.tolist()]
    assert found.metrics == pytest.approx(oracle.sentiment(values.tolist(), words), abs=1e-12)
    truth, guess = values[counts] > 0, polarity[counts] > 0
    assert found.metrics["waf"] == pytest.approx(
        f1_score(truth, guess, labels=[False, True], average="weighted", zero_division=0), abs=1e-12
    )
    assert found.metrics["accuracy"] == pytest.approx(accuracy_score(truth, guess), abs=1e-12)


@given(samples, levels)
def test_chance_quantities_are_the_means_over_all_pairs(pairs, level):
    truth, predicted = map(list, zip(*pairs, strict=True))
    sector = sector_at(level)
    expected = SetF1().expected_under_shuffling(sets(truth, level), sets(predicted, level)).reshape(5, 3)
    for wheel in range(5):
        counted = [(oracle.sectors(g, wheel, sector), oracle.sectors(p, wheel, sector)) for g, p in pairs]
        counted = [(g, p) for g, p in counted if g]
        assert expected[wheel, 0] == len(counted)
        if counted:
            true, guess = zip(*counted, strict=True)
            precision = oracle.shuffled_means(true, guess, lambda g, p: len(g & p) / len(p) if p else 0)
            recall = oracle.shuffled_means(true, guess, lambda g, p: len(g & p) / len(g))
            assert expected[wheel] / len(counted) == pytest.approx([1, precision, recall], abs=1e-12)


@given(st.lists(st.tuples(st.sampled_from([*WHEEL_WORDS[:30], "neutral"]), label_lists), min_size=1, max_size=8))
def test_chance_hit_rate_is_the_mean_over_all_pairs(pairs):
    truth, predicted = [[word] for word, _ in pairs], [labels for _, labels in pairs]
    sector = sector_at(1)
    expected = HitRate().expected_under_shuffling(sets(truth, 1), sets(predicted, 1)).reshape(5, 3)
    for wheel in range(5):
        counted = [
            (oracle.sectors(g, wheel, sector), oracle.sectors(p, wheel, sector))
            for g, p in zip(truth, predicted, strict=True)
        ]
        counted = [(g, p) for g, p in counted if g]
        if counted:
            true, guess = zip(*counted, strict=True)
            categories = set().union(*true)
            hits = oracle.shuffled_means(true, guess, lambda g, p: len(g & p))
            matches = oracle.shuffled_means(
                true, guess, lambda g, p, c=categories: len(g & p) / len(p & c) if p & c else 0
            )
            assert expected[wheel] / len(counted) == pytest.approx([1, hits, matches], abs=1e-12)


def test_chance_equals_brute_force_over_all_permutations():
    truth = [["joyful"], ["sad", "lonely"], ["furious"], ["calm", "proud", "scared"]]
    predicted = [["joyful", "sad"], [], ["scared"], ["proud", "xylophone"]]
    metric = SetF1()
    true, guess = sets(truth, 1), sets(predicted, 1)
    for wheel, expected in enumerate(metric.expected_under_shuffling(true, guess).reshape(5, 3)):
        counts = np.flatnonzero(true[wheel])
        sums = [
            metric.statistics(true[wheel : wheel + 1, counts], guess[wheel : wheel + 1, order]).sum(axis=1)
            for order in map(list, itertools.permutations(counts))
        ]
        np.testing.assert_allclose(expected, np.mean(sums, axis=0), atol=1e-12)


def test_chance_confusion_equals_brute_force_over_all_permutations():
    values = np.array([1.0, -2.0, 0.0, 0.4, -0.2])
    polarity = np.array([1, 1, -1, 0, -1], np.int8)
    metric = WeightedF1()
    counts = np.flatnonzero(values)
    tables = []
    for order in itertools.permutations(counts):
        shuffled = polarity.copy()
        shuffled[counts] = polarity[list(order)]
        tables.append(metric.statistics(values, shuffled).sum(axis=1))
    np.testing.assert_allclose(metric.expected_under_shuffling(values, polarity), np.mean(tables, axis=0), atol=1e-12)


@given(label_lists.filter(bool), st.integers(2, 6))
def test_a_constant_answer_scores_its_chance_level(labels, number):
    truth = [["joyful"], ["sad"], ["furious", "calm"], ["proud"], ["scared"], ["worried"]][:number]
    metric = SetF1()
    true, guess = sets(truth, 1), sets([labels] * number, 1)
    observed = metric.statistics(true, guess).sum(axis=1)
    np.testing.assert_allclose(metric.expected_under_shuffling(true, guess), observed, atol=1e-12)


@given(samples, levels)
def test_swapping_truth_and_prediction_swaps_precision_and_recall_where_both_have_sectors(pairs, level):
    truth, predicted = map(list, zip(*pairs, strict=True))
    both = (sets(truth, level) != 0).all(axis=0) & (sets(predicted, level) != 0).all(axis=0)
    truth = [labels for labels, keep in zip(truth, both, strict=True) if keep]
    predicted = [labels for labels, keep in zip(predicted, both, strict=True) if keep]
    if truth:
        forward, backward = summary(SetF1(), truth, predicted, level), summary(SetF1(), predicted, truth, level)
        assert forward.metrics["precision"] == pytest.approx(backward.metrics["recall"], abs=1e-12)
        assert forward.metrics["f"] == pytest.approx(backward.metrics["f"], abs=1e-12)


@given(samples, levels)
def test_figures_are_in_0_to_1_and_do_not_depend_on_order_or_case(pairs, level):
    truth, predicted = map(list, zip(*pairs, strict=True))
    figures = summary(SetF1(), truth, predicted, level)
    if not any(figures.scored):
        return
    assert all(0 <= value <= 1 for value in figures.metrics.values())
    loud = [[label.upper() for label in reversed(labels)] for labels in predicted]
    assert summary(SetF1(), truth, loud, level) == figures
    assert summary(SetF1(), truth[::-1], predicted[::-1], level).metrics == pytest.approx(figures.metrics, abs=1e-12)


def test_perfect_predictions_score_1_and_a_sample_without_true_sectors_does_not_count():
    truth = [["joyful", "proud"], ["furious"], ["neutral"]]
    figures = summary(SetF1(), truth, truth, 1)
    assert figures.metrics == {"f": 1.0, "precision": 1.0, "recall": 1.0}
    assert max(figures.scored) == 2


def test_neutral_samples_never_count_in_the_basic_task():
    figures = summary(HitRate(), [["neutral"], ["sad"]], [["neutral"], ["sad"]], 1)
    assert set(figures.scored) == {1}
    assert figures.metrics["hit_rate"] == 1.0


def test_a_neutral_prediction_counts_as_negative_in_sentiment():
    metric = WeightedF1()
    assert metric.score(metric.statistics(np.array([-1.0]), np.array([0], np.int8)).sum(axis=1)) == 1.0


def test_f_is_taken_of_the_averages_and_not_averaged():
    truth, predicted = [["joyful"], ["joyful", "sad"]], [["joyful", "sad"], ["joyful"]]
    figures = summary(SetF1(), truth, predicted, 1)
    assert figures.wheels[0] == {"f": 0.75, "precision": 0.75, "recall": 0.75}
