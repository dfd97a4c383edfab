"""Predictions beside the ground truth: by name, in the order of the truth, every row counted once."""

import numpy as np
import pandas as pd
import pytest

from merunibench import InputError
from merunibench.protocols import NO_POLARITY
from merunibench.scoring import align
from tests.scoring.small import answers_of, truth_of

TRUTH = truth_of("ovmerdplus", {"a": ["happy"], "b": ["sad"], "c": ["angry"], "d": ["calm"]})
OTHER = answers_of("ovmerdplus", {"d": ["tired"], "x": ["bored"], "c": ["proud"], "a": ["joyful"]})


def frame(statuses):
    return pd.DataFrame([{"name": name, "labels": [name], "status": status} for name, status in statuses.items()])


def lists(aligned):
    return [aligned.samples.labels[sample] for sample in range(len(aligned.truth))]


def test_answers_are_found_by_name_even_where_there_are_as_many_of_them_as_truths():
    aligned = align(TRUTH, OTHER, "zero")
    assert lists(aligned) == [["joyful"], [], ["proud"], ["tired"]]
    assert aligned.samples.present.tolist() == [True, False, True, True]
    assert (aligned.missing, aligned.failed, aligned.extra) == (1, 0, 1)


def test_skip_leaves_out_truth_and_answer_of_the_same_samples():
    aligned = align(TRUTH, OTHER, "skip")
    assert aligned.truth.names.to_pylist() == ["a", "c", "d"]
    assert [aligned.truth.labels[sample] for sample in range(3)] == [["happy"], ["angry"], ["calm"]]
    assert lists(aligned) == [["joyful"], ["proud"], ["tired"]]
    assert aligned.samples.present.all()
    assert (aligned.missing, aligned.failed, aligned.extra) == (1, 0, 1)


@pytest.mark.parametrize("policy", ["zero", "skip"])
def test_a_failed_row_is_no_answer_and_does_not_make_a_missing_one_failed(policy):
    answers = answers_of("ovmerdplus", frame({"a": "ok", "x": "ok", "y": "ok", "c": "failed"}))
    aligned = align(TRUTH, answers, policy)
    assert (aligned.missing, aligned.failed, aligned.extra) == (2, 1, 2)
    assert aligned.samples.present.tolist() == ([True, False, False, False] if policy == "zero" else [True])


def test_there_is_no_polarity_without_an_answer():
    truth = truth_of("cmumosi", {"v_1": 1.0, "v_2": -1.0})
    aligned = align(truth, answers_of("cmumosi", {"v_2": "negative"}), "zero")
    assert aligned.samples.polarity.tolist() == [NO_POLARITY, -1]
    assert aligned.samples.polarity.dtype == np.int8


@pytest.mark.parametrize(("missing", "listed"), [(10, 10), (11, 10)])
def test_ten_missing_samples_are_named_and_an_ellipsis_means_more(missing, listed):
    names = [f"s{number:02}" for number in range(20)]
    truth = truth_of("ovmerdplus", {name: ["sad"] for name in names})
    answers = answers_of("ovmerdplus", {name: ["sad"] for name in names[missing:]})
    with pytest.raises(InputError) as error:
        align(truth, answers, "error")
    said = ", ".join(names[:listed]) + (", …" if missing > listed else "")
    assert f"{missing} of 20 samples of ovmerdplus have no prediction: {said}; predict them" in str(error.value)
