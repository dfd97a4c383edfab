"""The text files of the builtin lexicon: what they say, and what is said of a line that breaks a rule."""

import pytest

from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.lexicon.runtime.operators import NAMES
from merunibench.lexicon.workshop.sources import parse_families, parse_kinship, parse_lookup, parse_stop

LOOKUP = 'light = "very, so"\nconjunctions = "and"\nprepositions = "of"\nnegations = "not, no longer"\n'
TABLES = '[opposites]\njoy = "sad"\n[typos]\nhapy = "happy"\n[spelling]\n' + "[operators]\n"
TABLES += "".join(f'{name} = "like, so"\n' for name in NAMES)


def test_families():
    text = "# comment\n\nglad: gladly\nsad, sadness: sadly, sadder\nnostalgia, nostalgic:\n"
    assert parse_families(text, "f") == (
        ("glad", "gladly"),
        ("sad", "sadness", "sadly", "sadder"),
        ("nostalgia", "nostalgic"),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("glad gladly\n", "f: line 1: not a family"),
        ("glad: Gladly\n", "f: line 1: not a family"),
        ("glad: gladly\nsad: gladly\n", "f: line 2: 'gladly' is already in the family of line 1"),
    ],
)
def test_families_that_break_a_rule(text, complaint):
    with pytest.raises(InputError, match=complaint):
        parse_families(text, "f")


def test_kinship():
    kinship = parse_kinship("apart: awe, awed | awful  # why\nalone: low, blue\ntogether: pride, proud\n", "k")
    assert kinship.apart == {"awe": {"awful"}, "awed": {"awful"}, "awful": {"awe", "awed"}}
    assert kinship.alone == {"low", "blue"}
    assert kinship.together == {"pride": {"proud"}, "proud": {"pride"}}


@pytest.mark.parametrize("line", ["awe | awful", "apart: awe, awful", "alone: awe | awful", "near: awe"])
def test_kinship_that_breaks_a_rule(line):
    with pytest.raises(InputError, match="k: line 1: write"):
        parse_kinship(line, "k")


def test_stop():
    assert parse_stop("# why\nneutral, matter-of-fact\nserious,\n", "s") == {"neutral", "matter of fact", "serious"}
    with pytest.raises(InputError, match="s: line 2: 'serious' is already on line 1"):
        parse_stop("serious\ncasual, serious", "s")
    with pytest.raises(InputError, match="s: line 1: 'Casual' is not a valid word"):
        parse_stop("serious, Casual", "s")


def test_lookup():
    tables = parse_lookup(LOOKUP + TABLES, "l")
    assert tables["light"] == ["so", "very"]
    assert tables["typos"] == {"hapy": "happy"}
    assert tables["operators"] == {name: ["like", "so"] for name in NAMES}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("light = ", "l: "),
        (LOOKUP, "l: the tables must be"),
        (LOOKUP.replace("very", "Very") + TABLES, "l: light: 'Very' is not a valid word"),
        (LOOKUP.replace('"of"', "1") + TABLES, "l: prepositions: must be a text"),
        (LOOKUP + TABLES.replace('"sad"', "1"), "l: opposites: 'joy' = 1"),
        (LOOKUP + TABLES.replace('hapy = "happy"', 'hapy = "Happy"'), "l: typos: 'hapy' = 'Happy'"),
        (
            LOOKUP + TABLES.replace("signs = ", "sign = "),
            "l: operators: must be texts of words separated by commas, named ",
        ),
        (LOOKUP + TABLES.replace('signs = "like', 'signs = "Like'), "l: operators.signs: 'Like' is not a valid word"),
    ],
)
def test_lookup_that_breaks_a_rule(text, complaint):
    with pytest.raises(InputError, match=complaint):
        parse_lookup(text, "l")


def test_wordnets_licence_goes_with_what_is_made_of_it():
    licence = resource("emotion_wheels", "builtin", "WORDNET-LICENSE.txt").read_text(encoding="utf-8")
    assert "WordNet 3.0 Copyright 2006 by Princeton University.  All rights reserved." in licence
    assert "Permission to use, copy, modify and distribute this software" in licence
    head = resource("emotion_wheels", "builtin", "families.txt").read_text(encoding="utf-8")[:600]
    assert "Princeton University" in head
    assert "WORDNET-LICENSE.txt" in head
