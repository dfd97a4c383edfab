"""The import rules of pyproject.toml hold, and files stay readable."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "merunibench"
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_the_import_rules_hold():
    command = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run([command, "--no-cache"], cwd=PACKAGE.parent, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


LONGEST_FILE, LONGEST_FUNCTION, LARGEST_FOLDER = 400, 60, 26
OPTIONS = 8
"""A function of more parameters declares options: their list, a line or two each, is no code to be understood."""


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_says_what_it_is_for_and_stays_short(module):
    text = module.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert _lines(node) <= LONGEST_FUNCTION, f"{node.name} does not fit a screen"


def _lines(node):
    """Lines of a function; of one that declares options, those of its code alone."""
    parameters = len(node.args.posonlyargs + node.args.args + node.args.kwonlyargs)
    code = node.body[1:] if parameters > OPTIONS and ast.get_docstring(node) else [node]
    return node.end_lineno - code[0].lineno + 1


def test_a_folder_can_be_taken_in_at_a_glance():
    folders = Counter(module.parent.relative_to(PACKAGE).as_posix() for module in MODULES)
    assert {folder: count for folder, count in folders.items() if count > LARGEST_FOLDER} == {}
