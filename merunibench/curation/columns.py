"""A stage's file as Arrow columns, quickly: a million rows of our own in seconds, anything else as it is always read.

Rows that this package wrote are JSON Lines of plain values, which Arrow reads by itself. Whatever it does not read so
is read row by row, strictly, and its mistakes are named.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import shown
from merunibench.curation.folder import MAX_BYTES
from merunibench.data import Table, read_table
from merunibench.files.arrow_values import plain_array

_BLOCK = 16 << 20

FloatArray = npt.NDArray[np.float64]


def read_stage(path: Path, schema: pa.Schema) -> Table:
    """A stage's table; of JSON Lines that fit a schema, only the columns that it names.

    Raises:
        InputError: the file cannot be read.
    """
    if path.name.endswith(".jsonl") and path.is_file() and 0 < path.stat().st_size <= MAX_BYTES:
        found = _by_arrow(path, schema)
        if found is not None and "name" in found.column_names and found.num_rows:
            columns = {name: _joined(found.column(name)) for name in found.column_names}
            return Table(path, columns, found.num_rows, range(1, found.num_rows + 1))
    return read_table(path, max_bytes=MAX_BYTES)


def _by_arrow(path: Path, schema: pa.Schema) -> pa.Table | None:
    from pyarrow import json as arrow_json

    try:
        return arrow_json.read_json(
            path,
            read_options=arrow_json.ReadOptions(use_threads=False, block_size=_BLOCK),
            parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
        )
    except (pa.ArrowException, ValueError, OSError):
        return None


def _joined(column: pa.ChunkedArray) -> pa.Array:
    """One array of the types that tables have, as `merunibench.data` reads them."""
    chunks = [plain_array(chunk) for chunk in column.chunks] or [pa.nulls(0)]
    joined = pa.chunked_array(chunks).combine_chunks()
    return joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined


def numbers(table: Table, name: str) -> FloatArray:
    """A column of numbers, NaN where there is none (or no such column), shape (N,).

    Raises:
        InputError: a value is no number; the message names its row.
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
            wrong.append((row, f"{name!r} must be a number, not {shown(value)}"))
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
