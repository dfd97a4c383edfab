"""Exports read again by the rules of those who train on them."""

import csv
import json

import pytest

from merunibench.curation import contamination
from merunibench.curation.export.sharegpt import filled
from merunibench.tasks.names import sample_hash
from tests.curation.small import data_set, names, read, rows, run


@pytest.fixture
def folder(tmp_path, capsys):
    lines = rows()
    lines[8]["subtitle"] = 'He said: "so, what?"\nAnd left.'
    place = data_set(tmp_path / "d", lines=lines)
    assert run(capsys, "filter", place)[0] == 0
    return place


KEPT = names()[4:]


def test_affectgpts_tables_are_read_by_its_rules(folder, capsys):
    assert run(capsys, "export", folder, "--as", "affectgpt", "--licence", "cc-by-4.0")[0] == 0
    out = folder / "export/affectgpt"
    tables = {}
    for name in ("track2_train_mercaptionplus", "track3_train_mercaptionplus", "subtitle_chieng"):
        with (out / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            tables[name] = list(csv.DictReader(stream))
        assert [row["name"] for row in tables[name]] == KEPT
    opensets = [row["openset"] for row in tables["track2_train_mercaptionplus"]]
    # As the authors read it: brackets off, cut at commas, joined with a comma and a blank.
    assert [[word.strip() for word in text.strip("[]").split(",")] for text in opensets] == [
        row["labels"] for row in rows()[4:]
    ]
    assert [row["reason"] for row in tables["track3_train_mercaptionplus"]] == [row["text"] for row in rows()[4:]]
    assert tables["subtitle_chieng"][4]["english"] == 'He said: "so, what?"\nAnd left.'
    assert [row["name"] for row in read(out / "decisions.jsonl")] == KEPT


@pytest.mark.parametrize("label", ["sad, tired", "so 'called' happy", 'a "b"', "[sad]"])
def test_labels_that_would_be_split_are_refused_and_nothing_is_written(tmp_path, capsys, label):
    lines = rows(8)
    lines[7]["labels"] = ["happy", label]
    place = data_set(tmp_path / "d", 8, lines=lines, wrong=0)
    run(capsys, "filter", place)
    code, _, err = run(capsys, "export", place, "--as", "affectgpt", "--licence", "x", "--with-dropped")
    assert (code, "labels contain a comma, quote or bracket" in err) == (2, True)
    assert not (place / "export/affectgpt").exists()


def test_datasets_reads_what_is_saved(folder, capsys, monkeypatch, tmp_path):
    from datasets import load_from_disk

    for _ in range(2):
        assert run(capsys, "export", folder, "--as", "datasets", "--licence", "cc-by-4.0")[0] == 0
        found = load_from_disk(str(folder / "export/datasets"))
        assert found["name"][:] == KEPT
        assert found[0]["labels"] == rows()[4]["labels"]
        assert set(found["kept"]) == {True}


def test_json_lines_and_dropped_rows(folder, capsys):
    run(capsys, "export", folder, "--as", "jsonl", "--licence", "cc-by-4.0", "--with-dropped")
    found = read(folder / "export/jsonl/data/train.jsonl")
    assert [row["name"] for row in found] == names()
    assert [row["dropped_by"] for row in found[:5]] == ["crowd.emotion"] * 4 + [None]
    assert 'license: "cc-by-4.0"' in (folder / "export/jsonl/README.md").read_text(encoding="utf-8")


def test_sharegpt_asks_both_questions_or_the_users(folder, capsys):
    run(capsys, "export", folder, "--as", "sharegpt", "--licence", "cc-by-4.0")
    found = json.loads((folder / "export/sharegpt/sharegpt.json").read_text(encoding="utf-8"))
    assert len(found) == 2 * len(KEPT)
    assert found[0]["conversations"][1]["value"] == rows()[4]["text"]
    assert found[1]["conversations"][1]["value"] == "The character's emotional state is happy, proud."
    assert found[0]["videos"] == ["video/clip004.mp4"]
    run(capsys, "export", folder, "--as", "sharegpt", "--question", "Felt?=>{labels}", "--media", "c/{name}.avi")
    found = json.loads((folder / "export/sharegpt/sharegpt.json").read_text(encoding="utf-8"))
    assert [len(found), found[0]["conversations"][1]["value"]] == [len(KEPT), "happy, proud"]


def test_braces_of_a_description_are_no_fields():
    assert filled("{text} and {labels}", {"text": "{labels}", "labels": "sad"}) == "{labels} and sad"


def test_no_export_without_a_licence_or_of_test_samples(folder, capsys, monkeypatch):
    code, _, err = run(capsys, "export", folder, "--as", "jsonl")
    assert (code, "needs the licence" in err) == (2, True)
    known = {sample_hash("clip009"): "meld"}
    monkeypatch.setattr(contamination, "benchmark_names", lambda: known)
    code, _, err = run(capsys, "export", folder, "--as", "jsonl", "--licence", "x")
    assert (code, "'clip009' of meld" in err) == (2, True)
    assert run(capsys, "export", folder, "--as", "jsonl", "--licence", "x", "--allow-test")[0] == 0
    assert run(capsys, "filter", folder)[0] == 0


def test_dropped_rows_of_test_samples_are_no_obstacle_unless_they_go_out_too(folder, capsys, monkeypatch):
    known = {sample_hash("clip001"): "meld"}  # whose vote is wrong
    monkeypatch.setattr(contamination, "benchmark_names", lambda: known)
    assert run(capsys, "export", folder, "--as", "jsonl", "--licence", "x")[0] == 0
    code, _, err = run(capsys, "export", folder, "--as", "jsonl", "--licence", "x", "--with-dropped")
    assert (code, "'clip001' of meld" in err) == (2, True)


def test_a_folder_of_something_else_is_not_written_over(folder, capsys, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.tex").write_text("years of work", encoding="utf-8")
    code, _, err = run(capsys, "export", folder, "--as", "jsonl", "--licence", "x", "--out", tmp_path / "mine")
    assert (code, "is not empty and not an export" in err) == (2, True)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]
