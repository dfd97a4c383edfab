"""What the builtin lexicon does with labels outside its table, rule by rule."""

import dataclasses
import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merunibench.errors import InputError
from merunibench.labels import LabelLists, normalise_label
from merunibench.lexicon import LEVELS, Lexicon, load_lexicon
from merunibench.lexicon.runtime.candidates import may_resolve
from merunibench.lexicon.runtime.compiled import DIGITS
from merunibench.lexicon.runtime.fallback import RULES, Fallback
from merunibench.words import Words

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
        ("高兴", ["happy"]),
        ("高墙", []),
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


def test_only_what_a_rule_may_apply_to_goes_through_the_rules(monkeypatch):
    asked = []

    def resolve(_, label, _known):
        asked.append(label)
        return ()

    monkeypatch.setattr(Fallback, "resolve", resolve)
    monkeypatch.setattr("merunibench.lexicon.runtime.lexicon._FEW", 0)
    lexicon = dataclasses.replace(LEXICON)
    lexicon.known([*list(LEXICON.codes)[:500], "xylophone", "tables", "unk0001", "高兴", "", "zzz"])
    lexicon.known(["alarmingly", "unworrying", "happyyy", "dissapointment", "a table"])
    assert asked == ["高兴", "zzz", "alarmingly", "unworrying", "happyyy", "dissapointment", "a table"]


def one_by_one(labels):
    return [LEXICON.fallback.resolve(label, LEXICON.codes) for label in labels]


SPELLINGS = st.sampled_from([*list(LEXICON.codes)[::40], *LEXICON.fallback.typos, *LEXICON.fallback.stop, *_GLUE])
ENDINGS = st.sampled_from(["", "s", "ly", "iness", "ingly", "ies", "ied", "ed", "ing", "less", "lessness", "y", "yyy"])
FORMS = st.builds(
    lambda prefix, word, cut, ending: prefix + word[: len(word) - cut] + ending,
    st.sampled_from(["", "", "un", "dis", "non", "im", "’", "-", "é", "7", "\ud800"]),
    SPELLINGS,
    st.integers(0, 2),
    ENDINGS,
)
LABELS = st.lists(FORMS | st.builds("{} {}".format, FORMS, FORMS) | st.text(max_size=8)).map(
    lambda labels: [normalise_label(label) for label in labels]
)


@settings(max_examples=300)
@given(LABELS)
def test_no_label_that_the_rules_resolve_is_passed_over(labels):
    known = Words.of(list(LEXICON.codes))
    may = may_resolve(Words.of(labels), known, LEXICON.fallback.typos).tolist()
    assert [
        label for label, words, asked in zip(labels, one_by_one(labels), may, strict=True) if words and not asked
    ] == []


@pytest.mark.parametrize("few", [0, 1000])
@given(LABELS)
def test_many_labels_at_once_agree_with_one_at_a_time(few, labels):
    words = Words.of(labels)
    found = [[LEXICON.codes[word] for word in LEXICON.words_of(label)] for label in labels]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("merunibench.lexicon.runtime.lexicon._FEW", few)
        assert LEXICON.known(words).tolist() == [bool(codes) for codes in found]
    assert LEXICON.are_stop_words(words).tolist() == [LEXICON.is_stop_word(label) for label in labels]
    for level, digits in ((1, slice(0, 5)), (2, slice(5, 10))):
        places = [[[DIGITS.find(digit) for digit in code[digits]] for code in codes] for codes in found]
        assert LEXICON.indices(words, level).tolist() == [each[0] if each else [-1] * 5 for each in places]
        sets = [[{sector for sector in wheel if sector >= 0} for wheel in zip(*each, strict=True)] for each in places]
        masks = [[sum(1 << sector for sector in wheel) for wheel in wheels] or [0] * 5 for wheels in sets]
        assert LEXICON.masks(words, level).tolist() == masks


def test_a_lexicon_that_was_used_can_be_sent_to_another_process():
    lexicon = dataclasses.replace(LEXICON)
    lexicon.known(["happy", "sad/lonely"])
    again = pickle.loads(pickle.dumps(lexicon))
    assert again == lexicon
    assert again.known(["happy", "sad/lonely", "table"]).tolist() == [True, True, False]


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
    monkeypatch.setattr("merunibench.lexicon.runtime.lexicon._MAXIMUM_RESOLVED", 10)
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


@given(st.text(st.characters(exclude_categories=("L", "N"))))
def test_signs_alone_have_no_sector(signs):
    """Items of nothing but signs are left out when label lists are read: that must not change a score."""
    assert not any(map(str.isalnum, signs))
    left_out = [] if LabelLists.from_fields([[signs]])[0] else [normalise_label(signs)]
    for level in LEVELS:
        assert not LEXICON.masks(left_out, level).any()
