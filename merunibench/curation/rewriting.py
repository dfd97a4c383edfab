"""Rewrite files of a data set, in any format, without the rows of some clips; used by `deletion`."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from merunibench._text import short_repr
from merunibench.curation.contamination import name_hash
from merunibench.curation.export.base import MANIFEST
from merunibench.curation.filters.duplicates import DUPLICATES, SAME
from merunibench.curation.folder import (
    CUES,
    DECISIONS,
    DESCRIPTIONS,
    LABELS,
    MAX_BYTES,
    MEASURES,
    SPEAKER,
    VOTES,
    Folder,
)
from merunibench.data.packed import OTHERS, first_bytes
from merunibench.data.tables import is_saved_dataset, table_suffix
from merunibench.data.textfiles import any_field_size, csv_form
from merunibench.errors import InputError
from merunibench.files import read_plain
from merunibench.report.csv_text import csv_cell
from merunibench.report.markdown import escape

_STAGES = (DESCRIPTIONS, LABELS, MEASURES, SPEAKER, VOTES, CUES, DECISIONS)
_PACKED = (".gz", ".zst"), (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
"""File extensions and first bytes of gzip and Zstandard."""
_ARRAYS = (".npy", ".npz")
_ARROW = (".parquet", ".arrow", ".feather")
FEATURES = "features"
"""Folder of features, if they are in the data set's folder."""
_NAME = re.compile(rb'"name"\s*:\s*("(?:[^"\\]|\\.)*")')


class Unwanted:
    """The clips to delete: those named now, and those deleted earlier, which are known by hashes only.

    Attributes:
        names: The names.
        hashes: Hashes of the names of clips deleted earlier (`contamination.name_hash`).
    """

    def __init__(self, names: Iterable[str], hashes: Iterable[str] = ()) -> None:
        self.names = frozenset(names)
        self.hashes = frozenset(hashes)
        self._cells = {str(csv_cell(name)): name for name in self.names}

    def __contains__(self, name: object) -> bool:
        """Whether the clip of this name is deleted."""
        return isinstance(name, str) and (name in self.names or (bool(self.hashes) and name_hash(name) in self.hashes))

    def in_cell(self, cell: str) -> str | None:
        """Return the name of a deleted clip from a cell, which may mark it as text; None for other cells."""
        found = self._cells.get(cell, cell if cell in self else None)
        return cell[1:] if found is None and cell.startswith("'") and cell[1:] in self else found


@dataclass
class Gone:
    """Deleted clips found in a file.

    Attributes:
        names: Names of the deleted rows.
        named: Names removed from rows that stay, such as the clip whose text a row repeats.
        understood: Whether the file says to which clip each row belongs.
    """

    names: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    understood: bool = True


Rewrite = Callable[[Path, Unwanted, Gone], bytes | None]
"""A function that returns a file's new content without the unwanted clips, None if empty, and notes what it found."""


def how(path: Path, folder: Folder) -> Rewrite | None:
    """Return the function that rewrites a file; None if the file has no rows.

    Raises:
        InputError: the file cannot be read, or has rows but cannot be rewritten.
    """
    suffix = path.suffix.lower()
    if path.name == "sharegpt.json":
        return _conversations
    if suffix in _ARRAYS:
        return partial(_array, _clip_of(path, folder))
    if path.name.endswith(".jsonl.part"):
        return _json_lines
    if suffix == ".md" and path.with_name(MANIFEST).is_file():
        return _card
    is_table = table_suffix(path) and (suffix != ".json" or _holds_rows(path, folder))
    return _rewrite_of(path) if is_table else None


def _rewrite_of(path: Path) -> Rewrite:
    """Return the function that rewrites a table."""
    suffix, first = path.suffix.lower(), first_bytes(path)
    if suffix in _PACKED[0] or first.startswith(_PACKED[1]):
        raise InputError(f"{path}: is compressed and cannot be rewritten, so nothing is deleted; decompress it first")
    if suffix in _ARROW or first.startswith((b"PAR1", b"ARROW1")):
        return _arrow
    return _delimited if suffix in (".csv", ".tsv") else _json_lines


def why_doubtful(path: Path, names: Iterable[str]) -> str | None:
    """Return why a file without rows may still mention deleted clips; None if nothing suggests it.

    Raises:
        InputError: the file cannot be read.
    """
    if path.is_symlink():
        return "is a link; its target is not changed"
    name = path.with_suffix("").name
    if any(name == each.rpartition("/")[2] for each in names):
        return "has the name of a deleted clip"
    first = first_bytes(path)
    if first.startswith(tuple(OTHERS)):
        return "is in a format whose content cannot be searched"
    if b"\0" in first:
        return None
    content = read_plain(path, MAX_BYTES).decode("utf-8", "replace")
    named = (re.search(rf"(?<!\w){re.escape(each)}(?!\w)", content) for each in names if each in content)
    return "mentions a deleted clip" if any(named) else None


def _holds_rows(path: Path, folder: Folder) -> bool:
    """Whether a JSON file contains rows: files in stages' folders do; settings and files elsewhere do not."""
    place = path.relative_to(folder.path)
    return place.parts[0] in _STAGES and not path.name.endswith("settings.json") and not is_saved_dataset(path.parent)


def _json_lines(path: Path, unwanted: Unwanted, gone: Gone) -> bytes | None:
    content, kept = read_plain(path, MAX_BYTES), []
    if _is_document(content):
        raise InputError(f"{path}: is a single JSON document, so nothing is deleted; convert it to JSON Lines first")
    for line in io.BytesIO(content):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = _torn(line)
        name = row.get("name") if isinstance(row, dict) else None
        if isinstance(name, str) and name in unwanted:
            gone.names.append(name)
        else:
            kept.append(_without_mentions(line, row, unwanted, gone))
    return b"".join(kept) or (b"" if path.name.endswith(".part") else None)


def _is_document(content: bytes) -> bool:
    """Whether the JSON is a list of rows or an object of columns, rather than one row per line."""
    first = next((line.strip() for line in io.BytesIO(content) if not line.isspace()), b"")
    if first.startswith(b"[") or first == b"{":
        return True
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and isinstance(row.get("name"), dict | list)


def _torn(line: bytes) -> dict[str, Any]:
    """Return the name in a line left incomplete by an interrupted run; the line is removed when the run resumes."""
    found = _NAME.search(line)
    try:
        return {"name": json.loads(found[1])} if found else {}
    except ValueError:
        return {}


def _without_mentions(line: bytes, row: Any, unwanted: Unwanted, gone: Gone) -> bytes:  # noqa: ANN401 - JSON
    """Return a line of decisions without the names of deleted clips whose content or text the row repeats."""
    filters = row.get("filters") if isinstance(row, dict) else None
    entry: Any = filters.get(DUPLICATES) if isinstance(filters, dict) else None
    mentions = {key: entry[key] for key in SAME if entry.get(key) in unwanted} if isinstance(entry, dict) else {}
    if not mentions:
        return line
    gone.named.extend(mentions.values())
    entry.update(dict.fromkeys(mentions))
    return (json.dumps(row, ensure_ascii=False) + "\n").encode()


def _delimited(path: Path, unwanted: Unwanted, gone: Gone) -> bytes | None:
    text = read_plain(path, MAX_BYTES).decode("utf-8-sig")
    form: Any = csv_form(text, "\t" if path.suffix.lower() == ".tsv" else ",")
    hint, table = text.partition("\n")[::2] if text[:4].lower() == "sep=" else ("", text)
    reader = csv.reader(io.StringIO(table, newline=""), **form)
    head = next(reader, [])
    names = [each.strip() for each in head]
    if "name" not in names:
        gone.understood = False
        return text.encode()
    column, out = names.index("name"), io.StringIO()
    out.write(f"{hint}\n" if hint else "")
    quoting: Any = csv.QUOTE_ALL if table.startswith('"') else csv.QUOTE_MINIMAL
    writer = csv.writer(out, quoting=quoting, lineterminator="\n", delimiter=form["delimiter"])
    writer.writerow(head)
    rows = 0
    with any_field_size():
        for row in reader:
            name = unwanted.in_cell(row[column]) if len(row) > column else None
            if name is not None:
                gone.names.append(name)
            else:
                writer.writerow(row)
                rows += 1
    return out.getvalue().encode() if rows else None


def _card(path: Path, unwanted: Unwanted, gone: Gone) -> bytes:
    """Return the card of an export without remarks that give a deleted clip as an example."""
    quoted = {escape(short_repr(name)): name for name in unwanted.names}
    kept = []
    for line in read_plain(path, MAX_BYTES).decode().splitlines(keepends=True):
        named = [name for text, name in quoted.items() if line.startswith("- ") and text in line]
        gone.named.extend(named)
        kept.extend([] if named else [line])
    return "".join(kept).encode()


def _conversations(path: Path, unwanted: Unwanted, gone: Gone) -> bytes | None:
    content: Any = json.loads(read_plain(path, MAX_BYTES))
    left = []
    for conversation in content if isinstance(content, list) else []:
        name = str(conversation.get("id", "")).rpartition("-")[0] if isinstance(conversation, dict) else ""
        if name in unwanted:
            gone.names.append(name)
        else:
            left.append(conversation)
    lines = ",\n".join(json.dumps(conversation, ensure_ascii=False) for conversation in left)
    return f"[\n{lines}\n]\n".encode() if left else None


def _array(name: str, path: Path, unwanted: Unwanted, gone: Gone) -> bytes | None:  # noqa: ARG001 - a `Rewrite`
    """Delete the features of a clip, which are in a file of its name."""
    if name in unwanted:
        gone.names.append(name)
    return None


def _clip_of(path: Path, folder: Folder) -> str:
    """Return the clip of a file of features: features/<encoder>/<name>.npy, or <name>.npy anywhere else."""
    parts = path.relative_to(folder.path).with_suffix("").parts
    return "/".join(parts[2:]) if parts[0] == FEATURES and len(parts) > 2 else parts[-1]


def _arrow(path: Path, unwanted: Unwanted, gone: Gone) -> bytes | None:
    import pyarrow as pa

    content = read_plain(path, MAX_BYTES)
    table, write = _opened(content)
    if "name" not in table.column_names:
        gone.understood = False
        return content
    names = table["name"].cast(pa.large_string()).to_pylist()
    gone.names.extend(name for name in names if name in unwanted)
    left = table.filter(pa.array([name not in unwanted for name in names], pa.bool_()))
    sink = pa.BufferOutputStream()
    write(left, sink)
    return bytes(sink.getvalue()) if left.num_rows or path.name.startswith("data-") else None


def _opened(content: bytes) -> tuple[Any, Callable[[Any, Any], None]]:
    """Return the table in an Arrow or Parquet file, and a function that writes one in the same format."""
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
