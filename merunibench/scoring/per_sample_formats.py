"""Write and read per-sample files as CSV and Parquet, for use in other programs.

The types of values differ between kinds of tasks (lists of lists for wheels, one word for sentiment), which a typed
column cannot represent. Therefore names and signatures are text, and all other cells are JSON text. Reading restores
what was written.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from merunibench._text import short_repr
from merunibench.data import Table
from merunibench.errors import InputError
from merunibench.files import open_atomic, open_plain

_TEXT = ("model", "dataset", "name", "checkpoint", "category", "signature")
"""Columns of text; all other columns contain JSON."""

Rows = Sequence[Mapping[str, Any]]


def write_csv(path: Path, rows: Rows) -> None:
    """Write rows as CSV; text that a spreadsheet would evaluate, or cannot display, is written as JSON text."""
    columns = _columns(rows)
    with open_atomic(path, "w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(name, row) for name in columns] for row in rows)


def write_parquet(path: Path, rows: Rows) -> None:
    """Write rows as Parquet with text columns, of which all but names and signatures contain JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: [_json(name, row) for row in rows] for name in _columns(rows)}
    table = pa.table({name: pa.array(values, pa.large_string()) for name, values in columns.items()})
    with open_atomic(path, "wb") as file:
        pq.write_table(table, file)


def _columns(rows: Rows) -> list[str]:
    """Return all columns, the signature last."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [*(name for name in names if name != "signature"), "signature"]


def _json(name: str, row: Mapping[str, Any]) -> str | None:
    """Format a cell; None for a missing value, which is not the same as JSON's `null`."""
    if name not in row:
        return None
    value = row[name]
    return value if name in _TEXT else json.dumps(value, ensure_ascii=False, allow_nan=False)


def _cell(name: str, row: Mapping[str, Any]) -> str:
    text = _json(name, row)
    if text is None:
        return ""
    if name not in _TEXT:
        return text if text.isprintable() else json.dumps(row[name], allow_nan=False)
    plain = text[:1].isalnum() and text == text.strip() and text.isprintable()
    return text if plain else json.dumps(text)


def as_json_cells(table: Table) -> bool:
    """Return whether the cells of a table are JSON text, that is, it was read from CSV or Parquet."""
    hits = table.columns.get("hits")
    return table.path.suffix.lower() in (".csv", ".parquet") and hits is not None


def without_json_cells(table: Table) -> Table:
    """Return the table with every cell parsed.

    Raises:
        InputError: A cell is not JSON; the message names it.
    """
    columns = {}
    for name, values in table.columns.items():
        every = values if isinstance(values, list) else values.to_pylist()
        columns[name] = [_value(table, name, row, value) for row, value in enumerate(every)]
    return Table(table.path, columns, table.num_rows, table.lines, table.rows, table.remarks)


def _value(table: Table, name: str, row: int, value: Any) -> Any:  # noqa: ANN401 - any cell value
    if not isinstance(value, str) or (name in _TEXT and not (table.path.suffix.lower() == ".csv" and value[:1] == '"')):
        return value
    try:
        return json.loads(value, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise InputError(
            f"{table.where(row)}: {name} must be JSON, not {short_repr(value)}; `score --per-sample` writes it"
        ) from None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def looks_written(path: Path, first: bytes) -> bool:
    """Return whether a CSV or Parquet file looks like one written by this module.

    Args:
        path: The file.
        first: Its first line, or a part of it.
    """
    if path.suffix.lower() == ".csv":
        return first.startswith(b"model,dataset,name,checkpoint,truth,predicted,") and b",signature" in first
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with open_plain(path) as file:
            names = pq.read_schema(file).names
    except (pa.ArrowException, OSError):
        return False
    return bool(names[:4] == ["model", "dataset", "name", "checkpoint"] and names[-1] == "signature")
