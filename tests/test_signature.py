"""The signature says everything that decides a score, and no name can forge a field."""

from dataclasses import replace

import pytest

from merunibench.signature import Signature, joint_metric_part, joint_signature

SIGNATURE = Signature(
    data="meld",
    kind="basic",
    protocol="official",
    lexicon="mer2026@1a2b3c4d",
    level="1",
    labels="given",
    polarity="given",
    checkpoint="best-per-dataset",
    missing="error",
    n=2610,
    gt="9f3c2a1b",
    v=1,
    bootstrap=1000,
    seed=0,
    units="samples",
)


def test_long_and_short_form():
    assert str(SIGNATURE) == (
        "mub|data:meld|kind:basic|protocol:official|lexicon:mer2026@1a2b3c4d|level:1|labels:given|polarity:given|"
        "checkpoint:best-per-dataset|missing:error|n:2610|gt:9f3c2a1b|v:1|bootstrap:1000|seed:0|units:samples|"
        "interval:none|runs:1"
    )
    assert SIGNATURE.short == (
        "mub|d:meld|k:basic|pr:official|lx:mer2026@1a2b3c4d|lv:1|lb:given|po:given|ck:best-per-dataset|mi:error|n:2610|"
        "gt:9f3c2a1b|v:1|bs:1000|sd:0|un:samples|ci:none|rn:1"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"data": "sims"},
        {"kind": "other"},
        {"protocol": "strict"},
        {"lexicon": "x@1"},
        {"level": "2"},
        {"missing": "skip"},
        {"n": 1},
        {"gt": "0"},
        {"v": 2},
    ],
)
def test_what_decides_the_metric_is_in_the_metric_part(change):
    assert replace(SIGNATURE, **change).metric_part != SIGNATURE.metric_part


@pytest.mark.parametrize("change", [{"checkpoint": "last"}, {"labels": "rules@2"}, {"seed": 3}, {"units": "clusters"}])
def test_system_and_resampling_are_not(change):
    assert replace(SIGNATURE, **change).metric_part == SIGNATURE.metric_part


def test_a_signature_is_read_back():
    assert Signature.parse(str(SIGNATURE)) == SIGNATURE
    assert SIGNATURE.differences(replace(SIGNATURE, level="2", seed=9)) == ["level 1 against 2"]


def test_a_name_cannot_pass_for_another_field():
    forged = replace(SIGNATURE, checkpoint="best|n:9\n|gt:0")
    assert "|checkpoint:best_n_9__gt_0|" in str(forged)
    assert Signature.parse(str(forged)).differences(SIGNATURE) == []


@pytest.mark.parametrize("text", ["", "mub", "mub|data:meld", "xyz|data:meld|kind:basic"])
def test_what_is_no_signature_is_refused(text):
    with pytest.raises(ValueError, match="is not a signature of this toolkit"):
        Signature.parse(text)


def test_the_joint_signature_of_one_data_set_is_its_own():
    assert joint_signature([SIGNATURE]) == SIGNATURE


def test_the_joint_signature_names_the_lexicon_wherever_it_takes_part():
    sentiment = replace(SIGNATURE, data="sims", kind="sentiment", lexicon="none", level="none", polarity="rules@2")
    for order in ([SIGNATURE, sentiment], [sentiment, SIGNATURE]):
        joint = joint_signature(order)
        assert (joint.lexicon, joint.level, joint.kind) == ("mer2026@1a2b3c4d", "1", "mixed")
        assert joint.data == "+".join(each.data for each in order)
        assert (joint.labels, joint.polarity) == ("given", "given+rules@2")
    assert joint_signature([sentiment, sentiment]).lexicon == "none"
    assert joint_signature([sentiment, sentiment]).kind == "sentiment"


def test_each_origin_of_labels_is_named_once():
    both = replace(SIGNATURE, labels="given+rules@2")
    assert joint_signature([SIGNATURE, both, replace(SIGNATURE, labels="rules@2")]).labels == "given+rules@2"


def test_signatures_of_before_are_read_and_say_how_intervals_were_made_then():
    before = str(SIGNATURE).removesuffix("|interval:none|runs:1")
    assert Signature.parse(before) == replace(SIGNATURE, interval="percentile@1")
    assert Signature.parse(before).differences(SIGNATURE) == []


def test_units_and_intervals_of_several_data_sets_are_joined():
    others = replace(SIGNATURE, data="sims", units="clusters", interval="jackknife-t@2")
    joint = joint_signature([replace(SIGNATURE, interval="percentile@2"), others])
    assert (joint.units, joint.interval) == ("clusters+samples", "jackknife-t@2+percentile@2")


def test_metric_parts_of_several_data_sets_are_folded_where_they_agree():
    other = replace(SIGNATURE, data="sims", kind="sentiment", lexicon="none", level="none", n=10, gt="12345678")
    both = joint_signature([SIGNATURE, other])
    assert joint_metric_part([SIGNATURE.metric_part, other.metric_part]) == both.metric_part
    assert joint_metric_part([other.metric_part, SIGNATURE.metric_part]).count("lexicon:mer2026@1a2b3c4d") == 1
    assert joint_metric_part([SIGNATURE.metric_part]) == SIGNATURE.metric_part
    for change in ({"missing": "skip"}, {"protocol": "strict@2"}, {"v": 2}):
        assert joint_metric_part([SIGNATURE.metric_part, replace(other, **change).metric_part]) is None
    assert joint_metric_part([SIGNATURE.metric_part, replace(SIGNATURE, data="mer2023", level="2").metric_part]) is None
