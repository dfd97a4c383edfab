"""Which cells of a table are missing: null, empty, blank, or a placeholder such as `nan`."""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench.data.columns import text_column
from merunibench.data.tables import Table

Mask = npt.NDArray[np.bool_]

NOTHING = ("", "nan", "null", "none", "<na>", "n/a", "na", "#n/a")
"""Text that table writers use for a missing value, in lower case."""
_FLOATS = (float, np.floating)
_PLAIN = frozenset((str, float, type(None)))
_NO_ERROR = (*NOTHING, "false", "0", "no")
_LONGEST_NOTHING = 16  # bytes, including surrounding white space
_OFFICIAL = ".npz"


def written_nulls(table: Table) -> Table:
    """Return the table with null for placeholders of missing values in `labels` and `polarity`.

    Placeholders are empty text, `nan`, `null`, `None`, `<NA>` and `N/A`, and the number NaN. An empty list, also as
    text (`[]`), is an answer. So is every cell of the official result files, where empty text is an empty list.

    Raises:
        InputError: one of the columns contains bytes that are not text.
    """
    if table.path.suffix.lower() == _OFFICIAL:
        return table
    changed = {}
    for name in ("labels", "polarity"):
        column = table.columns.get(name)
        if isinstance(column, pa.LargeBinaryArray):  # some writers do not mark their bytes as text
            column = changed[name] = text_column(table, name)
        nothing = None if column is None else _nothing(column)
        if nothing is not None and nothing.any():
            changed[name] = _with_nulls(column, nothing)
    return with_columns(table, changed) if changed else table


def with_columns(table: Table, columns: Mapping[str, Any]) -> Table:
    """Return the table with added or replaced columns; the others are still read only when requested."""
    return replace(table, columns=ChainMap(dict(columns), table.columns))  # type: ignore[arg-type]


def _nothing(column: Any, words: Sequence[str] = NOTHING) -> Mask | None:  # noqa: ANN401 - a list or an Arrow array
    """Return which cells contain one of these words, or NaN, shape (N,); None if the type excludes this."""
    if isinstance(column, list):
        return _nothing_in_list(column, words)
    kind = column.type
    if pa.types.is_dictionary(kind):
        inner = _nothing(column.dictionary, words)
        if inner is None or not inner.any():
            return None
        codes = column.indices.cast(pa.int64()).fill_null(len(inner)).to_numpy(zero_copy_only=False)
        found: Mask = np.append(inner, False)[codes]
        return found
    if pa.types.is_floating(kind):
        return as_mask(pc.is_nan(column))
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        return None
    short = as_mask(pc.less_equal(pc.binary_length(column), _LONGEST_NOTHING))
    rows = np.flatnonzero(short)
    encoded = column.take(pa.array(rows)).dictionary_encode()
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(encoded.dictionary.cast(pa.large_string())))
    nothing = as_mask(pc.is_in(plain, value_set=pa.array(words, pa.large_string())))
    short[rows] = nothing[encoded.indices.to_numpy()]
    return short


def _nothing_in_list(column: list[Any], words: Sequence[str]) -> Mask | None:
    kinds = {*map(type, column)}
    if not any(issubclass(kind, (str, *_FLOATS)) for kind in kinds):
        return None
    if not kinds <= _PLAIN:
        return np.fromiter((_is_nothing(value, words) for value in column), bool, len(column))
    # Texts repeat, so each is checked once; a NaN is found again since it is the same object.
    nothing = {value for value in set(column) if _is_nothing(value, words)}
    return np.fromiter((value in nothing for value in column), bool, len(column)) if nothing else None


def _is_nothing(value: object, words: Sequence[str]) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_NOTHING and value.strip().lower() in words
    return isinstance(value, _FLOATS) and bool(np.isnan(value))


def _with_nulls(column: Any, nothing: Mask) -> Any:  # noqa: ANN401
    if isinstance(column, list):
        return [None if gone else value for value, gone in zip(column, nothing, strict=True)]
    if pa.types.is_floating(column.type) and bool((nothing | as_mask(column.is_null())).all()):
        return pa.nulls(len(column))
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return pc.if_else(pa.array(nothing), pa.scalar(None, column.type), column)


def is_null(table: Table, column: str) -> Mask:
    """Return which rows of a column are null, shape (N,); all rows if there is no such column."""
    values = table.columns.get(column)
    if values is None:
        return np.ones(table.num_rows, bool)
    if isinstance(values, list):
        return np.fromiter((value is None for value in values), bool, len(values))
    return as_mask(values.is_null())


def has(table: Table, column: str) -> Mask:
    """Return which rows have a value other than null, blank text or an empty list (also as text), shape (N,)."""
    if column not in table.columns:
        return np.zeros(table.num_rows, bool)
    values = text_column(table, column) if column == "text" else table.columns[column]
    if isinstance(values, list):
        return np.fromiter(map(_holds_something, values), bool, len(values))
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        lengths = pc.list_value_length(values)
    elif pa.types.is_large_string(values.type):
        bare = pc.utf8_trim_whitespace(values)
        lengths = pc.binary_length(bare if column == "text" else pc.utf8_trim(bare, characters="[] "))
    else:
        return ~is_null(table, column)
    return as_mask(pc.greater(lengths.fill_null(0), 0))


def _holds_something(value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip().strip("[] "))
    return (
        len(value) > 0 if isinstance(value, list | tuple | dict | set | frozenset | np.ndarray) else value is not None
    )


def _is_error(value: object) -> bool:
    said = bool(value) if isinstance(value, bool | int | np.bool_ | np.integer) else _holds_something(value)
    return said and not _is_nothing(value, _NO_ERROR)


def as_mask(booleans: pa.BooleanArray) -> Mask:
    """Convert Arrow booleans to NumPy, null to false, shape (N,)."""
    return np.asarray(pc.coalesce(booleans, pa.scalar(value=False)).to_numpy(zero_copy_only=False), bool)


def has_error(table: Table) -> Mask:
    """Return which rows report an error in the column `error`, shape (N,)."""
    none = np.zeros(table.num_rows, bool)
    values = table.columns.get("error")
    if values is None:
        return none
    if isinstance(values, list):
        return np.fromiter(map(_is_error, values), bool, len(values))
    if pa.types.is_null(values.type):
        return none
    if pa.types.is_boolean(values.type):
        return as_mask(values)
    if pa.types.is_integer(values.type):
        return as_mask(pc.not_equal(values, 0))
    nothing = _nothing(values, _NO_ERROR)
    return ~as_mask(values.is_null()) & (True if nothing is None else ~nothing)
