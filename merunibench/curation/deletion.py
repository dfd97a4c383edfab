"""Delete clips from a finished data set: remove their rows from every file of every stage, including exports.

All files are first rewritten in a temporary folder and then moved into place together. If a file cannot be read or
written, nothing is deleted. Hashes of the names are kept, so that later imports do not add the clips again, and so that
the next deletion finishes one that was killed while files were moved. Reports, which count the deleted rows, are
removed; `curate filter` makes them again.
"""

import csv
import os
import re
from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from merunibench._text import one_line, short_repr
from merunibench.curation.contamination import name_hash
from merunibench.curation.folder import CLIP_CACHE, MAX_BYTES, REVIEW, Folder
from merunibench.curation.rewriting import Gone, Unwanted, how, why_doubtful
from merunibench.data import read_table
from merunibench.data.columns import find_column, text_column
from merunibench.data.tables import table_stem
from merunibench.errors import InputError
from merunibench.files import read_plain, remove_all_leftovers, whole_set, write_bytes
from merunibench.files.reading import reading

_HEAD = "# Deleted clips, as truncated SHA-256 hashes of their names; they are not imported again.\n"
_REPORTS = ("report.json", "statistics.json", "README.md", "funnel.svg", "report.html")
_OF_RESULTS = (".json", ".html")


@dataclass
class Deleted:
    """What was deleted.

    Attributes:
        clips: Names of the clips that were found somewhere.
        unknown: Names that were given but not found in any file.
        rows: File, relative to the folder -> number of rows deleted from it.
        removed: Files that were removed entirely.
        left: Files, relative to the folder, that may still mention the clips -> why they were not changed.
    """

    clips: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


def choose(
    folder: Folder,
    names: Iterable[str] = (),
    *,
    listed_in: Path | None = None,
    pattern: str | None = None,
    person: str | None = None,
    person_column: str = "person",
) -> list[str]:
    """Return the names of the clips to delete.

    Args:
        folder: The data set.
        names: Names of clips.
        listed_in: A table with a column `name`, or a text file with one name per line.
        pattern: A regular expression that whole names match.
        person: The person shown: rows of the descriptions with this value in `person_column`.
        person_column: The column that names the person shown.

    Raises:
        InputError: the list is empty, the pattern is invalid, there is no such column, or no clip is chosen and no
            earlier deletion might be unfinished.
    """
    if not os.path.isdir(folder.path):  # noqa: PTH112 - of any name, however long
        raise InputError(f"{folder.path}: is not a folder; give the folder of a data set")
    chosen = dict.fromkeys(names)
    if listed_in is not None:
        listed = _listed(listed_in)
        if not listed:
            raise InputError(f"{listed_in}: contains no names of clips, so nothing is deleted")
        chosen |= dict.fromkeys(listed)
    if pattern is not None or person is not None:
        try:
            fits = re.compile(pattern or r"(?!)").fullmatch
        except re.error as error:
            raise InputError(f"--name-pattern {short_repr(pattern)}: is not valid: {one_line(error)}") from error
        for path in folder.sets().values():
            table = read_table(path, max_bytes=MAX_BYTES)
            clips = text_column(table, find_column(table, "name")).to_pylist()
            shown_in = [None] * len(clips)
            if person is not None:
                shown_in = text_column(table, find_column(table, person_column)).to_pylist()
            chosen |= {
                clip: None
                for clip, who in zip(clips, shown_in, strict=True)
                if fits(clip) or (person is not None and who == person)
            }
    if not chosen and not folder.deleted():
        raise InputError(f"{folder.path}: no clips are chosen, so nothing is deleted")
    return list(chosen)


def _listed(path: Path) -> list[str]:
    if table_stem(path):
        table = read_table(path, max_bytes=MAX_BYTES)
        return [name for name in text_column(table, find_column(table, "name")).to_pylist() if name]
    return [
        line.strip() for line in read_plain(path, MAX_BYTES).decode("utf-8", "replace").splitlines() if line.strip()
    ]


def delete(folder: Folder, names: Iterable[str], *, dry_run: bool = False) -> Deleted:
    """Delete clips from every file of a data set, including remains of clips that were deleted earlier.

    Args:
        folder: The data set.
        names: The clips.
        dry_run: Only count what would be deleted.

    Raises:
        InputError: a file cannot be read, written, or rewritten row by row, or a run is writing to it. Nothing is
            deleted in these cases.
    """
    names = list(dict.fromkeys(names))
    unwanted, done = Unwanted(names, folder.deleted()), Deleted()
    with ExitStack() as locks:
        if not dry_run:
            for path in _files(folder):
                if path.name.startswith(".") and path.name.endswith(".lock"):
                    locks.enter_context(_held(path))
            remove_all_leftovers(folder.path, recursive=True)  # a killed run may have left a copy of rows
        files = _files(folder)
        changes, found = _rewritten(folder, files, unwanted, done)
        done.clips = [*(name for name in names if name in found), *sorted(found - unwanted.names)]
        done.unknown = [name for name in names if name not in found]
        done.removed = _stale(folder, files) if found else []
        done.left = {place: why for place, why in done.left.items() if place not in done.removed}
        if found and not dry_run:
            _carry_out(folder, changes, done)
    return done


def _files(folder: Folder) -> list[Path]:
    return sorted(path for path in folder.path.rglob("*") if path.is_file() or path.is_symlink())


def _rewritten(
    folder: Folder, files: Iterable[Path], unwanted: Unwanted, done: Deleted
) -> tuple[dict[str, bytes | None], set[str]]:
    """Return the new content of files that mention unwanted clips, and the names found; note the rest in `done`."""
    changes: dict[str, bytes | None] = {}
    found = set[str]()
    for path in files:
        if path.name.startswith("."):
            continue
        place = path.relative_to(folder.path).as_posix()
        rewrite, gone = None if path.is_symlink() else how(path, folder), Gone()
        if rewrite is not None:
            with reading(path, ValueError, csv.Error, pa.ArrowException):
                content = rewrite(path, unwanted, gone)
            if gone.names or gone.named:
                done.rows[place], changes[place] = len(gone.names), content
                found.update(gone.names, gone.named)
        if (rewrite is None or not gone.understood) and (why := why_doubtful(path, unwanted.names)):
            done.left[place] = why
    return changes, found


def _carry_out(folder: Folder, changes: dict[str, bytes | None], done: Deleted) -> None:
    """Write the new content of the files, then remove those without content."""
    hashes = sorted(folder.deleted() | {name_hash(name) for name in done.clips})
    with whole_set(folder.path) as temporary:
        for place, content in changes.items():
            if content is not None:
                write_bytes(temporary / place, content)
        # The hashes, and the files without rows, come first: if the process is killed, the next deletion finds
        # everything that is left.
        write_bytes(folder.path / Folder.DELETED, (_HEAD + "".join(f"{each}\n" for each in hashes)).encode())
        _remove(folder, done.removed)
    _remove(folder, [place for place, content in changes.items() if content is None])


def _remove(folder: Folder, places: Iterable[str]) -> None:
    for place in places:
        (folder.path / place).unlink(missing_ok=True)


def _stale(folder: Folder, files: Iterable[Path]) -> list[str]:
    """Return reports and review results, which mention deleted rows, and cached clips; all can be made again."""
    places = {path: path.relative_to(folder.path) for path in files}
    return [
        place.as_posix()
        for path, place in places.items()
        if place.as_posix() in _REPORTS
        or (place.parts[0] == REVIEW and path.suffix in _OF_RESULTS)
        or CLIP_CACHE in place.parts
    ]


def _held(path: Path) -> AbstractContextManager[Any]:
    """Acquire the lock of a result, so that no run writes it meanwhile.

    Raises:
        InputError: a run has the lock.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, blocking=False, is_singleton=False, thread_local=False)
    try:
        return lock.acquire()
    except Timeout as error:
        raise InputError(
            f"{path.with_name(path.name[1:-5])}: a run is writing it, so nothing is deleted; wait until it is done"
        ) from error
