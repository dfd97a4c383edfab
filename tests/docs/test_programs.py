"""Every program in examples/ runs as it stands, in an empty folder, and writes what it says."""

import json
import os
import re
import runpy
import subprocess
import sys

import pytest

from tools.doc_examples import ROOT

EXAMPLES = ROOT / "examples"


@pytest.fixture(autouse=True)
def empty(tmp_path, monkeypatch):
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def run(monkeypatch, capsys, name, *arguments):
    monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    return capsys.readouterr().out


def test_the_table_of_a_paper(monkeypatch, capsys, empty):
    out = run(monkeypatch, capsys, "paper_table.py")
    table = (empty / "table.md").read_text(encoding="utf-8")
    assert "| stuffing | 100.0 (" in table
    assert table.count("\n| ") == 4
    assert (empty / "table.tex").read_text(encoding="utf-8").count("&") == 4 * 9
    differences = json.loads((empty / "differences.json").read_text(encoding="utf-8"))
    assert [len(each["datasets"]) for each in differences] == [9, 9]
    assert len(out.splitlines()) == 8


def test_a_data_set_of_ones_own(monkeypatch, capsys, empty):
    out = run(monkeypatch, capsys, "own_data_set.py")
    assert "data:own.moods@" in out
    assert "talk3_a: ['heartbroken'], true: sad" in out
    assert sorted(path.name for path in empty.iterdir()) == ["answers.jsonl", "labels.csv", "moods.task.toml"]


def in_a_process(name, *arguments):
    """What a program prints that imports what this process must not."""
    nowhere = dict.fromkeys(
        ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9"
    )
    environment = {
        **os.environ,
        **nowhere,
        "PYTHONPATH": str(ROOT),
        "INSPECT_LOG_DIR": ".",
        "TOKENIZERS_PARALLELISM": "false",
    }
    command = [sys.executable, "-W", "ignore", str(EXAMPLES / name), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_validation_loop_over_two_ranks():
    out = in_a_process("validation_loop.py")
    samples, twice = map(int, re.match(r"(\d+) samples, (\d) dealt twice", out).groups())
    assert samples % 2 == twice
    assert re.search(r"^MELD +hit rate +\d", out, re.MULTILINE)
    assert 0 < float(out.splitlines()[-1]) <= 1


def test_a_reward_in_grpo():
    steps = re.findall(
        r"^step (\d): reward (0\.\d\d), (\d\.\d) labels", in_a_process("grpo_reward.py", "3"), re.MULTILINE
    )
    assert [number for number, _, _ in steps] == ["1", "2", "3"]
    assert all(0 < float(reward) < 1 for _, reward, _ in steps)


def test_a_log_of_inspect_is_scored_again(empty):
    out = in_a_process("rescore_inspect.py")
    assert re.search(r"^mer mer_score: 0\.\d{4}$", out, re.MULTILINE)
    assert re.search(r"^mer mer_chance: 0\.\d{4}$", out, re.MULTILINE)
    assert list(empty.iterdir()) == []


def test_a_small_curated_set(empty, tmp_path):
    program = tmp_path / "bin" / "merunibench"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m merunibench "$@"\n')
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    command = ["sh", str(EXAMPLES / "curate_small_set.sh")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [exported] = (empty / "curated" / "export" / "jsonl").glob("*.jsonl")
    assert re.findall(r'"name": "(a\d)"', exported.read_text(encoding="utf-8")) == ["a1", "a2", "a4"]


def test_the_list_of_examples_is_whole():
    listed = re.findall(r"^\| \[?`([\w./]+)`", (EXAMPLES / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    there = {path.name + "/" * path.is_dir() for path in EXAMPLES.iterdir()} - {"README.md", "__pycache__/"}
    assert set(listed) == there
