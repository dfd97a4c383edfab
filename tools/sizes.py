"""Print the sizes of the base install and of each extra, from the files of the packages installed here.

python -m tools.sizes    # prints a Markdown table; extras that are not installed here are left out

The size of an extra is that of the packages that it adds to the base install, with their requirements, without byte
code.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

EXTRAS = ("models", "curate", "endpoint", "cluster", "datasets", "plot", "frames", "harnesses", "docs")
ROOT = Path(__file__).parent.parent
_MB = 1_000_000


class MissingError(Exception):
    """A package is not installed here."""


def closure(names: Iterable[tuple[str, frozenset[str]]]) -> set[str]:
    """Return packages with all their requirements, by canonical name.

    Args:
        names: Pairs of a package and the requested extras of it.

    Raises:
        MissingError: One of them is not installed.
    """
    found: set[str] = set()
    waiting, seen = list(names), set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) not in seen:
            seen.add((name, extras))
            found.add(name)
            waiting += required(name, extras)
    return found


def required(name: str, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the requirements of a package on this machine, with the requested extras."""
    if name == "merunibench":
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        lines = [
            *project["dependencies"],
            *(line for each in extras for line in project["optional-dependencies"][each]),
        ]
    else:
        try:
            lines = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            raise MissingError(name) from None
    for line in lines:
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield canonical(requirement.name), frozenset(requirement.extras)


def canonical(name: str) -> str:
    """Return a package's name in the normalised spelling of package indexes."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def size(name: str) -> float:
    """Return the size of a package's files in megabytes, without byte code."""
    try:
        files = metadata.files(name) or []
    except metadata.PackageNotFoundError:
        raise MissingError(name) from None
    places = (file.locate() for file in files if "__pycache__" not in file.parts)
    return sum(place.stat().st_size for place in places if place.exists()) / _MB  # type: ignore[attr-defined]


def sizes() -> Mapping[str, set[str]]:
    """Return the packages of the base install (key "") and the additional ones of each extra."""
    base = closure(required("merunibench", frozenset()))
    found = {"": base}
    for extra in EXTRAS:
        try:
            found[extra] = closure(required("merunibench", frozenset({extra}))) - base - {"merunibench"}
        except MissingError as missing:
            sys.stderr.write(f"{extra}: {missing} is not installed here\n")
    return found


def table() -> str:
    """Return the table, with the largest packages of each."""
    lines = ["| install | packages | MB | largest |\n|---|---|---|---|\n"]
    for extra, packages in sizes().items():
        name = f"`[{extra}]` adds" if extra else "base"
        largest = sorted(packages, key=size, reverse=True)[:4]
        says = ", ".join(f"{each} {size(each):.0f}" for each in largest)
        lines.append(f"| {name} | {len(packages)} | {sum(map(size, packages)):.0f} | {says} |\n")
    return "".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table())
