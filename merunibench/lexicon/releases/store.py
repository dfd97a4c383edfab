"""The lexicons a user has: the builtin one, installed ones in the user's data folder, and any folder or file named.

`load_lexicon` is all that scoring needs; for a name it reads one compiled file, and imports neither openpyxl nor
anything that speaks to the network.
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
"""What an installed lexicon may be called."""


@dataclass(frozen=True)
class Entry:
    """A line of the catalogue.

    Attributes:
        name: The name by which `load_lexicon` knows it.
        lexicon: The lexicon, None if it is not installed or cannot be read.
        problem: Why there is no lexicon, and what to do; empty if there is one.
    """

    name: str
    lexicon: Lexicon | None
    problem: str = ""


def data_dir() -> Path:
    """The folder that holds the user's data: `$MERUNIBENCH_HOME`, or the platform's place for user data."""
    chosen = os.environ.get("MERUNIBENCH_HOME")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return platformdirs.user_data_path("merunibench")


def installed() -> list[str]:
    """Names of the installed lexicons, sorted; the builtin one, which is always there, is not among them."""
    return sorted(path.stem for path in (data_dir() / "lexicons").glob("*.json"))


def catalogue() -> list[Entry]:
    """The builtin lexicon, the official releases and the user's own, installed or not, damaged or not."""
    own = [name for name in installed() if name not in RELEASES]
    return [_entry(name) for name in (builtin.NAME, *RELEASES, *own)]


def load_lexicon(name_or_path: str | Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Lexicon:
    """A lexicon by its name, or from a release folder or a compiled file.

    A mapping that equals an official release bears that release's name, wherever it was read from. One that calls
    itself after a release, or `builtin`, without being it bears that name with `-modified`.

    Args:
        name_or_path: `builtin`, the name of an installed lexicon, the path of a folder that holds an official release,
            or that of a compiled lexicon. A name goes before a path; a `Path` is never a name.
        max_bytes: Most bytes that a file may hold, or unpack to.

    Raises:
        InputError: there is no such lexicon, or it is damaged; the message says what there is and what to do.
        UnsafeFileError: a file is too large, would run code or expand XML entities.

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
    with reading(path, RuntimeError):  # for `~somebody` who is not there
        path = path.expanduser()
        exists = path.is_dir() or path.is_file()
    if not exists:
        raise InputError(_unknown(str(name_or_path)))
    return load_path(path, max_bytes=max_bytes)


def load_installed(name: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Lexicon:
    """An installed lexicon.

    Raises:
        InputError: it is not installed, damaged, or not the release after which it is called.
    """
    path = compiled_path(name)
    lexicon = _load_compiled(path, max_bytes)
    if name in RELEASES and lexicon.sha256 != RELEASES[name].mapping:
        raise InputError(f"{path}: the mapping is not that of {name}; {install_hint(name)} --from DIR")
    return lexicon.renamed(name)


def load_path(path: Path, *, max_bytes: int) -> Lexicon:
    """The lexicon of a release folder or a compiled file, under the name that its mapping deserves.

    Raises:
        InputError: it is neither, or damaged.
        UnsafeFileError: a file is too large, would run code or expand XML entities.
    """
    return load_with_tables(path, max_bytes=max_bytes)[0]


def load_with_tables(path: Path, *, max_bytes: int) -> "tuple[Lexicon, ReleaseTables | None]":
    """As `load_path`, with the tables of a release folder; a compiled file has none.

    Raises:
        InputError: it is neither, or damaged.
        UnsafeFileError: a file is too large, would run code or expand XML entities.
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
    """Where the compiled file of an installed lexicon stands."""
    return data_dir() / "lexicons" / f"{name}.json"


def install_hint(name: str) -> str:
    """What to do to have a lexicon."""
    return f"run: merunibench lexicon install {name}"


def _load_compiled(path: Path, max_bytes: int) -> Lexicon:
    with reading(path), open_plain(path) as stream:
        content = read_bounded(stream, path, max_bytes)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise InputError(f"{path}: neither a compiled lexicon nor the folder of a release") from None
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
        return f"lexicon {name} is not installed (there are: {known}); {install_hint(name.strip().lower())}"
    return f"{name}: no lexicon, folder or file of this name (lexicons: {known}); see: merunibench lexicon list"
