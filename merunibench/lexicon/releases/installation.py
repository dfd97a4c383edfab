"""Bring a lexicon into the user's data folder: from a folder or file, or by download, as one compiled file.

What a lexicon is called and what it maps must agree: nothing but the mapping of mer2025 is ever installed as mer2025.
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
    """What `install` did.

    Attributes:
        lexicon: The installed lexicon.
        path: Its compiled file.
        fresh: False if it was there already and nothing had to be done.
        note: What its authors ask of users; empty for a user's own lexicon.
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
    """Compile a lexicon into the user's data folder, under a name.

    Args:
        name: `mer2025` or `mer2026`; with a source, any other name too.
        source: A folder that holds an official release, or a compiled lexicon. Without one, the release is downloaded,
            unless it is installed already.
        base_url: Address that stands in for the authors' repository; `$MERUNIBENCH_RELEASES_URL` if not given.
        max_bytes: Most bytes that a file may hold, or unpack to.
        notify: Called with the address of each file that is downloaded.

    Raises:
        InputError: the source is not what the name says, cannot be read or downloaded, or the data folder cannot be
            written; nothing is installed then.
        UnsafeFileError: a file is too large, would run code or expand XML entities.
    """
    name = _checked_name(name)
    target = compiled_path(name)
    note = LICENCE_NOTE if name in RELEASES else ""
    if source is not None:
        lexicon, tables = load_with_tables(source, max_bytes=max_bytes)
    elif name not in RELEASES:
        raise InputError(f"{name}: no official release ({', '.join(RELEASES)}); install your own with --from DIR")
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
    """The lexicon as it is installed; None if it is not, or if it has to be installed again."""
    try:
        return load_installed(name)
    except InputError:
        return None


def _under_name(lexicon: Lexicon, name: str) -> Lexicon:
    """The lexicon renamed, unless the name or the mapping belongs to an official release and the other does not."""
    release = release_with(lexicon.sha256)
    if name in RELEASES and release is None:
        raise InputError(
            f"this is not {name}: the mapping {lexicon.sha256[:8]} is that of no official release; "
            "nothing was installed, choose a name of its own"
        )
    if release not in (None, name):
        raise InputError(
            f"this is {release}, not {name}; nothing was installed, {install_hint(f'{release} --from DIR')}"
        )
    return lexicon.renamed(name)


def _download(
    name: str, base_url: str, max_bytes: int, notify: Callable[[str], None] | None
) -> tuple[Lexicon, ReleaseTables | None]:
    """Fetch a release and compile it; what has come stays for the next attempt if that fails."""
    from merunibench.lexicon.releases.download import fetch_files

    release = RELEASES[name]
    folder = data_dir() / "downloads" / name
    try:
        fetch_files(f"{base_url.rstrip('/')}/{release.folder}", release.files, folder, notify)
    except InputError as error:
        raise InputError(
            f"{name} could not be downloaded ({error}). Without a network: fetch {', '.join(TABLE_FILES)} from "
            f"{release.folder} in {REPOSITORY}, then run: merunibench lexicon install {name} --from DIR"
        ) from None
    found = load_with_tables(folder, max_bytes=max_bytes)
    shutil.rmtree(folder, ignore_errors=True)
    return found


def _keep_tables(name: str, tables: ReleaseTables | None) -> None:
    """Write the tables for `explain`, or remove those of an earlier installation."""
    from merunibench.lexicon.releases.official import tables_path, tables_to_text

    path = tables_path(name)
    if tables is not None:
        write_text(path, tables_to_text(tables))
    else:
        path.unlink(missing_ok=True)
