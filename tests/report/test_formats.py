"""Every format says the same, escapes what strangers named, and is strict."""

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from merunibench.demo import run_demo
from merunibench.report.latex import escape as latex_escape
from merunibench.report.markdown import escape as markdown_escape


@pytest.fixture(scope="module")
def report():
    return run_demo().reports["text-lexicon"]


def test_json_has_the_documented_keys_and_is_strict(report):
    data = json.loads(report.to_json(), parse_constant=pytest.fail)
    assert data["schema"] == "merunibench.report/1"
    assert data["complete"] is True
    assert data["missing_datasets"] == []
    assert data["mean"] == report.mean
    documented = {"dataset", "kind", "checkpoint", "primary", "score", "ci", "chance", "metrics", "wheels", "samples"}
    documented |= {"scored", "missing", "failed", "labels_per_sample", "out_of_lexicon", "checkpoints"}
    for entry in data["datasets"]:
        assert documented <= entry.keys()
        assert entry["score"] == entry["metrics"][entry["primary"]]
        assert len(entry["wheels"]) == (0 if entry["kind"] == "sentiment" else 5)
        keys = {"basic": {"hit_rate", "matching_score"}, "fine-grained": {"f", "precision", "recall"}}
        for wheel in entry["wheels"]:
            assert wheel.keys() == keys[entry["kind"]] == entry["metrics"].keys()
        assert entry["checkpoints"]["default"]["score"] == entry["score"]


def test_json_writes_null_for_a_wheel_on_which_nothing_counts(report):
    entry = replace(report["meld"], wheels=({"hit_rate": None, "matching_score": None},))
    assert json.loads(replace(report, datasets=(entry,)).to_json())["datasets"][0]["wheels"] == [
        {"hit_rate": None, "matching_score": None}
    ]


def test_csv_has_one_row_a_data_set_and_the_mean_in_full_precision(report):
    rows = list(csv.DictReader(io.StringIO(report.to_csv())))
    assert [row["dataset"] for row in rows] == [result.dataset for result in report.datasets] + ["mean"]
    assert [float(row["score"]) for row in rows] == [*(result.score for result in report.datasets), report.mean]


def test_the_frame_is_indexed_by_data_set(report):
    frame = report.to_frame()
    assert frame.loc["meld", "score"] == report["meld"].score
    assert frame.loc["cmumosi", "waf"] == report["cmumosi"].score


@pytest.mark.parametrize("form", ["to_text", "to_markdown", "to_latex"])
def test_tables_show_percents_with_two_decimals_and_the_signature(report, form):
    text = getattr(report, form)()
    for result in report.datasets:
        assert f"{100 * result.score:.2f}" in text
    assert f"{100 * report.mean:.2f}" in text
    assert str(report.signature) in text


def test_tables_name_the_selection_and_what_is_missing(report):
    partial = replace(
        report, mean=None, mean_ci=None, missing_datasets=("sims",), checkpoint_selection="best-per-dataset"
    )
    assert "best on each data set's own test labels" in partial.to_text()
    assert "selected checkpoint held fixed" in partial.to_text()
    assert "missing or incomplete data sets: sims" in partial.to_markdown()


def test_text_is_coloured_only_on_request(report):
    assert "\x1b[" not in report.to_text()
    assert "\x1b[" in report.to_text(color=True, width=120)


def test_names_of_strangers_are_escaped(report):
    hostile = replace(report, model="<b>|$x_1$\\&`[a](b)[red]")
    assert "<b>" not in hostile.to_markdown()
    assert r"\&" in hostile.to_latex()
    assert "[red]" in hostile.to_text()
    assert latex_escape("50%_#{}~^\\") == r"50\%\_\#\{\}\textasciitilde{}\textasciicircum{}\textbackslash{}"
    assert markdown_escape("a|b*c_d &lt;") == r"a\|b\*c\_d \&lt;"


def test_a_model_name_cannot_break_out_of_a_line(report):
    results = (replace(report["meld"], checkpoint="step\x1b]0;x\x07"), *report.datasets[1:])
    hostile = replace(report, model="a\nb\x1b[31m", datasets=results, checkpoint_selection="last")
    for text in (hostile.to_latex(), hostile.to_markdown(), hostile.to_text()):
        assert "a\nb" not in text
        assert "\x1b" not in text


@pytest.mark.parametrize("columns", [60, 80])
def test_no_figure_is_cut_off_on_a_narrow_terminal(report, columns):
    text = report.to_text(width=columns)
    assert "…" not in text
    for result in report.datasets:
        for figure in (result.score, result.chance):
            assert f" {100 * figure:.2f} " in text
        assert f" {100 * result.ci[0]:.2f}–{100 * result.ci[1]:.2f} " in text


@pytest.mark.parametrize(
    ("ci", "shown"),
    [((0.5, 0.75), "50.00–75.00"), ((-0.05, 0.03), "-5.00 to 3.00"), ((-0.05, -0.03), "-5.00 to -3.00")],
)
def test_no_dash_stands_before_or_behind_a_negative_bound(report, ci, shown):
    changed = replace(report, datasets=(replace(report["meld"], ci=ci), *report.datasets[1:]))
    assert f" {shown} " in changed.to_text(width=120)
    assert f" {shown} " in changed.to_markdown()


def test_the_table_fits_80_columns(report):
    starts = ("MELD ", "CMU", "Data", "Mean")
    table = [line for line in report.to_text(width=80).splitlines() if line.startswith(starts)]
    assert len(table) == 5
    assert max(map(len, table)) <= 80


def test_another_process_gives_the_same_bytes(report):
    code = "from merunibench.demo import run_demo; print(run_demo().reports['text-lexicon'].to_json(), end='')"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8"}
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
        assert result.stdout.decode() == report.to_json()
