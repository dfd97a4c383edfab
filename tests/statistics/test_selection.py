"""The optimism of a choice is what the chosen system's score exceeds its worth by, whatever the systems' spread."""

import numpy as np
import pytest

from merunibench.statistics import optimism


@pytest.mark.parametrize("spread", [0.0, 0.5, 3.0])
def test_the_estimate_is_the_bias_on_average(spread):
    """Seven systems with normal noise, so that the bias of the best is known by drawing it often."""
    rng = np.random.default_rng(0)
    worth = spread * np.linspace(-1, 1, 7)
    biases, estimates = [], []
    for _ in range(400):
        scores = worth + rng.standard_normal(7)
        biases.append((scores - worth)[scores.argmax()])
        estimates += optimism(scores, scores[:, None] + rng.standard_normal((7, 200)))
    assert np.mean(estimates) == pytest.approx(np.mean(biases), abs=0.15)


def test_systems_that_are_far_apart_or_alone_flatter_nothing():
    rng = np.random.default_rng(0)
    apart = np.array([0.1, 0.5, 0.9])
    assert optimism(apart, apart[:, None] + 0.01 * rng.standard_normal((3, 500)))[0] == pytest.approx(0, abs=0.002)
    assert optimism(np.array([0.5]), rng.random((1, 20))) == [0.0]


def test_equal_systems_that_never_differ_flatter_nothing():
    noise = np.random.default_rng(0).standard_normal(500)
    assert optimism(np.full(3, 0.4), np.tile(0.4 + noise, (3, 1)))[0] == pytest.approx(0, abs=1e-9)


def test_parts_add_up_to_the_whole():
    rng = np.random.default_rng(1)
    parts = rng.standard_normal((2, 5, 300))
    scores = rng.random(5)
    whole = optimism(scores, scores[:, None] + parts.mean(axis=0))
    assert np.mean(optimism(scores, scores[:, None] + parts.mean(axis=0), list(parts))) == pytest.approx(whole[0])


def test_resamples_without_a_score_are_left_out():
    scores, gains = np.array([0.2, 0.3]), np.array([[0.1, np.nan, 0.0], [0.0, 0.2, 0.1]])
    with_gap = optimism(scores, scores[:, None] + gains)
    assert with_gap == optimism(scores, scores[:, None] + gains[:, [0, 2]])
    assert np.isnan(optimism(scores, np.full((2, 3), np.nan))[0])
