"""Restrict untrusted names and paths to files below the folder that they belong to, with all links resolved.

Otherwise a table, a data set or a folder from someone else could choose which of the user's files go to an endpoint.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from merunibench._text import short_repr
from merunibench.errors import InputError

_LONGEST_PART, _LONGEST_PATH = 255, 4000
"""Largest file name and path in bytes; longer ones fail in different ways on different systems."""


def inside(folder: Path, relative: str, *, outside: bool = False) -> Path:
    """Return the path of a file below a folder, without checking that it exists.

    Args:
        folder: The folder that the file must be in.
        relative: Its relative path; an absolute path is accepted if it leads to the same place.
        outside: Whether it may lead anywhere (`--allow-outside`).

    Raises:
        InputError: it leads out of the folder, by its name or through a link, or is not a valid file name.
    """
    return contained(folder, _below(folder, relative, outside=outside), outside=outside)


def _below(folder: Path, relative: str, *, outside: bool) -> Path:
    """Return the path, checked by its name alone; absolute paths are checked by `contained`."""
    try:
        parts = os.fsencode(relative).split(b"/")
        fits = max(map(len, parts)) <= _LONGEST_PART and sum(map(len, parts)) + len(parts) <= _LONGEST_PATH
    except UnicodeEncodeError:  # half of a character
        fits = False
    if "\0" in relative or not fits:
        raise InputError(f"{folder}: {short_repr(relative)} leads out of the folder; refused: it is not a file name")
    base = os.path.normpath(folder)
    path = Path(os.path.normpath(Path(base) / relative))
    below = path.is_relative_to(base) and path != Path(base)
    if not outside and not (below or Path(relative).is_absolute()):
        raise InputError(
            f"{folder}: {short_repr(relative)} leads out of the folder; refused (--allow-outside permits it)"
        )
    return path


def contained(folder: Path, path: Path, *, outside: bool = False) -> Path:
    """Return the path if it is in the folder after all links are resolved.

    Raises:
        InputError: it is outside the folder, and `outside` is not set.
    """
    place, root = os.path.realpath(path), os.path.realpath(folder)
    if outside or (place != root and Path(place).is_relative_to(root)):
        return path
    name = short_repr(str(path.relative_to(folder) if path.is_relative_to(folder) else path))
    raise InputError(
        f"{folder}: {name} leads out of the folder, to another place; refused (--allow-outside permits it)"
    )


def named_file(folder: Path, patterns: Sequence[str], name: str, *, outside: bool = False) -> Path:
    """Return the first existing file for patterns with `{name}`; if there is none, the path of the first pattern.

    Args:
        folder: The folder that contains the files.
        patterns: Paths relative to it.
        name: The value of `{name}`.
        outside: Whether the file may be a link to anywhere.

    Raises:
        InputError: the name leads out of the folder of its pattern, or the file is a link out of `folder`.
    """
    paths = []
    for pattern in patterns:
        # The part of the pattern before the name is trusted.
        above = pattern[: pattern.index("{name}")].rpartition("/")[0]
        relative = pattern[len(above) :].lstrip("/").replace("{name}", name)
        paths.append(_below(folder / above, relative, outside=outside))
    found = next((path for path in paths if path.is_file()), paths[0])
    return contained(folder, found, outside=outside)
