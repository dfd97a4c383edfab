"""Read files of other tools into rows, by content and not by name."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from merunibench._text import listed
from merunibench.conversion import archive_format
from merunibench.conversion.archives import read_log
from merunibench.conversion.imported import Rows
from merunibench.data.columnar import read_arrow, read_parquet
from merunibench.data.columns import python_values
from merunibench.data.documents import decode, read_document
from merunibench.data.packed import first_bytes, read_text, refuse_others
from merunibench.data.table import MAX_COLUMNS, Table, refusal
from merunibench.data.textfiles import read_csv
from merunibench.errors import InputError
from merunibench.lexicon.releases.tables import read_sheet

_PACKED_ROWS = ("results", "samples")
"""Keys of the rows in a document of HumanOmniV2, and in inspect_ai's logs as JSON."""

_LARGEST_SHEET = 256 << 20
_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_PICKLE = "is a pickle, which is never opened; have the tool write JSON or a table of text"


def read_rows(path: Path, max_bytes: int) -> Rows:
    """Return the rows of a file written by another tool.

    Args:
        path: The file: JSON Lines, one JSON document, delimited text, Parquet, Arrow, a workbook, an inspect_ai log.
        max_bytes: Largest size that it may unpack to.

    Raises:
        UnsafeFileError: it unpacks to more than `max_bytes`.
        InputError: it cannot be read, or contains no rows.
    """
    first = first_bytes(path)
    if first.startswith(_PICKLES):
        raise InputError(f"{path}: {_PICKLE}")
    archive = archive_format(path)
    if archive is not None and archive.name == "inspect":
        samples, members = read_log(path, max_bytes)
        return Rows(path, samples, members.__getitem__)
    if archive is not None:
        return _of_sheet(path, max_bytes)
    for begin, read in ((b"PAR1", read_parquet), (b"ARROW1", read_arrow)):
        if first.startswith(begin):
            columns = read(path, max_bytes)
            return _of_table(Table(path, columns, columns.num_rows))
    refuse_others(path, first)
    content = read_text(path, max_bytes)
    if content.lstrip()[:1] in (b"[", b"{"):
        return _of_json(content, path)
    return _of_table(read_csv(path, max_bytes, "\t"))


def _of_table(table: Table) -> Rows:
    columns = {name: python_values(table, name) for name in table.columns}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return Rows(table.path, rows, lambda row: table.where(row).removeprefix(f"{table.path}, "))


def _of_sheet(path: Path, max_bytes: int) -> Rows:
    head, *cells = read_sheet(path, max_bytes=max_bytes, largest_part=_LARGEST_SHEET) or [()]
    names = [str(name) if name is not None else f"column {place + 1}" for place, name in enumerate(head)]
    rows = [dict(zip(names, row, strict=False)) for row in cells if any(cell is not None for cell in row)]
    numbers = [number for number, row in enumerate(cells, start=2) if any(cell is not None for cell in row)]
    return Rows(path, rows, lambda row: f"row {numbers[row]}")


def _of_json(content: bytes, path: Path) -> Rows:
    """Read JSON Lines if the first line is a row, otherwise one document."""
    lines = [(number, line) for number, line in enumerate(io.BytesIO(content), start=1) if not line.isspace()]
    try:
        first = decode(lines[0][1].decode("utf-8"))
    except ValueError:
        first = None  # a document over several lines, or an error that is reported below
    if isinstance(first, dict) and (len(lines) > 1 or _packed(first) is None):
        return _of_lines(lines, path)
    document = read_document(content, path)
    rows = document if isinstance(document, list) else _packed(document) or [document]
    wrong = [(f"row {number}", "not a JSON object") for number, row in enumerate(rows, 1) if not isinstance(row, dict)]
    if wrong:
        raise refusal(path, wrong)
    return _bounded(Rows(path, rows, lambda row: f"row {row + 1}"))


def _packed(document: Any) -> list[Any] | None:  # noqa: ANN401 - any JSON value
    """Return the rows of a document that has them under a known key."""
    for key in _PACKED_ROWS:
        value = document.get(key) if isinstance(document, Mapping) else None
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return value
    return None


def _of_lines(lines: list[tuple[int, bytes]], path: Path) -> Rows:
    rows: list[dict[str, Any]] = []
    wrong: list[tuple[str, str]] = []
    for number, line in lines:
        try:
            row = decode(line.decode("utf-8").rstrip("\r\n"))
        except UnicodeDecodeError:
            wrong.append((f"line {number}", "not UTF-8; save the file as UTF-8"))
            continue
        except ValueError as error:
            wrong.append((f"line {number}", f"not JSON: {error}"))
            continue
        if isinstance(row, dict):
            rows.append(row)
        else:
            wrong.append((f"line {number}", "not a JSON object"))
    if wrong:
        raise refusal(path, wrong)
    return _bounded(Rows(path, rows, lambda row: f"line {lines[row][0]}"))


def _bounded(rows: Rows) -> Rows:
    if len(rows.keys()) > MAX_COLUMNS:
        raise InputError(
            f"{rows.path}: rows have more than {MAX_COLUMNS} different keys, such as {listed(rows.keys(), 3)}"
        )
    return rows
