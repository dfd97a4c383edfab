"""The other commands, help and version."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from merunibench import __version__, cli, verification
from merunibench.cli._lazy import SUMMARIES, build
from tests.small import write_files

COMMANDS = [
    [],
    ["score"],
    ["compare"],
    ["convert"],
    ["infer"],
    ["merge"],
    ["run"],
    ["datasets"],
    ["lexicon"],
    ["explain"],
    ["lexicon", "install"],
    ["lexicon", "audit"],
    ["lexicon", "diff"],
    ["verify"],
    ["demo"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(run, command):
    result = run(*command, "--help")
    assert result.code == 0
    assert "Usage: merunibench" in result.out


def test_help_lists_every_command_with_the_first_line_of_its_docstring(run):
    listed = " ".join(run("--help").out.replace("│", " ").split())
    for name, summary in SUMMARIES.items():
        assert f"{name} {summary}" in listed
        assert build(name).help.splitlines()[0].replace("`", "") == summary or build(name).help.startswith(summary)
    modules = {path.stem for path in Path(cli.__file__).parent.glob("[a-z]*.py")}
    assert modules == set(SUMMARIES)


def test_an_unknown_command_is_refused(run):
    result = run("scroe")
    assert result.code == 2
    assert "scroe" in result.err


def test_version(run):
    assert run("--version").out == f"merunibench {__version__} (metric version 1)\n"


def test_datasets_lists_every_data_set_and_where_its_labels_go(run):
    result = run("datasets")
    assert "meld-process/label.npz" in result.out
    assert "4659" in result.out


def test_demo_prints_three_baselines_with_a_mean_and_what_to_do_next(run, tmp_path):
    result = run("demo", "--out", tmp_path / "demo")
    assert result.code == 0
    assert result.err == ""
    for text in ("text-lexicon", "majority class", "stuffing", "chance level", "Mean", "merunibench score", "100.00"):
        assert text in result.out
    kept = json.loads((tmp_path / "demo" / "stuffing" / "meld.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert kept["status"] == "ok"
    again = run(
        "score", tmp_path / "demo" / "text-lexicon", "--data-root", tmp_path / "demo" / "labels", "--bootstrap", 0
    )
    assert again.code == 0


def test_verify_passes_and_exits_with_1_on_a_difference(run, monkeypatch):
    good = run("verify")
    assert good.code == 0
    assert "FAIL" not in good.out
    assert "golden cases" in good.out
    monkeypatch.setattr(verification, "METRIC_VERSION", 99)
    bad = run("verify")
    assert bad.code == 1
    assert "FAIL metric version" in bad.out


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ})


def test_importing_the_package_loads_nothing_heavy():
    heavy = ["pandas", "torch", "transformers", "spacy", "nltk", "datasets", "numpy", "pyarrow", "typer", "rich"]
    code = f"import sys, merunibench; print([m for m in {heavy} if m in sys.modules])"
    assert run_python(code).stdout.strip() == "[]"


def test_help_imports_no_numbers():
    code = (
        "import sys\nsys.argv = ['merunibench', '--help']\nfrom merunibench.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = ('numpy', 'pyarrow', 'pandas', 'requests', 'openpyxl')\n"
        "print([m for m in heavy if m in sys.modules], file=sys.stderr)"
    )
    assert run_python(code).stderr.strip() == "[]"


def test_scoring_imports_no_model_library():
    code = (
        "import sys\nfrom merunibench.demo import run_demo\nrun_demo()\n"
        "print([m for m in ('torch', 'transformers', 'spacy', 'nltk', 'datasets', 'openpyxl', 'requests') "
        "if m in sys.modules])"
    )
    assert run_python(code).stdout.strip() == "[]"


def test_the_score_command_does_not_import_pandas_and_leaves_it_usable(tmp_path):
    predictions, truth = write_files(tmp_path)
    code = (
        "import sys\n"
        f"sys.argv = ['merunibench', 'score', {str(predictions)!r}, '--data-root', {str(truth)!r}]\n"
        "from merunibench.cli import app\napp(standalone_mode=False)\n"
        "import pyarrow as pa\n"
        "print('pandas.core' in sys.modules, len(pa.table({'a': [1, 2]}).to_pandas()), file=sys.stderr)"
    )
    assert run_python(code).stderr.splitlines()[-1] == "False 2"


def test_python_dash_m():
    result = subprocess.run(
        [sys.executable, "-m", "merunibench", "--version"], capture_output=True, text=True, check=True
    )
    assert result.stdout.startswith("merunibench ")
