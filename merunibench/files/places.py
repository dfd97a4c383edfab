"""Where names and paths of strangers may lead: to files below the folder that they belong to, all links followed.

A table, a data set or a folder somebody sends could otherwise choose which of the user's files go to an endpoint.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from merunibench._text import short_repr
from merunibench.errors import InputError

_LONGEST_PART, _LONGEST_PATH = 255, 4000
"""Bytes of a file's name, and of a path, that systems have room for; beyond, they fail in ways of their own."""


def inside(folder: Path, relative: str, *, outside: bool = False) -> Path:
    """The path of a file below a folder; whether it is there is not looked at.

    Args:
        folder: Where it belongs.
        relative: Its path from there; an absolute one too, if it leads to the same place.
        outside: Whether it may lead anywhere (`--allow-outside`).

    Raises:
        InputError: it leads out of the folder, by its name or through a link, or names no file at all.
    """
    return contained(folder, _below(folder, relative, outside=outside), outside=outside)


def _below(folder: Path, relative: str, *, outside: bool) -> Path:
    """The path by its name alone; of an absolute one it is left to `contained` where it leads."""
    try:
        parts = os.fsencode(relative).split(b"/")
        fits = max(map(len, parts)) <= _LONGEST_PART and sum(map(len, parts)) + len(parts) <= _LONGEST_PATH
    except UnicodeEncodeError:  # half of a character
        fits = False
    if "\0" in relative or not fits:
        raise InputError(f"{folder}: {short_repr(relative)} leads out of the folder; refused: it is no name of a file")
    base = os.path.normpath(folder)
    path = Path(os.path.normpath(Path(base) / relative))
    below = path.is_relative_to(base) and path != Path(base)
    if not outside and not (below or Path(relative).is_absolute()):
        raise InputError(
            f"{folder}: {short_repr(relative)} leads out of the folder; refused (--allow-outside takes it)"
        )
    return path


def contained(folder: Path, path: Path, *, outside: bool = False) -> Path:
    """The same path, if it lies in the folder when all links are followed.

    Raises:
        InputError: it does not, and `outside` is not set.
    """
    place, root = os.path.realpath(path), os.path.realpath(folder)
    if outside or (place != root and Path(place).is_relative_to(root)):
        return path
    name = short_repr(str(path.relative_to(folder) if path.is_relative_to(folder) else path))
    raise InputError(f"{folder}: {name} leads out of the folder, to another place; refused (--allow-outside takes it)")


def named_file(folder: Path, patterns: Sequence[str], name: str, *, outside: bool = False) -> Path:
    """The first file among patterns with `{name}`; the first pattern's path if none is there, for messages to name.

    Args:
        folder: Where they are looked for.
        patterns: Paths from there.
        name: The value of `{name}`.
        outside: Whether the file may be a link to anywhere.

    Raises:
        InputError: the name leads out of the folder of its pattern, or the file is a link out of `folder`.
    """
    paths = []
    for pattern in patterns:
        # The path before the first folder that contains the name is ours.
        above = pattern[: pattern.index("{name}")].rpartition("/")[0]
        relative = pattern[len(above) :].lstrip("/").replace("{name}", name)
        paths.append(_below(folder / above, relative, outside=outside))
    found = next((path for path in paths if path.is_file()), paths[0])
    return contained(folder, found, outside=outside)
