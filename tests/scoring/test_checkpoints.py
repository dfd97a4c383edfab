"""Which checkpoint is reported: names, beginnings of names, ties."""

import pytest

from merunibench import InputError
from merunibench.scoring import resolve_rule, select_checkpoints

STEPS = {"meld": ["step-1", "step-1-long", "step-10"]}


@pytest.mark.parametrize(
    ("rule", "found"), [("step-1", "step-1"), ("step-10", "step-10"), ("step-1-long", "step-1-long")]
)
def test_a_full_name_is_that_checkpoint_whatever_it_is_the_beginning_of(rule, found):
    assert resolve_rule(STEPS, rule) == found


def test_a_beginning_ends_with_a_word_not_only_with_a_number():
    assert resolve_rule({"meld": ["epoch-1-loss", "epoch-2-loss"]}, "epoch-2") == "epoch-2-loss"
    for beginning in ("epoch-2-lo", "epo", "epoch-2-loss-and-more"):
        with pytest.raises(InputError, match="unknown checkpoint"):
            resolve_rule({"meld": ["epoch-1-loss", "epoch-2-loss"]}, beginning)


@pytest.mark.parametrize("rule", ["best-per-dataset", "best-overall"])
def test_of_equally_good_checkpoints_the_first_is_taken(rule):
    scores = {"meld": {"a": 0.1, "b": 0.5, "c": 0.5}, "cmumosi": {"a": 0.2, "b": 0.5, "c": 0.5}}
    assert select_checkpoints(scores, rule) == {"meld": "b", "cmumosi": "b"}


@pytest.mark.parametrize(("rule", "found"), [("last", "b"), ("best-overall", "a")])
def test_only_a_checkpoint_that_every_data_set_has_can_stand_for_all(rule, found):
    scores = {"meld": {"a": 0.6, "b": 0.5, "c": 0.9}, "cmumosi": {"a": 0.5, "b": 0.5}}
    assert select_checkpoints(scores, rule) == {"meld": found, "cmumosi": found}


def test_a_single_checkpoint_may_be_called_otherwise_on_each_data_set():
    scores = {"meld": {"one": 0.6}, "cmumosi": {"other": 0.5}}
    assert select_checkpoints(scores, "single") == {"meld": "one", "cmumosi": "other"}
