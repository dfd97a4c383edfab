"""`merunibench doctor`."""

import json


def test_it_prints_versions_metric_and_lexicons(run):
    result = run("doctor")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("versions: merunibench ")
    assert "lexicon mer2025: not installed" in result.out


def test_the_bundle_is_a_file(run, files, tmp_path):
    file = next(files[0].rglob("*.jsonl"))
    result = run("doctor", file, "--bundle", tmp_path / "bundle.json")
    assert (result.code, result.out) == (0, "")
    bundle = json.loads((tmp_path / "bundle.json").read_text())
    assert bundle["schema"] == "merunibench.doctor/1"
    assert bundle["file"]["first_rows"]


def test_a_file_that_is_not_there_is_refused_and_nothing_is_written(refused, tmp_path):
    assert "no such file" in refused("doctor", tmp_path / "none", "--bundle", tmp_path / "bundle.json")
    assert not (tmp_path / "bundle.json").exists()
