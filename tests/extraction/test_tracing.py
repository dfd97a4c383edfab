"""What became of each word that the rules found: the trace decides nothing, and finds its places again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.extraction import extract_labels
from merunibench.extraction.tracing import Fate, Trace


def traced(text):
    """The labels, and (words, fate, label) of every mark."""
    trace = Trace()
    labels = extract_labels(text, trace=trace)
    marks, lost = trace.marks(text)
    assert lost == 0
    return labels, [(text[mark.start : mark.end], mark.fate, mark.label) for mark in marks]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He is not angry, but **sad**.", [("angry", Fate.DENIED, "angry"), ("sad", Fate.TAKEN, "sad")]),
        ("His friend is scared. He is happy.", [("scared", Fate.OTHERS, "scared"), ("happy", Fate.TAKEN, "happy")]),
        ("He smiles. He is sad.", [("smiles", Fate.CUE, "happy"), ("sad", Fate.TAKEN, "sad")]),
        ("She smiles and laughs.", [("smiles", Fate.TAKEN, "happy"), ("laughs", Fate.REPEATED, "happy")]),
        ("Emotions: Sad, calm", [("Sad", Fate.TAKEN, "sad"), ("calm", Fate.TAKEN, "calm")]),
        ('{"emotions": ["sad", "joy"]}', [("sad", Fate.TAKEN, "sad"), ("joy", Fate.TAKEN, "joy")]),
        ("<think>sad? no, calm</think> sad, calm", [("sad", Fate.TAKEN, "sad"), ("calm", Fate.TAKEN, "calm")]),
        ("他并不愤怒，只是有点失望。", [("愤怒", Fate.DENIED, "angry"), ("失望", Fate.TAKEN, "disappointed")]),
        ("No está enojada, sino triste.", [("enojada", Fate.DENIED, "angry"), ("triste", Fate.TAKEN, "sad")]),
    ],
)
def test_every_word_has_its_place_and_its_fate(text, expected):
    labels, marks = traced(text)
    assert marks == expected
    assert labels == [label for _, fate, label in marks if fate == Fate.TAKEN]


def test_a_word_far_behind_says_why():
    trace = Trace()
    text = "The tone is tense. He may be worried. Overall, he is sad and sad."
    assert extract_labels(text, trace=trace) == ["sad"]
    whys = {text[mark.start : mark.end]: (mark.fate, mark.why) for mark in trace.marks(text)[0] if mark.label != "sad"}
    assert whys["worried"] == (Fate.DROPPED, "hedged or vague, much weaker than the strongest emotion")


_PIECES = "he she is not sad happy angry smiles . , and his friend maybe <think> </think> ** 高兴 不 \u202e triste no"
_WORDS = st.sampled_from([*_PIECES.split(" "), "\n"])


@given(st.lists(_WORDS, max_size=25).map(" ".join))
def test_a_trace_changes_nothing_and_marks_lie_apart_in_the_text(text):
    trace = Trace()
    assert extract_labels(text, trace=trace) == extract_labels(text)
    marks, _ = trace.marks(text)
    edges = [edge for mark in marks for edge in (mark.start, mark.end)]
    assert edges == sorted(edges)
    assert all(0 <= mark.start < mark.end <= len(text) for mark in marks)
