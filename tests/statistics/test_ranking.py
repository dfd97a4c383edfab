"""Ranks, their intervals and groups of systems, against plain loops, SciPy and the test of one pair."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from merunibench.statistics import (
    compare_paired,
    groups,
    of_pairs,
    paired_p_values,
    rank_intervals,
    ranks,
    resampled_sums,
)
from merunibench.statistics.draws import BootstrapCounts

SCORES = st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.5, 0.9]), min_size=1, max_size=9)


@given(SCORES)
def test_ranks_are_those_of_scipy(scores):
    expected = stats.rankdata(-np.array(scores), method="min")
    assert ranks(np.array(scores)).tolist() == expected.tolist()
    assert ranks(np.array([scores, scores[::-1]]))[1].tolist() == expected.tolist()[::-1]


def systems(rng, samples=400, number=5):
    """Hits of systems of rising quality on the same samples, which are more or less difficult."""
    difficulty = rng.random(samples)
    return [
        (rng.random(samples) < 0.3 + 0.5 * index / number * difficulty).astype(float)[None] for index in range(number)
    ]


def replicates(found, resamples=1000):
    sums = [resampled_sums(np.concatenate([hits, np.ones_like(hits)]), resamples, 7) for hits in found]
    return np.stack([each[:, 0] / each[:, 1] for each in sums])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7), st.lists(st.booleans(), min_size=49, max_size=49))
def test_rank_intervals_hold_every_order_that_no_test_contradicts(scores, bits):
    number = len(scores)
    upper = np.triu(np.array(bits).reshape(7, 7)[:number, :number], 1)
    different = (upper | upper.T) & (np.array(scores)[:, None] != np.array(scores))
    bounds = rank_intervals(np.array(scores), different).tolist()
    for order in itertools.permutations(range(number)):
        place = {system: rank for rank, system in enumerate(order, start=1)}
        pairs = itertools.combinations(range(number), 2)
        if all(not different[i, j] or (scores[i] > scores[j]) == (place[i] < place[j]) for i, j in pairs):
            assert all(low <= place[system] <= high for system, (low, high) in enumerate(bounds))


def test_one_system_has_rank_one():
    assert rank_intervals(np.array([0.4]), np.zeros((1, 1), bool)).tolist() == [[1, 1]]


def test_p_values_agree_with_the_test_of_one_pair():
    found = systems(np.random.default_rng(1), samples=1500)
    scores = np.array([hits.mean() for hits in found])
    p = of_pairs(paired_p_values(scores, replicates(found)), len(found))
    assert np.array_equal(p, p.T)
    assert np.diag(p).tolist() == [1.0] * len(found)
    for i in range(len(found)):
        for j in range(i):
            pair = (np.concatenate([hits, np.ones_like(hits)]) for hits in (found[i], found[j]))
            one = compare_paired(*pair, lambda sums: sums[..., 0] / sums[..., 1], resamples=1000, seed=3)
            assert p[i, j] == pytest.approx(one.p_bootstrap, abs=0.04)
            assert p[i, j] == pytest.approx(one.p_randomization, abs=0.04)


def test_p_values_of_constant_differences():
    base = np.random.default_rng(0).random(100)
    p = paired_p_values(np.array([0.5, 0.5, 0.7]), np.stack([base, base, base + 0.2]))
    assert p.tolist() == [1.0, 0.0, 0.0]  # of (0, 1), (0, 2), (1, 2)


@given(st.integers(1, 7), st.lists(st.booleans(), min_size=49, max_size=49))
def test_systems_that_share_a_group_do_not_differ(number, bits):
    upper = np.triu(np.array(bits).reshape(7, 7)[:number, :number], 1)
    apart = upper | upper.T
    spans = groups(apart)
    for i, (first, last) in enumerate(spans):
        assert 0 <= first <= last
        for j, (other_first, other_last) in enumerate(spans):
            if max(first, other_first) <= min(last, other_last):
                assert not apart[i, j]
    # Neighbours that do not differ, nor anybody between them and a group's other end, are kept together.
    for i in range(number - 1):
        if not apart[i, i + 1]:
            assert spans[i + 1][0] <= spans[i][1]


def test_no_group_lies_within_another():
    assert groups(np.zeros((3, 3), bool)) == [(0, 0)] * 3
    assert groups(np.array([[0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]], bool)) == [
        (0, 0),
        (0, 1),
        (0, 1),
        (1, 1),
    ]


def test_kept_draws_are_the_draws():
    units = np.random.default_rng(0).random((3, 700))
    draws = BootstrapCounts()
    for seed, resamples in ((0, 40), ([0, 5], 40), (0, 40), (0, 30), (0, 50)):
        kept = resampled_sums(units, resamples, seed, draws)
        assert np.array_equal(kept, resampled_sums(units, resamples, seed))


def test_scores_that_differ_by_rounding_share_a_rank():
    assert 0.1 + 0.2 != 0.3
    assert ranks(np.array([0.1 + 0.2, 0.3, 0.3 - 1e-6])).tolist() == [1, 1, 3]


def test_p_values_are_the_normal_tails_of_the_bootstraps_standard_error():
    drawn = np.random.default_rng(0).random((3, 12))
    scores = np.array([0.5, 0.4, 0.65])
    pairs = [(0, 1), (0, 2), (1, 2)]
    z = [abs(scores[i] - scores[j]) / np.std(drawn[i] - drawn[j], ddof=1) for i, j in pairs]
    assert paired_p_values(scores, drawn) == pytest.approx(2 * stats.norm.sf(z), abs=1e-12)


def test_p_values_of_few_units_are_the_tails_of_students_t():
    drawn = np.random.default_rng(0).random((2, 12))
    z = 0.1 / np.std(drawn[0] - drawn[1], ddof=1)
    assert paired_p_values(np.array([0.5, 0.4]), drawn, 31) == pytest.approx(2 * stats.t.sf(z, 30), abs=1e-12)
    assert paired_p_values(np.array([0.5, 0.4]), drawn, 500) == pytest.approx(2 * stats.norm.sf(z), abs=1e-12)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=8),
    st.sampled_from([None, 5, 31, 500]),
    st.sampled_from([1e-30, 0.001, 0.05, 0.7, 1.0]),
    st.integers(0, 2**32),
)
def test_p_values_that_are_not_needed_change_no_other(found, units, below, seed):
    scores = np.array(found)
    drawn = np.random.default_rng(seed).normal(scores[:, None], 0.1, (len(scores), 40))
    every = paired_p_values(scores, drawn, units)
    needed = every < below
    some = paired_p_values(scores, drawn, units, below)
    assert some[needed].tolist() == every[needed].tolist()
    assert (some[~needed] >= below).all()
