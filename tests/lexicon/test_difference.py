"""Two lexicons compared: which words, on which wheels, and how far they agree."""

import json

import pytest

from merunibench.lexicon import compare_lexicons, compile_lexicon, load_lexicon
from merunibench.lexicon.critique.difference import Agreement, total


def lexicon(name, **words):
    """Words with the sectors a or b on wheel 1 (and level 2), nothing on the others."""
    placements = {level: [words, {}, {}, {}, {}] for level in (1, 2)}
    return compile_lexicon(name, placements, {level: [("a", "b")] * 5 for level in (1, 2)}, {})


ONE = lexicon("one", same="a", other="a", mine="b")
TWO = lexicon("two", same="a", other="b", yours="b")


def test_without_a_vocabulary_all_listed_words_are_compared():
    found = compare_lexicons(ONE, TWO)
    assert [(row.word, row.wheel, row.first, row.second, row.usage) for row in found.different] == [
        ("other", 1, "a", "b", None)
    ]
    assert [(row.word, row.sectors) for row in found.only_first] == [("mine", ("b", None, None, None, None))]
    assert [row.word for row in found.only_second] == ["yours"]
    assert found.types[0] == Agreement(same=1, both=2, first=3, second=3, slots=4)
    assert found.types[1] == Agreement(same=0, both=0, first=0, second=0, slots=4)
    assert (total(found.types).share, found.types[1].share, found.tokens) == (0.5, None, None)


def test_with_a_vocabulary_the_words_in_use_are_compared_by_use():
    found = compare_lexicons(ONE, TWO, usage={"Same": 6, "other": 2, "mine": 1, "unknown": 1}, level=2)
    assert found.only_second == ()
    assert [(row.word, row.usage) for row in found.only_first] == [("mine", 0.1)]
    assert [row.usage for row in found.different] == [0.2]
    assert found.types[0].share == 0.5
    assert found.tokens[0] == Agreement(same=6, both=8, first=9, second=8, slots=10)
    assert found.to_dict()["agreement"] == {"types": 0.5, "tokens": 0.75}
    assert json.loads(json.dumps(found.to_dict()))["schema"] == "merunibench.lexicon-diff/1"


def test_an_empty_vocabulary():
    found = compare_lexicons(ONE, TWO, usage={})
    assert (found.different, total(found.types).share, found.to_dict()["agreement"]["tokens"]) == ((), None, None)


def test_a_lexicon_agrees_with_itself():
    builtin = load_lexicon("builtin")
    found = compare_lexicons(builtin, builtin)
    assert total(found.types).share == 1
    assert (found.different, found.only_first, found.only_second) == ((), (), ())


def test_the_releases_differ_in_what_less_denies(shared):
    old, new = (load_lexicon(shared / "official" / "emotion_wheel" / name) for name in ("mer2025", "mer2026"))
    found = compare_lexicons(old, new)
    assert {row.wheel for row in found.different if row.word == "fear"} == {2, 3, 4, 5}
    assert total(found.types).share == pytest.approx(0.9974, abs=1e-4)
    assert found.only_second == ()
