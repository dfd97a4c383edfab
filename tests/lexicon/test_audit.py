"""The audit finds by rule what is wrong: every rule on a lexicon of our own, and the known mistakes of the releases."""

import json

import pytest

from merunibench.lexicon import audit_lexicon, compile_lexicon, load_lexicon, load_wheels
from merunibench.lexicon.critique import evidence
from merunibench.lexicon.critique.audit import CONTRADICTIONS, RULES, normalised_counts
from merunibench.lexicon.critique.evidence import MEANINGS, polarity, published, valence


def lexicon_with(changes=(), name="test", drop=()):
    """The wheels' own placement, with (word, wheel, sector) changed, at level 1; `drop` leaves (word, wheel) out."""
    wheels = load_wheels()
    placements = {level: [wheel.placement(level) for wheel in wheels] for level in (1, 2)}
    for word, wheel, sector in changes:
        placements[1][wheel - 1][word] = sector
    for word, wheel in drop:
        for level in (1, 2):
            del placements[level][wheel - 1][word]
    return compile_lexicon(name, placements, {level: [w.sector_names(level) for w in wheels] for level in (1, 2)}, {})


def found_in(lexicon, rule, **options):
    return {
        (finding.word, finding.wheel): finding
        for finding in audit_lexicon(lexicon, **options).findings
        if finding.rule == rule
    }


def test_the_wheels_themselves_contradict_nothing():
    audit = audit_lexicon(lexicon_with())
    assert audit.clean
    assert audit.findings == ()
    assert [summary.rule for summary in audit.summaries] == list(RULES)
    assert (audit.contradicted, audit.tokens, audit.skipped) == (None, None, ())


def test_own_word():
    (finding,) = found_in(lexicon_with([("excited", 2, "happy")]), "own-word").values()
    assert (finding.word, finding.wheel, finding.found, finding.expected) == ("excited", 2, "happy", ("surprised",))
    assert finding.reason == "is on this wheel in surprised"


@pytest.mark.parametrize(("sector", "wrong"), [("disgusted", False), ("sad", False), ("angry", True)])
def test_a_word_that_stands_twice_may_have_either_place(sector, wrong):
    assert bool(found_in(lexicon_with([("disappointed", 2, sector)]), "own-word")) == wrong


def test_own_word_at_level_2():
    wheels = load_wheels()
    placements = {level: [wheel.placement(level) for wheel in wheels] for level in (1, 2)}
    placements[2][0]["furious"] = "salty"
    placements[2][1]["excitement"] = "amazed"
    sectors = {level: [w.sector_names(level) for w in wheels] for level in (1, 2)}
    audit = audit_lexicon(compile_lexicon("test", placements, sectors, {}), level=2)
    assert {(f.rule, f.word, f.wheel) for f in audit.findings} == {
        ("own-word", "furious", 1),
        ("family", "excitement", 2),
    }


def test_family():
    found = found_in(lexicon_with([("frustration", 1, "sad"), ("frustration", 2, "angry")]), "family")
    assert list(found) == [("frustration", 1)]
    assert found["frustration", 1].reason == "a form of frustrated, which this wheel has in mad"
    assert found["frustration", 1].expected == ("mad",)


def test_a_family_of_another_polarity_is_none():
    assert polarity("affection") == 1
    assert "careful" not in published().relatives("care", 3)
    assert published().relatives("caring", 3) == ("care",)
    assert published().relatives("careless", 3) == ()


def test_valence():
    found = found_in(
        lexicon_with([("empathy", 4, "disgust"), ("dread", 3, "joyful"), ("awe", 1, "surprised")]), "valence"
    )
    assert {key: finding.reason for key, finding in found.items()} == {
        ("empathy", 4): "a pleasant word in an unpleasant sector",
        ("dread", 3): "an unpleasant word in a pleasant sector",
    }


def test_opposites():
    lexicon = lexicon_with([("hope", 2, "sad"), ("hopeless", 2, "sad"), ("hopeless", 3, "sad")])
    found = found_in(lexicon, "opposites")
    assert set(found) == {("hope", 2)}
    assert found["hope", 2].reason == "hopeless, its opposite, is in the same sector"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("safe", 4, "fear"), ("own-word", "safe", 4)),  # where unsafe stands
        (("unsafe", 4, "joy"), ("own-word", "unsafe", 4)),  # where safe stands
        (("powerless", 3, "powerful"), ("valence", "powerless", 3)),  # where powerful stands
    ],
)
def test_a_word_that_a_wheel_itself_places_is_not_reported_for_its_opposite(change, found):
    findings = audit_lexicon(lexicon_with([change])).findings
    assert [(finding.rule, finding.word, finding.wheel) for finding in findings] == [found]


def test_words_of_one_polarity_are_no_opposites():
    # Shame and shamelessness, tense and intense: the letters negate, the meaning does not.
    assert polarity("tense") == -1
    assert not found_in(
        lexicon_with([("intense", 1, "scared"), ("stress", 1, "scared"), ("distress", 1, "scared")]), "opposites"
    )


def test_other_wheel():
    found = found_in(
        lexicon_with([("shocked", 1, "disgusted"), ("disappointment", 5, "scared"), ("happy", 5, "powerful")]),
        "other-wheel",
    )
    assert {key: (finding.expected, finding.reason) for key, finding in found.items()} == {
        ("shocked", 1): (("surprised",), "means surprise on wheel 2"),
        ("disappointment", 5): (
            ("sad",),
            "disappointed, of which it is a form, means disgust or sadness on wheel 1, 2, 4",
        ),
        ("happy", 5): (("joyful",), "names the emotion joy"),
    }


def test_what_another_wheel_has_no_sector_for_is_not_claimed():
    assert not found_in(lexicon_with([("shocked", 3, "powerful"), ("stress", 2, "bad")]), "other-wheel")
    assert published().elsewhere("frabjous", 0) is None


def test_unreachable():
    found = found_in(lexicon_with(drop=[("pity", 4)]), "unreachable")
    assert [(f.word, f.wheel, f.found, f.expected) for f in found.values()] == [("pity", 4, None, ("disgust",))]


def test_empty_sectors_at_both_levels():
    bad = published().places(1, 1)
    dropped = [(word, 2) for word, sectors in bad.items() if sectors == {"bad"}] + [("overwhelmed", 2)]
    audit = audit_lexicon(lexicon_with(drop=dropped))
    empty = {(f.found, f.reason) for f in audit.findings if f.rule == "empty-sector"}
    assert ("bad", "no word reaches it at level 1") in empty
    assert ("tired", "no word reaches it at level 2") in empty
    assert audit.clean


def test_one_rule_a_slot_and_the_first_speaks():
    audit = audit_lexicon(lexicon_with([("excited", 3, "sad")]))
    assert [finding.rule for finding in audit.findings] == ["own-word"]


def test_usage_sorts_and_weighs():
    lexicon = lexicon_with([("excited", 2, "happy"), ("frustrated", 1, "sad")])
    audit = audit_lexicon(lexicon, usage={"Excited ": 1, "frustrated": 6, "excited": 1, "table": 2})
    assert [(f.word, f.usage) for f in audit.findings] == [("frustrated", 0.6), ("excited", 0.2)]
    own = audit.summaries[0]
    # excited has a sector on four wheels, frustrated on five.
    slots = sum(s is not None for s in lexicon.sectors("excited")) * 2 + 5 * 6
    assert (own.findings, own.words, own.usage) == (2, 2, 0.8)
    assert own.slots == audit.contradicted == pytest.approx(8 / slots)
    assert audit.tokens == 10
    assert normalised_counts({"A": 1, "a ": 2}) == {"a": 3}
    assert audit_lexicon(lexicon, usage={}).contradicted == 0


def test_findings_as_json():
    audit = audit_lexicon(lexicon_with([("excited", 2, "happy")]), usage={"excited": 1})
    table = json.loads(json.dumps(audit.to_dict(), allow_nan=False))
    assert table["schema"] == "merunibench.lexicon-audit/1"
    assert table["clean"] is False
    assert table["findings"][0] == {
        "rule": "own-word",
        "word": "excited",
        "wheel": 2,
        "found": "happy",
        "expected": ["surprised"],
        "reason": "is on this wheel in surprised",
        "usage": 1.0,
    }


def test_wheels_of_ones_own_are_skipped():
    lexicon = lexicon_with()
    sectors = {1: (("good", "ill"), *lexicon.sectors_of_wheels[1][1:]), 2: lexicon.sectors_of_wheels[2]}
    placements = {level: [wheel.placement(level) for wheel in load_wheels()] for level in (1, 2)}
    placements[1][0] = {"happy": "ill"}
    audit = audit_lexicon(compile_lexicon("own", placements, sectors, {}))
    assert audit.skipped == (1,)
    assert audit.findings == ()


def test_every_sector_has_a_meaning():
    for wheel in load_wheels():
        assert set(wheel.sectors) <= set(MEANINGS)
    assert valence("surprised") == valence("unheard of") == 0
    assert (valence("bad"), valence("genius")) == (-1, 1)
    assert evidence.polarity("worries") == -1
    assert evidence.polarity("xyzzy") == 0


def test_the_builtin_lexicon_contradicts_neither_wheel_nor_family_nor_valence_nor_opposites():
    audit = audit_lexicon(load_lexicon("builtin"))
    assert [f for f in audit.findings if f.rule in CONTRADICTIONS] == []
    assert not audit.fails({"unreachable", "empty-sector"})


# Word -> wheels on which both releases are known to be wrong.
KNOWN = {
    "excited": (2,),
    "enthusiastic": (1,),
    "frustrated": (1, 2, 4),
    "frustration": (1, 2, 4),
    "disappointed": (3, 5),
    "disappointment": (3, 5),
    "happy": (5,),
    "happiness": (5,),
    "joyful": (5,),
    "passionate": (4,),
    "satisfied": (4,),
    "overwhelmed": (1,),
    "affection": (1, 2, 3, 4, 5),
    "care": (4,),
    "shocked": (1, 2),
    "empathy": (4,),
}


@pytest.fixture(scope="module")
def audits(shared):
    folder = shared / "official" / "emotion_wheel"
    return {name: audit_lexicon(load_lexicon(folder / name)) for name in ("mer2025", "mer2026")}


def slots(audit):
    return {(f.word, f.wheel) for f in audit.findings if f.rule not in ("unreachable", "empty-sector")}


@pytest.mark.parametrize("word", KNOWN)
@pytest.mark.parametrize("name", ["mer2025", "mer2026"])
def test_a_known_mistake_of_the_releases_is_found(audits, name, word):
    assert slots(audits[name]) >= {(word, wheel) for wheel in KNOWN[word]}


def test_fear_is_wrong_in_mer2025_alone(audits):
    assert slots(audits["mer2025"]) >= {("fear", wheel) for wheel in (2, 3, 4, 5)}
    assert not {slot for slot in slots(audits["mer2026"]) if slot[0] == "fear"}
    merged = [f for f in audits["mer2025"].findings if f.rule == "opposites" and f.word == "fear"]
    assert {f.wheel for f in merged} == {2, 3, 4, 5}


def test_the_releases_are_not_clean(audits):
    assert not audits["mer2025"].clean
    assert not audits["mer2026"].clean
