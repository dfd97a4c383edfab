"""`merunibench card`, and `--format eee` of `score` and `report`."""

import json

import pytest
import yaml


@pytest.fixture
def report(run, files, tmp_path):
    predictions, truth = files
    result = run("score", predictions, "--data-root", truth, "--bootstrap", 0, "--format", "json", "--missing", "skip")
    path = tmp_path / "report.json"
    path.write_text(result.out)
    return path


def test_card(run, report, tmp_path):
    printed = run("card", report)
    assert printed.code == 0, printed.err
    content = yaml.safe_load(printed.out)
    found = json.loads(report.read_text())["datasets"]
    assert [entry["dataset"]["config"] for entry in content["model-index"][0]["results"]] == [
        each["dataset"] for each in found
    ]
    assert run("card", report, "--output", tmp_path / "card.yaml").code == 0
    assert (tmp_path / "card.yaml").read_text() == printed.out
    entries = yaml.safe_load(run("card", report, "--hub-dataset", "a/b", "--date", "2026-11-28").out)
    assert {str(entry["date"]) for entry in entries} == {"2026-11-28"}
    assert [entry["dataset"]["task_id"] for entry in entries] == [each["dataset"] for each in found]


def test_refused(refused, report, tmp_path):
    assert "--date can only be given with --hub-dataset" in refused("card", report, "--date", "2026-11-28")
    (tmp_path / "x.json").write_text("{}")
    assert "not a report" in refused("card", tmp_path / "x.json")
    assert "--format eee cannot be combined" in refused("report", report, "--format", "eee", "--methods")
    assert "timestamp 'x'" in refused("report", report, "--format", "eee", "--timestamp", "x")


def test_eee_of_score_and_of_a_written_report(run, files, report):
    predictions, truth = files
    scored = run("score", predictions, "--data-root", truth, "--bootstrap", 0, "--format", "eee", "--missing", "skip")
    assert scored.code == 0, scored.err
    assert run("report", report, "--format", "eee").out == scored.out
    later = json.loads(run("report", report, "--format", "eee", "--timestamp", 1764288000, "--organization", "Lab").out)
    assert later["retrieved_timestamp"] == "1764288000"
    assert later["source_metadata"]["source_organization_name"] == "Lab"
