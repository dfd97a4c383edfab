"""Install a lexicon from a folder, a file or a download into the user's data folder, as one compiled file.

The name must match the mapping: only the mapping of mer2025 can be installed as mer2025.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from merunibench.errors import InputError
from merunibench.files import write_text
from merunibench.lexicon.releases.official import ReleaseTables
from merunibench.lexicon.releases.published import (
    DEFAULT_MAX_BYTES,
    LICENCE_NOTE,
    RAW_FILES,
    RELEASES,
    REPOSITORY,
    TABLE_FILES,
    release_with,
)
from merunibench.lexicon.releases.store import (
    NAME,
    compiled_path,
    data_dir,
    install_hint,
    load_installed,
    load_with_tables,
)
from merunibench.lexicon.runtime import builtin
from merunibench.lexicon.runtime.lexicon import Lexicon


@dataclass(frozen=True)
class Installation:
    """The result of `install`.

    Attributes:
        lexicon: The installed lexicon.
        path: Its compiled file.
        fresh: False if it was already installed and nothing was done.
        note: Licence note of its authors; empty for a user-defined lexicon.
    """

    lexicon: Lexicon
    path: Path
    fresh: bool
    note: str


def install(
    name: str,
    source: Path | None = None,
    *,
    base_url: str | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    notify: Callable[[str], None] | None = None,
) -> Installation:
    """Compile a lexicon and store it in the user's data folder under a name.

    Args:
        name: `mer2025` or `mer2026`; with `source`, any other name is also allowed.
        source: The folder of an official release, or a compiled lexicon. If None, the release is downloaded unless it
            is already installed.
        base_url: URL to use instead of the authors' repository. Default: `$MERUNIBENCH_RELEASES_URL`.
        max_bytes: Maximum size of a file in bytes, after unpacking.
        notify: Called with the URL of each file that is downloaded.

    Raises:
        InputError: The source does not match the name, cannot be read or downloaded, or the data folder cannot be
            written. Nothing is installed in this case.
        UnsafeFileError: A file is too large, would run code or expand XML entities.
    """
    name = _checked_name(name)
    target = compiled_path(name)
    note = LICENCE_NOTE if name in RELEASES else ""
    if source is not None:
        lexicon, tables = load_with_tables(source, max_bytes=max_bytes)
    elif name not in RELEASES:
        raise InputError(f"{name}: not an official release ({', '.join(RELEASES)}); install your own with --from DIR")
    elif (present := _intact(name)) is not None:
        return Installation(present, target, fresh=False, note=note)
    else:
        base_url = base_url or os.environ.get("MERUNIBENCH_RELEASES_URL") or RAW_FILES
        lexicon, tables = _download(name, base_url, max_bytes, notify)
    lexicon = _under_name(lexicon, name)
    write_text(target, lexicon.to_text())
    _keep_tables(name, tables)
    return Installation(lexicon, target, fresh=True, note=note)


def _checked_name(name: str) -> str:
    name = name.strip().lower()
    if name == builtin.NAME:
        raise InputError("the builtin lexicon comes with merunibench and needs no installation")
    if not NAME.fullmatch(name):
        raise InputError(f"{name!r} cannot name a lexicon: letters, digits, '.', '_' and '-' only, at most 64")
    return name


def _intact(name: str) -> Lexicon | None:
    """Return the installed lexicon; None if it is not installed or is damaged."""
    try:
        return load_installed(name)
    except InputError:
        return None


def _under_name(lexicon: Lexicon, name: str) -> Lexicon:
    """Return the lexicon renamed; raise InputError if only one of name and mapping belongs to an official release."""
    release = release_with(lexicon.sha256)
    if name in RELEASES and release is None:
        raise InputError(
            f"this is not {name}: the mapping {lexicon.sha256[:8]} does not belong to an official release; "
            "nothing was installed; choose another name"
        )
    if release not in (None, name):
        raise InputError(
            f"this is {release}, not {name}; nothing was installed; {install_hint(f'{release} --from DIR')}"
        )
    return lexicon.renamed(name)


def _download(
    name: str, base_url: str, max_bytes: int, notify: Callable[[str], None] | None
) -> tuple[Lexicon, ReleaseTables | None]:
    """Download and compile a release; if a download fails, finished files are kept for the next attempt."""
    from merunibench.lexicon.releases.download import fetch_files

    release = RELEASES[name]
    folder = data_dir() / "downloads" / name
    try:
        fetch_files(f"{base_url.rstrip('/')}/{release.folder}", release.files, folder, notify)
    except InputError as error:
        raise InputError(
            f"{name} could not be downloaded ({error}). Without a network: copy {', '.join(TABLE_FILES)} from "
            f"{release.folder} in {REPOSITORY}, then run: merunibench lexicon install {name} --from DIR"
        ) from None
    found = load_with_tables(folder, max_bytes=max_bytes)
    shutil.rmtree(folder, ignore_errors=True)
    return found


def _keep_tables(name: str, tables: ReleaseTables | None) -> None:
    """Store the tables for `explain`, or remove those of an earlier installation."""
    from merunibench.lexicon.releases.official import tables_path, tables_to_text

    path = tables_path(name)
    if tables is not None:
        write_text(path, tables_to_text(tables))
    else:
        path.unlink(missing_ok=True)
