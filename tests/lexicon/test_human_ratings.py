"""Lexicons against what people said of words; the lists come with packages of the extra `ratings`."""

import re

import pytest

from benchmarks import human_ratings
from benchmarks.human_ratings import AT_LEAST, AT_MOST, COUNTERPARTS, EMOTIONS, agreements, contradictions, coverage
from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.lexicon import compile_lexicon, load_lexicon, load_wheels
from merunibench.lexicon.critique.evidence import MEANINGS
from merunibench.lexicon.runtime.morphology import same_family


@pytest.fixture(scope="module")
def small():
    """Three words: glad on two wheels, awful on three, calm on one."""
    placements = [{"glad": "happy", "awful": "sad"}, {"glad": "sad", "awful": "surprised"}, {}, {"awful": "genius"}, {}]
    placements[4]["calm"] = "peaceful"
    sectors = {level: [wheel.sector_names(level) for wheel in load_wheels()] for level in (1, 2)}
    return compile_lexicon("small", {1: placements, 2: [{}] * 5}, sectors, {})


def test_contradictions(small):
    found = contradictions(small, {"glad": 2.0, "awful": -1.0, "calm": -0.9, "other": 3.0})
    # glad is sad on wheel 2, awful genius on wheel 4; surprised has no valence, and of calm the raters are not sure
    assert (found.part, found.total, found.words) == (2, 4, {"glad": 1, "awful": 1})
    assert found.percent == 50


def test_agreements(small):
    crowd = {"glad": {"joy", "positive"}, "awful": {"surprise"}, "calm": {"positive"}, "other": {"fear"}}
    found = agreements(small, {word: frozenset(given) for word, given in crowd.items()})
    # genius has no counterpart, and the crowd gave calm no emotion
    assert (found.part, found.total, found.words) == (2, 4, {"glad": 1, "awful": 1})


def test_coverage(small):
    assert coverage(small, {"glad": 1, "calm": 1, "other": 1}).percent == pytest.approx(200 / 3)
    assert contradictions(small, {}).percent == 0


def test_every_sector_but_one_has_counterparts():
    assert {each.emotion for each in MEANINGS.values()} - COUNTERPARTS.keys() == {"genius"}
    assert set().union(*COUNTERPARTS.values()) <= EMOTIONS | {"negative"}


def test_without_the_package(monkeypatch):
    monkeypatch.setattr(human_ratings, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"vaderSentiment is not installed; run: pip install 'merunibench\[ratings\]'"):
        human_ratings.read_ratings()


@pytest.fixture(scope="module")
def lists():
    try:
        return human_ratings.read_ratings(), human_ratings.read_crowd()
    except InputError as error:
        pytest.skip(str(error))


def test_builtin_against_people(lists):
    ratings, crowd = lists
    lexicon = load_lexicon("builtin")
    assert contradictions(lexicon, ratings).percent <= AT_MOST
    assert agreements(lexicon, crowd).percent >= AT_LEAST
    # So many before the words were held against people: none was left out for the figures' sake.
    assert coverage(lexicon, ratings).part >= 0.3844 * len(ratings)
    assert coverage(lexicon, crowd).part >= 0.2098 * len(crowd)


def test_every_contradiction_is_decided_on_record(lists):
    lexicon, decisions = load_lexicon("builtin"), resource("emotion_wheels", "builtin", "decisions.md")
    _, _, table = decisions.read_text(encoding="utf-8").partition("raters of VADER")
    decided = re.findall("[a-z]+", " ".join(re.findall(r"^\|([^|]*)\|", table, re.MULTILINE)))
    words = contradictions(lexicon, lists[0]).words
    assert [word for word in words if not any(same_family(word, other) for other in decided)] == []


@pytest.mark.parametrize(
    ("release", "slots", "against", "agreeing"), [("mer2025", 5892, 3.39, 78.1), ("mer2026", 5878, 2.89, 78.3)]
)
def test_official_releases_against_people(shared, lists, release, slots, against, agreeing):
    ratings, crowd = lists
    lexicon = load_lexicon(shared / "official" / "emotion_wheel" / release)
    found = contradictions(lexicon, ratings)
    assert (found.total, round(found.percent, 2)) == (slots, against)
    assert round(agreements(lexicon, crowd).percent, 1) == agreeing
