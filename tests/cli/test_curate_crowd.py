"""`merunibench curate prior`, `train` and `vote`, from labels to votes in a data set's folder."""

import json

import numpy as np
import pytest

from tests.small import write_rows

WORDS = {"happy": ["lovely", "party", "glad"], "sad": ["funeral", "alone", "lost"]}


@pytest.fixture
def human(tmp_path):
    rng = np.random.default_rng(0)
    rows = []
    for number in range(60):
        label = list(WORDS)[number % 2]
        text = " ".join(rng.choice([*WORDS[label], "the", "you"], 6))
        rows.append({"name": f"c{number}", "label": label, "subtitle": text, "group": f"g{number // 6}"})
    write_rows(tmp_path / "human.jsonl", rows)
    return tmp_path / "human.jsonl"


def test_from_labels_to_votes(run, human, tmp_path):
    done = run("curate", "train", "--labels", human, "--text", "subtitle", "--out", tmp_path / "classifiers" / "human")
    assert done.code == 0, done.err
    assert "60 samples in 10 groups" in done.out
    rows = [{"name": "c1", "text": "x"}, {"name": "new", "text": "x"}, {"name": "silent", "text": "x"}]
    write_rows(tmp_path / "data" / "descriptions" / "first.jsonl", rows)
    texts = [{"name": "c1", "subtitle": "lovely party"}, {"name": "new", "subtitle": "a lovely party"}]
    write_rows(tmp_path / "subtitles.jsonl", texts)
    write_rows(tmp_path / "other.jsonl", [{"name": "new", "label": "joy"}, {"name": "gone", "label": "sad"}])
    done = run(
        "curate", "vote", tmp_path / "classifiers", tmp_path / "other.jsonl", "--out", tmp_path / "data",
        "--texts", tmp_path / "subtitles.jsonl", "--format", "json",
    )  # fmt: skip
    assert done.code == 0, done.err
    found = json.loads(done.out)
    human_votes = found["tasks"]["emotion"]["sources"]["human"]
    assert (human_votes["votes"], human_votes["abstained"], human_votes["out_of_fold"]) == (2, 1, 1)
    assert found["tasks"]["emotion"]["sources"]["other"]["left_out"] == 1
    assert "'other': training data unknown" in done.err
    assert "'other': 1 votes on clips that are not in the data set are left out" in done.err
    lines = (tmp_path / "data" / "votes" / "human" / "first.jsonl").read_text(encoding="utf-8").splitlines()
    votes = {row["name"]: row["label"] for row in map(json.loads, lines)}
    # c1 was trained on: its subtitle here does not count, but the fold that did not see it.
    assert votes == {"c1": "sad", "new": "happy", "silent": None}


def test_what_cannot_be_trained_or_voted_is_refused(refused, run, human, tmp_path):
    assert "give either texts" in refused("curate", "train", "--labels", human, "--out", tmp_path / "x")
    assert not (tmp_path / "x").exists()
    run("curate", "train", "--labels", human, "--text", "subtitle", "--out", tmp_path / "human")
    write_rows(tmp_path / "data" / "descriptions" / "first.jsonl", [{"name": "new", "text": "x"}])
    assert "give the texts" in refused("curate", "vote", tmp_path / "human", "--out", tmp_path / "data")
    assert not (tmp_path / "data" / "votes").exists()


def test_prior(run, refused, tmp_path):
    write_rows(tmp_path / "truth.jsonl", [{"name": f"c{i}", "labels": ["sad"]} for i in range(9)])
    for name, label in (("one", "sorrow"), ("two", "happy")):
        write_rows(tmp_path / "out" / f"{name}.jsonl", [{"name": f"c{i}", "labels": [label]} for i in range(9)])
    done = run("curate", "prior", tmp_path / "out", "--truth", tmp_path / "truth.jsonl", "--format", "json")
    assert done.code == 0, done.err
    assert [each["name"] for each in json.loads(done.out)["candidates"]] == ["one", "two"]
    assert "no such" in refused("curate", "prior", tmp_path / "none", "--truth", tmp_path / "truth.jsonl").lower()
