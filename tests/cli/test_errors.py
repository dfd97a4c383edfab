"""`merunibench errors` as a user meets it."""

import json

import pytest

from merunibench import error_analysis


def test_table(run, files):
    predictions, truth = files
    result = run("errors", predictions, "--data-root", truth)
    assert result.code == 0
    for title in (
        "MELD: hit rate",
        "Wheel 5:",
        "Wrong words.",
        "Unknown words.",
        "Missed words.",
        "Score by true class",
    ):
        assert title in result.out
    assert "xylophone" in result.out
    assert "no raw text" in result.out
    assert "warning: meld: the ground truth has 10 samples" in result.err


def test_json_is_the_analysis_and_nothing_else(run, files):
    predictions, truth = files
    result = run(
        *("errors", predictions, "--data-root", truth, "--format", "json", "--dataset", "meld", "--wheel", 2),
        *("--limit", 1, "--bootstrap", 50, "--seed", 3, "--level", 2),
    )
    expected = error_analysis(predictions, truth, datasets=["meld"], wheel=2, limit=1, bootstrap=50, seed=3, level=2)
    assert json.loads(result.out) == expected.to_dict()


@pytest.mark.parametrize("form", ["table", "json", "html"])
def test_every_format_goes_to_a_file(run, files, tmp_path, form):
    predictions, truth = files
    printed = run("errors", predictions, "--data-root", truth, "--format", form)
    written = run("errors", predictions, "--data-root", truth, "--format", form, "--output", tmp_path / "r" / "out")
    assert written.out == ""
    assert (tmp_path / "r" / "out").read_text(encoding="utf-8") == printed.out


def test_pictures(run, files, tmp_path):
    predictions, truth = files
    result = run("errors", predictions, "--data-root", truth, "--wheel", 4, "--svg", tmp_path / "svg")
    assert result.code == 0
    assert sorted(path.name for path in (tmp_path / "svg").iterdir()) == [
        "cmumosi.svg",
        "meld-wheel4.svg",
        "ovmerdplus-wheel4.svg",
    ]


def test_bad_input_is_refused_in_one_line(refused, files, tmp_path):
    predictions, truth = files
    assert "nowhere" in refused("errors", tmp_path / "nowhere", "--data-root", truth)
    (tmp_path / "file").write_text("")
    assert "cannot be written" in refused("errors", predictions, "--data-root", truth, "--svg", tmp_path / "file")


def test_usage_errors(run, files):
    assert run("errors", files[0], "--data-root", files[1], "--wheel", 6).code == 2
    assert run("errors", files[0], "--data-root", files[1], "--format", "csv").code == 2
