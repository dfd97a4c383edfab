"""`merunibench overlap`, `score --trained-on` and `trained_on` of a submission."""

import json

from merunibench.leaderboard.submissions.checking import check
from tests.small import write_rows


def test_what_is_in_a_list_of_released_names(run, shared):
    names = shared / "official" / "nine" / "dataset" / "ovmerdplus-process" / "ovlabel.csv"
    found = json.loads(run("overlap", names, "--format", "json").out)
    counts = {each["dataset"]: each["found"] for each in found}
    assert (counts["ovmerd"], counts["ovmerdplus"], counts["meld"]) == (332, 532, 0)
    printed = run("overlap", names).out
    assert "OV-MERD   332        332" in printed
    assert "No samples of: MER2023" in printed


def test_an_official_label_file_is_a_list_too(run, refused, shared):
    labels = shared / "official" / "nine" / "dataset" / "simsv2-process" / "label.npz"
    found = {each["dataset"]: each["found"] for each in json.loads(run("overlap", labels, "--format", "json").out)}
    assert {name: number for name, number in found.items() if number} == {"sims": 457, "simsv2": 1034}
    [answers] = (shared / "official" / "output" / "results-meld").glob("*/checkpoint_000030*-openset.npz")
    assert "not an official label file" in refused("overlap", answers)


def test_what_is_no_list_is_refused(refused, tmp_path):
    assert "absent" in refused("overlap", tmp_path / "absent.txt")
    (tmp_path / "x.csv").write_text("label\na\n")
    assert "'name'" in refused("overlap", tmp_path / "x.csv")


def test_a_score_is_warned_about(run, tmp_path):
    write_rows(tmp_path / "preds" / "meld.jsonl", [{"name": "a", "labels": ["happy"]}])
    (tmp_path / "meld.csv").write_text("name,label\na,joy\n")
    (tmp_path / "train.txt").write_text("a\n")
    scored = run("score", tmp_path / "preds", "--data-root", tmp_path, "--trained-on", tmp_path / "train.txt")
    assert "warning: meld: 1 of its 1 samples are in the training data of the model" in scored.err
    assert run("score", tmp_path / "preds", "--data-root", tmp_path, "--trained-on", "nothing").code == 2


def test_a_submission_says_what_it_was_trained_on(run, tmp_path):
    write_rows(tmp_path / "preds" / "ovmerdplus.jsonl", [{"name": "a", "labels": ["happy"]}])
    out = tmp_path / "submission"
    given = ("--model", "x", "--out", out, "--trained-on", "Human-OV", "--trained-on", "clips of our own")
    assert run("submit", tmp_path / "preds", *given).code == 0
    assert 'trained_on = [\n    "Human-OV",\n    "clips of our own",\n]' in (out / "submission.toml").read_text()
    said = [line for line in check(out).warnings if "trained_on" in line]
    assert said == ["trained_on: 'Human-OV' contains 532 of the 532 samples of OV-MERD+"]
    board = tmp_path / "board"
    built = run("leaderboard", "build", "--submissions", out.parent, "--out", board, "--no-cache", "--processes", 1)
    assert built.code == 0, built
    models = {each["id"]: each for each in json.loads((board / "results.json").read_text())["models"]}
    assert models[out.name]["trained_on"] == ["Human-OV", "clips of our own"]
    assert all(model["trained_on"] == [] for name, model in models.items() if name != out.name)
