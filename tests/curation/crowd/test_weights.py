"""Votes become one: against counting by hand, and Dawid and Skene's model against crowd-kit."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.curation.crowd import weights
from merunibench.curation.crowd.weights import (
    TIE_OF_BELIEFS,
    accuracy_weight,
    dawid_skene,
    distinct_rows,
    tally,
    winners,
)
from tests.oracle import dawid_skene as oracle

VOTES = st.lists(st.lists(st.integers(-1, 3), min_size=4, max_size=4), min_size=1, max_size=30)


def dealt(rng, samples, sources, classes, *, missing=0.2):
    """Votes of sources with confusion matrices of their own."""
    truth = rng.integers(classes, size=samples)
    votes = np.empty((samples, sources), int)
    for source in range(sources):
        confusion = rng.dirichlet(np.ones(classes) * 0.7, classes) * 0.5 + np.eye(classes) * 0.5
        votes[:, source] = [rng.choice(classes, p=confusion[each]) for each in truth]
    votes[rng.random(votes.shape) < missing] = -1
    return truth, votes


@given(VOTES)
def test_majority_is_counting(rows):
    votes = np.array(rows)
    found = winners(tally(votes, np.ones(4), 4)).tolist()
    for row, winner in zip(rows, found, strict=True):
        counts = Counter(value for value in row if value >= 0).most_common()
        tied = not counts or (len(counts) > 1 and counts[0][1] == counts[1][1])
        assert winner == (-1 if tied else counts[0][0])


@given(VOTES)
def test_distinct_rows_are_the_rows(rows):
    columns = list(np.array(rows).T)
    distinct, places, counts = distinct_rows(columns)
    assert distinct[places].tolist() == rows
    assert counts.tolist() == np.bincount(places).tolist()
    assert len({*map(tuple, rows)}) == len(distinct)


def test_distinct_rows_of_large_codes():
    rng = np.random.default_rng(1)
    rows = rng.integers(-1, 1 << 61, (200, 3))[rng.integers(0, 200, 500)]
    distinct, places, _ = distinct_rows(list(rows.T))
    assert (distinct[places] == rows).all()
    assert len(distinct) == len({*map(tuple, rows.tolist())})


def believed(votes, classes, **settings):
    """Probabilities of each sample."""
    patterns, places, counts = distinct_rows(list(votes.T))
    found = dawid_skene(patterns, counts, classes, **settings)
    assert found.settled
    return found.probabilities[places]


@pytest.mark.filterwarnings("ignore")  # crowd-kit uses what pandas is going to drop
@pytest.mark.parametrize("seed", range(3))
def test_dawid_skene_at_rest_is_that_of_crowd_kit(seed):
    """Its own tolerance ends long before the probabilities are at rest; and it does not move ours."""
    pandas = pytest.importorskip("pandas")
    aggregation = pytest.importorskip("crowdkit.aggregation", exc_type=ImportError)
    _, votes = dealt(np.random.default_rng(seed), 300, 5, 3)
    votes = votes[(votes >= 0).any(axis=1)]
    rows = [(task, source, label) for (task, source), label in np.ndenumerate(votes) if label >= 0]
    frame = pandas.DataFrame(rows, columns=["task", "worker", "label"])
    ours = pandas.DataFrame(believed(votes, 3, tolerance=1e-10))
    theirs = aggregation.DawidSkene(n_iter=100, tol=-np.inf).fit_predict(frame).reindex(ours.index)
    assert (ours.to_numpy().argmax(axis=1) == theirs).mean() > 0.99
    model = aggregation.DawidSkene
    further = model._e_step(frame, ours.mean(), model._m_step(frame, ours)).reindex(index=ours.index)
    np.testing.assert_allclose(further[[0, 1, 2]].to_numpy(), ours.to_numpy(), atol=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_dawid_skene_at_rest_is_the_slow_one(seed):
    _, votes = dealt(np.random.default_rng(100 + seed), 80, 4, 3, missing=0.3)
    votes = votes[(votes >= 0).any(axis=1)]
    slow = oracle.posteriors([{s: v for s, v in enumerate(row) if v >= 0} for row in votes.tolist()], 3000)
    expected = np.array([[each.get(k, 0) for k in range(3)] for each in slow])
    np.testing.assert_allclose(believed(votes, 3, tolerance=1e-10), expected, atol=1e-6)


def test_the_blocks_of_sources_change_nothing(monkeypatch):
    _, votes = dealt(np.random.default_rng(9), 500, 7, 4, missing=0.4)
    whole = believed(votes, 4)
    monkeypatch.setattr(weights, "_CODES", 1)
    np.testing.assert_allclose(believed(votes, 4), whole, atol=1e-9)


def test_a_class_that_nobody_votes_for_gets_nothing():
    _, votes = dealt(np.random.default_rng(2), 500, 5, 3)
    wide = believed(votes * 2, 6)  # classes 0, 2 and 4 of six; -1 stays below 0
    assert (wide[:, 1::2] == 0).all()
    np.testing.assert_allclose(wide[:, ::2], believed(votes, 3), atol=1e-9)


def test_dawid_skene_leaves_ties_undecided():
    votes = np.array([[0, 1], [1, 0], [0, 0], [1, 1]])
    assert winners(believed(votes, 2), TIE_OF_BELIEFS).tolist() == [-1, -1, 0, 1]


def test_what_takes_thousands_of_plain_rounds_takes_hundreds():
    _, votes = dealt(np.random.default_rng(3), 300, 5, 3)
    patterns, _, counts = distinct_rows(list(votes.T))
    assert dawid_skene(patterns, counts, 3, rounds=600, tolerance=1e-9).settled


def test_noise_that_does_not_come_to_rest_is_told():
    votes = np.random.default_rng(0).integers(-1, 4, (1000, 5))
    patterns, _, counts = distinct_rows(list(votes.T))
    assert not dawid_skene(patterns, counts, 4, rounds=30).settled


def test_dawid_skene_is_better_than_a_majority_and_the_same_on_patterns_as_on_samples():
    truth, votes = dealt(np.random.default_rng(5), 3000, 7, 4, missing=0.4)
    by_pattern = believed(votes, 4)
    assert np.allclose(by_pattern, dawid_skene(votes, np.ones(len(votes)), 4).probabilities, atol=1e-6)
    majority = winners(tally(votes, np.ones(7), 4))
    assert (by_pattern.argmax(axis=1) == truth).mean() > (majority == truth).mean()


def test_nobody_votes():
    votes = np.full((3, 2), -1)
    assert winners(dawid_skene(votes, np.ones(3), 4).probabilities).tolist() == [-1, -1, -1]
    assert winners(np.zeros((2, 0))).tolist() == [-1, -1]


@pytest.mark.parametrize(("accuracy", "classes", "sign"), [(0.0, 4, 0), (0.25, 4, 0), (0.3, 4, 1), (1.0, 2, 1)])
def test_accuracy_weights_are_finite_and_not_negative(accuracy, classes, sign):
    weight = accuracy_weight(accuracy, classes)
    assert np.isfinite(weight)
    assert np.sign(round(weight, 12)) == sign
