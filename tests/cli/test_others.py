"""The other commands, help and version."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from merunibench import __version__, cli, verification
from merunibench.cli._lazy import COMMANDS, MODULES, PACKAGES, build
from tests.small import write_files

EVERY = [
    (group, name, panel, summary)
    for group, panels in COMMANDS.items()
    for panel, commands in panels.items()
    for name, summary in commands.items()
]


@pytest.mark.parametrize("columns", ["80", "140"])
@pytest.mark.parametrize(("group", "name", "panel", "summary"), EVERY, ids=lambda value: value.replace(" ", "_")[:12])
def test_every_command_has_help_in_plain_lines(run, monkeypatch, group, name, panel, summary, columns):
    monkeypatch.setenv("COLUMNS", columns)
    words = [name] if group == "merunibench" else [group, name]
    result = run(*words, "--help")
    assert result.code == 0
    assert result.out.startswith(f"Usage: merunibench {' '.join(words)} [OPTIONS]")
    assert summary in " ".join(result.out.split())
    assert max(map(len, result.out.splitlines())) <= min(int(columns), 110)
    # No types, no doubled defaults, no option broken in two.
    assert not re.search(r"<(bool|str|path|int|list)|\(\d+\)\]|None|-$", result.out, re.MULTILINE)


@pytest.mark.parametrize("group", COMMANDS)
def test_help_lists_the_commands_in_panels_with_the_first_paragraph_of_their_docstrings(run, group):
    listed = run(*([] if group == "merunibench" else [group]), "--help").out
    for _, name, panel, summary in (each for each in EVERY if each[0] == group):
        assert f"{name} {summary}" in " ".join(listed.split(f"\n{panel}:\n")[1].split("\n\n")[0].split())
        assert " ".join(build(group, name).help.split("\n\n")[0].split()) == summary


def test_every_module_is_a_command():
    modules = {path.stem for path in Path(cli.__file__).parent.glob("[a-z]*.py")}
    names = {name for group, name, _, _ in EVERY if group == "merunibench"}
    elsewhere = {
        "export",
        *(key.split()[-1] for key in MODULES),
    } & names  # in modules of other commands, and of packages
    assert modules | PACKAGES | elsewhere == names


def test_an_unknown_command_is_refused(run):
    result = run("scroe")
    assert result.code == 2
    assert "No such command 'scroe'. Did you mean 'score'?" in result.err
    assert "Did you mean 'build'?" in run("leaderboard", "biuld").err


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


@pytest.mark.parametrize("command", [["--help"], ["lexicon", "--help"], ["leaderboard"], ["scroe"]], ids=" ".join)
def test_help_imports_no_numbers_and_builds_no_command(command):
    code = (
        f"import sys\nsys.argv = ['merunibench', *{command}]\nfrom merunibench.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = ('numpy', 'pyarrow', 'pandas', 'requests', 'openpyxl', 'rich.markdown', 'merunibench.settings', "
        "'merunibench.cli.lexicon', 'merunibench.cli.leaderboard')\n"
        f"heavy += ('pydantic',) * {command == ['--help']}\n"
        "print([m for m in heavy if m in sys.modules], file=sys.stderr)"
    )
    assert run_python(code).stderr.splitlines()[-1] == "[]"


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
