"""The builtin lexicon follows its three rules, and the compiled file is what its sources give."""

import subprocess
import sys
from pathlib import Path

import pytest

from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.lexicon import LEVELS, load_lexicon, load_wheels
from merunibench.lexicon.workshop.concepts import canonical, parse_concepts
from merunibench.lexicon.workshop.sources import Sources, read_sources
from tools import builtin_lexicon
from tools.builtin_lexicon import compile_sources, concepts_of_words, variants

HEADING = "joy happy happy joyful joy joyful +\n"


@pytest.fixture(scope="module")
def lexicon():
    return load_lexicon("builtin")


@pytest.fixture(scope="module")
def sources():
    return read_sources()


@pytest.fixture(scope="module")
def concepts(sources):
    return sources.concepts


def test_the_compiled_file_is_what_its_sources_give_byte_for_byte():
    assert (
        resource("emotion_wheels", "builtin", "lexicon.json").read_bytes() == builtin_lexicon.build().to_text().encode()
    )
    assert builtin_lexicon.is_current()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("wheel", range(5))
def test_a_word_of_a_wheel_has_the_wheels_own_sector(lexicon, wheel, level):
    for word, sector in load_wheels()[wheel].placement(level).items():
        assert lexicon.sectors(word, level)[wheel] == sector


@pytest.mark.parametrize("wheel", range(5))
def test_a_word_that_stands_twice_has_one_of_its_places(lexicon, wheel):
    places = {}
    for outer, group in load_wheels()[wheel].sectors.items():
        for inner, leaves in group.items():
            for word in (outer, inner, *leaves):
                places.setdefault(word, set()).add(outer)
    assert all(lexicon.sectors(word)[wheel] in sectors for word, sectors in places.items())
    assert load_lexicon("builtin").sectors("disappointed")[1] == "sad"  # in disgusted too; the last place counts


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("wheel", range(5))
def test_a_word_whose_family_is_on_a_wheel_stands_with_it(lexicon, sources, wheel, level):
    own = {canonical(word): sector for word, sector in load_wheels()[wheel].placement(level).items()}
    for family in sources.families:
        kin = {own[word] for word in family if word in own}
        for word in family if kin else ():
            assert lexicon.sectors(word, level)[wheel] in kin


def test_any_other_word_has_the_sectors_of_its_concept(lexicon, sources):
    concept_of = concepts_of_words(sources)
    families = {word: family for family in sources.families for word in family}
    for wheel in range(5):
        own = {canonical(word) for word in load_wheels()[wheel].placement(1)}
        for word, concept in concept_of.items():
            if word not in sources.stop and own.isdisjoint(families.get(word, (word,))):
                assert lexicon.sectors(word)[wheel] == concept.sectors[wheel]


@pytest.mark.parametrize(
    ("word", "kin", "wheel"),
    [
        ("frustration", "frustrated", 0),
        ("satisfaction", "satisfied", 4),
        ("anxiety", "anxious", 1),
        ("pride", "proud", 2),
        ("loneliness", "lonely", 3),
        ("confusedly", "confused", 0),
        ("sceptical", "skeptical", 0),
        ("skeptical", "sceptical", 1),
        ("judgemental", "judgmental", 1),
        ("victimized", "victimised", 1),
    ],
)
def test_forms_and_spellings(lexicon, word, kin, wheel):
    assert kin in load_wheels()[wheel].placement(1)
    assert lexicon.sectors(word)[wheel] == lexicon.sectors(kin)[wheel]
    assert lexicon.sectors(word, 2)[wheel] == lexicon.sectors(kin, 2)[wheel]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fear", "fearless"),
        ("fearful", "fearlessly"),
        ("satisfied", "dissatisfied"),
        ("happy", "unhappy"),
        ("hope", "hopeless"),
        ("care", "careless"),
        ("trust", "distrust"),
        ("motivated", "unmotivated"),
        ("interested", "disinterested"),
        ("respect", "disrespect"),
        ("awe", "awful"),
    ],
)
def test_opposites_are_not_merged(lexicon, one, other):
    assert all(a != b for a, b in zip(lexicon.sectors(one), lexicon.sectors(other), strict=True))


def test_no_word_of_the_stop_list_has_a_sector(lexicon, sources):
    own = {canonical(word) for wheel in load_wheels() for word in wheel.placement(1)}
    assert [word for word in sources.stop if word not in own and word in lexicon] == []


def test_words_that_are_no_emotions_have_no_sector(lexicon):
    text = (Path(__file__).parent / "non_emotions.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    words = {word.strip() for line in lines for word in line.split(",")} - {""}
    assert len(words) >= 900
    assert [word for word in sorted(words) if any(lexicon.sectors(word) + lexicon.sectors(word, 2))] == []


def test_spelling_variants():
    assert list(variants("apologize", {})) == ["apologise"]
    assert list(variants("honoured", {"honor": "honour"})) == ["honored"]
    assert list(variants("wise", {})) == []


def test_level_2_lies_inside_level_1(lexicon):
    for word in lexicon.codes:
        for wheel, outer, inner in zip(load_wheels(), lexicon.sectors(word), lexicon.sectors(word, 2), strict=True):
            assert inner is None or inner in wheel.sectors[outer]


def test_level_2_by_hand(lexicon):
    # Of the words for joy, "joyful" is the first on wheel 1, where it is an inner word of "happy".
    assert lexicon.sectors("gleeful", 2)[0] == "joyful"
    # Wheel 1 has "happy" as a sector's name: it stands at the alphabetically first inner word.
    assert lexicon.sectors("happy", 2)[0] == "accepted"
    # No word for support is on any wheel: nothing says where inside "happy" it would stand.
    assert lexicon.sectors("supportive")[0] == "happy"
    assert lexicon.sectors("supportive", 2) == (None,) * 5


@pytest.mark.parametrize("level", LEVELS)
def test_neutral_has_no_sector(lexicon, level):
    assert lexicon.sectors("neutral", level) == (None,) * 5


@pytest.mark.parametrize(
    "spellings",
    [
        ("looking forward", "looking_forward", "looking-forward"),
        ("self-conscious", "self conscious", "self_conscious"),
        ("don’t care", "don't care", "don't_care"),
    ],
)
def test_phrases_are_found_however_they_are_written(lexicon, spellings):
    (found,) = {lexicon.sectors(spelling) for spelling in spellings}
    assert any(found)


def test_every_concept_has_a_polarity_and_five_sectors(concepts):
    assert len(concepts) > 70
    assert {concept.polarity for concept in concepts} == {-1, 0, 1}
    assert all(len(concept.sectors) == 5 for concept in concepts)


def test_scoring_needs_neither_the_network_nor_spreadsheets():
    code = (
        "import sys; from merunibench.lexicon import load_lexicon; load_lexicon('builtin')\n"
        "print(sorted({'pooch', 'requests', 'openpyxl', 'defusedxml', 'pandas', 'rich', 'typer'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        ("    joyful\n", 1, "words before the first concept"),
        ("joy happy happy joyful joy +\n", 1, "a concept needs a name, 5 sectors and a polarity; got 6 fields"),
        ("joy happy happy joyful joy glad +\n", 1, "'glad' is not a sector of wheel 5 (mad, scared, sad, "),
        ("joy happy happy joyful joy joyful ?\n", 1, "'?' is not a polarity"),
        (HEADING + "    glad\n\n" + HEADING, 4, "concept 'joy' is already defined"),
        (HEADING + "# nothing\nwoe sad sad sad sad sad -\n", 3, "the previous concept, 'joy', has no words"),
        (HEADING + "    glad, Happy\n", 2, "'Happy' is not a valid word"),
        (HEADING + "    glad happy,, jolly\n", 2, "'' is not a valid word"),
        (HEADING + "    so_so\n", 2, "'so_so' is not a valid word"),
        (HEADING + "    glad\n    at ease, jolly,\n    at-ease\n", 4, "'at-ease' is already on line 3"),
        (HEADING + "    neutral\n", 2, "'neutral' has no sector"),
    ],
)
def test_a_table_that_breaks_a_rule(text, line, complaint):
    with pytest.raises(InputError) as caught:
        parse_concepts(text, "table.txt")
    assert str(caught.value).startswith(f"table.txt: line {line}: {complaint}")


def test_a_last_concept_without_words():
    with pytest.raises(InputError, match=r"table\.txt: the last concept, 'joy', has no words"):
        parse_concepts(HEADING, "table.txt")


def test_a_concept_without_a_sector_on_a_wheel():
    concepts = parse_concepts("joy . happy joyful joy joyful 0\n  # why\n  glad, at ease\n  jolly\n", "table.txt")
    assert (concepts[0].sectors[0], concepts[0].polarity, concepts[0].words) == (None, 0, ("glad", "at ease", "jolly"))
    lexicon = compile_sources("small", Sources(concepts), load_wheels())
    assert lexicon.sectors("jolly") == (None, "happy", "joyful", "joy", "joyful")
    assert lexicon.sectors("jolly", 2) == (None,) * 5


def test_a_family_of_two_concepts():
    concepts = parse_concepts(HEADING + "  glad\nwoe sad sad sad sad sad -\n  gladden\n", "table.txt")
    with pytest.raises(InputError, match=r"one family, several concepts: 'glad' \(joy\), 'gladden' \(woe\)"):
        compile_sources("small", Sources(concepts, families=(("glad", "gladden"),)), load_wheels())


def test_a_stop_word_with_a_concept():
    concepts = parse_concepts(HEADING + "  glad\n", "table.txt")
    with pytest.raises(InputError, match=r"stop\.txt: 'glad' has the concept 'joy'"):
        compile_sources("small", Sources(concepts, stop=frozenset({"glad"})), load_wheels())


def test_the_words_of_a_concept_keep_its_polarity(lexicon, sources):
    for word, concept in concepts_of_words(sources).items():
        if word not in sources.stop:
            assert lexicon.fallback.concept_of(word) == concept.name
            assert lexicon.fallback.polarity_of(word) == concept.polarity
    assert lexicon.fallback.polarity_of("queer") is None
