"""Columns of a table as typed arrays; errors name the location and the value of invalid cells.

The code works on whole columns, and inspects single values only to report which one is invalid.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import listed, one_line, short_repr
from merunibench.data.tables import Table
from merunibench.errors import InputError
from merunibench.files.reading import reading
from merunibench.labels import LabelLists, parse_label_field

_HALF_A_CHARACTER = re.compile(r"[\ud800-\udfff]")
"""Half of a surrogate pair, which UTF-8 cannot encode."""


def find_column(table: Table, *names: str) -> str:
    """Return the first of `names` that is a column of the table.

    Raises:
        InputError: there is no such column; the message lists the columns, and a similar name.
    """
    for name in names:
        if name in table.columns:
            return name
    wanted = " or ".join(map(repr, names))
    near = [each for each in table.columns if plain_head(each) in set(map(plain_head, names))]
    meant = f"; did you mean {near[0]!r}? Rename it" if near else ""
    raise InputError(f"{table.path}: has no column {wanted}{meant}; its columns are {listed(table.columns)}")


def plain_head(head: str) -> str:
    """Return a column name without case, punctuation and plural ending, to compare similar names."""
    return re.sub(r"[\W_]+", "", head.casefold()).removesuffix("s")


def python_values(table: Table, name: str) -> list[Any]:
    """Return a column as a list of Python values.

    Raises:
        InputError: a value cannot be represented in Python.
    """
    column = table.columns[name]
    with reading(table.path, pa.ArrowException, ValueError, TypeError, OverflowError, ImportError):
        values: list[Any] = column if isinstance(column, list) else column.to_pylist()
    return values


def text_column(table: Table, name: str) -> pa.Array:
    """Return a text column as `large_string` of shape (N,), with null for missing text.

    Raises:
        InputError: a value is not text.
    """
    column = table.columns[name]
    if not isinstance(column, list):
        if pa.types.is_null(column.type):
            return pa.nulls(len(column), pa.large_string())
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_large_binary(column.type):  # some writers do not mark their bytes as text
            with reading(table.path, pa.ArrowException):
                column = column.cast(pa.large_string())
        if not pa.types.is_large_string(column.type):
            raise InputError(f"{table.path}: column {name!r} contains {column.type}, not text")
        return column
    try:
        return pa.array(column, pa.large_string())
    except (pa.ArrowException, ValueError, TypeError):
        raise table.refusal(_no_texts(column, name)) from None


def _no_texts(column: list[Any], name: str) -> Iterator[tuple[int, str]]:
    """Yield the rows of a column that are not text, with the reason."""
    for row, value in enumerate(column):
        if value is not None and (not isinstance(value, str) or _HALF_A_CHARACTER.search(value)):
            yield row, f"{name!r} must be text, not {short_repr(value)}"


def name_column(table: Table) -> pa.Array:
    """Return the sample names: `large_string` of shape (N,), all different and not empty.

    Raises:
        InputError: the column is missing, a name is empty or not text, or names repeat (the first ten are listed).
    """
    names = names_given(table)
    ordered = pc.all(pc.less(names[:-1], names[1:])).as_py()
    if not ordered and pc.count_distinct(names).as_py() < len(names):
        encoded = names.dictionary_encode()
        repeated = np.flatnonzero(np.bincount(encoded.indices) > 1)
        first_ten = ", ".join(short_repr(encoded.dictionary[index].as_py()) for index in repeated[:10].tolist())
        raise InputError(f"{table.path}: {len(repeated)} names appear more than once: {first_ten}")
    return names


def names_given(table: Table) -> pa.Array:
    """Return the names; none is empty, but they may repeat."""
    names = text_column(table, find_column(table, "name"))
    row = pc.index(pc.binary_length(names).fill_null(0), 0).as_py()
    if row >= 0:
        raise InputError(f"{table.where(row)}: the sample has no name; give it one in 'name'")
    return names


def texts_by_name(table: Table, column: str, wanted: Iterable[str] | None = None) -> dict[str, str]:
    """Return the text of each sample in a column: name -> text, in table order, empty for empty cells.

    A subtitle file covers a whole corpus, of which only some samples are scored. So a name may be in several rows if
    their texts agree, and rows of other names are not checked: they may repeat, contradict or have no name.

    Args:
        table: The table, with a column `name`.
        column: One of its columns.
        wanted: The names to look up; absent ones are left out. None for every name of the table.

    Raises:
        InputError: the column `name` is missing, a cell is not text, or rows of one wanted name have different texts
            (the first ten names are listed).
    """
    names = names_given(table) if wanted is None else text_column(table, find_column(table, "name"))
    asked = set(names.to_pylist() if wanted is None else wanted)
    found: dict[str, str] = {}
    contradicted: dict[str, None] = {}
    for name, text in zip(names.to_pylist(), text_column(table, column).fill_null("").to_pylist(), strict=True):
        if name in asked and found.setdefault(name, text) != text:
            contradicted[name] = None
    if contradicted:
        raise InputError(
            f"{table.path}: {len(contradicted)} names are in several rows with different {column!r}: "
            f"{', '.join(map(short_repr, list(contradicted)[:10]))}; keep one row of each"
        )
    return found


def label_column(table: Table, name: str, rows: npt.NDArray[np.intp] | None = None) -> LabelLists:
    """Return a column of label lists (lists, or label-list text), for all N rows or for the given ones.

    Raises:
        InputError: a value is neither a list of words nor text.
    """
    column = table.columns[name]
    try:
        if isinstance(column, list):
            return LabelLists.from_fields(column if rows is None else [column[row] for row in rows])
        _refuse_other_items(column.type)
        column = column if rows is None else column.take(pa.array(rows))
        return LabelLists.from_arrow(column)
    except TypeError as error:
        wrong = _no_labels(column, name, range(len(column)) if rows is None else rows.tolist())
        first = next(wrong, None)
        if first is None:
            raise InputError(f"{table.path}: {name!r}: {one_line(error)}") from error
        raise table.refusal(chain([first], wrong)) from error
    except (pa.ArrowException, UnicodeEncodeError) as error:
        raise InputError(f"{table.path}: {name!r} does not contain labels: {one_line(error)}") from error


def _no_labels(column: Any, name: str, rows: Iterable[int]) -> Iterator[tuple[int, str]]:  # noqa: ANN401
    """Yield the rows of a column that are not a label field, with the reason."""
    if not isinstance(column, list) and (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
        of_items = np.repeat(np.arange(len(column)), pc.list_value_length(column).fill_null(0).to_numpy())
        holding = {*of_items[column.flatten().is_null().to_numpy(zero_copy_only=False)].tolist()}
        yield from ((row, f"{name!r}: a label must be text, not None") for row in rows if row in holding)
    for row in rows if isinstance(column, list) else ():
        try:
            parse_label_field(column[row])
        except TypeError as error:
            yield row, f"{name!r}: {one_line(error)}"


def _refuse_other_items(kind: pa.DataType) -> None:
    """Refuse lists of numbers, which would be read as words."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        item = kind.value_type
        texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_large_binary)
        if not any(check(item) for check in (*texts, pa.types.is_null)):
            raise TypeError(f"labels must be lists of text, not {kind}")


def map_column(
    table: Table, name: str, rows: npt.NDArray[np.intp], convert: Callable[[Any], float], dtype: npt.DTypeLike
) -> npt.NDArray[Any]:
    """Convert a column to numbers for the given rows; each distinct value of an Arrow column is converted once.

    Args:
        table: The table.
        name: One of its columns.
        rows: The wanted rows, shape (R,).
        convert: Converts a value to a number; its ValueError says why a value is invalid.
        dtype: Type of the result.

    Returns:
        The numbers, shape (R,).

    Raises:
        InputError: a value is invalid; the message names its row.
    """
    column = table.columns[name]
    if isinstance(column, list):
        values, codes = [column[row] for row in rows], np.arange(len(rows))
    else:
        try:
            chosen = column.take(pa.array(rows))
            if pa.types.is_dictionary(column.type):
                chosen = chosen.cast(column.type.value_type)  # null has no code in an existing dictionary array
            encoded = chosen.dictionary_encode(null_encoding="encode")
        except pa.ArrowException as error:
            raise InputError(f"{table.path}: column {name!r} cannot have the type {column.type}") from error
        values, codes = encoded.dictionary.to_pylist(), encoded.indices.to_numpy()
    numbers = np.empty(len(values), dtype)
    wrong: dict[int, str] = {}
    for index, value in enumerate(values):
        try:
            numbers[index] = convert(value)
        except ValueError as error:
            wrong[index] = f"{name!r}: {error}"
    if wrong:
        places = np.flatnonzero(np.isin(codes, list(wrong)))
        raise table.refusal((int(rows[place]), wrong[int(codes[place])]) for place in places)
    return numbers[codes]
