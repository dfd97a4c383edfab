"""Votes become one: against counting by hand, and Dawid and Skene's model against crowd-kit."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.curation.crowd.weights import accuracy_weight, dawid_skene, distinct_rows, tally, winners

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


@pytest.mark.filterwarnings("ignore")  # crowd-kit uses what pandas is going to drop
@pytest.mark.parametrize("seed", range(3))
def test_dawid_skene_is_that_of_crowd_kit(seed):
    pandas = pytest.importorskip("pandas")
    aggregation = pytest.importorskip("crowdkit.aggregation", exc_type=ImportError)
    _, votes = dealt(np.random.default_rng(seed), 2000, 5, 4)
    votes = votes[(votes >= 0).any(axis=1)]
    rows = [(task, source, label) for (task, source), label in np.ndenumerate(votes) if label >= 0]
    theirs = aggregation.DawidSkene(n_iter=300, tol=1e-9).fit_predict(
        pandas.DataFrame(rows, columns=["task", "worker", "label"])
    )
    patterns, places, counts = distinct_rows(list(votes.T))
    ours = dawid_skene(patterns, counts, 4, iterations=300, tolerance=1e-9).argmax(axis=1)[places]
    assert (ours == theirs.reindex(range(len(votes))).to_numpy()).mean() >= 0.999


def test_dawid_skene_is_better_than_a_majority_and_the_same_on_patterns_as_on_samples():
    truth, votes = dealt(np.random.default_rng(5), 3000, 7, 4, missing=0.4)
    patterns, places, counts = distinct_rows(list(votes.T))
    by_pattern = dawid_skene(patterns, counts, 4)[places]
    assert np.allclose(by_pattern, dawid_skene(votes, np.ones(len(votes)), 4), atol=1e-6)
    majority = winners(tally(votes, np.ones(7), 4))
    assert (by_pattern.argmax(axis=1) == truth).mean() > (majority == truth).mean()


def test_nobody_votes():
    votes = np.full((3, 2), -1)
    assert winners(dawid_skene(votes, np.ones(3), 4)).tolist() == [-1, -1, -1]
    assert winners(np.zeros((2, 0))).tolist() == [-1, -1]


@pytest.mark.parametrize(("accuracy", "classes", "sign"), [(0.0, 4, 0), (0.25, 4, 0), (0.3, 4, 1), (1.0, 2, 1)])
def test_accuracy_weights_are_finite_and_not_negative(accuracy, classes, sign):
    weight = accuracy_weight(accuracy, classes)
    assert np.isfinite(weight)
    assert np.sign(round(weight, 12)) == sign
