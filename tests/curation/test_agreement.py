"""Krippendorff's alpha and exact intervals, against crowd-kit, SciPy, and the definition word for word."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from merunibench.curation.agreement import alpha_of_sets, clopper_pearson, krippendorff_alpha, set_distances
from merunibench.labels import LabelLists
from merunibench.lexicon import load_lexicon


def slow_alpha(codes, distance):
    """By the definition: all ordered pairs within units, and all ordered pairs of values."""
    units = [[value for value in unit if value >= 0] for unit in codes]
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]
    observed = sum(distance(a, b) / (len(unit) - 1) for unit in units for a, b in permutations(unit, 2))
    expected = sum(distance(a, b) for a, b in permutations(values, 2))
    n = len(values)
    if not expected:
        return float("nan")
    return 1 - (observed / n) / (expected / (n * (n - 1)))


def test_alpha_is_that_of_crowd_kit():
    rng = np.random.default_rng(3)
    codes = np.where(rng.random((200, 5)) < 0.5, rng.integers(0, 4, (200, 1)), rng.integers(-1, 4, (200, 5)))
    pandas = pytest.importorskip("pandas")
    metrics = pytest.importorskip("crowdkit.metrics.data", exc_type=ImportError)
    rows = [(t, w, codes[t, w]) for t in range(200) for w in range(5) if codes[t, w] >= 0]
    theirs = metrics.alpha_krippendorff(pandas.DataFrame(rows, columns=["task", "worker", "label"]))
    assert krippendorff_alpha(codes) == pytest.approx(theirs, abs=1e-12)


@given(st.lists(st.lists(st.integers(-1, 3), min_size=3, max_size=3), min_size=2, max_size=12), st.booleans())
def test_alpha_is_the_definition(rows, nominal):
    codes = np.array(rows)
    matrix = 1 - np.eye(4) if nominal else np.abs(np.subtract.outer(np.arange(4), np.arange(4))).astype(float) ** 2
    expected = slow_alpha(rows, lambda a, b: float(matrix[a, b]))
    found = krippendorff_alpha(codes, None if nominal else matrix)
    assert found == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_set_distances_by_hand():
    lists = LabelLists.from_fields([["happy"], ["joyful", "sad"], ["sad"], ["xylophone"], ["oboe"]])
    distance = set_distances(lists, load_lexicon("builtin"))
    assert np.allclose(distance, distance.T)
    assert np.diag(distance).tolist() == [0.0] * 5
    assert distance[0, 1] == pytest.approx(1 - 2 / 3)
    assert distance[0, 2] == 1.0
    assert distance[0, 3] == 1.0
    assert distance[3, 4] == 0.0


def test_alpha_of_sets_is_one_for_synonyms_and_low_for_strangers():
    lexicon = load_lexicon("builtin")
    first = LabelLists.from_fields([["happy"], ["sad"], ["angry"], ["happy", "sad"]])
    second = LabelLists.from_fields([["joyful"], ["sorrowful"], ["furious"], ["sad", "happy"]])
    assert alpha_of_sets([first, second], lexicon) == pytest.approx(1.0)
    assert alpha_of_sets([first, LabelLists.from_fields([["sad"], ["happy"], [], ["angry"]])], lexicon) < 0


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 30), (30, 30), (8, 10), (317, 332), (5, 10_000)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.999])
def test_clopper_pearson_is_the_beta_quantile(k, n, confidence):
    tail = (1 - confidence) / 2
    low = beta.ppf(tail, k, n - k + 1) if k else 0.0
    high = beta.ppf(1 - tail, k + 1, n - k) if k < n else 1.0
    assert clopper_pearson(k, n, confidence) == pytest.approx((low, high), abs=1e-9)


def test_impossible_shares_are_refused():
    with pytest.raises(ValueError, match="3 successes in 2 trials"):
        clopper_pearson(3, 2)
