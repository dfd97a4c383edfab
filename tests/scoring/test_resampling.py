"""Replicates of a score: units are drawn by name, for every system, in any order of files, in every data set."""

import random

import numpy as np
import pytest

from merunibench.scoring import score_replicates
from merunibench.scoring.resampling import units_of
from merunibench.statistics import resampled_sums, unit_keys
from merunibench.tasks import get_task
from tests.scoring.small import scored

WORDS = ("joy", "sadness", "anger", "fear")
RNG = random.Random(0)
NAMES = [f"test_dia{i // 3}_utt{i % 3}" for i in range(36)]
TRUTH = {name: RNG.choice(WORDS) for name in NAMES}
SAID = {name: [RNG.choice(WORDS), RNG.choice(WORDS)] for name in NAMES}
SHUFFLED = {name: TRUTH[name] for name in RNG.sample(NAMES, len(NAMES))}


def test_the_order_of_the_ground_truth_does_not_matter():
    one, other = (scored("meld", SAID, truth).samples_scored for truth in (TRUTH, SHUFFLED))
    assert one.names.to_pylist() != other.names.to_pylist()
    np.testing.assert_allclose(*(score_replicates(each, 50, 0) for each in (one, other)), atol=1e-12)


def test_clusters_are_drawn_whole_wherever_a_data_set_has_them():
    """All samples of a dialogue are right or wrong together: there are as many hits as three times the dialogues."""
    truth = dict.fromkeys(NAMES, "joy")
    said = {name: ["joy"] if int(name.split("_")[1][3:]) % 2 else ["sad"] for name in NAMES}
    shuffled = {name: truth[name] for name in SHUFFLED}
    samples = scored("meld", said, shuffled).samples_scored
    units = units_of(samples.task, samples.names, samples.blocks(), "auto", 0)
    assert units.clustered
    assert units.quantities.shape[1] == 12
    keys = unit_keys(sorted({name.rpartition("_")[0] for name in NAMES}), "meld")
    assert sorted(units.keys.tolist()) == sorted(keys.tolist())
    assert not np.array_equal(score_replicates(samples, 50, 0), score_replicates(samples, 50, 0, by="samples"))


@pytest.mark.parametrize("by", ["auto", "samples", "clusters"])
def test_the_order_of_the_labels_does_not_matter_whatever_is_drawn(by):
    one, other = (scored("meld", SAID, truth).samples_scored for truth in (TRUTH, SHUFFLED))
    first, second = (units_of(each.task, each.names, each.blocks(), by, 0) for each in (one, other))
    assert np.array_equal(first.keys, second.keys)
    np.testing.assert_allclose(first.quantities, second.quantities, atol=1e-12)
    np.testing.assert_allclose(*(score_replicates(each, 50, 0, by=by) for each in (one, other)), atol=1e-12)


def test_a_clip_that_stands_in_two_data_sets_is_one_sample():
    """CH-SIMS within CH-SIMS v2: what is said of the same videos is drawn alike, whatever else the larger set holds."""
    value = {f"video_{i // 3:02}_{i % 3}": 1.0 if i % 5 else -1.0 for i in range(60)}
    more = value | {f"another_{i}_0": 1.0 for i in range(9)}
    said = dict.fromkeys(more, "positive")
    small = scored("sims", {name: said[name] for name in value}, value).samples_scored
    large = scored("simsv2", said, more).samples_scored
    ours, theirs = (units_of(each.task, each.names, each.blocks(), "auto", 0) for each in (small, large))
    assert set(ours.keys.tolist()) < set(theirs.keys.tolist())
    there = np.isin(theirs.keys, ours.keys)
    kept = theirs._replace(quantities=theirs.quantities[:, there], keys=theirs.keys[there])
    assert np.array_equal(*(resampled_sums(each.quantities, 40, 1, keys=each.keys) for each in (ours, kept)))


def test_data_sets_of_different_sources_share_no_draws():
    one, other = (unit_keys(["1", "2"], get_task(name).namespace) for name in ("cmumosi", "cmumosei"))
    assert not set(one.tolist()) & set(other.tolist())


@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_replicates_are_primary_scores_of_resampled_sums(protocol):
    samples = scored("meld", SAID, TRUTH, protocol=protocol).samples_scored
    units = units_of(samples.task, samples.names, samples.blocks(), "auto", 0)
    sums = resampled_sums(units.quantities, 30, 3, keys=units.keys)
    expected = samples.metric.score(sums)
    if protocol == "strict":
        expected = (expected - samples.chance) / (1 - samples.chance)
    np.testing.assert_allclose(score_replicates(samples, 30, 3), expected, atol=1e-12)
