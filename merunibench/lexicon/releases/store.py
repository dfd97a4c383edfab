"""Load lexicons: the builtin one, those installed in the user's data folder, or one from a given folder or file.

Scoring needs only `load_lexicon`. Given a name, it reads one compiled file, and imports neither openpyxl nor any
network library.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from merunibench.errors import InputError
from merunibench.files import open_plain
from merunibench.files.reading import read_bounded, reading
from merunibench.lexicon.releases.published import DEFAULT_MAX_BYTES, RELEASES, release_with
from merunibench.lexicon.runtime import builtin
from merunibench.lexicon.runtime.lexicon import Lexicon

if TYPE_CHECKING:
    from merunibench.lexicon.releases.official import ReleaseTables

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""Valid names of installed lexicons."""


@dataclass(frozen=True)
class Entry:
    """An entry of the catalogue.

    Attributes:
        name: Its name for `load_lexicon`.
        lexicon: The lexicon; None if it is not installed or cannot be read.
        problem: Why it is not available, and what to do; empty if it is available.
    """

    name: str
    lexicon: Lexicon | None
    problem: str = ""


def data_dir() -> Path:
    """Return the folder of the user's data: `$MERUNIBENCH_HOME`, or the platform's default for user data."""
    chosen = os.environ.get("MERUNIBENCH_HOME")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return platformdirs.user_data_path("merunibench")


def installed() -> list[str]:
    """Return the sorted names of the installed lexicons, without the builtin lexicon, which is always available."""
    return sorted(path.stem for path in (data_dir() / "lexicons").glob("*.json"))


def catalogue() -> list[Entry]:
    """List the builtin lexicon, all official releases and the user's own lexicons, even if missing or damaged."""
    own = [name for name in installed() if name not in RELEASES]
    return [_entry(name) for name in (builtin.NAME, *RELEASES, *own)]


def load_lexicon(name_or_path: str | Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Lexicon:
    """Load a lexicon by its name, or from a release folder or a compiled file.

    A lexicon with the mapping of an official release gets the name of that release, wherever it was read from. A
    lexicon that has the name of a release or `builtin`, but another mapping, gets that name with `-modified`.

    Args:
        name_or_path: `builtin`, the name of an installed lexicon, the path of the folder of an official release, or the
            path of a compiled lexicon. Names take precedence over paths; a `Path` is never taken as a name.
        max_bytes: Maximum size of a file in bytes, after unpacking.

    Raises:
        InputError: The lexicon does not exist or is damaged. The message lists the available lexicons and a remedy.
        UnsafeFileError: A file is too large, would run code or expand XML entities.

    Example:
        >>> load_lexicon("builtin").sectors("angry")
        ('mad', 'angry', 'mad', 'anger', 'mad')
    """
    if isinstance(name_or_path, str):
        name = name_or_path.strip().lower()
        if name == builtin.NAME:
            return builtin.load_builtin()
        if NAME.fullmatch(name) and compiled_path(name).is_file():
            return load_installed(name, max_bytes=max_bytes)
    path = Path(name_or_path)
    with reading(path, RuntimeError):  # for `~name` of a user who does not exist
        path = path.expanduser()
        exists = path.is_dir() or path.is_file()
    if not exists:
        raise InputError(_unknown(str(name_or_path)))
    return load_path(path, max_bytes=max_bytes)


def load_installed(name: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Lexicon:
    """Load an installed lexicon.

    Raises:
        InputError: It is not installed, is damaged, or is not the release that its name refers to.
    """
    path = compiled_path(name)
    lexicon = _load_compiled(path, max_bytes)
    if name in RELEASES and lexicon.sha256 != RELEASES[name].mapping:
        raise InputError(f"{path}: the mapping is not that of {name}; {install_hint(name)} --from DIR")
    return lexicon.renamed(name)


def load_path(path: Path, *, max_bytes: int) -> Lexicon:
    """Load a release folder or a compiled file, named according to its mapping (see `load_lexicon`).

    Raises:
        InputError: It is neither, or damaged.
        UnsafeFileError: A file is too large, would run code or expand XML entities.
    """
    return load_with_tables(path, max_bytes=max_bytes)[0]


def load_with_tables(path: Path, *, max_bytes: int) -> "tuple[Lexicon, ReleaseTables | None]":
    """Like `load_path`, but also return the tables of a release folder; None for a compiled file.

    Raises:
        InputError: It is neither, or damaged.
        UnsafeFileError: A file is too large, would run code or expand XML entities.
    """
    tables = None
    if not path.is_dir():
        lexicon = _load_compiled(path, max_bytes)
    else:
        from merunibench.lexicon.releases.official import compile_release, read_release

        name = "".join(c if c.isprintable() and c not in "|\\" else "?" for c in path.resolve().name) or "root"
        tables = read_release(path, max_bytes=max_bytes)
        lexicon = compile_release(tables, name)
    return lexicon.renamed(_deserved_name(lexicon)), tables


def _deserved_name(lexicon: Lexicon) -> str:
    release = release_with(lexicon.sha256)
    if release:
        return release
    if lexicon.name in RELEASES or (lexicon.name == builtin.NAME and lexicon.sha256 != builtin.load_builtin().sha256):
        return f"{lexicon.name}-modified"
    return lexicon.name


def compiled_path(name: str) -> Path:
    """Return the path of the compiled file of an installed lexicon."""
    return data_dir() / "lexicons" / f"{name}.json"


def install_hint(name: str) -> str:
    """Return the command that installs a lexicon."""
    return f"run: merunibench lexicon install {name}"


def _load_compiled(path: Path, max_bytes: int) -> Lexicon:
    with reading(path), open_plain(path) as stream:
        content = read_bounded(stream, path, max_bytes)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise InputError(f"{path}: neither a compiled lexicon nor a release folder") from None
    return Lexicon.from_text(text, str(path))


def _entry(name: str) -> Entry:
    if name in RELEASES and not compiled_path(name).is_file():
        return Entry(name, None, f"not installed; {install_hint(name)}")
    try:
        return Entry(name, builtin.load_builtin() if name == builtin.NAME else load_installed(name))
    except InputError as error:
        return Entry(name, None, str(error))


def _unknown(name: str) -> str:
    known = ", ".join([builtin.NAME, *installed()])
    if name.strip().lower() in RELEASES:
        return f"lexicon {name} is not installed (available: {known}); {install_hint(name.strip().lower())}"
    return f"{name}: no lexicon, folder or file has this name (lexicons: {known}); see: merunibench lexicon list"
