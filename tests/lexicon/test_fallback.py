"""What the builtin lexicon does with labels outside its table, rule by rule."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import InputError
from merunibench.labels import LabelLists
from merunibench.lexicon import LEVELS, Lexicon, load_lexicon
from merunibench.lexicon.fallback import RULES, Fallback

LEXICON = load_lexicon("builtin")
_GLUE = ("not", "no", "of", "and", "/", "very", "un", "table", "feeling", "-")


@pytest.mark.parametrize(
    ("label", "words"),
    [
        # separators
        ("light-hearted", ["light hearted"]),
        ("Let_Down", ["let down"]),
        ("don’t care", ["don't care"]),
        ("broken-hearted", ["broken hearted"]),
        ("heart broken", ["heartbroken"]),
        ("good-humoured", ["good humoured"]),
        # misspellings
        ("dissapointment", ["disappointment"]),
        ("happyyyy", ["happy"]),
        ("very suprised", ["surprised"]),
        # several emotions in one label
        ("sad/lonely", ["sad", "lonely"]),
        ("happy and relieved", ["happy", "relieved"]),
        ("surprised or confused", ["surprised", "confused"]),
        ("sad but hopeful", ["sad", "hopeful"]),
        ("angry & frustrated", ["angry", "frustrated"]),
        ("happy and happy", ["happy"]),
        ("table and chair", []),
        ("happy and table", ["happy"]),
        # negation
        ("not happy", ["unhappy"]),
        ("not very happy", ["unhappy"]),
        ("no longer afraid", ["fearless"]),
        ("no interest", ["uninterested"]),
        ("lack of gratitude", ["ungrateful"]),
        ("emotionally not stable", ["restless"]),
        ("without hope", ["hopeless"]),
        ("unworried", ["unworried"]),
        ("unenthused", ["unenthusiastic"]),
        ("humourless", ["unimpressed"]),
        ("irreverent", ["unappreciated"]),
        ("not angry", []),
        ("not sad", []),
        ("unsurprised", []),
        ("not a table", []),
        ("surprised not", []),
        # phrases
        ("slightly sad", ["sad"]),
        ("deeply_moved", ["moved"]),
        ("emotional exhaustion", ["exhaustion"]),
        ("positive mood", ["positive"]),
        ("cautious optimism", ["optimism"]),
        ("nervous excitement", ["excitement"]),
        ("fear of dogs", ["fear"]),
        ("sense of loss", ["loss"]),
        ("kind of sad", ["sad"]),
        ("very kind", ["kind"]),
        ("looking forward to it", ["looking forward"]),
        ("feeling a bit let down", ["let down"]),
        ("happy table", []),
        ("blood pressure", []),
        ("blue shirt", []),
        ("serious tone", []),
        ("serious concern", ["concern"]),
        ("slightly neutral", []),
        ("one two three four five six seven eight sad", []),
        # forms
        ("bewilderingly", ["bewildering"]),
        ("alarmingly", ["alarming"]),
        ("edginess", ["edgy"]),
        ("bluely", ["blue"]),
        # of less than four letters nothing is told: madness is no anger, who lives lowly is not down
        ("madness", []),
        ("madly", []),
        ("lowly", []),
        ("funs", []),
        # nothing
        ("", []),
        ("?!", []),
        ("高兴", []),
        ("business", []),
        ("intense", []),
        ("disease", []),
        ("neutral", []),
        ("not neutral", []),
    ],
)
def test_resolution(label, words):
    assert list(LEXICON.words_of(label)) == words
    assert (label in LEXICON) == bool(words)


def test_a_word_of_the_table_needs_one_access():
    class Counting(dict):
        reads = 0

        def get(self, key, default=None):
            self.reads += 1
            return super().get(key, default)

    codes = Counting(LEXICON.codes)
    lexicon = dataclasses.replace(LEXICON, codes=codes)
    words = list(LEXICON.codes)[:500]
    lexicon.indices(words, 1)
    assert codes.reads == len(words)


@pytest.mark.parametrize("level", LEVELS)
def test_a_label_that_joins_two_emotions_counts_as_both(level):
    fields = [["sad/happy"], ["sad", "happy"], ["happy and table"], ["happy"], ["table"]]
    sets = LEXICON.sector_sets(LabelLists.from_fields(fields), level)
    np.testing.assert_array_equal(sets[:, 0], sets[:, 1])
    np.testing.assert_array_equal(sets[:, 2], sets[:, 3])
    assert not sets[:, 4].any()
    assert LEXICON.sectors("sad/happy", level) == LEXICON.sectors("sad", level)


def test_vectors_agree_with_single_labels():
    labels = ["happy", "not happy", "sad/lonely", "table", "alarmingly", "serious"]
    known = LEXICON.known(labels)
    assert known.tolist() == [True, True, True, False, True, False]
    for label, indices in zip(labels, LEXICON.indices(labels, 1), strict=True):
        names = [None if i < 0 else LEXICON.sectors_of_wheels[1][w][i] for w, i in enumerate(indices)]
        assert tuple(names) == LEXICON.sectors(label)


def test_an_official_release_knows_exactly_its_words():
    exact = dataclasses.replace(LEXICON, fallback=None)
    assert "not happy" not in exact
    assert exact.words_of("not happy") == ()
    assert exact.words_of("Happy ") == ("happy",)
    assert exact.sectors("slightly sad") == (None,) * 5


def test_the_hash_covers_the_tables_and_the_version_of_the_rules():
    tables = LEXICON.fallback
    light = dataclasses.replace(tables, light=tables.light[1:])
    rules = dataclasses.replace(tables, rules=RULES + 1)
    hashes = {dataclasses.replace(LEXICON, fallback=other).sha256 for other in (tables, light, rules, None)}
    assert len(hashes) == 4


def test_text_and_back():
    again = Lexicon.from_text(LEXICON.to_text(), "here")
    assert (again.fallback, again.sha256) == (LEXICON.fallback, LEXICON.sha256)


@pytest.mark.parametrize(
    "change",
    [
        {"rules": RULES + 1},
        {"light": "very"},
        {"light": [1]},
        {"typos": {"a": 1}},
        {"typos": []},
        {"extra": []},
    ],
)
def test_damaged_tables(change):
    table = json.loads(LEXICON.to_text())
    table["fallback"] |= change
    with pytest.raises(InputError, match="here: not a compiled lexicon"):
        Lexicon.from_text(json.dumps(table), "here")
    with pytest.raises((ValueError, AttributeError)):
        Fallback.from_table(table["fallback"])


@given(st.text(max_size=60))
def test_any_text_has_an_answer_whose_words_are_in_the_table(text):
    assert set(LEXICON.words_of(text)) <= set(LEXICON.codes)


@given(st.lists(st.sampled_from([*list(LEXICON.codes)[::40], *_GLUE])))
def test_any_phrase_has_an_answer_whose_words_are_in_the_table(words):
    assert set(LEXICON.words_of(" ".join(words))) <= set(LEXICON.codes)


def test_a_million_labels_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("merunibench.lexicon.lexicon._MAXIMUM_RESOLVED", 10)
    lexicon = dataclasses.replace(LEXICON)
    for number in range(100):
        lexicon.words_of(f"word{number}")
    assert len(lexicon._resolved) <= 10


def test_the_fallback_imports_no_language_toolkit():
    code = (
        "import sys; from merunibench.lexicon import load_lexicon; load_lexicon('builtin').sectors('alarmingly sad')\n"
        "print(sorted({'nltk', 'spacy', 'lemminflect', 'tomllib'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "nltk" not in found
    assert "spacy" not in found
    assert "lemminflect" not in found
