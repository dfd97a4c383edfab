"""The paired test of two systems: the same samples, in pairs, by draws of each data set's own."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from merunibench import InputError
from merunibench.scoring import LoadedScores, paired_draws
from merunibench.statistics import mean_draws
from merunibench.statistics import paired_test as outcome_of
from tests.scoring.small import scored

NAMES = [f"test_dia{i // 10}_utt{i % 10}" for i in range(20)]
BETTER = {name: ["joy"] if i % 4 else ["sad"] for i, name in enumerate(NAMES)}
WORSE = {name: ["joy"] if i % 3 == 0 else ["sad"] for i, name in enumerate(NAMES)}


def system(said, truth, dataset="meld", **options):
    return LoadedScores.of(scored(dataset, said, truth, **options), "m")


def paired_test(*systems, **options):
    return outcome_of(paired_draws(*systems, **options))


def test_samples_are_paired_by_name_whatever_the_order_of_the_files():
    truth = dict.fromkeys(NAMES, "joy")
    backwards = dict.fromkeys(reversed(NAMES), "joy")
    expected = paired_test(system(BETTER, truth), system(WORSE, truth), resamples=99, seed=0, by="samples")
    assert paired_test(system(BETTER, truth), system(WORSE, backwards), resamples=99, seed=0, by="samples") == expected
    same = paired_test(system(BETTER, truth), system(BETTER, backwards), resamples=99, seed=0, by="samples")
    assert same[:4] == (0.0, (0.0, 0.0), 1.0, 1.0)


def test_clusters_are_drawn_and_swapped_whole():
    one_dialogue = dict.fromkeys(NAMES[:10], "joy")
    said = [{name: answers[name] for name in one_dialogue} for answers in (BETTER, WORSE)]
    systems = [system(answers, one_dialogue) for answers in said]
    by_sample = paired_test(*systems, resamples=99, seed=0, by="samples")
    by_dialogue = paired_test(*systems, resamples=99, seed=0, by="clusters")
    assert by_sample.ci is not None
    assert by_dialogue[:4] == (by_sample.difference, None, 1.0, 1.0)


def test_a_clip_is_drawn_and_swapped_alike_in_every_data_set_of_its_source():
    truth = {name: ["joy"] for name in NAMES}
    draws = [
        paired_draws(*(system(said, truth, dataset) for said in (BETTER, WORSE)), resamples=99, seed=0)
        for dataset in ("ovmerdplus", "mer2025ov")
    ]
    for name in ("resampled", "swapped"):
        assert np.array_equal(getattr(draws[0], name), getattr(draws[1], name))
    mean = mean_draws(draws)
    assert mean.observed == draws[0].observed
    assert np.array_equal(mean.resampled, draws[0].resampled)


def test_different_samples_are_refused_even_where_the_signatures_agree():
    first = system(BETTER, dict.fromkeys(NAMES, "joy"))
    second = first._replace(scores=replace(first.scores, names=pa.array([*NAMES[1:], "another"], pa.large_string())))
    with pytest.raises(InputError, match="meld: the two systems were scored on different samples"):
        paired_test(first, second, resamples=9, seed=0, by="samples")
