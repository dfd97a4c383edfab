"""The examples of docs/curate.md do what is said of them when they are pasted."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.curation.small import read

PAGE = (Path(__file__).parents[2] / "docs" / "curate.md").read_text(encoding="utf-8")
HERE = f'merunibench() {{ "{sys.executable}" -m merunibench "$@"; }}; python() {{ "{sys.executable}" "$@"; }}\n'
"""Commands of the environment that tests run in, whatever is on the path."""


def paste(folder, word):
    """Run the block of shell commands that holds a word; what it prints."""
    [block] = [each for each in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if word in each]
    done = subprocess.run(
        ["sh", "-e", "-c", HERE + block], check=False, cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_example(tmp_path):
    out = paste(tmp_path, "merged.jsonl")
    rows = {row["name"]: row for row in read(tmp_path / "DIR/decisions/demo.jsonl")}
    assert [name for name, row in rows.items() if row["kept"]] == ["a1", "a2", "a4"]
    assert [rows[name]["dropped_by"] for name in ("a3", "a5", "a6")] == ["crowd.emotion", "refusal", "repetition"]
    [shown] = [json.loads(each) for each in re.findall(r"```json\n(\{.*?\})\n```", PAGE, re.DOTALL) if '"a3"' in each]
    shown["filters"] = rows["a3"]["filters"] | shown["filters"]
    assert shown | {"settings": rows["a3"]["settings"]} == rows["a3"]
    [signature] = re.findall(r"^`(curate\|.*)`\.$", PAGE, re.MULTILINE)
    [printed] = [line.split("|") for line in out.splitlines() if line.startswith("curate|")]
    assert {part for part in signature.split("|") if "…" not in part} <= set(printed)
    assert (tmp_path / "DIR/export/affectgpt/export.json").is_file()


@pytest.mark.slow
def test_all_stages_in_one_go(tmp_path):
    pytest.importorskip("av")
    out = paste(tmp_path, "mine.toml")
    assert json.loads(out.splitlines()[-1])["labels"] == ["happy"]
    from datasets import load_from_disk

    assert len(load_from_disk(str(tmp_path / "data/export/datasets"))) == 3
