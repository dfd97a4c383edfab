"""The built wheel carries its data: installed elsewhere, it runs the demo and verifies itself."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the built wheel's content, outside the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed, tmp_path, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


def test_it_is_the_wheel_that_runs(installed, tmp_path):
    where = run(installed, tmp_path, "-c", "import merunibench; print(merunibench.__file__)").stdout
    assert where.startswith(str(installed))


@pytest.mark.parametrize("command", ["demo", "verify"])
def test_demo_and_verify_run_outside_the_checkout(installed, tmp_path, command):
    result = run(installed, tmp_path, "-m", "merunibench", command)
    assert result.returncode == 0, result.stderr
    assert result.stdout


def test_the_page_of_the_error_analysis_finds_its_style(installed, tmp_path):
    code = "import merunibench; merunibench.error_analysis({'meld': {'a': ['sad']}}, {'meld': {'a': 'joy'}}).to_html()"
    assert run(installed, tmp_path, "-c", code).returncode == 0


def test_it_carries_the_wheels_and_the_builtin_lexicon_and_nothing_of_the_tests(installed):
    assert (installed / "merunibench" / "emotion_wheels" / "wheel5.toml").is_file()
    assert (installed / "merunibench" / "emotion_wheels" / "builtin" / "lexicon.json").is_file()
    assert {path.name.partition("-")[0] for path in installed.iterdir()} == {"merunibench"}
