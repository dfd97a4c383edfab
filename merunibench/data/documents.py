"""Tables that are one JSON document: an array of rows, or an object as written by pandas or from mappings.

An object is only read if it is unambiguous: columns, rows by name, separate `columns` and `data`, one array of rows
among other keys, or sample name -> answer.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from merunibench._text import listed, one_line
from merunibench.data.packed import decoded
from merunibench.data.table import Table, columns_of_rows, refusal
from merunibench.errors import InputError

MAPPED = "answer of a mapping"
"""The column for the values of a document that maps names to answers; the caller knows their kind."""

DECODER = json.JSONDecoder(parse_constant=float)
"""Accepts NaN, which Python's writer uses for a missing number (see `without_nan`)."""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value; use null")


STRICT = json.JSONDecoder(parse_constant=_refuse_constant)
"""Refuses everything that is not JSON; for files that others will read."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_MAX_BYTES = 1 << 26
_MAX_VALUES = 5_000_000
FIELDS = frozenset({"name", "text", "labels", "label", "polarity", "openset", "status"})
"""The columns that have a meaning for some reader."""

_ROWS = ("predictions", "results", "samples", "rows", "data")
_FORMS = (
    "a JSON document must be an array of rows, rows by name, columns, or name -> answer; in pandas, "
    'to_json(…, orient="records", lines=True) writes JSON Lines'
)


def decode(text: str, decoder: json.JSONDecoder = DECODER) -> Any:  # noqa: ANN401 - any JSON value
    """Decode a JSON text.

    Raises:
        ValueError: it is not JSON (JSONDecodeError says where), contains a lone surrogate, or is nested too deeply.
    """
    try:
        value = decoder.decode(text)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("contains half of a character (a lone surrogate), which is not text") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except json.JSONDecodeError:
        raise
    except ValueError as error:
        raise ValueError(f"not JSON: {one_line(error)}") from error
    return value


def read_document(content: bytes, path: Path) -> Any:  # noqa: ANN401 - any JSON value
    """Decode a file that is one JSON document.

    Raises:
        InputError: it is not JSON, or so large that it must be written as JSON Lines, which are read line by line.
    """
    if len(content) > _MAX_BYTES or sum(map(content.count, (b",", b"[", b"{"))) > _MAX_VALUES:
        raise InputError(f"{path}: is too large for one JSON document; write JSON Lines, one row per line")
    try:
        return decode(decoded(content, path))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}"
        raise InputError(f"{path}, {where}: not JSON: {error.msg} at column {error.colno}") from error
    except ValueError as error:
        raise InputError(f"{path}: {error}") from error


def without_nan(table: Table) -> Table:
    """Replace NaN, which Python's writer uses for a missing number, by null in a table read from JSON.

    Raises:
        InputError: a column with a meaning contains NaN.
    """
    columns = {}
    for name, column in table.columns.items():
        rows = [row for row, value in enumerate(column) if isinstance(value, float) and math.isnan(value)]
        if rows and name in FIELDS:
            raise table.refusal((row, f"{name!r}: NaN is not a JSON value; use null") for row in rows)
        columns[name] = [None if value != value else value for value in column] if rows else column  # noqa: PLR0124
    return replace(table, columns=columns)


def table_of_document(document: object, path: Path) -> Table:
    """Return the table in a JSON document.

    Raises:
        InputError: it is not a table, or is ambiguous.
    """
    records = _records(document)
    if records is not None:
        return _of_records(records, path)
    if isinstance(document, dict):
        if {"columns", "data"} <= document.keys() and isinstance(document["data"], list):
            return _of_split(document, path)
        if _is_columns(document):
            return _of_columns(document, path)
        if not document:
            raise InputError(f"{path}: is empty: it has no rows")
        if not document.keys() & FIELDS and all(map(_is_answer, document.values())):
            return Table(path, {"name": list(document), MAPPED: list(document.values())}, len(document))
    held = f"; this one has the keys {listed(document, 10)}" if isinstance(document, dict) else ""
    raise InputError(f"{path}: {_FORMS}{held}")


def _records(document: object) -> list[Any] | None:
    """Return the rows of a document: an array, a single row, rows by name, or one array of rows among other keys."""
    if isinstance(document, list) or not isinstance(document, dict):
        return document if isinstance(document, list) else None
    if isinstance(document.get("name"), str):
        return [document]
    arrays = {
        key: value
        for key, value in document.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    }
    key = next((each for each in _ROWS if each in arrays), None) or (next(iter(arrays)) if len(arrays) == 1 else None)
    if key is not None:
        return arrays[key]
    return [{"name": name, **row} for name, row in document.items()] if _is_rows(document) else None


def _is_answer(value: object) -> bool:
    plain = value is None or isinstance(value, str | int | float)
    return plain or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _of_records(rows: Sequence[Any], path: Path) -> Table:
    reason = 'not an object; every row must look like {"name": …}'
    wrong = [(f"row {index + 1}", reason) for index, row in enumerate(rows) if not isinstance(row, dict)]
    if wrong:
        raise refusal(path, wrong)
    return Table(path, *columns_of_rows(rows, path))


def _of_split(document: Mapping[str, Any], path: Path) -> Table:
    """Read what pandas writes with `orient="split"`: the names of the columns, and rows without keys."""
    names, rows = document["columns"], document["data"]
    if not isinstance(names, list) or any(not isinstance(row, list) or len(row) != len(names) for row in rows):
        raise InputError(f"{path}: every row of 'data' must have as many values as 'columns' has names")
    return _of_records([dict(zip(map(str, names), row, strict=True)) for row in rows], path)


def _is_columns(document: Mapping[str, Any]) -> bool:
    """Return whether it contains columns: each a list or a mapping from row numbers, all with the same rows."""
    rows = {tuple(value) if isinstance(value, dict) else len(value) for value in document.values() if _holds(value)}
    return bool(document.keys() & FIELDS) and all(map(_holds, document.values())) and len(rows) == 1


def _holds(value: object) -> bool:
    return isinstance(value, dict | list)


def _is_rows(document: Mapping[str, Any]) -> bool:
    """Return whether it maps names to rows, rather than columns to values by name."""
    rows = document.values()
    return (
        not document.keys() & FIELDS
        and bool(rows)
        and all(isinstance(row, dict) and row.keys() & FIELDS for row in rows)
    )


def _of_columns(document: Mapping[str, Any], path: Path) -> Table:
    columns = {name: list(value.values()) if isinstance(value, dict) else value for name, value in document.items()}
    first = next(iter(document.values()))
    if "name" not in columns and isinstance(first, dict):
        columns = {"name": list(first), **columns}
    return Table(path, columns, len(first))
