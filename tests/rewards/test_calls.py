"""Rewards take what trainers give, score or leave out every row, and log what shows hacking."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merunibench.errors import InputError
from merunibench.rewards import (
    Consistency,
    FormatReward,
    PolarityReward,
    WheelReward,
    answer_format,
    consistency,
    polarity,
    wheel_f,
    wheel_hit,
    wheel_precision,
    wheel_recall,
)
from merunibench.rewards.reading import column_of, labels_of, text_of, truth_labels
from merunibench.rewards.verl import compute_score

REPLY = "<think>He smiles.</think><answer>happy, relieved</answer>"


def chat(text):
    return [{"role": "assistant", "content": text}]


@pytest.mark.parametrize(
    "completion",
    [
        REPLY,
        chat(REPLY),
        {"role": "assistant", "content": REPLY},
        [{"role": "assistant", "content": "I call a tool."}, {"role": "tool", "content": "sad"}, *chat(REPLY)],
        [{"content": REPLY}],
        chat([{"type": "text", "text": REPLY[:20]}, {"type": "image"}, {"type": "text", "text": REPLY[20:]}]),
    ],
    ids=["text", "chat", "message", "tools", "no role", "parts"],
)
def test_a_completion_in_every_form(completion):
    assert text_of(completion) == REPLY
    assert wheel_f([completion], openset=[["happy", "relieved"]]) == [1.0]


@pytest.mark.parametrize(
    "completion", [None, 3, [], [None], {}, b"happy", chat(None), chat(5), [["happy"]], float("nan")]
)
def test_what_is_no_completion_has_no_text_and_gets_0(completion):
    assert text_of(completion) == ""
    assert wheel_f([completion], openset=[["happy"]]) == [0.0]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.text(max_size=60), st.none(), st.integers(), st.lists(st.dictionaries(st.text(), st.text()))),
            st.one_of(
                st.none(), st.text(max_size=20), st.integers(), st.floats(), st.lists(st.one_of(st.text(), st.none()))
            ),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_no_row_raises(rows):
    completions, truths = zip(*rows, strict=True)
    for reward in (wheel_f, wheel_hit, polarity, answer_format, consistency):
        values = reward(list(completions), solution=list(truths))
        assert len(values) == len(rows)
        assert all(value is None or 0 <= value <= 1 for value in values)


@pytest.mark.parametrize("name", ["openset", "labels", "label", "solution"])
@pytest.mark.parametrize("truth", [["happy", "calm"], "happy, calm", "[happy, 'calm']", "<answer>happy, calm</answer>"])
def test_truths_in_every_form(name, truth):
    assert truth_labels(truth) == ("happy", "calm")
    assert wheel_recall([REPLY], **{name: [truth]}) == wheel_recall([REPLY], openset=[["happy", "calm"]])


def test_a_row_does_not_apply_where_there_is_no_truth():
    truths = [None, float("nan"), 3, ["happy"], ["neutral"], []]
    assert wheel_f(["happy"] * 6, openset=truths) == [None, None, None, 1.0, 0.0, 0.0]
    assert wheel_f.last["without_truth_share"] == 0.5
    official = WheelReward(protocol="official")
    assert official(["happy"] * 6, openset=truths) == [None, None, None, 1.0, None, None]
    assert WheelReward(on_none=0.0)(["happy"], openset=[None]) == [0.0]


def test_a_neutral_truth_is_learnt_by_saying_so_and_not_by_silence():
    replies = ["neutral", "<answer>neutral</answer>", "I cannot tell.", "", "<think>He is", "happy"]
    assert wheel_f(replies, openset=[["neutral"]] * 6) == [1.0, 1.0, 0.0, 0.0, 0.0, 0.0]


def test_fewer_truths_than_completions_are_repeated_and_others_refused():
    assert column_of({"openset": ["a", "b"]}, ("openset",), 6) == ["a", "a", "a", "b", "b", "b"]
    with pytest.raises(InputError, match="column openset: 2 truths for 5 completions"):
        wheel_f([REPLY] * 5, openset=["a", "b"])
    with pytest.raises(
        InputError, match=r"no column of truths: openset or .* is needed, but the data set has prompts, videos"
    ):
        wheel_f([REPLY], prompts=["?"], videos=["x"])
    with pytest.raises(InputError, match="one truth per completion, not str"):
        wheel_f([REPLY], openset="happy")
    assert wheel_f([REPLY], openset=np.array(["happy, relieved"])) == [1.0]


def test_hooks_are_told_what_shows_hacking():
    figures, columns = {}, {}
    replies = ["happy, qwertz", "", "sad"]
    wheel_precision(replies, openset=[["happy"]] * 3, log_metric=figures.__setitem__, log_extra=columns.__setitem__)
    assert figures == {"labels_per_sample": 3 / 3, "unknown_share": 1 / 3, "empty_share": 1 / 3} == wheel_precision.last
    assert columns == {"labels": ["happy, qwertz", "", "sad"]}


def test_which_part_is_read():
    reply = "<think>She is sad because he left.</think><answer>happy</answer>"
    assert labels_of(reply) == ("happy",)
    assert labels_of(reply, "think") == ("sad",)
    assert set(labels_of(reply, "text")) == {"sad", "happy"}
    assert labels_of("<think>He is sad", "think") == ("sad",)
    assert labels_of("sad", "think") == ()


def test_polarity():
    truths = ["positive", "negative", 1.5, -0.2, 0.0, "neutral", "<answer>positive</answer>", "0.4", True, None]
    assert polarity(["happy"] * 10, label=truths) == [1, 0, 1, 0, None, None, 1, 1, None, None]
    assert polarity(["neutral", ""], sentiment=[-1, -1]) == [0.0, 0.0]
    assert PolarityReward(protocol="official")(["neutral", "surprised", ""], value=[-1, 1, -1]) == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        (REPLY, True),
        (f"\n{REPLY}\n", True),
        (REPLY + " so", False),
        ("<answer>happy</answer>", False),
        ("<think></think><answer>happy</answer>", False),
        ("<think>a</think><answer> </answer>", False),
        ("<think>a</think><answer>b</answer><answer>c</answer>", False),
        ("<think>a<think>b</think><answer>c</answer>", False),
        ("<context>c</context>" + REPLY, False),
    ],
)
def test_format(reply, right):
    assert answer_format([reply]) == [float(right)]
    with_context = FormatReward(context=True)
    assert with_context([reply]) == [float(reply.startswith("<context>"))]
    assert with_context([f"<context>x</context>{reply}"]) == [float(right)]


def test_consistency_of_reasoning_and_answer():
    agree = "<think>He is happy because he won.</think><answer>joyful</answer>"
    differ = "<think>He is happy because he won.</think><answer>angry</answer>"
    assert consistency([agree, differ, "happy", ""]) == [1.0, 0.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="protocol must be one of"):
        Consistency(protocol="none")


def test_verl_is_given_numbers_alone():
    found = compute_score("emer", REPLY, "happy", {"split": "train"})
    assert found["score"] == found["f"] == wheel_f([REPLY], openset=["happy"])[0]
    assert all(isinstance(value, float) for value in found.values())
    assert compute_score(solution_str=REPLY, ground_truth=["neutral"], protocol="official")["score"] == 0.0
    assert compute_score(solution_str=REPLY, ground_truth=["neutral"], protocol="official")["applies"] == 0.0
    stuffed = compute_score(None, "<answer>happy, relieved, sad, angry</answer>", "happy", penalty="p2", weight=0.5)
    assert stuffed["penalty"] == 0.25
    assert stuffed["score"] == 0.25 * stuffed["f"]


def test_neither_importing_nor_scoring_lists_loads_a_model_library():
    """Arrow itself imports pandas where it is installed, once words are looked up."""
    code = (
        "import sys\nfrom merunibench.rewards import wheel_f, verl\n"
        "heavy = {'torch', 'transformers', 'spacy', 'datasets', 'trl'}\n"
        "assert not (heavy | {'pandas'}) & set(sys.modules)\n"
        "assert wheel_f(['<answer>happy, sad</answer>'], openset=['sad'])[0] > 0.3\n"
        "assert not heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
