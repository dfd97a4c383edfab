"""Runs an example of the documentation as it stands there, in a folder with the files that the pages speak of.

A line `merunibench …` runs in this process; what a shell is needed for, pipes and redirections, runs in bash.
"""

import ast
import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from merunibench import cli
from merunibench.demo import run_demo

_SHELL = re.compile(r"[|><;&`$*]")
_WHOLE = re.compile(r"<<|^\s*(while|cd|set)\b|=\$\(", re.MULTILINE)
"""What makes a block one program, whose lines cannot be run one by one."""
_LOOP = re.compile(r"^for (\w+) in (.+); do\n((?:.*\n)*?)done$", re.MULTILINE)
_ROUNDED = re.compile(r"\d\.\de[+-]\d\d")
_VARIABLE = re.compile(r"\$([A-Z_]+)\b")
_EXPORT = re.compile(r"export (\w+)=(\S+)")
_FUNCTIONS = f'merunibench() {{ "{sys.executable}" -m merunibench "$@"; }}; python() {{ "{sys.executable}" "$@"; }}\n'
WIDTH = "100"
_NO_NETWORK = dict.fromkeys(
    ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9"
)
"""So that what other programs ask of the network fails at once, wherever the tests run."""


def world(folder):
    """The files that examples speak of: the demo's answers and labels under the names that pages use."""
    run_demo(folder / "demo")
    for name, source in {
        "predictions/my-model": "text-lexicon",
        "predictions/baseline": "majority-class",
        "results": "text-lexicon",
        "dataset": "labels",
    }.items():
        shutil.copytree(folder / "demo" / source, folder / name)
    (folder / "R1-Omni").mkdir()
    return folder


def commands(code):
    """The commands of a block of shell lines: comments are dropped, continued lines are joined."""
    joined = re.sub(r"\\\n\s*", " ", code)
    lines = (re.sub(r"(^|\s+)#(?:\s.*)?$", "", line).strip() for line in joined.splitlines())
    return [line for line in lines if line]


def run_shell(code):
    """Run shell lines; returns what they print to standard output. Fails with what they say where one fails.

    A loop over words becomes its lines; what is exported is set in this process.
    """
    if _WHOLE.search(code):
        return _in_bash(code)
    code = _LOOP.sub(lambda loop: "".join(loop[3].replace(f"${loop[1]}", word) for word in loop[2].split()), code)
    return "".join(map(_run_line, commands(code)))


def _run_line(line):
    """Run one command; `merunibench … > FILE` is done here as well."""
    if exported := _EXPORT.fullmatch(line):
        os.environ[exported[1]] = exported[2]
        return ""
    line = _VARIABLE.sub(lambda name: os.environ.get(name[1], name[0]), line)
    command, arrow, target = line.partition(" > ")
    if line.startswith("merunibench ") and not _SHELL.search(_unquoted(command)):
        printed = _in_process(command)
        if not arrow:
            return printed
        if re.fullmatch(r"[\w./-]+", target.strip()):
            Path(target.strip()).write_text(printed, encoding="utf-8")
            return ""
    return _in_bash(line)


def _in_bash(code):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **_NO_NETWORK, "COLUMNS": WIDTH, "OMP_NUM_THREADS": "1", "PATH": path}
    command = ["bash", "-euo", "pipefail", "-c", _FUNCTIONS + code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)
    assert done.returncode == 0, f"{code}\n{done.stdout}{done.stderr}"
    return done.stdout


def run(example, code, names):
    """Run an example of any language, or save it where it is a file; returns pairs of what is shown and is printed.

    Args:
        example: The block of the page.
        code: Its content, or what is run in place of it.
        names: The names that Python defines on this page.
    """
    if example.file:
        Path(example.file).write_text(code, encoding="utf-8")
    elif example.language == "python":
        run_python(code, names)
    elif example.language == "console":
        compared = list(run_console(code))
        assert compared, "no line begins with $"
        return compared
    else:
        run_shell(code)
    return []


def run_console(code):
    """Run the commands of a console block; returns pairs of what the page shows and what is printed now."""
    for found in re.finditer(r"^\$ (.*(?:\\\n.*)*)\n((?:(?!\$ ).*\n)*)", code, re.MULTILINE):
        yield found[2], run_shell(found[1])


def agrees(shown, printed):
    """Whether a page shows what is printed; a line `…` stands for any lines.

    Figures such as 1.2e-06 are differences that rounding decides, so they may be others.
    """
    parts = (part.strip("\n") for part in re.split(r"^…$", shown, flags=re.MULTILINE))
    pattern = "(?s:.*)".join(_ROUNDED.pattern.join(map(re.escape, _ROUNDED.split(part))) for part in parts)
    return re.fullmatch(rf"\s*{pattern}\s*", printed) is not None


def run_python(code, names):
    """Run Python; an expression whose comment is JSON must be equal to it. Returns how many were compared."""
    tree = ast.parse(code)
    lines, compared = code.splitlines(), 0
    for statement in tree.body:
        if not isinstance(statement, ast.Expr):
            exec(compile(ast.Module([statement], []), "<example>", "exec"), names)
            continue
        value = eval(compile(ast.Expression(statement.value), "<example>", "eval"), names)
        comment = lines[statement.end_lineno - 1][statement.end_col_offset :].partition("#")[2].strip()
        try:
            expected = json.loads(comment.replace("nan", "NaN"))
        except ValueError:
            continue
        value = value.tolist() if hasattr(value, "tolist") else value
        expected = pytest.approx(expected, nan_ok=True) if "nan" in comment else expected
        assert value == expected, f"{lines[statement.lineno - 1]} is {value!r}"
        compared += 1
    return compared


def _unquoted(line):
    return re.sub(r"'[^']*'|\"[^\"$`]*\"", "", line)


def _in_process(line):
    out, err = io.StringIO(), io.StringIO()
    before, code = sys.argv, 0
    sys.argv = shlex.split(line)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            cli.main()
    except SystemExit as stop:
        code = stop.code or 0
    finally:
        sys.argv = before
    assert code == 0, f"{line}\n{out.getvalue()}{err.getvalue()}"
    return out.getvalue()
