"""The builtin lexicon follows its two rules, and the compiled file is what its sources give."""

import subprocess
import sys
import time

import pytest

from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.lexicon import LEVELS, builtin, load_lexicon, load_wheels
from merunibench.lexicon.concepts import canonical, parse_concepts

HEADING = "joy happy happy joyful joy joyful +\n"


@pytest.fixture(scope="module")
def lexicon():
    return load_lexicon("builtin")


@pytest.fixture(scope="module")
def concepts():
    path = resource("emotion_wheels", "builtin", "concepts.txt")
    return parse_concepts(path.read_text(encoding="utf-8"), path.name)


def test_the_compiled_file_is_what_its_sources_give_byte_for_byte():
    assert resource("emotion_wheels", "builtin", "lexicon.json").read_bytes() == builtin.build().to_text().encode()
    assert builtin.is_current()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("wheel", range(5))
def test_a_word_of_a_wheel_has_the_wheels_own_sector(lexicon, wheel, level):
    for word, sector in load_wheels()[wheel].placement(level).items():
        assert lexicon.sectors(word, level)[wheel] == sector


def test_any_other_word_has_the_sectors_of_its_concept(lexicon, concepts):
    for wheel in range(5):
        own = {canonical(word) for word in load_wheels()[wheel].placement(1)}
        for concept in concepts:
            others = [word for word in concept.words if word not in own]
            assert {lexicon.sectors(word)[wheel] for word in others} <= {concept.sectors[wheel]}


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


def test_loading_is_quick():
    def seconds():
        builtin.load_builtin.cache_clear()
        start = time.perf_counter()
        load_lexicon("builtin")
        return time.perf_counter() - start

    assert min(seconds() for _ in range(10)) < 0.01


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
        ("joy happy happy joyful joy +\n", 1, "a concept is a name, 5 sectors and a polarity, not 6 fields"),
        ("joy happy happy joyful joy glad +\n", 1, "'glad' is no sector of wheel 5 (mad, scared, sad, "),
        ("joy happy happy joyful joy joyful ?\n", 1, "'?' is no polarity"),
        (HEADING + "    glad\n\n" + HEADING, 4, "there is a concept 'joy' above"),
        (HEADING + "# nothing\nwoe sad sad sad sad sad -\n", 3, "the concept before, 'joy', has no words"),
        (HEADING + "    glad, Happy\n", 2, "'Happy' is no word"),
        (HEADING + "    glad happy,, jolly\n", 2, "'' is no word"),
        (HEADING + "    so_so\n", 2, "'so_so' is no word"),
        (HEADING + "    glad\n    at ease, jolly,\n    at-ease\n", 4, "'at-ease' stands on line 3 already"),
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
    (concept,) = parse_concepts("joy . happy joyful joy joyful 0\n  glad, at ease\n  jolly\n", "table.txt")
    assert (concept.sectors[0], concept.polarity, concept.words) == (None, 0, ("glad", "at ease", "jolly"))
    lexicon = builtin.compile_concepts([concept], load_wheels(), {})
    assert lexicon.sectors("jolly") == (None, "happy", "joyful", "joy", "joyful")
    assert lexicon.sectors("jolly", 2) == (None,) * 5
