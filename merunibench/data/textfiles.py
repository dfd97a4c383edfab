"""Read tables in text formats strictly, row by row: JSON Lines and delimited text.

Error messages name the first ten invalid lines, with the problem in each.
"""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from merunibench._text import one_line
from merunibench.data.documents import DECODER, STRICT, decode, read_document, table_of_document, without_nan
from merunibench.data.packed import decoded, read_text
from merunibench.data.table import RowLimits, Table, columns_of_rows, refusal, refuse_repeated
from merunibench.errors import InputError

_LARGEST_FIELD = 2**31 - 1
_MOST_PROBLEMS = 10_100
_DELIMITERS = ",;\t|"


def read_json_lines(path: Path, max_bytes: int, limits: RowLimits | None = None) -> Table:
    """Read JSON Lines, skipping blank lines; or one JSON document, if the file contains one.

    Args:
        path: The file.
        max_bytes: Largest size that it may unpack to.
        limits: Limits for its content; if given, it must be JSON Lines.

    Raises:
        UnsafeFileError: it unpacks to more than `max_bytes`.
        InputError: the file cannot be read, a line is not a JSON object in UTF-8, or a limit is exceeded.
    """
    content = read_text(path, max_bytes)
    if limits is not None:
        return _of_lines(content, path, limits)
    table = _table(content, path)
    return without_nan(table) if b"NaN" in content else table


def _table(content: bytes, path: Path) -> Table:
    """Return the table in JSON Lines, or in a document."""
    first = next((line for line in io.BytesIO(content) if not line.isspace()), b"")
    if first.lstrip()[:1] == b"[":
        return table_of_document(read_document(content, path), path)
    document = None
    if not _is_row(first) or ".json" in (suffix.lower() for suffix in path.suffixes[-2:]):
        with suppress(InputError):
            document = read_document(content, path)
    return table_of_document(document, path) if isinstance(document, dict) else _of_lines(content, path)


def _is_row(line: bytes) -> bool:
    """Return whether a line is a sample: an object that does not contain whole columns."""
    try:
        row = _row(line)
    except ValueError:
        return False
    return not isinstance(row.get("name"), dict | list)


def _of_lines(content: bytes, path: Path, limits: RowLimits | None = None) -> Table:
    lines: list[int] = []
    wrong: list[tuple[str, str]] = []

    def rows() -> Iterator[dict[str, Any]]:
        every = io.BytesIO(content)
        for number, line in enumerate(limits.held(every, path) if limits else every, start=1):
            if line.isspace():
                continue
            try:
                row = _row(line, DECODER if limits is None else STRICT)
                if limits and (fault := limits.fault(row)):
                    raise ValueError(fault)
            except ValueError as error:
                wrong.append((f"line {number}", str(error)))
                if len(wrong) > _MOST_PROBLEMS:
                    return
            else:
                lines.append(number)
                yield row

    columns, count = columns_of_rows(rows(), path)
    if wrong:
        raise refusal(path, wrong)
    return Table(path, columns, count, lines, num_bytes=len(content))


def _row(line: bytes, decoder: json.JSONDecoder = DECODER) -> dict[str, Any]:
    """Decode the sample in a line.

    Raises:
        ValueError: the line is not a sample; the text says why.
    """
    try:
        row = decode(line.decode("utf-8").rstrip("\r\n"), decoder)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from error
    except UnicodeDecodeError as error:
        raise ValueError("not UTF-8; save the file as UTF-8") from error
    if not isinstance(row, dict):
        raise ValueError('not an object; every line must look like {"name": …}')  # noqa: TRY004 - one exception type per line
    return row


def read_csv(path: Path, max_bytes: int, delimiter: str) -> Table:
    """Read a table of delimited text whose first line names the columns; empty cells become None.

    The names are stripped of blanks. If the delimiter does not split the first line, another one that does is used: in
    many countries, spreadsheets write CSV files with semicolons.

    Raises:
        UnsafeFileError: it unpacks to more than `max_bytes`.
        InputError: the file cannot be read, the header is missing or repeats a name, or the number of fields in a row
            differs from the header.
    """
    text = decoded(read_text(path, max_bytes), path)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{path}, line {line}: contains a NUL character, so it is not text")
    with any_field_size():
        form = csv_form(text, delimiter)
        reader = csv.reader(io.StringIO(text, newline=""), strict=True, **form)
        try:
            return _csv_table(reader, path)
        except csv.Error as error:
            raise InputError(f"{path}, line {reader.line_num}: not valid CSV: {one_line(error)}") from error


def csv_form(text: str, delimiter: str) -> dict[str, Any]:
    r"""Return the delimiter of a text, and whether blanks follow it, as found in its first line.

    Args:
        text: The text.
        delimiter: The delimiter to try first.

    Example:
        >>> csv_form("name;label\n", ",")
        {'delimiter': ';', 'skipinitialspace': False}
    """
    first = text.lstrip("\r\n").partition("\n")[0]
    if first[:4].lower() == "sep=" and len(first.strip()) == len("sep=;"):
        return {"delimiter": first[4]}
    for each in dict.fromkeys((delimiter, *_DELIMITERS)):
        with suppress(csv.Error):
            heads = next(csv.reader([first], delimiter=each, strict=True), [])
            if len(heads) > 1:
                return {"delimiter": each, "skipinitialspace": all(head[:1] == " " for head in heads[1:])}
    return {"delimiter": delimiter}


@contextmanager
def any_field_size() -> Iterator[None]:
    """Raise the process-wide limit of the csv module for the length of fields while the block runs."""
    before = csv.field_size_limit(_LARGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _csv_table(reader: Any, path: Path) -> Table:  # noqa: ANN401 - the csv module names no type
    header = next((row for row in reader if row and row[0][:4].lower() != "sep="), None)
    if header is None:
        raise InputError(f"{path}: is empty; the first line must name the columns")
    header = [head.strip() for head in header]
    refuse_repeated(header, f"{path}, line {reader.line_num}")
    rows: list[list[str]] = []
    lines: list[int] = []
    wrong: list[tuple[str, str]] = []
    begin = reader.line_num + 1
    for row in reader:
        if row:
            if len(row) != len(header):
                wrong.append((f"line {begin}", f"{len(row)} fields, but the header has {len(header)}"))
                if len(wrong) > _MOST_PROBLEMS:
                    break
            rows.append(row)
            lines.append(begin)
        begin = reader.line_num + 1
    if wrong:
        raise refusal(path, wrong)
    cells = zip(*rows, strict=True) if rows else ((),) * len(header)
    columns = {name: [cell or None for cell in column] for name, column in zip(header, cells, strict=True)}
    return Table(path, columns, len(lines), lines)
