"""Files of a data set without the rows of some clips, whatever the format: what `deletion` writes in their place."""

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
"""How files end, and with what they begin, that gzip and Zstandard have packed."""
_ARRAYS = (".npy", ".npz")
_ARROW = (".parquet", ".arrow", ".feather")
FEATURES = "features"
"""Where features lie, if they lie in the data set."""
_NAME = re.compile(rb'"name"\s*:\s*("(?:[^"\\]|\\.)*")')


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


@dataclass
class Gone:
    """What was found in a file.

    Attributes:
        names: Names of the rows that go.
        named: Names in rows that stay, such as the clip whose text a row repeats; they are taken out.
        understood: Whether the file says which clip each of its rows is of.
    """

    names: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    understood: bool = True


Rewrite = Callable[[Path, Unwanted, Gone], bytes | None]
"""From a file and the unwanted clips to what is left of it, None for nothing; what is found is noted."""


def how(path: Path, folder: Folder) -> Rewrite | None:
    """How a file is rewritten, by what it holds; None for one that has no rows.

    Raises:
        InputError: it has rows, and cannot be rewritten, or it cannot be read.
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
    """How a table is rewritten."""
    suffix, first = path.suffix.lower(), first_bytes(path)
    if suffix in _PACKED[0] or first.startswith(_PACKED[1]):
        raise InputError(f"{path}: is packed and cannot be rewritten row by row; unpack it first, nothing is deleted")
    if suffix in _ARROW or first.startswith((b"PAR1", b"ARROW1")):
        return _arrow
    return _delimited if suffix in (".csv", ".tsv") else _json_lines


def why_doubtful(path: Path, names: Iterable[str]) -> str | None:
    """Why a file that has no rows may tell of clips all the same; None if nothing points to it.

    Raises:
        InputError: it cannot be read.
    """
    if path.is_symlink():
        return "is a link, and what it points to stays"
    name = path.with_suffix("").name
    if any(name == each.rpartition("/")[2] for each in names):
        return "has the name of a clip that is deleted"
    first = first_bytes(path)
    if first.startswith(tuple(OTHERS)):
        return "cannot be looked into"
    if b"\0" in first:
        return None
    content = read_plain(path, MAX_BYTES).decode("utf-8", "replace")
    named = (re.search(rf"(?<!\w){re.escape(each)}(?!\w)", content) for each in names if each in content)
    return "names a clip that is deleted" if any(named) else None


def _holds_rows(path: Path, folder: Folder) -> bool:
    """Whether a file of JSON holds rows: what stages read does, settings and whatever stands elsewhere do not."""
    place = path.relative_to(folder.path)
    return place.parts[0] in _STAGES and not path.name.endswith("settings.json") and not is_saved_dataset(path.parent)


def _json_lines(path: Path, unwanted: Unwanted, gone: Gone) -> bytes | None:
    content, kept = read_plain(path, MAX_BYTES), []
    if _is_document(content):
        raise InputError(f"{path}: is one JSON document; write it as JSON Lines first, nothing is deleted")
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
    """Whether JSON is a list of rows, or an object of columns, not a row per line."""
    first = next((line.strip() for line in io.BytesIO(content) if not line.isspace()), b"")
    if first.startswith(b"[") or first == b"{":
        return True
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and isinstance(row.get("name"), dict | list)


def _torn(line: bytes) -> dict[str, Any]:
    """What can be known of a line that an interrupted run left unfinished, and that is cut off when it goes on."""
    found = _NAME.search(line)
    try:
        return {"name": json.loads(found[1])} if found else {}
    except ValueError:
        return {}


def _without_mentions(line: bytes, row: Any, unwanted: Unwanted, gone: Gone) -> bytes:  # noqa: ANN401 - JSON
    """A line of decisions without the names of clips that go, of which a row repeats clip or text."""
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
    """The card of an export, without remarks that give a clip that goes as an example."""
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


def _array(name: str, path: Path, unwanted: Unwanted, gone: Gone) -> bytes | None:  # noqa: ARG001 - all alike
    """Features of a clip, in a file of its name."""
    if name in unwanted:
        gone.names.append(name)
    return None


def _clip_of(path: Path, folder: Folder) -> str:
    """The clip that a file of features belongs to: features/<encoder>/<name>.npy, or <name>.npy anywhere else."""
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
