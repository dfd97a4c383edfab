"""Fast reading of a stage's file as Arrow columns: a million rows written by this package take seconds.

Files that this package wrote are JSON Lines of plain values, which Arrow reads directly. Everything else is read row
by row with strict checks, and errors are reported with their row.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import short_repr
from merunibench.curation.folder import MAX_BYTES
from merunibench.data import Table, read_table
from merunibench.files import open_plain
from merunibench.files.arrow_values import plain_array
from merunibench.files.reading import reading

_BLOCK = 16 << 20

FloatArray = npt.NDArray[np.float64]


def read_stage(path: Path, schema: pa.Schema) -> Table:
    """Read a stage's table. JSON Lines that match the schema are read with the schema's columns only.

    Raises:
        InputError: the file cannot be read.
    """
    return _quickly(path, schema, MAX_BYTES, others="ignore") or read_table(path, max_bytes=MAX_BYTES)


def read_simple(path: Path, types: Mapping[str, pa.DataType], max_bytes: int) -> Table:
    """Read a table of few columns, such as a million votes; fast if it is JSON Lines with no other columns.

    Args:
        path: The table, in any format.
        types: The columns that it may have. Those that its first row lacks are not added.
        max_bytes: Maximum size after decompression.

    Raises:
        UnsafeFileError: it decompresses to more than `max_bytes`.
        InputError: the file cannot be read.
    """
    first = _first_row(path)
    known = {name: types[name] for name in first if name in types}
    table = _quickly(path, pa.schema(known), max_bytes, others="error") if len(known) == len(first) else None
    return table or read_table(path, max_bytes=max_bytes)


def _first_row(path: Path) -> dict[str, Any]:
    """Return the first row of JSON Lines; empty for other files."""
    if not path.name.endswith(".jsonl") or not path.is_file():
        return {}
    with reading(path), open_plain(path) as stream:
        line = stream.readline(_BLOCK)
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def _quickly(path: Path, schema: pa.Schema, max_bytes: int, *, others: str) -> Table | None:
    """Return the table as Arrow reads it; None if Arrow cannot read it, or it has no names."""
    from pyarrow import json as arrow_json

    if not path.name.endswith(".jsonl") or not path.is_file() or not 0 < path.stat().st_size <= max_bytes:
        return None
    if not _holds_objects(path):
        return None
    try:
        found = arrow_json.read_json(
            path,
            read_options=arrow_json.ReadOptions(use_threads=False, block_size=_BLOCK),
            parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior=others),
        )
    except (pa.ArrowException, ValueError, OSError):
        return None
    if "name" not in found.column_names or not found.num_rows:
        return None
    columns = {name: _joined(found.column(name)) for name in found.column_names}
    return Table(path, columns, found.num_rows, range(1, found.num_rows + 1))


def _holds_objects(path: Path) -> bool:
    """Whether every line starts an object. Arrow's reader aborts the process at a block that starts with `null`."""
    before = b"\n"
    with reading(path), open_plain(path) as stream:
        while block := stream.read(_BLOCK):
            lines = before + block
            before = b"\n" if lines.endswith(b"\n") else b""
            if lines.count(b"\n{") != lines.count(b"\n") - len(before):
                return False
    return True


def _joined(column: pa.ChunkedArray) -> pa.Array:
    """Return one array with the types that `merunibench.data` gives to tables."""
    chunks = [plain_array(chunk) for chunk in column.chunks] or [pa.nulls(0)]
    joined = pa.chunked_array(chunks).combine_chunks()
    return joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined


def numbers(table: Table, name: str) -> FloatArray:
    """Return a column of numbers, shape (N,); NaN for missing values and missing columns.

    Raises:
        InputError: a value is not a number; the message names its row.
    """
    column = table.columns.get(name)
    if column is None:
        return np.full(table.num_rows, np.nan)
    if not isinstance(column, list) and (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), float)
    values: list[Any] = column if isinstance(column, list) else column.to_pylist()
    found = np.full(len(values), np.nan)
    wrong = []
    for row, value in enumerate(values):
        number = _number(value)
        if number is None:
            wrong.append((row, f"{name!r} must be a number, not {short_repr(value)}"))
        else:
            found[row] = number
    if wrong:
        raise table.refusal(wrong)
    return found


def _number(value: object) -> float | None:
    """Return a value as a number: NaN if it is missing, None if it is not a number."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return np.nan
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def places(names: pa.Array, others: pa.Array) -> npt.NDArray[np.int64]:
    """Return the index of each name in `others`, -1 if it is not there, shape (N,)."""
    if names.equals(others):
        return np.arange(len(names))
    found = pc.index_in(names, value_set=others).fill_null(-1)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.int64)


def spread(values: npt.NDArray[Any], at: npt.NDArray[np.int64], nothing: object) -> npt.NDArray[Any]:
    """Return `values[at]`, with `nothing` where `at` is -1."""
    if not len(values):
        return np.full(len(at), nothing, values.dtype)
    return np.where(at >= 0, values[at], np.asarray(nothing, values.dtype))
