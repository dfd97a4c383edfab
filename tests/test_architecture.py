"""The import rules of pyproject.toml hold, and files stay readable."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "merunibench"
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_the_import_rules_hold():
    command = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run([command, "--no-cache"], cwd=PACKAGE.parent, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_says_what_it_is_for_and_stays_short(module):
    text = module.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    assert text.count("\n") < 300
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "cli" not in module.parts:
            assert node.end_lineno - node.lineno < 70, f"{node.name} does not fit a screen"
