"""A part that stands for the whole."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.inference.clips import stratified_order, subset

strata = st.lists(st.sampled_from(["happy", "sad", "neutral", "rare"]), min_size=1, max_size=80)


@given(strata, st.integers(1, 90), st.integers(1, 90), st.integers(0, 3))
def test_it_is_nested_and_in_the_order_of_the_data_set(strata, few, more, seed):
    names = [f"clip{place}" for place in range(len(strata))]
    small, large = (subset(names, strata, limit, seed) for limit in sorted((few, more)))
    assert set(small) <= set(large)
    assert small == sorted(small)
    assert len(small) == min(len(strata), few, more)


@given(strata, st.integers(1, 80))
def test_every_stratum_has_its_share_as_nearly_as_whole_samples_allow(strata, limit):
    """Within half a sample, and with S strata (S - 2) / 2 of its own share of the roundings of the others."""
    names = [f"clip{place}" for place in range(len(strata))]
    whole, part = Counter(strata), Counter(strata[place] for place in subset(names, strata, limit))
    taken = min(limit, len(strata))
    for stratum, count in whole.items():
        share = count / len(strata)
        assert abs(part[stratum] - share * taken) <= 0.5 + share * (len(whole) - 2) / 2 + 1e-9


@pytest.mark.parametrize(("limit", "rare"), [(4, 0), (6, 1)])
def test_what_is_rare_comes_in_the_middle_neither_first_nor_last(limit, rare):
    names = [f"clip{place}" for place in range(10)]
    assert sum(place == 7 for place in subset(names, ["often"] * 7 + ["once"] + ["often"] * 2, limit)) == rare


def test_the_choice_depends_on_the_seed_and_is_the_same_everywhere():
    names = [f"clip{place}" for place in range(12)]
    assert stratified_order(names, []) != stratified_order(names, [], seed=1)
    assert subset(names, [], 4) == [0, 1, 3, 7]


def test_it_does_not_take_the_first():
    names = [f"clip{place:03}" for place in range(200)]
    chosen = subset(names, [], 50)
    assert sum(place >= 100 for place in chosen) > 15
