"""Intervals agree with SciPy's; pooled units give the same interval; clusters widen it where samples depend."""

import numpy as np
import pytest
from scipy import stats

from merunibench.protocols import SetF1, WeightedF1
from merunibench.statistics import bootstrap, draws, interval, pool, resampled_sums


def fine_quantities(samples, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, 64, size=(5, samples), dtype=np.uint8)
    predicted = np.where(rng.random(samples) < 0.5, truth, rng.integers(0, 64, size=(5, samples), dtype=np.uint8))
    return SetF1().statistics(truth, predicted.astype(np.uint8))


@pytest.mark.parametrize("samples", [60, 400])
def test_interval_of_f_agrees_with_scipy_within_monte_carlo_error(samples):
    quantities = fine_quantities(samples)
    metric = SetF1()
    ours = interval(metric.score(resampled_sums(quantities, 10_000, 1)))

    def score(indices, axis):
        return metric.score(np.moveaxis(quantities[:, indices].sum(axis=axis), 0, -1))

    theirs = stats.bootstrap(
        (np.arange(samples),), score, n_resamples=10_000, method="percentile", rng=np.random.default_rng(2), batch=1000
    )
    error = theirs.standard_error * 0.08  # about four Monte Carlo deviations of a 2.5 % quantile of 10,000 draws
    assert ours == pytest.approx(theirs.confidence_interval, abs=error)


def test_interval_of_waf_agrees_with_scipy_within_monte_carlo_error():
    rng = np.random.default_rng(0)
    values = rng.normal(size=300)
    polarity = np.sign(values + rng.normal(size=300)).astype(np.int8)
    metric = WeightedF1()
    ours = interval(metric.score(resampled_sums(metric.statistics(values, polarity), 10_000, 1)))

    def score(value, guess):
        return float(metric.score(metric.statistics(value, guess).sum(axis=1)))

    theirs = stats.bootstrap(
        (values, polarity), score, paired=True, vectorized=False, n_resamples=4000, method="percentile", rng=rng
    )
    assert ours == pytest.approx(theirs.confidence_interval, abs=theirs.standard_error * 0.12)


def test_pooling_keeps_the_sums_and_the_width(monkeypatch):
    quantities = fine_quantities(20_000)
    metric = SetF1()
    whole = interval(metric.score(resampled_sums(quantities, 2000, 0)))
    monkeypatch.setattr(bootstrap, "POOLED_UNITS", 2000)
    pooled = pool(quantities, None, 0)
    assert pooled.shape == (15, 2000)
    np.testing.assert_allclose(pooled.sum(axis=1), quantities.sum(axis=1))
    narrow = interval(metric.score(resampled_sums(pooled, 2000, 0)))
    assert narrow[1] - narrow[0] == pytest.approx(whole[1] - whole[0], rel=0.12)


def test_cluster_resampling_widens_the_interval_of_dependent_samples():
    hits = np.repeat(np.random.default_rng(0).integers(2, size=200), 10).astype(float)
    quantities = np.stack([np.ones_like(hits), hits])
    clusters = np.repeat(np.arange(200), 10)

    def width(units):
        sums = resampled_sums(units, 2000, 0)
        low, high = interval(sums[:, 1] / sums[:, 0])
        return high - low

    ratio = width(pool(quantities, clusters, 0)) / width(pool(quantities, None, 0))
    assert ratio == pytest.approx(np.sqrt(10), rel=0.15)


def test_clusters_of_one_are_the_samples():
    quantities = fine_quantities(50)
    np.testing.assert_array_equal(pool(quantities, np.arange(50), 0), quantities)


def test_equal_seeds_draw_equal_samples_and_chunks_do_not_matter(monkeypatch):
    quantities = fine_quantities(100)
    whole = resampled_sums(quantities, 50, 7)
    np.testing.assert_array_equal(whole, resampled_sums(quantities, 50, 7))
    monkeypatch.setattr(draws, "CHUNK", 700)
    np.testing.assert_allclose(whole, resampled_sums(quantities, 50, 7), atol=1e-9)


def test_interval_leaves_undefined_replicates_out():
    assert interval(np.array([np.nan, 0.5])) == (0.5, 0.5)
    assert interval(np.array([np.nan])) is None
    assert interval(np.empty(0)) is None


@pytest.mark.parametrize("resamples", [1, 2, 39, 41, 1000])
def test_interval_has_the_percentiles_of_numpy(resamples):
    replicates = np.random.default_rng(resamples).normal(size=resamples)
    assert interval(replicates) == pytest.approx(np.quantile(replicates, [0.025, 0.975]), abs=1e-10)


def test_more_clusters_than_units_are_pooled_as_well(monkeypatch):
    monkeypatch.setattr(bootstrap, "POOLED_UNITS", 100)
    quantities = fine_quantities(1000)
    pooled = pool(quantities, np.arange(1000) // 2, 0)
    assert pooled.shape == (15, 100)
    np.testing.assert_allclose(pooled.sum(axis=1), quantities.sum(axis=1))
    assert pool(quantities, np.arange(1000) // 20, 0).shape == (15, 50)


def test_intervals_are_rounded_so_that_processors_agree():
    assert interval(np.array([1 / 3, 1 / 3, 1 / 3])) == (0.3333333333, 0.3333333333)
