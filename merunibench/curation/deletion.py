"""Deleting clips from a finished data set: their rows vanish from every file of every stage, exports included.

Every file is first written anew in a folder beside, and only when all are there do they take their places: what cannot
be read or written deletes nothing. Hashes of the names stay behind, so that the clips do not come back with the next
import, and that a deletion which was killed while files took their places is finished by the next one. Reports, which
count the rows that are gone, are removed: `curate filter` makes them again.
"""

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from merunibench._text import one_line, shown
from merunibench.curation.contamination import name_hash
from merunibench.curation.folder import CLIP_CACHE, DESCRIPTIONS, MAX_BYTES, REVIEW, Folder
from merunibench.data import read_table
from merunibench.data.columns import find_column, text_column
from merunibench.data.tables import is_saved_dataset, table_stem
from merunibench.errors import InputError
from merunibench.files import read_plain, remove_all_leftovers, whole_set, write_bytes
from merunibench.report.csv_text import csv_cell

_HEAD = "# Clips that were deleted, as truncated SHA-256 hashes of their names: they are not taken in again.\n"
_REPORTS = ("report.json", "statistics.json", "README.md", "funnel.svg", "report.html")
_OF_RESULTS = (".json", ".html")
_PACKED = (".gz", ".zst")
_ARRAYS = (".npy", ".npz")
FEATURES = "features"
"""Where features lie, if they lie in the data set."""


@dataclass
class Deleted:
    """What was deleted.

    Attributes:
        clips: Names of the clips that were found somewhere.
        unknown: Names that were asked for and stand nowhere.
        rows: File, relative to the folder -> how many of its rows went.
        removed: Files that were removed whole.
    """

    clips: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)


class Unwanted:
    """The clips that are deleted: those named now, and those deleted before, of which only hashes are left.

    Attributes:
        names: The names.
        hashes: Hashes of names deleted before (`contamination.name_hash`).
    """

    def __init__(self, names: Iterable[str], hashes: Iterable[str] = ()) -> None:
        self.names = frozenset(names)
        self.hashes = frozenset(hashes)
        self._cells = {str(csv_cell(name)): name for name in self.names}

    def __contains__(self, name: object) -> bool:
        """Whether a clip of this name goes."""
        return isinstance(name, str) and (name in self.names or (bool(self.hashes) and name_hash(name) in self.hashes))

    def in_cell(self, cell: str) -> str | None:
        """The name of a clip that goes, from a cell that may mark it as text; None for others."""
        found = self._cells.get(cell, cell if cell in self else None)
        return cell[1:] if found is None and cell.startswith("'") and cell[1:] in self else found


def choose(
    folder: Folder,
    names: Iterable[str] = (),
    *,
    listed_in: Path | None = None,
    pattern: str | None = None,
    person: str | None = None,
    person_column: str = "person",
) -> list[str]:
    """The names of the clips that are meant.

    Args:
        folder: The data set.
        names: Names.
        listed_in: A table with a column `name`, or a text file with a name per line.
        pattern: A regular expression that whole names match.
        person: Who is shown: rows of the descriptions whose `person_column` says so.
        person_column: The column that says who is shown.

    Raises:
        InputError: nothing is chosen, and nothing was deleted before of which something might be left; the pattern is
            broken, or there is no such column.
    """
    if not os.path.isdir(folder.path):  # noqa: PTH112 - of any name, however long
        raise InputError(f"{folder.path}: is no folder; name that of a data set")
    chosen = dict.fromkeys(names)
    if listed_in is not None:
        chosen |= dict.fromkeys(_listed(listed_in))
    if pattern is not None or person is not None:
        try:
            fits = re.compile(pattern or r"(?!)").fullmatch
        except re.error as error:
            raise InputError(f"--name-pattern {shown(pattern)}: cannot be used: {one_line(error)}") from error
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
        raise InputError(f"{folder.path}: no clip is chosen, so nothing is deleted")
    return list(chosen)


def _listed(path: Path) -> list[str]:
    if table_stem(path):
        table = read_table(path, max_bytes=MAX_BYTES)
        return [name for name in text_column(table, find_column(table, "name")).to_pylist() if name]
    return [
        line.strip() for line in read_plain(path, MAX_BYTES).decode("utf-8", "replace").splitlines() if line.strip()
    ]


def delete(folder: Folder, names: Iterable[str], *, dry_run: bool = False) -> Deleted:
    """Delete clips from every file of a data set, and what is left of those that were deleted before.

    Args:
        folder: The data set.
        names: The clips.
        dry_run: Only count what would go.

    Raises:
        InputError: a file cannot be read, written, or rewritten row by row, or a run is writing to it; nothing is
            deleted then.
    """
    names = list(dict.fromkeys(names))
    unwanted = Unwanted(names, folder.deleted())
    done, found = Deleted(), set[str]()
    changes: dict[str, bytes | None] = {}
    files = sorted(path for path in folder.path.rglob("*") if path.is_file() and not path.is_symlink())
    with ExitStack() as locks:
        for path in files if not dry_run else ():
            if path.name.startswith(".") and path.name.endswith(".lock"):
                locks.enter_context(_held(path))
        if not dry_run:  # a killed run may have left a copy of rows
            remove_all_leftovers(folder.path, recursive=True)
        for path in files:
            place = path.relative_to(folder.path).as_posix()
            if path.name.startswith("."):
                continue
            rewrite = _how(path, folder)
            if rewrite is None:
                continue
            gone: list[str] = []
            content = rewrite(path, unwanted, gone)
            if gone:
                done.rows[place] = len(gone)
                changes[place] = content
                found.update(gone)
        done.clips = [*(name for name in names if name in found), *sorted(found - unwanted.names)]
        done.unknown = [name for name in names if name not in found]
        done.removed = _stale(folder, files) if found else []
        if found and not dry_run:
            _carry_out(folder, changes, done)
    return done


def _carry_out(folder: Folder, changes: dict[str, bytes | None], done: Deleted) -> None:
    """Write what is left of the files, then remove those of which nothing is."""
    hashes = sorted(folder.deleted() | {name_hash(name) for name in done.clips})
    with whole_set(folder.path) as temporary:
        for place, content in changes.items():
            if content is not None:
                write_bytes(temporary / place, content)
        # The hashes first: whatever has not taken its place when the process is killed is still known to be unwanted.
        write_bytes(folder.path / Folder.DELETED, (_HEAD + "".join(f"{each}\n" for each in hashes)).encode())
    for place in [*done.removed, *(place for place, content in changes.items() if content is None)]:
        (folder.path / place).unlink(missing_ok=True)


def _stale(folder: Folder, files: Iterable[Path]) -> list[str]:
    """Reports and results of reviews, which tell of rows that are gone, and clips laid down; all can be made again."""
    places = {path: path.relative_to(folder.path) for path in files}
    return [
        place.as_posix()
        for path, place in places.items()
        if place.as_posix() in _REPORTS
        or (place.parts[0] == REVIEW and path.suffix in _OF_RESULTS)
        or CLIP_CACHE in place.parts
    ]


Rewrite = Callable[[Path, Unwanted, list[str]], bytes | None]
"""From a file and the unwanted names to what is left of it, None for nothing; the names found are appended."""


def _how(path: Path, folder: Folder) -> Rewrite | None:
    """How a file is rewritten; None for one that has no rows.

    Raises:
        InputError: it has rows, and cannot be rewritten.
    """
    suffix = path.suffix.lower()
    if path.name.endswith((".jsonl", ".jsonl.part")):
        return _json_lines
    if suffix in (".csv", ".tsv"):
        return _delimited
    if suffix in (".parquet", ".arrow", ".feather"):
        return _arrow
    if path.name == "sharegpt.json":
        return _conversations
    if suffix in _ARRAYS:
        return partial(_array, _clip_of(path, folder))
    if suffix in _PACKED and table_stem(path):
        raise InputError(f"{path}: is packed and cannot be rewritten row by row; unpack it first, nothing is deleted")
    rows = suffix == ".json" and not path.name.endswith(".settings.json")
    if rows and path.parent == folder.path / DESCRIPTIONS and not is_saved_dataset(path.parent):
        raise InputError(f"{path}: is one JSON document; write it as JSON Lines first, nothing is deleted")
    return None


def _json_lines(path: Path, unwanted: Unwanted, gone: list[str]) -> bytes | None:
    kept = []
    for line in io.BytesIO(read_plain(path, MAX_BYTES)):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None  # the torn end of an interrupted run, which is cut off when it is taken up
        name = row.get("name") if isinstance(row, dict) else None
        if isinstance(name, str) and name in unwanted:
            gone.append(name)
        else:
            kept.append(line)
    return b"".join(kept) or (b"" if path.name.endswith(".part") else None)


def _delimited(path: Path, unwanted: Unwanted, gone: list[str]) -> bytes | None:
    text = read_plain(path, MAX_BYTES).decode("utf-8-sig")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
    head = next(reader, [])
    if "name" not in head:
        return text.encode()
    column, out = head.index("name"), io.StringIO()
    dialect: Any = {"quoting": csv.QUOTE_ALL if text.startswith('"') else csv.QUOTE_MINIMAL}
    writer = csv.writer(out, **dialect, lineterminator="\n", delimiter=reader.dialect.delimiter)
    writer.writerow(head)
    rows = 0
    for row in reader:
        name = unwanted.in_cell(row[column]) if len(row) > column else None
        if name is not None:
            gone.append(name)
        else:
            writer.writerow(row)
            rows += 1
    return out.getvalue().encode() if rows else None


def _conversations(path: Path, unwanted: Unwanted, gone: list[str]) -> bytes | None:
    content: Any = json.loads(read_plain(path, MAX_BYTES))
    left = []
    for conversation in content if isinstance(content, list) else []:
        name = str(conversation.get("id", "")).rpartition("-")[0] if isinstance(conversation, dict) else ""
        if name in unwanted:
            gone.append(name)
        else:
            left.append(conversation)
    lines = ",\n".join(json.dumps(conversation, ensure_ascii=False) for conversation in left)
    return f"[\n{lines}\n]\n".encode() if left else None


def _array(name: str, path: Path, unwanted: Unwanted, gone: list[str]) -> bytes | None:  # noqa: ARG001 - all alike
    """Features of a clip, in a file of its name."""
    if name in unwanted:
        gone.append(name)
    return None


def _clip_of(path: Path, folder: Folder) -> str:
    """The clip that a file of features belongs to: features/<encoder>/<name>.npy, or <name>.npy anywhere else."""
    parts = path.relative_to(folder.path).with_suffix("").parts
    return "/".join(parts[2:]) if parts[0] == FEATURES and len(parts) > 2 else parts[-1]


def _arrow(path: Path, unwanted: Unwanted, gone: list[str]) -> bytes | None:
    import pyarrow as pa

    content = read_plain(path, MAX_BYTES)
    table, write = _opened(content)
    if "name" not in table.column_names:
        return content
    names = table["name"].cast(pa.large_string()).to_pylist()
    gone.extend(name for name in names if name in unwanted)
    left = table.filter(pa.array([name not in unwanted for name in names], pa.bool_()))
    sink = pa.BufferOutputStream()
    write(left, sink)
    return bytes(sink.getvalue()) if left.num_rows or path.name.startswith("data-") else None


def _opened(content: bytes) -> tuple[Any, Callable[[Any, Any], None]]:
    """The table in a file of Arrow or Parquet, and what writes one in the same format."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if content[:4] == b"PAR1":
        return pq.read_table(pa.BufferReader(content)), pq.write_table
    is_file = content[:6] == b"ARROW1"
    opened = pa.ipc.open_file(content) if is_file else pa.ipc.open_stream(content)

    def write(table: Any, sink: Any) -> None:  # noqa: ANN401
        new = pa.ipc.new_file if is_file else pa.ipc.new_stream
        with new(sink, table.schema) as writer:
            writer.write_table(table)

    return opened.read_all(), write


def _held(path: Path) -> AbstractContextManager[Any]:
    """The lock of a result, held; a run that holds it is not disturbed.

    Raises:
        InputError: somebody else holds it.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, blocking=False, is_singleton=False, thread_local=False)
    try:
        return lock.acquire()
    except Timeout as error:
        raise InputError(
            f"{path.with_name(path.name[1:-5])}: a run is writing it; wait for it, nothing is deleted"
        ) from error
