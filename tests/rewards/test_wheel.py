"""The wheel rewards equal a reference with Python sets: alone and in batches, in threads and in other processes."""

import itertools
import pickle
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merunibench.lexicon import load_lexicon
from merunibench.protocols import PROTOCOLS
from merunibench.rewards import Consistency, WheelReward, penalty_of, wheel_f
from merunibench.rewards.sets import Figures
from tests.oracle import reward as oracle

LEXICON = load_lexicon("builtin")
WORDS = [
    *sorted(LEXICON.codes)[::300],
    *("neutral", "xylophone", "spoon", "Happy", "happy ", "sad/lonely", "sad/spoon", "neutral/calm", "thing"),
]
LABELS = st.lists(st.sampled_from(WORDS), max_size=7)
SETTINGS = list(itertools.product(Figures._fields, ("strict", "official"), (1, 2), (None, "p1", "p2", "p3")))


def pairs(number, seed=0):
    """Label lists as models and annotators give them, and some as they should not."""
    draw = random.Random(seed)

    def labels(most):
        return [draw.choice(WORDS) for _ in range(draw.randint(0, most))]

    return [labels(9) for _ in range(number)], [labels(4) for _ in range(number)]


@pytest.mark.parametrize(("figure", "protocol", "level", "penalty"), SETTINGS)
def test_a_batch_is_what_the_reference_gives(figure, protocol, level, penalty):
    answers, truths = pairs(60)
    reward = WheelReward(figure, protocol=protocol, level=level, penalty=penalty)
    found = reward.of_labels(answers, truths)
    expected = [
        oracle.reward(answer, truth, LEXICON, figure=figure, kind=penalty, protocol=protocol, level=level)
        for answer, truth in zip(answers, truths, strict=True)
    ]
    assert [value is None for value in found] == [value is None for value in expected]
    found, expected = ([value for value in values if value is not None] for values in (found, expected))
    assert found == pytest.approx(expected, abs=1e-12, rel=0)
    assert len(set(found)) > 3


@pytest.mark.parametrize(("protocol", "level"), [*itertools.product(("strict", "official"), (1, 2))])
def test_a_batch_is_what_single_calls_give_to_the_bit(protocol, level):
    answers, truths = pairs(200, seed=1)
    for figure in Figures._fields:
        reward = WheelReward(figure, protocol=protocol, level=level, penalty="p3")
        alone = [reward.of_labels([answer], [truth])[0] for answer, truth in zip(answers, truths, strict=True)]
        assert reward.of_labels(answers, truths) == alone
        scores = [reward.score_labels(answer, truth) for answer, truth in zip(answers, truths, strict=True)]
        assert [each["score"] if each["applies"] else None for each in scores] == alone


@settings(max_examples=60, deadline=None)
@given(LABELS, LABELS)
def test_one_reply_is_what_the_reference_gives(answer, truth):
    for protocol in ("strict", "official"):
        scores = WheelReward(protocol=protocol).score_labels(answer, truth)
        expected = oracle.figures(answer, truth, LEXICON, protocol=protocol)
        assert scores["applies"] == (expected is not None)
        if expected:
            assert [scores[name] for name in Figures._fields] == pytest.approx(expected, abs=1e-12, rel=0)


def test_the_figures_are_those_that_scoring_sums():
    """Precision and recall of each sample on each wheel, by the metric itself."""
    import numpy as np

    from merunibench.labels import LabelLists
    from merunibench.protocols.elements import element_sets

    answers, truths = pairs(80, seed=2)
    answers = [answer or ["happy"] for answer in answers]  # scoring reads an empty list as neutral, a reward does not
    sets = element_sets(*map(LabelLists.from_fields, (truths, answers)), np.ones(80, bool), LEXICON, 1)
    statistics = PROTOCOLS["strict"]["fine-grained"].statistics(*sets).reshape(5, 3, 80)
    counted = statistics[:, 0].sum(axis=0)
    for row, figure in ((1, "precision"), (2, "recall")):
        expected = (statistics[:, row] * statistics[:, 0]).sum(axis=0) / np.maximum(counted, 1)
        found = WheelReward(figure).of_labels(answers, truths)
        assert [0.0 if value is None else value for value in found] == pytest.approx(expected.tolist(), abs=1e-12)


def test_eight_threads_give_what_one_gives():
    answers, truths = pairs(2000, seed=3)
    reward = WheelReward(penalty="p2")

    def one(row):
        return reward.score_labels(answers[row], truths[row])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(2000)))
    fresh = WheelReward(penalty="p2")
    assert found == [fresh.score_labels(answer, truth) for answer, truth in zip(answers, truths, strict=True)]


def test_words_are_forgotten_without_a_change(monkeypatch):
    monkeypatch.setattr("merunibench.rewards.sets._MOST_WORDS", 20)
    answers, truths = pairs(300, seed=4)
    few = WheelReward()
    found = [few.of_labels([answer], [truth])[0] for answer, truth in zip(answers, truths, strict=True)]
    assert len(few._sets._tables.bits) <= 20
    monkeypatch.undo()
    assert found == WheelReward().of_labels(answers, truths)


@pytest.mark.parametrize("reward", [wheel_f, WheelReward("recall", penalty="p1", name="r"), Consistency()])
def test_a_used_reward_is_a_small_pickle_and_comes_back_the_same(reward):
    replies = ["<think>He is sad.</think><answer>sad</answer>", "<think>She laughs.</think><answer>angry</answer>"]
    before = reward(replies, openset=[["sad"], ["happy"]])
    kept = pickle.dumps(reward)
    assert len(kept) < 1000
    again = pickle.loads(kept)
    assert (again.__name__, again.signature, again(replies, openset=[["sad"], ["happy"]])) == (
        reward.__name__,
        reward.signature,
        before,
    )


def test_signatures_say_what_decides_the_reward():
    assert wheel_f.signature == (
        f"mub-reward|figure:f|protocol:strict@2|lexicon:{LEXICON.label}|level:1|read:answer|labels:rules@2|penalty:none|v:1"
    )
    others = {
        WheelReward(*args, **options).signature
        for args, options in (
            (("precision",), {}),
            ((), {"protocol": "official"}),
            ((), {"level": 2}),
            ((), {"penalty": "p3"}),
            ((), {"read": "think"}),
        )
    }
    assert len(others | {wheel_f.signature}) == 6


@pytest.mark.parametrize(
    "options", [{"figure": "accuracy"}, {"protocol": "lenient"}, {"level": 3}, {"penalty": "p4"}, {"read": "all"}]
)
def test_unknown_choices_are_refused(options):
    name, value = next(iter(options.items()))
    with pytest.raises(ValueError, match=f"{name} must be one of .*, not {value!r}"):
        WheelReward(**options)


@given(st.integers(0, 50), st.integers(0, 50))
def test_penalties_fall_with_every_label_and_are_never_above_one(labels, truths):
    for kind in ("p1", "p2", "p3"):
        assert 0 < penalty_of(kind, labels, truths) <= 1
        assert penalty_of(kind, labels + 1, truths) <= penalty_of(kind, labels, truths)
        assert penalty_of(kind, truths, truths) == penalty_of(None, labels, truths) == 1
        if labels > max(truths, 1):
            assert penalty_of(kind, labels, truths) < 1


def test_consistency_is_the_share_of_common_elements():
    pairs_of_labels = [
        (["sad"], ["sad", "lonely"]),
        (["happy"], ["angry"]),
        (["xylophone"], ["xylophone", "joy"]),
        ([], ["sad"]),
    ]
    for protocol in ("strict", "official"):
        sets = Consistency(protocol=protocol)._sets
        for one, other in pairs_of_labels:
            assert sets.jaccard(sets.of(one), sets.of(other)) == pytest.approx(
                oracle.jaccard(one, other, LEXICON, protocol=protocol), abs=1e-12
            )
