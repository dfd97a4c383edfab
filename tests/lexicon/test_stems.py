"""Families and opposites by letters: careful rather than complete."""

import pytest

from merunibench.lexicon.runtime.morphology import opposites, same_family, stem
from merunibench.lexicon.runtime.spelling import Spellings

FAMILIES = [
    "frustrated frustration frustrating frustrate",
    "happy happiness happily happier",
    "anxious anxiety anxiously",
    "satisfied satisfaction satisfying",
    "passionate passion",
    "care cares caring cared",
    "excited excitement exciting excitable",
    "optimistic optimism",
    "skeptical skepticism",
    "energetic energy",
    "relieved relief",
    "lonely loneliness",
    "confident confidence",
    "depressed depression",
    "grateful gratitude",
    "curious curiosity",
    "bored boredom boring",
    "mad madness",
]


@pytest.mark.parametrize("family", FAMILIES)
def test_forms_of_one_word(family):
    first, *others = family.split()
    for other in others:
        assert same_family(first, other), (first, stem(first), other, stem(other))
        assert same_family(other, first)


@pytest.mark.parametrize(
    "pair",
    [
        "fear fearless",
        "care careless",
        "happy unhappy",
        "satisfied dissatisfied",
        "secure insecure",
        "awe awful",
        "cured curious",
        "passion passive",
        "terrified terrific",
        "tense intense",
        "content contempt",
    ],
)
def test_no_forms_of_one_word(pair):
    assert not same_family(*pair.split())


def test_phrases_are_their_own_stem():
    assert stem("let down") == "let down"
    assert not same_family("let down", "let downs")
    assert same_family("let down", "let down")
    assert list(opposites("let down")) == []


@pytest.mark.parametrize(
    ("word", "opposite"),
    [
        ("fear", "fearless"),
        ("fearful", "fearless"),
        ("hopefulness", "hopelessness"),
        ("happy", "unhappy"),
        ("satisfied", "dissatisfied"),
        ("secure", "insecure"),
        ("patient", "impatient"),
    ],
)
def test_opposites(word, opposite):
    assert opposite in list(opposites(word))


def test_near_words():
    assert Spellings(["happy", "frustrated"]).near("frustated") == ("frustrated",)
    assert Spellings(["x" * 41]).near("x" * 41) == ()
    assert Spellings(["a"]).near("a") == ()
    assert Spellings(["a"]).near("") == ()
    assert Spellings(["stable", "happy"]).near("table") == ("stable",)
