"""`table` on the command line, `compare` in its formats, and short names."""

import csv
import io
import json
import subprocess
import sys

import pytest

from merunibench.report.csv_text import csv_cell
from tests.small import rows, write_files, write_rows
from tests.typeset import HOSTILE, typeset


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Predictions of two models, and ground truth."""
    folder = tmp_path_factory.mktemp("results")
    predictions, truth = write_files(folder)
    for name, lines in rows().items():
        changed = [{**row, **({"labels": ["angry"]} if "labels" in row else {"polarity": "negative"})} for row in lines]
        write_rows(folder / "other" / "preds" / f"{name}.jsonl", changed)
    return predictions, folder / "other" / "preds", truth


OPTIONS = ("--bootstrap", "50")


def test_table_prints_the_figures_of_score_and_the_marks_of_compare(run, small):
    first, second, truth = small
    found = run("table", first, second, "--data-root", truth, "--name", "A", "--name", "B", "--baseline", "A",
                "--format", "csv", *OPTIONS)  # fmt: skip
    assert found.code == 0, found.err
    lines = {(line["model"], line["dataset"]): line for line in csv.DictReader(io.StringIO(found.out))}
    for name, path in (("A", first), ("B", second)):
        score = json.loads(run("score", path, "--data-root", truth, "--format", "json", *OPTIONS).out)
        for each in score["datasets"]:
            line = lines[name, each["dataset"]]
            assert float(line["score"]) == each["score"]
            assert [float(line["ci_low"]), float(line["ci_high"])] == each["ci"]
    tests = json.loads(run("compare", second, first, "--data-root", truth, "--format", "json", *OPTIONS).out)
    for each in tests["datasets"]:
        line = lines["B", each["dataset"]]
        assert (float(line["difference"]), float(line["p_holm"])) == (each["difference"], each["p_holm"])


def test_models_of_one_folder_name_are_told_apart_and_published_rows_are_marked(run, small):
    first, second, truth = small
    found = run("table", first, second, "--data-root", truth, "--published", *OPTIONS)
    assert found.code == 0, found.err
    assert "other/preds" in found.out
    assert "AffectGPT (A+V+T) (published)" in found.out
    assert "arXiv 2501.16566" in found.out
    assert "warning: published scores were computed with the lexicon mer2025" in found.err
    ending = found.out.splitlines()[-1]
    assert ending.startswith("mub|data:")


def test_table_refuses_what_it_cannot_do(refused, run, small, tmp_path):
    first, second, truth = small
    assert "--data-root" in refused("table", first, second)
    assert "strict" in refused("table", first, "--data-root", truth, "--published", "--protocol", "strict", *OPTIONS)
    assert "2 for 3 models" in refused(
        "table", first, first, second, "--folder", "a", "--folder", "b", "--data-root", truth
    )
    assert "no model has the name of the baseline, 'x'" in refused(
        "table", first, "--data-root", truth, "--baseline", "x", *OPTIONS
    )
    per_sample = tmp_path / "a.csv"
    assert run("score", first, "--data-root", truth, "--per-sample", per_sample, *OPTIONS).code == 0
    assert "--lexicon: no effect on per-sample files" in refused("table", per_sample, "--lexicon", "mer2025")
    assert run("table", per_sample, *OPTIONS).code == 0
    report = tmp_path / "a.json"
    assert run("score", first, "--data-root", truth, "--output", report, *OPTIONS).code == 0
    assert "a report does not contain samples" in refused("table", report)


def test_short_names_are_taken_everywhere(run, refused, small, tmp_path):
    first, second, truth = small
    name = "Ours_7B <&>"
    per_sample = tmp_path / "a.parquet"
    found = run("score", first, "--data-root", truth, "--name", name, "--per-sample", per_sample, *OPTIONS)
    assert found.out.startswith(name)
    assert run("table", per_sample, *OPTIONS).out.splitlines()[3].startswith(name)
    assert name in run("errors", first, "--data-root", truth, "--name", name, *OPTIONS).out
    both = ("--name", name, "--name", "Theirs")
    compared = run("compare", first, second, "--data-root", truth, *both, *OPTIONS).out
    assert f"A = {name}" in compared
    assert "B = Theirs" in compared
    assert "give it twice" in refused("compare", first, second, "--data-root", truth, "--name", name)


def test_compare_in_every_format_says_the_same(run, small, tmp_path):
    first, second, truth = small
    names = ("--name", HOSTILE, "--name", "=1+1")
    given = ("compare", first, second, "--data-root", truth, *names, *OPTIONS)
    result = json.loads(run(*given, "--format", "json").out)
    lines = list(csv.DictReader(io.StringIO(run(*given, "--format", "csv").out)))
    assert [float(line["p_holm"]) for line in lines] == [each["p_holm"] for each in result["datasets"]]
    assert {line["second"] for line in lines} == {csv_cell("=1+1")}
    markdown, latex = (run(*given, "--format", form).out for form in ("markdown", "latex"))
    for each in result["datasets"]:
        assert f"{each['p_holm']:.4f}" in markdown
        assert f"{each['p_holm']:.4f}" in latex
    typeset(latex, tmp_path)


def test_plot_writes_the_figure_and_says_what_belongs_below_it(run, refused, small, tmp_path):
    first, second, truth = small
    for name, path in (("a", first), ("b", second)):
        run("score", path, "--data-root", truth, "--output", tmp_path / f"{name}.json", *OPTIONS)
    reports = (tmp_path / "a.json", tmp_path / "b.json")
    given = ("plot", *reports, "--name", "A", "--name", "B", "--width", "ieee", "--span", "double")
    found = run(*given, "--output", tmp_path / "a.svg")
    assert found.code == 0, found.err
    assert found.out == ""
    assert "scores, 7.16 ×" in found.err
    assert "official protocol, lexicon builtin@" in found.err
    assert found.err.splitlines()[-1].startswith("mub|data:")
    run(*given, "-o", tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    run("errors", first, "--data-root", truth, "--output", tmp_path / "errors.json", *OPTIONS)
    confusion = ("plot", tmp_path / "errors.json", "--kind", "confusion", "--dataset", "meld", "-o", tmp_path / "c.pdf")
    assert run(*confusion).code == 0
    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")
    assert "unknown figure format; use .svg" in refused("plot", *reports, "-o", tmp_path / "a.gif")
    assert "cannot be read as JSON" in refused("plot", truth / "meld.csv", "-o", tmp_path / "d.svg")
    assert not (tmp_path / "d.svg").exists()


def test_nothing_heavy_is_imported_before_it_is_needed():
    code = (
        "import sys, merunibench.cli._lazy as lazy\n"
        "for name in ('table', 'plot'): lazy.build(lazy.ROOT, name)\n"
        "import merunibench.plotting\n"
        "print([name for name in ('matplotlib', 'pandas', 'torch', 'spacy', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n", done.stdout
