"""Weighted precision and recall: values against plain counting, intervals against a simulation of the whole review."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.curation.agreement import clopper_pearson
from merunibench.curation.review.estimates import weighted_recall, weighted_share
from merunibench.curation.review.sampling import _systematic, expected_sizes

ROWS = st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(1, 9)), min_size=1, max_size=25)
# Rows of the strata, whether they are kept, shares of them that should be.
REVIEWS = {
    "even": ([600, 300, 80, 900, 100], [1, 1, 1, 0, 0], [0.8, 0.7, 0.6, 0.2, 0.3], 100),
    "few dropped rows are right, each of them for many": ([500, 9000], [1, 0], [0.9, 0.01], 120),
    "nearly perfect": ([900, 100, 10, 200], [1, 1, 1, 0], [0.99, 0.98, 0.95, 0.01], 100),
    "half of the sample stands for little": ([9000, *[4] * 40, 500], [1] * 41 + [0], [0.5] * 41 + [0.1], 100),
    "few kept": ([60, 900, 900], [1, 0, 0], [0.7, 0.3, 0.05], 90),
}


def columns(rows):
    right, kept, judged, weights = (np.array(column) for column in zip(*rows, strict=True))
    return right, kept, judged, weights.astype(float)


@given(ROWS)
def test_values_are_plain_counts_where_a_row_stands_for_several(rows):
    right, kept, judged, weights = columns(rows)
    many = [(r, k) for r, k, j, weight in rows if j for _ in range(weight)]
    of_kept = [r for r, k in many if k]
    found = weighted_share(right, judged & kept, weights)
    assert (found and found.value) == (pytest.approx(sum(of_kept) / len(of_kept)) if of_kept else None)
    of_right = [k for r, k in many if r]
    found = weighted_recall(right, kept, judged, weights)
    assert (found and found.value) == (pytest.approx(sum(of_right) / len(of_right)) if of_right else None)


@given(ROWS)
def test_intervals_hold_their_values(rows):
    right, kept, judged, weights = columns(rows)
    for found in (weighted_share(right, judged & kept, weights), weighted_recall(right, kept, judged, weights)):
        if found is not None:
            assert 0 <= found.ci[0] <= found.value + 1e-12
            assert found.value - 1e-12 <= found.ci[1] <= 1


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_with_equal_weights_a_share_has_the_exact_interval(answers):
    right = np.array(answers)
    found = weighted_share(right, np.ones(len(right), bool), np.full(len(right), 3.0))
    assert found.ci == pytest.approx(clopper_pearson(int(right.sum()), len(right)))


@pytest.mark.slow
@pytest.mark.parametrize("name", REVIEWS)
def test_intervals_cover_what_they_should(name):
    """Samples drawn as `review` draws them, from data sets of which everything is known."""
    sizes, kept_strata, rates, size = (np.array(each) for each in REVIEWS[name])
    strata = np.repeat(np.arange(len(sizes)), sizes)
    kept = kept_strata.astype(bool)[strata]
    right = np.concatenate([np.arange(rows) < round(rows * rate) for rows, rate in zip(sizes, rates, strict=True)])
    truth = {"precision": right[kept].mean(), "recall": kept[right].mean(), "right": right.mean()}
    probability = (expected_sizes(sizes, int(size)) / sizes)[strata]
    rng, draws = np.random.default_rng(0), 400
    covered = dict.fromkeys(truth, 0)
    for _ in range(draws):
        rows = _systematic(strata, probability, rng)
        weights, every = 1 / probability[rows], np.ones(len(rows), bool)
        found = {
            "precision": weighted_share(right[rows], kept[rows], weights),
            "recall": weighted_recall(right[rows], kept[rows], every, weights),
            "right": weighted_share(right[rows], every, weights),
        }
        for key, estimate in found.items():
            covered[key] += estimate.ci[0] - 1e-9 <= truth[key] <= estimate.ci[1] + 1e-9
    # 95 % are promised; of 400 draws fewer than 92.5 % happen once in a hundred times.
    assert min(covered.values()) / draws >= 0.925, covered
