"""Paired tests: exact on small data, calibrated on no difference, and in agreement with SciPy."""

import itertools

import numpy as np
import pytest
from scipy import stats

from merunibench.statistics import compare_paired, holm, resampled_sums


def mean_score(sums):
    with np.errstate(invalid="ignore"):  # resamples of nothing
        return sums[..., 1] / sums[..., 0]


def units(values):
    return np.stack([np.ones(len(values)), np.asarray(values, float)])


def test_randomisation_agrees_with_the_exact_test_over_all_swaps():
    first = np.array([1, 1, 1, 0, 1, 1, 0, 1, 1, 1.0])
    second = np.array([0, 1, 0, 0, 1, 0, 1, 0, 1, 0.0])
    result = compare_paired(units(first), units(second), mean_score, resamples=20_000, seed=0)
    differences = first - second
    swapped = [abs(np.mean(differences * signs)) for signs in itertools.product((1, -1), repeat=len(differences))]
    exact = np.mean(np.array(swapped) >= abs(differences.mean()) - 1e-12)
    assert result.p_randomization == pytest.approx(exact, abs=0.015)


def test_randomisation_agrees_with_scipy():
    rng = np.random.default_rng(0)
    first, second = rng.random(80), rng.random(80) - 0.06
    ours = compare_paired(units(first), units(second), mean_score, resamples=10_000, seed=1)
    theirs = stats.permutation_test(
        (first, second), lambda a, b: np.mean(a - b), permutation_type="samples", n_resamples=10_000, rng=rng
    )
    assert ours.p_randomization == pytest.approx(theirs.pvalue, abs=0.03)


def test_p_values_are_never_zero_and_equal_systems_give_one():
    same = units([0, 1, 1, 0])
    result = compare_paired(same, same, mean_score, resamples=99, seed=0)
    assert (result.difference, result.p_bootstrap, result.p_randomization) == (0.0, 1.0, 1.0)
    apart = compare_paired(units(np.ones(500)), units(np.zeros(500)), mean_score, resamples=99, seed=0)
    assert apart.p_bootstrap == apart.p_randomization == pytest.approx(1 / 100)


def test_swapping_the_systems_turns_the_sign():
    rng = np.random.default_rng(3)
    a, b = units(rng.random(50)), units(rng.random(50))
    forth, back = (compare_paired(*pair, mean_score, resamples=500, seed=0) for pair in ((a, b), (b, a)))
    assert forth.difference == pytest.approx(-back.difference)
    assert forth.p_bootstrap == back.p_bootstrap
    assert forth.p_randomization == back.p_randomization
    assert forth.ci == pytest.approx((-back.ci[1], -back.ci[0]), abs=1e-9)


def test_p_values_of_no_difference_are_not_small_too_often():
    rng = np.random.default_rng(5)
    tests = [
        compare_paired(units(rng.random(60)), units(rng.random(60)), mean_score, resamples=199, seed=i)
        for i in range(200)
    ]
    for name in ("p_bootstrap", "p_randomization"):
        rejected = np.mean([getattr(test, name) < 0.05 for test in tests])
        assert rejected < 0.11


def test_holm_is_the_textbook_procedure():
    assert holm(np.array([0.01, 0.02, 0.03, 0.04])) == pytest.approx([0.04, 0.06, 0.06, 0.06])
    assert holm(np.array([0.5, 0.9])).tolist() == [1.0, 1.0]
    assert holm(np.array([])).tolist() == []


def test_holm_of_the_smallest_alone_is_that_of_all():
    p = np.random.default_rng(0).random(200) ** 3
    small = p < 0.05
    assert 5 < small.sum() < 195
    assert holm(p[small], tests=len(p)).tolist() == holm(p)[small].tolist()


def test_the_interval_is_that_of_the_difference():
    apart = compare_paired(units(np.ones(9)), units(np.full(9, 0.25)), mean_score, resamples=99, seed=0)
    assert (apart.difference, apart.ci) == (0.75, (0.75, 0.75))


def test_one_unit_tells_nothing():
    assert compare_paired(units([1]), units([0]), mean_score, resamples=99, seed=0)[:4] == (1.0, None, 1.0, 1.0)


def test_resamples_without_a_score_are_left_out():
    """Of three units one counts, so that some resamples hold none; on all others the difference is the observed one."""
    first, second = np.array([[1, 0, 0], [1, 0, 0.0]]), np.array([[1, 0, 0], [0, 0, 0.0]])
    defined = int((resampled_sums(first, 200, 0)[:, 0] > 0).sum())
    assert 100 < defined < 150
    with np.errstate(invalid="ignore"):
        result = compare_paired(first, second, mean_score, resamples=200, seed=0)
    assert result.ci == (1, 1)
    assert result.p_bootstrap == 1 / (defined + 1)


def test_ties_count_as_extreme_whatever_the_last_bits_of_their_sums_are():
    rng = np.random.default_rng(0)
    hits, others = rng.integers(2, size=(2, 30))
    whole = compare_paired(units(hits), units(others), mean_score, resamples=999, seed=0)
    tenths = compare_paired(units(hits / 10), units(others / 10), mean_score, resamples=999, seed=0)
    assert tenths.p_bootstrap == whole.p_bootstrap < 1
    assert tenths.p_randomization == whole.p_randomization < 1
