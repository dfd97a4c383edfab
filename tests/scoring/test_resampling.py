"""Replicates of a score: each data set has draws of its own, the same for every system and in any order of files."""

import random
from dataclasses import replace

import numpy as np
import pytest

from merunibench.scoring import score_replicates
from merunibench.scoring.resampling import draw_seed
from merunibench.statistics import pool, resampled_sums
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


def test_clusters_are_drawn_whole():
    """All samples of a dialogue are right or wrong together: there are as many hits as three times the dialogues."""
    truth = dict.fromkeys(NAMES, "joy")
    said = {name: ["joy"] if int(name.split("_")[1][3:]) % 2 else ["sad"] for name in NAMES}
    shuffled = {name: truth[name] for name in SHUFFLED}
    samples = scored("meld", said, shuffled).samples_scored
    hits = score_replicates(samples, 50, 0, cluster=True) * 12
    np.testing.assert_allclose(hits, np.round(hits), atol=1e-9)
    hits = score_replicates(samples, 50, 0) * 12
    assert not np.allclose(hits, np.round(hits), atol=1e-9)


def test_data_sets_have_draws_of_their_own():
    seeds = {tuple(draw_seed(seed, dataset)) for seed in (0, 1) for dataset in ("meld", "sims", "simsv2")}
    assert len(seeds) == 6
    lists = {name: [word] for name, word in TRUTH.items()}
    one, other = (scored(dataset, SAID, lists).samples_scored for dataset in ("ovmerdplus", "mer2025ov"))
    np.testing.assert_array_equal(one.statistics, other.statistics)
    assert not np.array_equal(score_replicates(one, 50, 0), score_replicates(other, 50, 0))
    assert np.array_equal(score_replicates(one, 50, 0), score_replicates(replace(one), 50, 0))


@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_replicates_are_primary_scores_of_resampled_sums(protocol):
    samples = scored("meld", SAID, TRUTH, protocol=protocol).samples_scored
    order = np.argsort(NAMES)
    sums = resampled_sums(pool(samples.statistics[:, order], None, 0), 30, draw_seed(3, "meld"))
    expected = samples.metric.score(sums)
    if protocol == "strict":
        expected = (expected - samples.chance) / (1 - samples.chance)
    np.testing.assert_allclose(score_replicates(samples, 30, 3), expected, atol=1e-12)
