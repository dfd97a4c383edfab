"""A protocol as a table of metrics, and the table of protocols."""

import pytest

from merunibench import InputError, evaluate
from merunibench.protocols import PROTOCOLS, HitRate, Protocol, SetF1, ThreeWayWeightedF1


def test_a_protocol_is_corrected_if_all_of_its_metrics_are():
    assert [protocol.is_corrected for protocol in PROTOCOLS.values()] == [False, True, True]
    assert not Protocol("mixed", "", {"basic": HitRate(), "sentiment": ThreeWayWeightedF1()}).is_corrected


def test_a_kind_of_task_that_is_not_scored_is_refused_with_those_that_are():
    protocol = Protocol("labels", "", {"basic": HitRate(), "fine-grained": SetF1()})
    assert not protocol.scores("sentiment")
    with pytest.raises(InputError, match="protocol labels does not score sentiment tasks, only basic, fine-grained"):
        protocol["sentiment"]


def test_a_name_is_taken_once():
    before = PROTOCOLS["strict"]
    with pytest.raises(ValueError, match="there is already a protocol called 'strict'"):
        PROTOCOLS.register(Protocol("strict", "another", {}))
    assert PROTOCOLS["strict"] is before


def test_only_the_official_protocol_is_shown_under_any_lexicon():
    shown = {name: (protocol.any_lexicon, protocol.on_boards) for name, protocol in PROTOCOLS.items()}
    assert shown == {"official": (True, True), "strict": (False, True), "strict@1": (False, False)}


def test_the_corrected_score_comes_before_the_metrics_that_it_is_made_of():
    answers = {"meld": {"a": ["joy"], "b": ["joy"], "c": ["sad"]}}
    truth = {"meld": {"a": "joy", "b": "sadness", "c": "sadness"}}
    for protocol, keys in (("official", ["hit_rate", "matching_score"]), ("strict", ["corrected", "f"])):
        result = evaluate(answers, truth, protocol=protocol, bootstrap=0)["meld"]
        assert list(result.metrics) == keys
        assert result.metrics[result.primary] == result.score
