"""Intervals by number of units, against SciPy: BCa, Clopper and Pearson, Student's t and the jackknife."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from merunibench.statistics import resampled_sums, score_interval
from merunibench.statistics.intervals import FEW_CLUSTERS, FEW_SAMPLES
from merunibench.statistics.student import t_quantile, t_tails


def mean_score(sums):
    with np.errstate(invalid="ignore"):
        return sums[..., 1] / sums[..., 0]


def units(values):
    return np.stack([np.ones(len(values)), np.asarray(values, float)])


def found(values, *, clustered=False, resamples=4000):
    given = units(values)
    return score_interval(given, mean_score, mean_score(resampled_sums(given, resamples, 0)), clustered=clustered)


@given(st.integers(1, 300), st.sampled_from([0.6, 0.9, 0.975, 0.995]))
def test_quantiles_of_t_are_those_of_scipy(degrees, probability):
    assert t_quantile(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), rel=1e-7)


@given(st.integers(1, 300), st.lists(st.floats(-9, 9), min_size=1, max_size=5))
def test_tails_of_t_are_those_of_scipy(degrees, values):
    assert t_tails(np.array(values), degrees) == pytest.approx(2 * stats.t.sf(np.abs(values), degrees), abs=1e-12)


@pytest.mark.parametrize("number", [2, 20, 500])
@pytest.mark.parametrize("right", [True, False])
def test_all_right_or_all_wrong_has_the_binomial_interval(number, right):
    low, high, method = found(np.full(number, right))
    exact = stats.binomtest(number * right, number).proportion_ci(0.95, "exact")
    assert (low, high) == pytest.approx(tuple(exact), abs=1e-9)
    assert method == "exact"


@pytest.mark.parametrize("counting", [1, 2, 12])
def test_units_that_do_not_count_make_no_interval_narrower(counting):
    given = np.zeros((2, 300))
    given[:, :counting] = 1
    interval = score_interval(given, mean_score, mean_score(resampled_sums(given, 400, 0)), clustered=False)
    alone = found(np.ones(counting), resamples=400)
    assert interval == alone
    assert (interval is None) == (counting == 1)
    given[1, 0] = 0.5
    partly = score_interval(given, mean_score, mean_score(resampled_sums(given, 400, 0)), clustered=False)
    assert partly is None or partly.method == "bca"


def test_few_samples_have_bca_as_scipy_has_it():
    values = np.random.default_rng(4).beta(5, 1, 60)
    low, high, method = found(values, resamples=20_000)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(1))
    assert (low, high) == pytest.approx(theirs.confidence_interval, abs=theirs.standard_error * 0.08)
    assert method == "bca"
    plain = stats.bootstrap((values,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1))
    assert low != pytest.approx(plain.confidence_interval.low, abs=theirs.standard_error * 0.08)


def test_few_clusters_have_the_jackknife_with_students_t():
    values = np.random.default_rng(0).beta(5, 2, 31)
    low, high, method = found(values, clustered=True)
    # Of a plain mean, the jackknife's standard error is the textbook one.
    theirs = stats.t.interval(0.95, 30, loc=values.mean(), scale=stats.sem(values))
    assert (low, high) == pytest.approx(theirs, abs=1e-9)
    assert method == "jackknife-t"


def test_an_interval_of_few_clusters_stays_a_share():
    low, high, _ = found([1, 1, 0], clustered=True)
    assert (low, high) == (0, 1)


@pytest.mark.parametrize(("number", "clustered"), [(FEW_SAMPLES, False), (FEW_CLUSTERS, True)])
def test_many_units_have_percentiles(number, clustered):
    values = np.random.default_rng(0).random(number)
    low, high, method = found(values, clustered=clustered)
    drawn = mean_score(resampled_sums(units(values), 4000, 0))
    assert (low, high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=1e-9)
    assert method == "percentile"


def test_one_unit_and_no_defined_score_have_no_interval():
    assert found([1.0]) is None
    assert score_interval(np.zeros((2, 3)), mean_score, np.full(9, np.nan), clustered=False) is None
