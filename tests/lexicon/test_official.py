"""An official release compiles to what its authors' rule and their own ready-made tables give."""

import hashlib
import shutil

import numpy as np
import pytest

from merunibench.lexicon import KNOWN_RELEASES, LEVELS, RELEASES, compile_release, load_lexicon, read_release
from tests.oracle.lexicon import OfficialLexicon, read_tables

LIMIT = 10**8


@pytest.fixture(scope="module", params=["mer2025", "mer2026"])
def folder(request, shared):
    return shared / "official" / "emotion_wheel" / request.param


@pytest.fixture(scope="module")
def mapping(shared):
    return shared / "official" / "emotion_wheel" / "mer2026" / "wheel_mapping.npz"


def disagreements(lexicon, oracle, words):
    return [
        (word, level)
        for word in words
        for level in LEVELS
        if lexicon.sectors(word, level) != tuple(oracle.sector(word, wheel, level) for wheel in range(5))
    ]


def test_every_form_has_the_sectors_of_the_slow_reference(folder):
    oracle = read_tables(folder)
    others = ["neutral", "", "xylophone", "Happy", " fear ", "let down"]
    assert disagreements(load_lexicon(folder), oracle, [*oracle.forms, *oracle.synonyms, *others]) == []


def test_every_form_has_the_sectors_of_the_ready_made_tables(shared, mapping):
    tables = np.load(mapping, allow_pickle=True)
    forms, synonyms, wheels = (tables[key].item() for key in ("format_mapping", "raw_mapping", "wheel_map_whole"))
    places = [{level: wheels[f"wheel{n}"][f"level{level}"] for level in LEVELS} for n in range(1, 6)]
    lexicon = load_lexicon(mapping.parent)
    assert "format.csv" in lexicon.sources
    assert len(lexicon) > 7000
    assert disagreements(lexicon, OfficialLexicon(forms, synonyms, places), [*forms, *synonyms, "neutral"]) == []


def test_tables_and_ready_made_tables_are_one_lexicon(mapping, tmp_path):
    shutil.copy(mapping, tmp_path)
    ready_made, from_tables = load_lexicon(tmp_path), load_lexicon(mapping.parent)
    assert list(ready_made.sources) == ["wheel_mapping.npz"]
    assert ready_made.label == from_tables.label
    assert (ready_made.codes, ready_made.sectors_of_wheels) == (from_tables.codes, from_tables.sectors_of_wheels)


def test_ready_made_tables_of_a_toy_are_one_lexicon_with_its_tables(toy, tmp_path):
    oracle = read_tables(toy)
    wheels = {
        f"wheel{number}": {f"level{level}": places for level, places in wheel.items()}
        for number, wheel in enumerate(oracle.wheels, 1)
    }
    tables = {"format_mapping": oracle.forms, "raw_mapping": oracle.synonyms, "wheel_map_whole": wheels}
    folder = tmp_path / "toy"
    folder.mkdir()
    np.savez(folder / "wheel_mapping.npz", **{key: np.array(value, dtype=object) for key, value in tables.items()})
    ready_made, from_tables = load_lexicon(folder), load_lexicon(toy)
    assert list(ready_made.sources) == ["wheel_mapping.npz"]
    assert ready_made.label == from_tables.label
    assert (ready_made.codes, ready_made.sectors_of_wheels) == (from_tables.codes, from_tables.sectors_of_wheels)


def test_the_pinned_hashes_are_those_of_the_official_files(folder):
    release = RELEASES[folder.name]
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in release.files} == release.files
    assert load_lexicon(folder).sha256 == release.mapping == KNOWN_RELEASES[folder.name]


def test_a_release_is_recognised_wherever_it_lies(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "download")
    assert load_lexicon(tmp_path / "download").name == folder.name


def test_mer2025_reaches_fear_through_fearless_and_mer2026_does_not(shared):
    old, new = (load_lexicon(shared / "official" / "emotion_wheel" / name) for name in ("mer2025", "mer2026"))
    assert old.sectors("fear") == ("scared", "happy", "joyful", "genius", "joyful")
    assert new.sectors("fear") == ("scared", "fearful", "scared", "fear", "scared")


@pytest.mark.parametrize("level", LEVELS)
def test_neutral_has_no_sector(folder, level):
    assert load_lexicon(folder).sectors("neutral", level) == (None,) * 5


def test_a_small_release_by_hand(release):
    lexicon = load_lexicon(release)
    assert (lexicon.name, set(lexicon.codes)) == (
        "tiny",
        {"happy", "happily", "happiness", "glad", "gladly", "afraid", "fear", "fears", "fearful", "fearless"},
    )
    # "happy" is a sector of wheels 1 and 2 and stands on no other.
    assert lexicon.sectors("gladly") == ("happy", "happy", None, None, None)
    assert lexicon.sectors("gladly", 2) == ("accepted", "accepted", None, None, None)
    # Through fearless to brave, through itself to fearful; brave comes first in the alphabet where a wheel holds it.
    assert lexicon.sectors("fear") == ("scared", "fearful", None, "genius", None)
    assert lexicon.sectors("no words") == (None,) * 5


def test_the_steps_of_a_word_can_be_followed(release):
    tables = read_release(release, max_bytes=LIMIT)
    assert tables.bases["fear"] == ("fearful", "fearless")
    assert tables.wheel_words["fearless"] == ("brave",)
    assert tables.reachable("fear") == ["brave", "fearful"]
    assert tables.placements[1][3]["brave"] == "genius"


def test_forms_that_no_label_equals_are_left_out(release):
    with (release / "format.csv").open("a", encoding="utf-8") as file:
        file.write('happy,"HAPPIER,happiest"\n')
    lexicon = compile_release(read_release(release, max_bytes=LIMIT), "tiny")
    assert "happiest" in lexicon.codes
    assert not {"HAPPIER", "happier"} & set(lexicon.codes)


def test_sectors_of_other_wheels_are_in_alphabetical_order(release, write_sheet):
    write_sheet(
        "wheel3.xlsx", [("level1", "level2", "level3"), ("Zeal", "happy", "keen"), ("Awe", "fearful", "struck")]
    )
    lexicon = load_lexicon(release)
    assert lexicon.sectors_of_wheels[1][2] == ("awe", "zeal")
    assert lexicon.sectors("glad") == ("happy", "happy", "zeal", None, None)
