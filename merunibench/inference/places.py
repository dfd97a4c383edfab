"""Paths made of names out of strangers' tables: never outside the folder they belong to."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from merunibench._text import shown
from merunibench.errors import InputError


def inside(folder: Path, relative: str) -> Path:
    """The path of a file below a folder.

    Raises:
        InputError: it is absolute, climbs out with `..`, or holds a NUL.
    """
    base = os.path.normpath(folder)
    path = Path(os.path.normpath(Path(base) / relative))
    if "\0" in relative or not path.is_relative_to(base) or path == Path(base):
        raise InputError(f"{folder}: {shown(relative)} leads out of the folder; refused")
    return path


def named_file(folder: Path, patterns: Sequence[str], name: str) -> Path:
    """The first file among patterns with `{name}`; the first pattern's path if none is there, for messages to name.

    Raises:
        InputError: the name leads out of the folder of its pattern.
    """
    return first_there(inside(folder / _above(pattern), _below(pattern, name)) for pattern in patterns)


def _above(pattern: str) -> str:
    """The part of a pattern before the first folder that the name has a say in."""
    return pattern[: pattern.index("{name}")].rpartition("/")[0]


def _below(pattern: str, name: str) -> str:
    return pattern[len(_above(pattern)) :].lstrip("/").replace("{name}", name)


def first_there(paths: Iterable[Path]) -> Path:
    """The first path at which there is a file; the first of all if there is none."""
    every = list(paths)
    return next((path for path in every if path.is_file()), every[0])
