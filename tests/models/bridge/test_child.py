"""The file that people copy: old enough in its language, and of the standard library alone."""

import ast
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from merunibench.errors import InputError
from merunibench.models import Generation, load_model
from merunibench.models.bridge import messages
from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.models.asking import options
from tests.models.bridge.asking import CHILD, RAW, adapter, answers, bridge, files

NEWER = {"removeprefix", "removesuffix", "file_digest", "bit_count", "zip_strict", "pairwise", "cache", "match_args"}
"""Names of the standard library that came after Python 3.8 and that one uses without thinking."""


def test_its_syntax_is_that_of_python_3_8():
    tree = ast.parse(CHILD.read_text("utf-8"), feature_version=(3, 8))
    future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    assert [name.name for name in future[0].names] == ["annotations"]  # so `str | None` is never evaluated
    assert not {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & NEWER
    assert not any(isinstance(node, ast.Match | ast.TryStar) for node in ast.walk(tree))
    withs = [node for node in ast.walk(tree) if isinstance(node, ast.With) and len(node.items) > 1]
    assert withs == []  # parenthesised ones came later


def test_it_imports_the_standard_library_alone():
    tree = ast.parse(CHILD.read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name if isinstance(node, ast.Import) else node.module for node in imports for alias in node.names}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "import humanomni\ndef load(asked): pass",
            "code 1 before it was ready; its last output: ModuleNot",
        ),
        (
            "def load(asked):\n    import humanomni",
            "cannot load: ModuleNotFoundError: No module named 'hu",
        ),
        ("def load(asked):\n    raise child.Fatal('the licence has run out')", "cannot load: the licence has run out$"),
        ("def load(asked):\n    raise SystemExit(3)", "cannot load: SystemExit: 3"),
        ("def load(asked): pass", "cannot load: TypeError: load must return Ready, not NoneType"),
    ],
)
def test_a_model_that_cannot_be_loaded(tmp_path, body, told):
    with pytest.raises(InputError, match=told):
        bridge(adapter(tmp_path, body), "text")


def test_an_adapter_without_a_model_to_ask_it_ends(tmp_path):
    script = adapter(tmp_path, "def load(asked): pass")
    done = subprocess.run([sys.executable, script], check=True, input=b"", capture_output=True, timeout=30)
    assert done.stdout == b""


def test_it_is_the_same_program_for_whoever_asks_by_hand():
    """The messages are those of the documentation: a program may speak them without this file."""
    hello, ask = '{"hello": 1, "modalities": ["text"], "asked": {}}\n', '{"ask": 1, "name": "a"}\n'
    command = [sys.executable, RAW]
    done = subprocess.run(command, check=True, input=hello + ask, capture_output=True, timeout=30, text=True)
    assert done.stdout.splitlines()[1] == '{"answer": 1, "name": "a", "text": "calm a"}'


def test_a_command_lays_it_down(run, tmp_path):  # noqa: F811
    done = run("models", "--child", tmp_path)
    assert done.out == f"{tmp_path / 'merunibench_child.py'}\n"
    assert (tmp_path / "merunibench_child.py").read_bytes() == CHILD.read_bytes()
    assert run("models", "--child", tmp_path).code == 0
    (tmp_path / "merunibench_child.py").write_text("# mine\n", encoding="utf-8")
    again = run("models", "--child", tmp_path)
    assert (again.code, "was not written by merunibench; move it away" in again.err) == (2, True)
    assert (tmp_path / "merunibench_child.py").read_text("utf-8") == "# mine\n"
    assert "the folder does not exist" in run("models", "--child", tmp_path / "no").err


def test_the_messages_of_the_guide_are_those_that_are_sent(tmp_path):
    page = (Path(__file__).parents[3] / "docs" / "bridge.md").read_text("utf-8")
    lines = [line[2:] for line in page.splitlines() if line.startswith(("→ ", "← ")) and "…}" not in line]
    greeting, ready, asked, answer, failure, fatal = (json.loads(line) for line in lines)
    assert greeting == messages.hello(("audio", "video", "text"), greeting["asked"])
    assert set(messages.parse_ready(json.dumps(ready).encode(), "x").model_dump()) == set(ready)
    model = bridge(RAW, "video", "text")
    (sample,) = files(tmp_path, 1)
    question = messages.Question(1, model.prepare(sample).payload)
    assert list(question.message) == list(asked)
    for number, told in enumerate((answer, failure), start=1):
        about = messages.Question(number, {"name": told["name"]})
        assert messages.parse_answer(json.dumps(told).encode(), about, "x").text == told.get("text")
    with pytest.raises(InputError, match=r"^x: the licence has run out$"):
        messages.parse_answer(json.dumps(fatal).encode(), question, "x")


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.12", "3.13"])
def test_it_runs_in_other_versions_of_python(tmp_path, version):
    interpreter = shutil.which(f"python{version}")
    if not interpreter or subprocess.run([interpreter, "-V"], check=False, capture_output=True).returncode:
        pytest.skip(f"no Python {version} here")
    body = (
        "print('loading')\ndef load(asked):\n    print('shards')\n    import platform\n"
        "    answer = lambda sample: (platform.python_version(), 'stop')\n"
        "    return child.Ready(answer, model='m', modalities=['text'], libraries=['pip'])"
    )
    script = adapter(tmp_path, body)
    spec = "exec:" + shlex.join([interpreter, str(script)])
    (answer,) = answers(load_model(spec, options("text", generation=Generation())), files(tmp_path / "clips", 1))
    assert answer.startswith(f"{version}.")
