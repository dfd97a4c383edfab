"""A stage's file as Arrow columns, quickly: a million rows of our own in seconds, anything else as it is always read.

Rows that this package wrote are JSON Lines of plain values, which Arrow reads by itself. Whatever it does not read so
is read row by row, strictly, and its mistakes are named.
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
    """A stage's table; of JSON Lines that fit a schema, only the columns that it names.

    Raises:
        InputError: the file cannot be read.
    """
    return _quickly(path, schema, MAX_BYTES, others="ignore") or read_table(path, max_bytes=MAX_BYTES)


def read_simple(path: Path, types: Mapping[str, pa.DataType], max_bytes: int) -> Table:
    """A table of few columns, quickly if it is JSON Lines of no others than these: votes of a million rows.

    Args:
        path: The table, of any format.
        types: The columns that it may have. Those that its first row lacks are not made up.
        max_bytes: How much it may unpack to.

    Raises:
        UnsafeFileError: it unpacks to more than `max_bytes`.
        InputError: it cannot be read.
    """
    first = _first_row(path)
    known = {name: types[name] for name in first if name in types}
    table = _quickly(path, pa.schema(known), max_bytes, others="error") if len(known) == len(first) else None
    return table or read_table(path, max_bytes=max_bytes)


def _first_row(path: Path) -> dict[str, Any]:
    """The first row of JSON Lines; empty where it is none."""
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
    """The table as Arrow reads it; None where it does not, or has no names."""
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
    """Whether every line begins an object: Arrow's reader ends the process at a block that begins with `null`."""
    before = b"\n"
    with reading(path), open_plain(path) as stream:
        while block := stream.read(_BLOCK):
            lines = before + block
            before = b"\n" if lines.endswith(b"\n") else b""
            if lines.count(b"\n{") != lines.count(b"\n") - len(before):
                return False
    return True


def _joined(column: pa.ChunkedArray) -> pa.Array:
    """One array of the types that tables have, as `merunibench.data` reads them."""
    chunks = [plain_array(chunk) for chunk in column.chunks] or [pa.nulls(0)]
    joined = pa.chunked_array(chunks).combine_chunks()
    return joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined


def numbers(table: Table, name: str) -> FloatArray:
    """A column of numbers, NaN where there is none (or no such column), shape (N,).

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
    """A value as a number, NaN for nothing; None if it is none."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return np.nan
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def places(names: pa.Array, others: pa.Array) -> npt.NDArray[np.int64]:
    """For each name its place among others, -1 where it is not there, shape (N,)."""
    if names.equals(others):
        return np.arange(len(names))
    found = pc.index_in(names, value_set=others).fill_null(-1)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.int64)


def spread(values: npt.NDArray[Any], at: npt.NDArray[np.int64], nothing: object) -> npt.NDArray[Any]:
    """Values of other rows as those of ours: `at` says which of them each is, -1 gives `nothing`."""
    if not len(values):
        return np.full(len(at), nothing, values.dtype)
    return np.where(at >= 0, values[at], np.asarray(nothing, values.dtype))
