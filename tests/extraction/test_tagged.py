"""The short way for word lists in `<answer>` tags gives what the rules give, or nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merunibench.extraction import extract_labels
from merunibench.extraction.items import empty_words
from merunibench.extraction.tagged import tagged_labels
from merunibench.lexicon import load_lexicon

KNOWN = sorted(word for word in load_lexicon("builtin").codes if word.isalpha() and word.isascii())
ODD = [
    *(
        "xylophone",
        "spoon",
        "qwert",
        "zz",
        "a",
        "b",
        "e",
        "i",
        "y",
        "o",
        "and",
        "or",
        "but",
        "not",
        "no",
        "none",
        "nothing",
    ),
    *(
        "neutral",
        "positive",
        "negative",
        "thinking",
        "analysis",
        "answer",
        "emotion",
        "assistant",
        "user",
        "final",
        "sorry",
    ),
    *("error", "exception", "worried", "unable", "he", "she", "looks", "very", "because", "triste", "content", "feliz"),
    *(
        "fear",
        "model",
        "system",
        "human",
        "yes",
        "true",
        "never",
        "hardly",
        "maybe",
        "label",
        "mood",
        "traurig",
        "colere",
    ),
    *(word for word in empty_words() if word.isalpha() and word.isascii()),
]
WORDS = st.one_of(
    st.sampled_from(KNOWN), st.sampled_from(KNOWN), st.sampled_from(ODD), st.from_regex("[a-z]{1,9}", fullmatch=True)
)
REASONING = st.one_of(
    st.sampled_from(
        ["", "He frowns, so he is angry.", "1. sad\n2. happy", "User: how?\nAssistant: sad", "Emotion: joy", "[sad]"]
    ),
    st.text(max_size=40),
)
BEFORE = st.one_of(st.just(""), REASONING.map(lambda text: f"<think>{text}</think>"))


def replies(words=WORDS):
    lists = st.lists(words, min_size=1, max_size=8)
    return st.tuples(
        BEFORE, st.sampled_from(["", "\n", " "]), st.sampled_from([", ", ","]), lists, st.sampled_from(["", "\n"])
    ).map(lambda parts: f"{parts[0]}{parts[1]}<answer>{parts[2].join(parts[3])}</answer>{parts[4]}")


@settings(max_examples=1500, deadline=None)
@given(replies())
def test_what_the_short_way_gives_the_rules_give(reply):
    found = tagged_labels(reply)
    assert found is None or found == extract_labels(reply)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(KNOWN), min_size=1, max_size=8, unique=True))
def test_known_words_go_the_short_way(words):
    reply = f"<think>He frowns at first.</think>\n<answer>{', '.join(words)}</answer>"
    found = tagged_labels(reply)
    assert found == extract_labels(reply)
    assert found is not None or "orry" in reply or any(word in ODD for word in words)


@pytest.mark.parametrize(
    "reply",
    [
        "happy, sad",
        "<answer>happy</answer><answer>sad</answer>",
        "<answer>not happy</answer>",
        "<answer>Happy</answer>",
        "<think>He is <answer>sad</answer></think><answer>happy</answer>",
        "<think>Sad.&lt;/think&gt;</think><answer>happy</answer>",
        "<think>She<answer>happy</answer>",
        "<answer></answer>",
        "<answer>he, is, not, happy</answer>",
        f"<answer>{', '.join(['happy'] * 100)}</answer>",
        "<answer>happy</answer> But I am not sure.",
        "<think>\u0338Sad.</think><answer>happy</answer>",
        "<think>＜/think＞</think><answer>happy</answer>",
    ],
)
def test_everything_else_is_left_to_the_rules(reply):
    assert tagged_labels(reply) is None
