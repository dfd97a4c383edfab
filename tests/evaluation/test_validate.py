"""Predictions are taken account of: whatever scoring would refuse is found, all at once, and nothing else."""

import json

import pytest

from merunibench import InputError, evaluate, validate
from tests.small import rows, write_rows


def test_what_would_be_scored_is_valid(files):
    found = validate(*files)
    assert found.valid
    assert [(each.dataset, each.rows, each.matched, each.missing, each.extra) for each in found.files] == [
        ("meld", 10, 10, 0, 0),
        ("cmumosi", 4, 4, 0, 0),
        ("ovmerdplus", 4, 4, 0, 0),
    ]
    assert validate(files[0]).files[0].matched is None


@pytest.mark.parametrize("missing", ["error", "zero", "skip"])
@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[:7],
        lambda lines: [*lines, {"name": "stranger", "labels": ["sad"]}],
        lambda lines: [*lines[:9], {**lines[9], "labels": None}],
        lambda lines: [*lines[:9], {**lines[9], "error": "x"}],
        lambda lines: [{"name": row["name"], "text": "B"} for row in lines],
        lambda lines: [{"name": row["name"], "text": "sad"} for row in lines],
        lambda lines: [{"name": row["name"], "labels": []} for row in lines],
        lambda lines: [{"name": row["name"], "labels": "nan"} for row in lines],
        lambda lines: [*lines, lines[0]],
        lambda lines: [{**row, "labels": 3} for row in lines],
        lambda lines: [{**row, "name": f"x{row['name']}"} for row in lines],
        lambda lines: [{"name": row["name"], "status": "failed"} for row in lines],
        lambda lines: [{"name": row["name"]} for row in lines],
    ],
)
def test_the_verdict_is_that_of_scoring(files, change, missing):
    write_rows(files[0] / "meld.jsonl", change(rows()["meld"]))
    found = validate(*files, datasets="meld", missing=missing)
    if found.valid:
        assert evaluate(*files, datasets="meld", missing=missing, bootstrap=0)["meld"].score >= 0
        return
    with pytest.raises(InputError) as error:
        evaluate(*files, datasets="meld", missing=missing, bootstrap=0)
    assert str(error.value) in found.problems


def test_all_problems_are_found_at_once(files):
    lines = [*rows()["meld"], rows()["meld"][0]]
    write_rows(files[0] / "meld.jsonl", [{"name": row["name"], "text": "B"} for row in lines])
    write_rows(files[0] / "cmumosi.jsonl", [{**row, "polarity": 1} for row in rows()["cmumosi"]])
    (files[0] / "ovmerdplus.jsonl").write_text("{", encoding="utf-8")
    found = validate(*files)
    words = ("appear more than once", "11 of 11 answers give no label", "must be positive", "not JSON")
    assert len(found.problems) == len(words)
    for problem, word in zip(found.problems, words, strict=True):
        assert word in problem
    assert (found.files[0].answers.rows, found.files[2].rows) == (11, None)


def test_without_ground_truth_rows_that_hold_nothing_are_problems_of_their_own(files):
    write_rows(files[0] / "meld.jsonl", [*rows()["meld"][:9], {"name": "x", "labels": None}])
    assert "1 contain no answer" in validate(files[0], datasets="meld").problems[0]
    assert validate(files[0], datasets="meld", missing="zero").valid


def test_checkpoints_of_different_extractors_are_a_problem(files, tmp_path):
    write_rows(tmp_path / "m" / "step-1" / "meld.jsonl", rows()["meld"])
    said = [{**row, "labels_from": "rules@2"} for row in rows()["meld"]]
    write_rows(tmp_path / "m" / "step-2" / "meld.jsonl", said)
    found = validate(tmp_path / "m", files[1])
    assert [each.checkpoint for each in found.files] == ["step-1", "step-2"]
    assert "labels from different sources" in found.problems[0]


def test_data_sets_on_one_side(files):
    (files[1] / "meld.csv").unlink()
    found = validate(*files)
    assert found.valid
    assert found.warnings[0] == "meld: not scored, it has no ground truth"
    assert validate(*files, datasets="meld").problems == ("meld: no ground truth",)
    for name in ("cmumosi", "ovmerdplus"):
        (files[0] / f"{name}.jsonl").unlink()
    assert validate(*files).problems == ("no data set has both predictions and ground truth",)


def test_it_is_plain_data(files):
    write_rows(files[0] / "meld.jsonl", [{"name": row["name"], "text": "B"} for row in rows()["meld"]])
    content = json.loads(json.dumps(validate(*files).to_dict(), allow_nan=False))
    assert content["schema"] == "merunibench.validation/1"
    assert content["valid"] is False
    assert content["files"][0]["answers"]["without"]["single letter or number"]["count"] == 10
    assert set(content["files"][0]) >= {
        "dataset",
        "checkpoint",
        "file",
        "rows",
        "answers",
        "matched",
        "missing",
        "extra",
    }
