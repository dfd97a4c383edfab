"""What is measured on a text, and that nothing is measured twice."""

import json
import time

import pytest

from merunibench.curation.folder import Folder
from merunibench.curation.intake import take_in
from merunibench.curation.measures import measure, measure_text, stage
from merunibench.curation.measures.refusal import refuses
from merunibench.errors import InputError
from tests.curation.refusal_texts import OTHERS, REFUSALS
from tests.curation.small import data_set, read, rows, write


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("However, without more context, we cannot determine her specific emotional state.", True),
        ("Due to the lack of clues, it is impossible to accurately determine the man's emotional state.", True),
        ("Sorry, given the information provided, it's not feasible to infer the emotional state of the woman.", True),
        ("The emotional state cannot be accurately determined from the clip.", True),
        ("As an AI language model, I have no access to the sound.", True),
        ("由于信息不足，无法准确判断她的情绪状态。", True),
        ("Error: 429 Too Many Requests", True),
        ('The subtitle reads: "I just can\'t afford it, we cannot determine who did it." She is angry.', False),
        ("She says that she is sorry and cannot find a way out, so she is desperate.", False),
        ("He feels uncertain and hesitant.", False),
        ("The woman is happy.", False),
    ],
)
def test_refusals_are_found_and_speech_is_none(text, refused):
    assert measure_text(text)["refusal"] is refused


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals_of_many_kinds_are_found(text):
    assert refuses(text)


@pytest.mark.parametrize("text", OTHERS)
def test_what_the_person_cannot_do_is_no_refusal(text):
    assert not refuses(text)


@pytest.mark.parametrize(
    "text",
    ["cannot " * 150_000, "emotion" * 150_000, "x" * 1_000_000, "no " * 300_000, "'" * 900_000, "says that " * 90_000],
)
def test_long_texts_without_sentences_are_read_in_seconds(text):
    begun = time.process_time()
    refuses(text)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("the man's's voice", ["doubled possessive"]),
        ("this reflectinging of doubt", ["doubled ending"]),
        ("she alignss with it and is conflicteded", ["doubled ending"]),
        ("She is {emotion}.", ["template"]),
        ("The audio clue says so.", ["cue name"]),
        ("He is singing, bringing flowers; she needed to assess the loss; a princess's dress", []),
    ],
)
def test_damage_is_named(text, kinds):
    assert measure_text(text)["artefacts"] == kinds


def test_loops_compress_and_descriptions_do_not():
    loop = measure_text("the camera takes another photo of him. " * 40)
    assert loop["repetition"] < 0.1
    assert all(measure_text(row["text"])["repetition"] > 0.5 for row in rows(8))


@pytest.mark.parametrize(
    ("text", "language", "words", "characters"),
    [("She is very happy.", "en", 4, 15), ("她看起来非常高兴。", "zh", 1, 9), ("12 34", None, 2, 4)],
)
def test_lengths_and_languages(text, language, words, characters):
    found = measure_text(text)
    assert (found["language"], found["words"], found["characters"]) == (language, words, characters)


@pytest.fixture
def counted(monkeypatch):
    """The texts that are measured from now on."""
    seen = []
    monkeypatch.setattr(stage, "measure_text", lambda text: seen.append(text) or measure_text(text))
    return seen


def test_nothing_is_measured_twice_and_a_changed_text_is(tmp_path, counted):
    folder = Folder(data_set(tmp_path / "d"))
    assert measure(folder).measured == len(counted) == 40
    before = (tmp_path / "d/measures/train.jsonl").read_bytes()
    assert measure(folder).measured == 0
    lines = rows()
    lines[3]["text"] = "Another text altogether."
    write(tmp_path / "d/descriptions/train.jsonl", lines)
    assert measure(folder).measured == 1
    assert counted[40:] == ["Another text altogether."]
    write(tmp_path / "d/descriptions/train.jsonl", rows())
    measure(folder)
    assert (tmp_path / "d/measures/train.jsonl").read_bytes() == before


def test_an_interrupted_run_goes_on_and_gives_the_same_bytes(tmp_path, monkeypatch):
    whole, broken = Folder(data_set(tmp_path / "a")), Folder(data_set(tmp_path / "b"))
    measure(whole)
    calls = []

    def fails(text):
        calls.append(text)
        if len(calls) == 25:
            raise KeyboardInterrupt
        return measure_text(text)

    monkeypatch.setattr(stage, "_AT_ONCE", 10)
    monkeypatch.setattr(stage, "measure_text", fails)
    with pytest.raises(KeyboardInterrupt):
        measure(broken)
    assert measure(broken).measured == 20
    for place in ("measures/train.jsonl", "labels/train.jsonl"):
        assert (broken.path / place).read_bytes() == (whole.path / place).read_bytes()


def test_labels_are_extracted_where_there_are_none_and_those_of_others_are_left(tmp_path):
    lines = rows(4)
    del lines[0]["labels"]
    lines[1] |= {"status": "failed", "text": None, "labels": None}
    folder = Folder(data_set(tmp_path / "d", 4, lines=lines))
    done = measure(folder)
    first, second, third, _ = read(tmp_path / "d/labels/train.jsonl")
    assert (first["labels_from"], third["labels_from"]) == ("rules@2", "given")
    assert "happy" in first["labels"]
    assert second["status"] == "failed"
    assert done.failed == 1
    theirs = data_set(tmp_path / "e", 4)
    write(theirs / "labels/train.jsonl", [{"name": "clip000", "labels": ["bored"]}])
    assert measure(Folder(theirs)).own_labels == ["train"]
    assert read(theirs / "labels/train.jsonl") == [{"name": "clip000", "labels": ["bored"]}]


def test_descriptions_of_any_format_are_taken_in(tmp_path):
    table = tmp_path / "merged.csv"
    table.write_text("clip,answer\na,She is happy.\nb,He is sad.\n", encoding="utf-8")
    written, _ = take_in(Folder(tmp_path / "d"), table, "train", columns={"name": "clip", "text": "answer"})
    assert written == [tmp_path / "d/descriptions/train.jsonl"]
    assert [row["text"] for row in read(written[0])] == ["She is happy.", "He is sad."]
    with pytest.raises(InputError, match="try --column"):
        take_in(Folder(tmp_path / "e"), table)
    assert not (tmp_path / "e").exists()


def test_what_cannot_be_measured_is_said(tmp_path):
    with pytest.raises(InputError, match="contains no descriptions"):
        measure(Folder(tmp_path))
    folder = data_set(tmp_path / "d", 4)
    write(folder / "descriptions/other.jsonl", rows(1))
    with pytest.raises(InputError, match="1 names are in two sets"):
        measure(Folder(folder))
    (folder / "descriptions/other.jsonl").unlink()
    (folder / "descriptions/train.jsonl").write_text(json.dumps({"name": "x", "text": 5}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"train.jsonl, line 1: 'text' must be text"):
        measure(Folder(folder))
