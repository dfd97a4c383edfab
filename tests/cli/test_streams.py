"""Streams that are closed or full, names that are too long, pipes: one line and exit code 2, or no notice at all."""

import json
import os
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest

import merunibench
from merunibench.cli._encoding import fitted
from merunibench.demo import run_demo

LONG = "x" * 5000


def shell(command, *arguments, cwd=None):
    """Run a line of a shell in which `$M` is merunibench and `$1`, … are the arguments; refuse to wait for ever."""
    environment = os.environ | {
        "M": f"{sys.executable} -m merunibench",
        "PYTHONPATH": str(Path(merunibench.__file__).parents[1]),
    }
    line = ["sh", "-c", command, "sh", *map(str, arguments)]
    return subprocess.run(line, env=environment, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def files(tmp_path):
    """A folder with predictions (`p`) and ground truth (`t`) of two samples."""
    (tmp_path / "p").mkdir()
    (tmp_path / "t").mkdir()
    (tmp_path / "p" / "meld.csv").write_text("name,labels\na,joy\nb,anger\n")
    (tmp_path / "t" / "meld.csv").write_text("name,label\na,joy\nb,anger\n")
    return tmp_path


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_closed_stream(files, closed):
    result = shell(f"$M score p --data-root t --dataset meld --output o.json {closed}; echo $? > code", cwd=files)
    assert "Traceback" not in result.stderr
    assert (files / "code").read_text() == "0\n"
    assert (files / "o.json").read_text().startswith('{\n  "schema"')
    assert "Traceback" not in shell(f"$M explain joy {closed}").stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
@pytest.mark.parametrize("command", ["$M explain joy > /dev/full", "$M explain joy --svg /dev/full > /dev/null"])
def test_a_full_disk(command):
    result = shell(command)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "No space left on device" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("score", LONG, "--data-root", "t"),
        ("score", "p", "--data-root", LONG),
        ("score", "p", "--data-root", "t", "--lexicon", LONG),
        ("convert", "p", LONG),
        ("convert", LONG, "out"),
        ("explain", "--file", LONG),
        ("lexicon", "install", "x", "--from", LONG),
    ],
    ids=lambda arguments: " ".join(arguments).replace(LONG, "x…"),
)
def test_a_name_that_is_too_long(run, files, monkeypatch, arguments):
    monkeypatch.chdir(files)
    result = run(*arguments)
    assert result.code == 2
    assert "error: " in result.err
    assert "File name too long" in result.err or "no lexicon" in result.err
    assert result.out == ""


@pytest.mark.parametrize("name", ["meld.jsonl", "meld.jsonl.gz", "meld.csv", "meld.arrow", "meld.parquet", "truth"])
def test_a_pipe_in_a_folder_is_no_table(files, name):
    folder = files / ("t" if name == "truth" else "p")
    (folder / "meld.csv").unlink()
    os.mkfifo(folder / ("meld.csv" if name == "truth" else name))
    result = shell("$M score p --data-root t --dataset meld", cwd=files)
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "command", ["explain --file pipe", "score p --data-root t --lexicon pipe", "lexicon install x --from pipe"]
)
def test_a_pipe_as_a_file(files, command):
    os.mkfifo(files / "pipe")
    result = shell(f"$M {command}", cwd=files)
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].startswith("error: ")


def test_a_stream_of_plain_ascii_gets_plain_signs(files):
    score = "PYTHONIOENCODING=ascii $M score p --data-root t --dataset meld --bootstrap 20"
    table = shell(score, cwd=files)
    assert table.returncode == 0, table.stderr
    assert table.stdout.isascii()
    assert "\\u" not in table.stdout
    assert "-" in table.stdout
    page = shell("PYTHONIOENCODING=ascii $M score --help")
    assert page.returncode == 0
    assert "\\u" not in page.stdout


def test_json_stays_json_on_a_stream_of_plain_ascii(files):
    (files / "p" / "meld.csv").write_text("name,labels\na,\U0001f600\nb,anger\n")
    result = shell("PYTHONIOENCODING=ascii $M explain '\U0001f600–…' --format json", cwd=files)
    assert result.returncode == 0, result.stderr
    assert result.stdout.isascii()
    assert "\U0001f600–…" in str(json.loads(result.stdout))


def test_what_has_no_plain_sign_is_escaped():
    assert fitted("1–2 … 3 × 4 · “a” 爱 \udc80", "ascii") == '1-2 ... 3 x 4 . "a" \\u7231 \\udc80'
    assert fitted("1–2 × é", "latin-1") == "1-2 × é"
    assert fitted("1–2 …", "utf-8") == "1–2 …"
    assert fitted("abc…    12  x…\nabcd    12  xy", "ascii") == "abc...  12  x...\nabcd    12  xy"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals here")
@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_no_line_of_errors_is_wider_than_the_terminal(tmp_path, encoding):
    run_demo(tmp_path / "demo")
    controller, terminal = os.openpty()
    command = [sys.executable, "-m", "merunibench", "errors", tmp_path / "demo" / "text-lexicon"]
    told = {"COLUMNS": "80", "PYTHONIOENCODING": encoding, "TERM": "dumb", "NO_COLOR": "1"}
    with open(controller, "rb", buffering=0) as reader, open(terminal, "wb", buffering=0) as writer:  # noqa: PTH123
        running = subprocess.Popen(
            [*command, "--data-root", tmp_path / "demo" / "labels", "--dataset", "meld"],
            env=os.environ | {"PYTHONPATH": str(Path(merunibench.__file__).parents[1])} | told,
            stdout=writer,
            stderr=subprocess.DEVNULL,
        )
        said = b""
        while running.poll() is None or select.select([reader], [], [], 0.2)[0]:
            if select.select([reader], [], [], 0.2)[0]:
                said += reader.read(4096)
    text = re.sub(r"\x1b\[[0-9;]*m", "", said.decode(encoding))
    assert running.returncode == 0
    assert "MELD: hit rate" in text
    assert max(map(len, text.splitlines())) <= 80
