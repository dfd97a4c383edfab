"""Counts of units: Poisson numbers that hang on name, resample and seed alone; some are written down here for good."""

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from merunibench.statistics import resampled_sums, unit_keys
from merunibench.statistics.draws import BootstrapCounts, draw_counts, draw_swaps


def counts(keys, resamples=200, seed=0):
    return np.concatenate(list(draw_counts(keys, resamples, seed)))


def slow_counts(name, source, resamples, seed):
    """SplitMix64 in whole numbers, one after the other."""
    whole = (1 << 64) - 1

    def mixed(state):
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & whole
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB & whole
        return state ^ (state >> 31)

    def hashed(text):
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")

    stream = mixed(hashed(f"{source}\0{name}") ^ hashed(f"\0{seed!r}"))
    found = []
    for step in range(1, resamples + 1):
        share = ((mixed(stream + step * 0x9E3779B97F4A7C15 & whole) >> 48) + 0.5) / (1 << 16)
        count, below = 0, math.exp(-1)
        while below < share:
            count += 1
            below += math.exp(-1) / math.factorial(count)
        found.append(count)
    return found


@given(st.text(max_size=9), st.sampled_from(["", "mer", "ch-sims"]), st.integers(0, 9))
def test_counts_are_those_of_a_slow_generator(name, source, seed):
    assert counts(unit_keys([name], source), 30, seed)[:, 0].tolist() == slow_counts(name, source, 30, seed)


def test_a_draw_is_pinned_for_good():
    drawn = counts(unit_keys(["a", "b", "c"], "meld"), 4, 0)
    assert drawn.tolist() == [[1, 2, 1], [0, 2, 4], [0, 1, 0], [2, 1, 0]]


def test_counts_are_poisson_numbers():
    drawn = counts(unit_keys(map(str, range(2000))), 500)
    observed = np.bincount(drawn.ravel(), minlength=6)[:6]
    expected = stats.poisson.pmf(np.arange(6), 1) * drawn.size
    assert stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue > 1e-3
    # Units and resamples are independent: totals over either spread as Poisson sums do.
    for axis in (0, 1):
        totals = drawn.sum(axis=axis)
        assert totals.var() / totals.mean() == pytest.approx(1, abs=0.2)


def test_a_unit_is_drawn_alike_among_others():
    few, many = unit_keys(["x", "y"]), unit_keys(["p", "y", "x", "q"])
    assert np.array_equal(counts(few), counts(many)[:, [2, 1]])
    assert not np.array_equal(counts(few), counts(unit_keys(["x", "y"], "elsewhere")))
    assert not np.array_equal(counts(few), counts(few, seed=1))


def test_swaps_are_fair_and_independent_of_the_counts():
    keys = unit_keys(map(str, range(3000)))
    swaps = np.concatenate(list(draw_swaps(keys, 300, 0)))
    assert swaps.mean() == pytest.approx(0.5, abs=0.003)
    assert abs(np.corrcoef(swaps.ravel(), counts(keys, 300).ravel())[0, 1]) < 0.005


def test_kept_draws_are_the_draws():
    keys, draws = unit_keys(map(str, range(50))), BootstrapCounts()
    units = np.random.default_rng(0).random((3, 50))
    for resamples, seed in ((40, 0), (40, [0, 5]), (40, 0), (30, 0)):
        kept = resampled_sums(units, resamples, seed, draws, keys)
        assert np.array_equal(kept, resampled_sums(units, resamples, seed, keys=keys))
