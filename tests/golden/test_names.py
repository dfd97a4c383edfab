"""The public names are those of names.txt: whoever adds, renames or removes one says so there."""

import ast
import re
from importlib import import_module
from pathlib import Path

import merunibench

HERE = Path(__file__).parent
NAMES = HERE / "names.txt"
PACKAGE = Path(merunibench.__file__).parent


def documented():
    """The modules whose interface `make docs` writes, and the package itself."""
    makefile = (HERE.parents[1] / "Makefile").read_text(encoding="utf-8")
    listed = re.search(r"DOCUMENTED := \$\(addprefix merunibench\.,(.*?)\)", makefile, re.DOTALL)[1]
    return ["merunibench", *(f"merunibench.{name}" for name in listed.replace("\\", "").split())]


def names_of(module):
    """What `__all__` lists; without one, what the module itself defines and does not mark as its own."""
    found = import_module(module)
    if hasattr(found, "__all__"):
        return set(found.__all__)
    names = set()
    for node in ast.parse(Path(found.__file__).read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", node)]
        names |= {getattr(target, "id", getattr(target, "name", "_")) for target in targets}
    return {name for name in names if name and not name.startswith("_")}


def public_names():
    return "".join(f"{module}.{name}\n" for module in documented() for name in sorted(names_of(module)))


def test_the_public_names():
    assert public_names().splitlines() == NAMES.read_text(encoding="utf-8").splitlines()


def test_each_public_name_is_there():
    for line in NAMES.read_text(encoding="utf-8").splitlines():
        module, _, name = line.rpartition(".")
        assert hasattr(import_module(module), name), line
