"""Labels from answers: the hard cases, the options, and what is imported for it."""

import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.extraction import clean_answer, extract_labels, polarity
from merunibench.extraction.words import load_words
from merunibench.lexicon import load_lexicon

CASES = tomllib.loads((Path(__file__).parent / "cases.toml").read_text(encoding="utf-8"))
FLOOR = 0.95


def is_right(text, labels):
    return set(extract_labels(text)) == {label for label in labels.split(", ") if label}


def test_the_hard_cases():
    assert all(len(cases) >= 10 for cases in CASES.values())
    results = [is_right(*case) for cases in CASES.values() for case in cases]
    assert len(results) >= 200
    assert sum(results) / len(results) >= FLOOR


@pytest.mark.parametrize("phenomenon", CASES)
def test_every_phenomenon_is_mostly_read(phenomenon):
    results = [is_right(*case) for case in CASES[phenomenon]]
    assert sum(results) / len(results) >= 0.75


def test_order_is_kept_and_repetitions_are_not():
    assert extract_labels("The character's emotional state is tired, sad, tired.") == ["tired", "sad"]


def test_parity_keeps_four_labels_and_drops_speech_acts_and_a_lone_neutral():
    stem = "The character's emotional state is "
    assert extract_labels(stem + "happy, request, calm, proud, moved, shy.", parity=True) == [
        "happy",
        "calm",
        "proud",
        "moved",
    ]
    assert extract_labels(stem + "neutral.", parity=True) == []
    assert extract_labels(stem + "neutral.") == ["neutral"]


@pytest.mark.parametrize("text", ["<think>He is sad", "", "   ", "[", "{", "```"])
def test_nothing_answers_nothing(text):
    assert extract_labels(text) == []


def test_a_closed_trace_is_dropped_and_seen():
    assert clean_answer("<think>angry</think>calm") == ("calm", True, False)
    assert clean_answer("calm") == ("calm", False, False)


@given(st.text(max_size=200))
def test_any_text_gives_labels_and_gives_them_again(text):
    labels = extract_labels(text)
    assert labels == extract_labels(text)
    assert len(labels) == len(set(labels))


def test_every_label_that_the_tables_give_is_known():
    words = load_words()
    lexicon = load_lexicon("builtin")
    for label in {*words.cues.values(), *words.chinese.values()} - {"neutral"}:
        assert label in lexicon, label


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["happy"], "positive"),
        (["angry", "sad"], "negative"),
        (["sad", "hopeful"], "negative"),
        (["hopeful", "happy", "sad", "angry"], "negative"),
        (["surprised"], "neutral"),
        (["neutral"], "neutral"),
        (["table"], "neutral"),
        ([], "neutral"),
        (["happy", "relieved", "worried"], "positive"),
        (["let down", "Furious "], "negative"),
    ],
)
def test_polarity(labels, expected):
    assert polarity(labels) == expected


@pytest.mark.parametrize(
    "code",
    [
        "import merunibench",
        "import merunibench.extraction as e; e.extract_labels('Emotions: happy, sad'); e.polarity(['happy'])",
    ],
)
def test_spacy_is_imported_only_for_descriptions(code):
    check = f"{code}; import sys; assert 'spacy' not in sys.modules"
    subprocess.run([sys.executable, "-c", check], check=True)


@pytest.mark.parametrize(
    "text",
    [
        "<think>" * 20_000,
        "</think>" * 20_000,
        " " * 200_000 + "sad",
        "sad" + " " * 200_000 + "x, y",
        "\n" * 200_000,
        "not happy " * 20_000,
        "his friend is sad, " * 10_000,
        "[" * 100_000,
        '{"labels":' * 20_000,
        '{"labels":' * 400 + '"sad"' + "}" * 400,
        "- " * 50_000,
        "*" * 100_000,
        '"' * 100_000,
        "a, " * 50_000,
    ],
    ids=lambda text: text[:12].strip() or "blank",
)
def test_hostile_answers_cost_little(text):
    start = time.process_time()
    extract_labels(text)
    assert time.process_time() - start < 10


def test_numbers_that_no_float_holds_are_values_too():
    assert extract_labels('{"happy": 9' + "9" * 400 + ', "sad": 0}') == ["happy"]
    assert extract_labels('{"happy": -9' + "9" * 400 + ', "sad": 1}') == ["sad"]
