"""Scores of single answers: what `evaluate` says of one sample, NaN where it does not count."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench import evaluate, sample_scores
from merunibench.errors import InputError
from tests.strategies import WHEEL_WORDS, label_lists

truths = {
    "meld": st.sampled_from(["joy", "anger", "neutral", 0, np.int64(3), "2"]),
    "ovmerdplus": st.lists(st.sampled_from([*WHEEL_WORDS[:20], "neutral"]), max_size=3),
    "cmumosi": st.sampled_from([1, -0.5, 0, np.float32(1.2), Decimal("-2.5"), "0.1"]),
}
answers = {
    "meld": label_lists,
    "ovmerdplus": label_lists,
    "cmumosi": st.sampled_from(["positive", "negative", "neutral"]),
}


@pytest.mark.parametrize("dataset", truths)
@given(data=st.data(), level=st.sampled_from([1, 2]))
def test_each_is_the_score_of_its_sample_alone(dataset, data, level):
    pairs = data.draw(st.lists(st.tuples(answers[dataset], truths[dataset]), min_size=1, max_size=4))
    scores = sample_scores(dataset, *map(list, zip(*pairs, strict=True)), level=level)
    assert scores.shape == (len(pairs),)
    for score, (answer, truth) in zip(scores.tolist(), pairs, strict=True):
        try:
            alone = evaluate(
                {dataset: {"x": answer}}, {dataset: {"x": truth}}, level=level, missing="zero", bootstrap=0
            )
        except InputError as error:
            assert "counts" in str(error)  # noqa: PT017 - either is right
            assert np.isnan(score)
        else:
            assert score == alone[dataset].score


def test_nothing_is_refused_for_an_answer():
    scores = sample_scores("meld", [None, "", [], "happy, calm", ["xylophone"]], ["joy"] * 4 + ["neutral"])
    assert scores[:4].tolist() == [0, 0, 0, 1]
    assert np.isnan(scores[4])
    assert sample_scores("cmumosi", [None, "?", "positive"], [1, 1, 1]).tolist() == [0, 0, 1]
    assert sample_scores("meld", [], []).shape == (0,)


def test_refused():
    with pytest.raises(InputError, match="2 answers for 1 truths"):
        sample_scores("meld", ["a", "b"], ["joy"])
    with pytest.raises(InputError, match="answer 1: labels must be"):
        sample_scores("meld", ["a", 5], ["joy", "joy"])
    with pytest.raises(InputError, match="'label': 'bliss' is not a class of MELD"):
        sample_scores("meld", ["a"], ["bliss"])
    with pytest.raises(InputError, match="protocol must be"):
        sample_scores("meld", ["a"], ["joy"], protocol="mine")
