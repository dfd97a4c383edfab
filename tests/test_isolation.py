"""Tests see nothing of what the user of the machine has installed, neither while they are collected nor in fixtures."""

import os
import subprocess
import sys

import pytest

from merunibench.lexicon import data_dir, installed, load_lexicon

AT_COLLECTION = data_dir(), installed()


@pytest.fixture(scope="module")
def in_a_module():
    return data_dir(), installed()


def test_nothing_is_installed(in_a_module, tmp_path):
    assert AT_COLLECTION[1] == in_a_module[1] == installed() == []
    assert AT_COLLECTION[0] == in_a_module[0] != data_dir()
    assert data_dir().is_relative_to(tmp_path)


@pytest.mark.parametrize("chosen", ["MERUNIBENCH_HOME", "XDG_DATA_HOME"])
def test_nothing_is_installed_even_if_the_user_has_a_lexicon(tmp_path, chosen):
    folder = tmp_path if chosen == "MERUNIBENCH_HOME" else tmp_path / "merunibench"
    (folder / "lexicons").mkdir(parents=True)
    (folder / "lexicons" / "mine.json").write_text(load_lexicon("builtin").renamed("mine").to_text(), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key not in ("MERUNIBENCH_HOME", "XDG_DATA_HOME")}
    environment[chosen] = str(tmp_path)
    shown = [sys.executable, "-c", "from merunibench.lexicon import installed; print(installed())"]
    if chosen == "MERUNIBENCH_HOME" or sys.platform == "linux":
        assert subprocess.run(shown, env=environment, capture_output=True, text=True, check=True).stdout == "['mine']\n"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{__file__}::test_nothing_is_installed"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
