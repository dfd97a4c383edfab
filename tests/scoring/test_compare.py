"""The paired test of two systems: the same samples, in pairs, by draws of each data set's own."""

from dataclasses import replace

import pyarrow as pa
import pytest

from merunibench import InputError
from merunibench.scoring import System, paired_test
from tests.scoring.small import scored

NAMES = [f"test_dia{i // 10}_utt{i % 10}" for i in range(20)]
BETTER = {name: ["joy"] if i % 4 else ["sad"] for i, name in enumerate(NAMES)}
WORSE = {name: ["joy"] if i % 3 == 0 else ["sad"] for i, name in enumerate(NAMES)}


def system(said, truth, dataset="meld", **options):
    return System.of(scored(dataset, said, truth, **options), "m")


def test_samples_are_paired_by_name_whatever_the_order_of_the_files():
    truth = dict.fromkeys(NAMES, "joy")
    backwards = dict.fromkeys(reversed(NAMES), "joy")
    expected = paired_test(system(BETTER, truth), system(WORSE, truth), resamples=99, seed=0, cluster=False)
    assert paired_test(system(BETTER, truth), system(WORSE, backwards), resamples=99, seed=0, cluster=False) == expected
    same = paired_test(system(BETTER, truth), system(BETTER, backwards), resamples=99, seed=0, cluster=False)
    assert same == (0.0, (0.0, 0.0), 1.0, 1.0)


def test_clusters_are_drawn_and_swapped_whole():
    one_dialogue = dict.fromkeys(NAMES[:10], "joy")
    said = [{name: answers[name] for name in one_dialogue} for answers in (BETTER, WORSE)]
    systems = [system(answers, one_dialogue) for answers in said]
    by_sample = paired_test(*systems, resamples=99, seed=0, cluster=False)
    by_dialogue = paired_test(*systems, resamples=99, seed=0, cluster=True)
    assert by_sample.ci is not None
    assert by_dialogue == (by_sample.difference, None, 1.0, 1.0)


def test_data_sets_have_draws_of_their_own():
    truth = {name: ["joy"] for name in NAMES}
    tests = [
        paired_test(*(system(said, truth, dataset) for said in (BETTER, WORSE)), resamples=99, seed=0, cluster=False)
        for dataset in ("ovmerdplus", "mer2025ov")
    ]
    assert tests[0].difference == tests[1].difference
    assert tests[0].ci != tests[1].ci


def test_different_samples_are_refused_even_where_the_signatures_agree():
    first = system(BETTER, dict.fromkeys(NAMES, "joy"))
    second = first._replace(scores=replace(first.scores, names=pa.array([*NAMES[1:], "another"], pa.large_string())))
    with pytest.raises(InputError, match="meld: the two systems were scored on different samples"):
        paired_test(first, second, resamples=9, seed=0, cluster=False)
