"""JSON Lines and CSV as columns of Python values, strict, with the line of every mistake.

Both formats are read row by row: for a million rows and more, Parquet and Arrow (see `columnar`) are far faster.
"""

import codecs
import csv
import gzip
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn, cast

from merunibench._text import one_line, shown
from merunibench.errors import InputError
from merunibench.files.reading import read_bounded, reading

MAX_COLUMNS = 1000
"""Rows whose keys all differ would make a table of rows × keys cells out of a small file."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LARGEST_FIELD = 2**31 - 1


class TextRows(NamedTuple):
    """A file read row by row.

    Attributes:
        columns: Values of each column, None where a row has none.
        lines: Line of the file in which each row begins.
    """

    columns: dict[str, list[Any]]
    lines: list[int]


def read_json_lines(path: Path, max_bytes: int) -> TextRows:
    """Read JSON Lines, gzip-compressed if the name ends in `.gz`; blank lines are skipped.

    Raises:
        InputError: the file cannot be read, or a line is no JSON object in UTF-8; the message names the line.
    """
    columns: dict[str, list[Any]] = {}
    lines: list[int] = []
    for number, line in enumerate(io.BytesIO(_content(path, max_bytes)), start=1):
        if line.isspace():
            continue
        row = _parse_line(line, f"{path}, line {number}")
        # Straight into columns: a million row objects kept alive would cost more time than parsing them.
        for name in row:
            if name not in columns:
                columns[name] = [None] * len(lines)
        for name, column in columns.items():
            column.append(row.get(name))
        lines.append(number)
        if len(columns) > MAX_COLUMNS:
            raise InputError(f"{path}, line {number}: more than {MAX_COLUMNS} different keys so far; a row needs a few")
    return TextRows(columns, lines)


def read_csv(path: Path, max_bytes: int, delimiter: str) -> TextRows:
    """Read a table of delimited text whose first line names the columns; empty cells become None.

    Raises:
        InputError: the file cannot be read, the header is missing or repeats a name, or a row has another number of
            fields than the header; the message names the line.
    """
    content = _content(path, max_bytes)
    text = _decode(content, path)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{path}, line {line}: holds a NUL character, which is no text")
    with _any_field_size():
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            return _table(reader, path)
        except csv.Error as error:
            raise InputError(f"{path}, line {reader.line_num}: not valid CSV: {one_line(error)}") from error


def _content(path: Path, max_bytes: int) -> bytes:
    with reading(path, zlib.error), path.open("rb") as file:
        stream = cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if path.suffix.lower() == ".gz" else file
        return read_bounded(stream, path, max_bytes).removeprefix(codecs.BOM_UTF8)


def _decode(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value; use null")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def _parse_line(line: bytes, where: str) -> dict[str, Any]:
    try:
        text = line.decode("utf-8").rstrip("\r\n")
        row = _DECODER.decode(text)
        if _SURROGATE.search(text):
            json.dumps(row, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        raise InputError(f"{where}: not JSON: {error.msg} at column {error.colno}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: not UTF-8; save the file as UTF-8") from error
    except UnicodeEncodeError as error:
        raise InputError(f"{where}: holds half of a character (a lone surrogate), which is no text") from error
    except RecursionError as error:
        raise InputError(f"{where}: nested too deeply") from error
    except ValueError as error:
        raise InputError(f"{where}: not JSON: {one_line(error)}") from error
    if not isinstance(row, dict):
        raise InputError(f'{where}: not an object; every line must look like {{"name": …}}')
    return row


@contextmanager
def _any_field_size() -> Iterator[None]:
    """The csv module refuses long fields by a limit for the whole process: raised here, then put back."""
    before = csv.field_size_limit(_LARGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _table(reader: Any, path: Path) -> TextRows:  # noqa: ANN401 - csv names the type of its readers from 3.13 on
    header: list[str] = next(reader, [])
    if not header:
        raise InputError(f"{path}: is empty; the first line must name the columns")
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise InputError(f"{path}, line {reader.line_num}: column {shown(twice[0])} appears twice; rename one")
    rows: list[list[str]] = []
    lines: list[int] = []
    begin = reader.line_num + 1
    for row in reader:
        if row:
            if len(row) != len(header):
                raise InputError(f"{path}, line {begin}: {len(row)} fields where the header has {len(header)}")
            rows.append(row)
            lines.append(begin)
        begin = reader.line_num + 1
    cells = zip(*rows, strict=True) if rows else ((),) * len(header)
    return TextRows(
        {name: [cell or None for cell in column] for name, column in zip(header, cells, strict=True)}, lines
    )
