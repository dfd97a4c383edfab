"""A user's own lexicons: compiled from own wheels, or an existing one extended; what is said, and what is refused."""

import csv
import os
import re

import pytest

from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.lexicon import LEVELS, Lexicon, audit_lexicon, compile_folder, extend, load_lexicon, load_wheels
from merunibench.lexicon.critique.evidence import concepts as concept_table
from merunibench.lexicon.workshop.concepts import canonical
from merunibench.lexicon.workshop.own import concepts_of
from merunibench.verification import wheels_lexicon
from tests.lexicon.own import wheel_text, write_folder
from tools import builtin_lexicon


def write_words(folder, *rows, header="word,concept,wheel1,wheel2,wheel3,wheel4,wheel5", name="words.csv"):
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


# --- wheels of one's own ---------------------------------------------------------------------------------------------


def test_the_benchmark_s_own_wheels_compile_to_their_own_words():
    made = compile_folder(resource("emotion_wheels"), "mine")
    expected = wheels_lexicon()
    assert made.lexicon.codes == expected.codes
    assert made.lexicon.sectors_of_wheels == expected.sectors_of_wheels
    assert made.lexicon.own_wheels == load_wheels()
    assert made.notes[0] == "wheel2.toml: 4 words in several sectors; the last is used: 'overwhelmed' is bad"


@pytest.mark.parametrize("wheels", [1, 2, 8])
def test_what_a_wheel_says_is_what_the_lexicon_says(tmp_path, wheels):
    lexicon = compile_folder(write_folder(tmp_path / "own", wheels), "mine").lexicon
    assert lexicon.n_wheels == wheels == len(lexicon.sectors("glad"))
    for number, wheel in enumerate(lexicon.own_wheels):
        for outer, group in wheel.sectors.items():
            for inner, leaves in group.items():
                for word in (inner, *leaves):
                    assert (lexicon.sectors(word)[number], lexicon.sectors(word, 2)[number]) == (outer, inner)
    assert audit_lexicon(lexicon).findings == ()
    assert lexicon.sectors("frabjous") == (None,) * wheels


def test_a_compiled_lexicon_is_read_as_it_was_written(tmp_path):
    lexicon = compile_folder(write_folder(tmp_path / "own", 8), "mine").lexicon
    path = tmp_path / "mine.json"
    path.write_text(lexicon.to_text(), encoding="utf-8")
    read = load_lexicon(path)
    assert read == lexicon
    assert read.to_text() == lexicon.to_text()
    assert compile_folder(tmp_path / "own", "mine").lexicon.to_text() == lexicon.to_text()


def test_other_wheels_have_another_hash(tmp_path):
    hashes = {compile_folder(write_folder(tmp_path / str(n), n), "mine").lexicon.sha256 for n in range(1, 9)}
    assert len(hashes) == 8
    folder = write_folder(tmp_path / "1", 1)
    text = (folder / "wheel1.toml").read_text(encoding="utf-8")
    (folder / "wheel1.toml").write_text(text.replace('"down"', '"blue"'), encoding="utf-8")
    assert compile_folder(folder, "mine").lexicon.sha256 not in hashes


def test_concepts_and_words_of_a_folder(tmp_path):
    folder = write_folder(tmp_path / "own", 2)
    write_words(folder, "gloom,sadness,sadness", header="concept,wheel1,wheel2", name="concepts.csv")
    write_words(
        folder, "Gutted,gloom,,", '"on  fire",,anger/anger,.', "meh,gloom,disgust,", "glad,,sadness,",
        header="word,concept,wheel1,wheel2",
    )  # fmt: skip
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    made = compile_folder(folder, "mine")
    assert made.lexicon.sectors("gutted") == ("sadness", "sadness")
    assert made.lexicon.sectors("meh") == ("disgust", "sadness")
    assert made.lexicon.sectors("glad") == ("sadness", None)
    assert made.lexicon.sectors("joyful") == ("joy", "rest")
    assert [note.removeprefix(f"{folder}: ") for note in made.notes] == [
        "not read: notes.txt",
        "1 word placed differently than in the wheels, first row 5: 'glad' on wheel 1: joy/joy -> sadness/sadness",
    ]
    assert [f.word for f in audit_lexicon(made.lexicon).findings if f.rule == "own-word"] == ["glad"]


@pytest.mark.parametrize(
    ("sectors", "message"),
    [
        ({}, "wheel1.toml: sectors: a wheel needs a table of sectors"),
        ({f"s{n}": [f"w{n}"] for n in range(9)}, "wheel 1 has 9 sectors at level 1, more than 8"),
        ({"a": {f"i{n}": ["x"] for n in range(63)}}, "wheel 1 has 63 sectors at level 2, more than 62"),
        ({"a": ["neutral"]}, "sectors.a.a: 'neutral' cannot be on a wheel"),
        ({"a": [" "]}, "sectors.a.a: ' ' is not a valid word"),
        ({"a": ["x" * 65]}, "is not a valid word (one line of at most 64 characters)"),
        ({"a": {"b": "c"}}, "sectors.a.b: a list of words is expected, not 'c'"),
        ({"a": [f"w{n}" for n in range(10_001)]}, "more than 10,000 words"),
    ],
)
def test_a_wheel_that_cannot_be_one(tmp_path, sectors, message):
    (tmp_path / "wheel1.toml").write_text(wheel_text("A wheel", sectors), encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(message)):
        compile_folder(tmp_path, "mine")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[sectors]\na = ['b']", "title: a wheel needs a title"),
        ('title = "a\\nb"\n[sectors]\na = ["b"]', "title: a wheel needs a title"),
        ("title = 'x'\n[sectors]\na = [nan]", "wheel1.toml"),
        ("title = 'x'\n[sectors]\na = [1]", "sectors.a.a: 1 is not a valid word"),
        ("title = 'x'\nsectors = " + "[" * 100_000, "wheel1.toml"),
        ("title = 'x'\n[sectors" + ".a" * 1000 + "]", "wheel1.toml"),
        ("title = 'x'\n[sectors]\na = ['b']\nA = ['b']", "sectors.a.a: appears twice in this sector"),
        ("title = 'x'\n[sectors]\na = ['" + "b" * (2 << 20) + "']", "KiB"),
    ],
)
def test_a_hostile_wheel_file(tmp_path, text, message):
    (tmp_path / "wheel1.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(message)) as refused:
        compile_folder(tmp_path, "mine")
    assert "\n" not in str(refused.value)


def test_wheels_must_be_there_without_a_gap(tmp_path):
    with pytest.raises(InputError, match=r"no wheel1\.toml"):
        compile_folder(tmp_path, "mine")
    with pytest.raises(InputError, match="no such folder"):
        compile_folder(tmp_path / "nowhere", "mine")
    write_folder(tmp_path, 3)
    (tmp_path / "wheel2.toml").unlink()
    with pytest.raises(InputError, match=r"wheel2\.toml is missing, but wheel3\.toml exists"):
        compile_folder(tmp_path, "mine")
    write_folder(tmp_path, 8)
    (tmp_path / "wheel9.toml").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match=r"wheel9\.toml: a lexicon has 1 to 8 wheels"):
        compile_folder(tmp_path, "mine")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_a_link_that_leads_out_of_the_folder(tmp_path):
    folder = write_folder(tmp_path / "own", 2)
    (folder / "wheel2.toml").unlink()
    (folder / "wheel2.toml").symlink_to(resource("emotion_wheels", "wheel2.toml"))
    with pytest.raises(InputError, match="is outside the folder"):
        compile_folder(folder, "mine")


@pytest.mark.parametrize("name", ["builtin", "mer2025", "mer2026", "Mine", "../mine", "", "a" * 65, "mine\n", "mıne"])
def test_a_name_that_is_not_one_s_own(tmp_path, name):
    folder, words = write_folder(tmp_path / "own", 1), write_words(tmp_path, "hangry,anger,,,,,")
    for make in (lambda: compile_folder(folder, name), lambda: extend(load_lexicon("builtin"), words, name)):
        with pytest.raises(InputError, match=r"--name"):
            make()


def test_a_file_that_pretends_to_be_builtin_is_called_modified(tmp_path):
    lexicon = compile_folder(write_folder(tmp_path / "own", 1), "mine").lexicon
    for name in ("builtin", "mer2026"):
        path = tmp_path / "mine.json"
        path.write_text(lexicon.renamed(name).to_text(), encoding="utf-8")
        assert load_lexicon(path).name == f"{name}-modified"


# --- further words ---------------------------------------------------------------------------------------------------


def test_the_places_of_concepts_are_those_of_the_table():
    """Read from the compiled words alone; the oracle is the program that compiles the table."""
    found = concepts_of(load_lexicon("builtin"))
    for index, wheel in enumerate(load_wheels()):
        outer, own = ({canonical(w): s for w, s in wheel.placement(level).items()} for level in LEVELS)
        for concept in concept_table():
            expected = concept.sectors[index], builtin_lexicon._inner(concept, index, own, outer)
            assert found[concept.name][index] == expected, (concept.name, index + 1)


def test_further_words(tmp_path):
    builtin = load_lexicon("builtin")
    words = write_words(tmp_path, "frabjous,joy,,,,,", "Ragey ,,mad/frustrated,.,,anger,", "work-shy,boredom,,,,,")
    made = extend(builtin, words, "mine")
    mine = made.lexicon
    assert made.notes == ()
    assert mine.sectors("frabjous") == mine.sectors("merry")
    assert mine.sectors("frabjous", 2) == mine.sectors("merry", 2)
    assert mine.sectors("ragey") == ("mad", None, None, "anger", None)
    assert mine.sectors("ragey", 2)[0] == "frustrated"
    assert mine.sectors("Work_shy") == mine.sectors("work-shy") == mine.sectors("work shy") != (None,) * 5
    # The rules know them too: the opposite of joy, and a light word before one.
    assert mine.words_of("not frabjous") == mine.words_of("not merry")
    assert mine.words_of("slightly frabjous") == ("frabjous",)
    assert {word: mine.codes[word] for word in builtin.codes} == builtin.codes
    assert (mine.label, mine.sha256 == builtin.sha256) == (f"mine@{mine.sha256[:8]}", False)
    assert dict(mine.sources).keys() == {builtin.label, "words.csv"}


def test_round_trip(tmp_path):
    mine = extend(
        load_lexicon("builtin"), write_words(tmp_path, "frabjous,joy,,,,,", "salty,sadness,,,,,"), "mine"
    ).lexicon
    path = tmp_path / "mine.json"
    path.write_text(mine.to_text(), encoding="utf-8")
    read = load_lexicon(path)
    assert read == mine
    again = extend(load_lexicon("builtin"), tmp_path / "words.csv", "mine").lexicon
    assert again.to_text() == mine.to_text()
    further = extend(read, write_words(tmp_path, "hangrier,anger,,,,,", name="more.csv"), "more").lexicon
    assert further.sectors("frabjous") == mine.sectors("frabjous")
    assert len({mine.sha256, further.sha256, load_lexicon("builtin").sha256}) == 3


def test_words_that_had_another_place_are_counted_and_the_audit_sees_them(tmp_path):
    made = extend(load_lexicon("builtin"), write_words(tmp_path, "salty,sadness,,,,,", "merry,anger,,,,,"), "mine")
    (note,) = made.notes
    assert (
        note
        == "2 words placed differently than in builtin, first row 2: 'salty' on wheel 1: mad/salty -> sad/depressed"
    )
    findings = audit_lexicon(made.lexicon).findings
    assert {("own-word", "salty", 1), ("valence", "merry", 1)} <= {(f.rule, f.word, f.wheel) for f in findings}
    assert made.lexicon.fallback.concept_of("merry") == "anger"


def test_a_stop_word_and_a_typo_become_words(tmp_path):
    builtin = load_lexicon("builtin")
    typo = next(iter(builtin.fallback.typos))
    mine = extend(builtin, write_words(tmp_path, "professional,pride,,,,,", f"{typo},anger,,,,,"), "mine").lexicon
    assert mine.is_stop_word("professional") is False
    assert mine.words_of("professional") == ("professional",)
    assert mine.words_of(typo) == (typo,)


def test_own_wheels_extended(tmp_path):
    base = compile_folder(write_folder(tmp_path / "own", 2), "base").lexicon
    words = write_words(tmp_path, "blue,sadness,rest/joy", header="word,wheel1,wheel2")
    mine = extend(base, words, "mine").lexicon
    assert mine.sectors("blue") == ("sadness", "rest")
    assert mine.own_wheels == base.own_wheels
    with pytest.raises(InputError, match="row 2, column 'concept': this lexicon has no concepts"):
        extend(base, write_words(tmp_path, "blue,grief", header="word,concept"), "mine")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no words below the header"),
        (["frabjous,joyy,,,,,"], "row 2, column 'concept': unknown concept 'joyy'; did you mean joy?"),
        (["frabjous,,hapy,,,,"], "row 2, column 'wheel1': unknown sector or inner word 'hapy'; did you mean happy?"),
        (
            ["frabjous,happy,,,,,"],
            "'happy' is not a concept, but a word of the concept 'joy'; write that",
        ),
        (["", "frabjous,,NaN,,,,"], "row 3, column 'wheel1': unknown sector or inner word 'nan'"),
        (["frabjous,,happy/hurt,,,,"], "row 2, column 'wheel1': unknown sector or inner word 'happy/hurt'"),
        (["frabjous,,,,,,"], "row 2: 'frabjous' has neither a concept nor a sector on any wheel"),
        (["frabjous,,.,,,,"], "row 2: 'frabjous' has neither"),
        ([",joy,,,,,"], "row 2, column 'word': blank"),
        (["neutral,joy,,,,,"], "row 2, column 'word': 'neutral' has no sector"),
        (['"a, b",joy,,,,,'], "row 2, column 'word': 'a, b' is not a valid word"),
        (["x" * 65 + ",joy,,,,,"], "is not a valid word"),
        (["a\x1bb,joy,,,,,"], "is not a valid word"),
        (["yay,joy,,,,,", "Yay ,joy,,,,,"], "row 3, column 'word': 'yay' is already in row 2"),
        (
            ["yay-oh,joy,,,,,", "yay oh,joy,,,,,"],
            "row 3, column 'word': 'yay oh' is already in row 2, apart from hyphens",
        ),
        (["merry,joy,,,,,"], "nothing to extend"),
        (["yay,joy,,,,,,,"], "row 2: 9 cells, but 7 columns"),
    ],
)
def test_a_table_that_cannot_be_understood(tmp_path, rows, message):
    with pytest.raises(InputError, match=re.escape(message)) as refused:
        extend(load_lexicon("builtin"), write_words(tmp_path, *rows), "mine")
    assert "\n" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("wort,concept", "row 1: no column 'word'"),
        ("word,wheel_1", "row 1: column 'wheel_1' is unknown; columns may be word, concept, wheel1"),
        ("word,wheel6", "row 1: column 'wheel6' is unknown"),
        ("word,concept,concept", "row 1: column 'concept' is duplicated"),
    ],
)
def test_a_header_that_cannot_be_understood(tmp_path, header, message):
    with pytest.raises(InputError, match=re.escape(message)):
        extend(load_lexicon("builtin"), write_words(tmp_path, "yay,joy", header=header), "mine")


def test_more_words_than_a_lexicon_may_have(tmp_path):
    path = tmp_path / "words.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["word", "concept"], *([f"w{n}", "joy"] for n in range(100_001))])
    with pytest.raises(InputError, match="more than 100,000 rows"):
        extend(load_lexicon("builtin"), path, "mine")
    with pytest.raises(InputError, match=r"more than|longer than"):
        extend(load_lexicon("builtin"), path, "mine", max_bytes=1000)


@pytest.mark.parametrize("change", ["wheels", "title", "digit", "name"])
def test_a_damaged_file_is_refused(tmp_path, change):
    text = compile_folder(write_folder(tmp_path / "own", 2), "mine").lexicon.to_text()
    broken = {
        "wheels": text.replace('"wheels": [', '"wheels": [7, '),
        "title": text.replace('"title": "Wheel 1"', '"title": "Wheel 7"'),
        "name": text.replace('"name": "mine"', '"name": "mine|level:2"'),
        "digit": re.sub(r'"glad": "..', '"glad": "11', text),
    }[change]
    assert broken != text
    with pytest.raises(InputError, match="mine"):
        Lexicon.from_text(broken, "mine")


def test_an_inner_word_of_two_sectors_must_say_which(tmp_path):
    sectors = {"good": {"high": ["proud"]}, "bad": {"high": ["angry"]}}
    (tmp_path / "wheel1.toml").write_text(wheel_text("Arousal", sectors), encoding="utf-8")
    write_words(tmp_path, "elated,high", header="word,wheel1")
    with pytest.raises(
        InputError, match="row 2, column 'wheel1': 'high' is in good and bad; write for example good/high"
    ):
        compile_folder(tmp_path, "mine")
    write_words(tmp_path, "elated,Good/High", header="word,wheel1")
    lexicon = compile_folder(tmp_path, "mine").lexicon
    assert (lexicon.sectors("elated"), lexicon.sectors("elated", 2)) == (("good",), ("high",))


def test_words_that_are_not_utf_8_are_to_be_saved_as_it(tmp_path):
    words = tmp_path / "words.csv"
    words.write_bytes("word,concept\nhangry,anger\ncafé,joy\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"words\.csv, line 3: not UTF-8; save the file as UTF-8"):
        extend(load_lexicon("builtin"), words, name="mine")
