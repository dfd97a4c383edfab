"""Polarities of which some are missing: wrong whatever the truth is, wherever a shuffle puts them."""

import itertools

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from merunibench.protocols import PROTOCOLS
from merunibench.protocols.polarity import NO_POLARITY

TRUTH = np.array([1.5, -0.5, 2.0, -1.0, 0.2])
PREDICTED = np.array([1, NO_POLARITY, NO_POLARITY, 1, 0], np.int8)
METRICS = [PROTOCOLS[name]["sentiment"] for name in ("official", "strict")]


@pytest.mark.parametrize("metric", METRICS)
def test_chance_with_missing_predictions_equals_brute_force_over_all_permutations(metric):
    every = [metric.statistics(TRUTH, PREDICTED[list(order)]).sum(axis=1) for order in itertools.permutations(range(5))]
    np.testing.assert_allclose(metric.expected_under_shuffling(TRUTH, PREDICTED), np.mean(every, axis=0), atol=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_a_missing_prediction_is_no_hit(metric):
    assert metric.hits(TRUTH, np.full(5, NO_POLARITY, np.int8)).tolist() == [0] * 5
    # A sign may not pass for the code of a missing prediction.
    assert metric.hits(np.array([float(NO_POLARITY), 0.0]), np.array([NO_POLARITY] * 2, np.int8)).tolist() == [0, -1]


@pytest.mark.parametrize("metric", METRICS)
def test_accuracy_is_that_of_scikit_learn(metric):
    predicted = np.array([1, 0, 1, -1, 0], np.int8)
    found = metric.summary(metric.statistics(TRUTH, predicted).sum(axis=1))
    guesses = np.where(predicted > 0, 1, -1) if metric is METRICS[0] else predicted
    assert found.metrics["accuracy"] == pytest.approx(accuracy_score(np.sign(TRUTH).astype(int), guesses))


@pytest.mark.parametrize("metric", METRICS)
def test_rows_without_a_prediction_are_missing_when_they_are_read_again(metric):
    rows = {"truth": TRUTH.tolist(), "predicted": ["positive", None, None, "positive", "neutral"]}
    assert metric.decode(rows, None).predicted.tolist() == PREDICTED.tolist()
