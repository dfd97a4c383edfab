"""Read untrusted tables (Excel sheets or CSV files) as rows of text, with the row numbers a spreadsheet shows.

Only what the lexicon releases need is supported: named columns of text. The files are not trusted: unpacked size, rows
and columns are limited, XML with entities is rejected, and every failure is an InputError.
"""

import csv
import io
import sys
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from merunibench._text import escape_controls
from merunibench.errors import InputError, UnsafeFileError
from merunibench.files import open_plain
from merunibench.files.reading import read_bounded, reading, too_large

_MAXIMUM_ROWS = 100_000
_MAXIMUM_COLUMNS = 64
_MAXIMUM_PART = 8 << 20
_MAXIMUM_DEPTH = 64
_MAXIMUM_ATTRIBUTES = 256
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""Exceptions that openpyxl and the libraries it uses raise for damaged workbooks."""


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        number: Row number in the file, counted from 1.
        cells: The text in each requested column, unchanged; None if the cell is blank.
    """

    number: int
    cells: tuple[str | None, ...]


def read_csv(path: Path, columns: Sequence[str], *, max_bytes: int, optional: Sequence[str] | None = None) -> list[Row]:
    """Read the requested columns of a UTF-8 CSV file with a header.

    Args:
        path: The file.
        columns: Required columns.
        max_bytes: Maximum file size in bytes.
        optional: Optional columns, read as blank if missing. If given, any other column is an error.

    Raises:
        InputError: The file cannot be read, is not a valid table, or lacks a column.
        UnsafeFileError: The file is larger than `max_bytes`.
    """
    with reading(path, csv.Error):
        with open_plain(path) as stream:
            content = read_bounded(stream, path, max_bytes)
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise InputError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from None
        return _select(path, csv.reader(io.StringIO(text, newline=""), strict=True), columns, optional)


def read_xlsx(path: Path, columns: Sequence[str], *, max_bytes: int) -> list[Row]:
    """Read the requested columns of the first sheet of an Excel workbook with a header.

    Raises:
        InputError: The file cannot be read, is not a workbook, lacks a column, or has a cell that is not text.
        UnsafeFileError: The file unpacks to more than `max_bytes`, or contains XML that defines entities.
    """
    with reading(path, *_BROKEN), open_plain(path) as stream:
        _refuse_unsafe_parts(stream, path, max_bytes)
        return _select(path, _sheet(stream), columns)


def read_sheet(path: Path, *, max_bytes: int, largest_part: int = _MAXIMUM_PART) -> list[Sequence[object]]:
    """Read all rows of the first sheet of an Excel workbook: values, not formulas.

    Args:
        path: The workbook.
        max_bytes: Maximum unpacked size in bytes.
        largest_part: Maximum unpacked size of one part of the archive in bytes.

    Raises:
        InputError: The file cannot be read, or is not a workbook.
        UnsafeFileError: The file unpacks to more, or contains XML that defines entities.
    """
    with reading(path, *_BROKEN), open_plain(path) as stream:
        _refuse_unsafe_parts(stream, path, max_bytes, largest_part)
        return _sheet(stream)


def _sheet(stream: BinaryIO) -> list[Sequence[object]]:
    """Read the rows of the first sheet: values, not formulas."""
    import openpyxl

    with warnings.catch_warnings():
        # openpyxl warns about styles and extensions that it drops; only the text matters here.
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        try:
            sheet = workbook.worksheets[0]
            # The limits are passed explicitly because the size that the sheet declares cannot be trusted.
            return list(sheet.iter_rows(max_row=_MAXIMUM_ROWS + 1, max_col=_MAXIMUM_COLUMNS, values_only=True))
        finally:
            workbook.close()


def _refuse_unsafe_parts(stream: BinaryIO, path: Path, max_bytes: int, largest_part: int = _MAXIMUM_PART) -> None:
    """Check the archive before openpyxl unpacks and parses it: sizes, nesting, and no document type in any part.

    XML bombs use entities, which need a document type; workbooks do not have one. openpyxl parses sheets with the
    standard library's parser, which expands entities.
    """
    with zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
        if not {part.compress_type for part in parts} <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            # zipfile unpacks other compression methods without any limit.
            raise InputError(f"{path}: compressed with a method that workbooks do not use")
        # The declared sizes can be trusted: zipfile reads no more than they say.
        if path.stat().st_size + sum(part.file_size for part in parts) > max_bytes:
            raise too_large(path, max_bytes)
        for part in parts:
            where = f"{path}: {escape_controls(part.filename, 60)!r}"
            if part.file_size > largest_part:
                raise UnsafeFileError(f"{where} unpacks to more than {largest_part >> 20} MiB")
            _refuse_unsafe_xml(archive.read(part), where)


def _refuse_unsafe_xml(content: bytes, where: str) -> None:
    from xml.sax import ContentHandler, SAXParseException

    import defusedxml.sax
    from defusedxml.common import DefusedXmlException

    class Handler(ContentHandler):
        depth = 0

        def startElement(self, name: str, attrs: Any) -> None:  # noqa: ANN401, ARG002, N802 - as sax calls them
            self.depth += 1
            if self.depth > _MAXIMUM_DEPTH or len(attrs) > _MAXIMUM_ATTRIBUTES:
                raise UnsafeFileError(f"{where} nests elements too deeply, or has an element with too many attributes")

        def endElement(self, name: str) -> None:  # noqa: ARG002, N802
            self.depth -= 1

    parser = defusedxml.sax.make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(Handler())
    try:
        parser.feed(content)  # all at once: in pieces, a long element would be scanned again for each piece
        parser.close()
    except DefusedXmlException:
        raise UnsafeFileError(f"{where} defines XML entities, which are not allowed") from None
    except SAXParseException:
        pass  # An image, or damage that openpyxl reports if it needs this part.


def _select(
    path: Path, rows: Iterable[Sequence[object]], columns: Sequence[str], optional: Sequence[str] | None = None
) -> list[Row]:
    """Select the requested columns of each row; the header gives their positions."""
    numbered = enumerate(rows, 1)
    _, header = next(numbered, (1, ()))
    missing = [name for name in columns if name not in header]
    if missing:
        raise InputError(f"{path}: row 1: no column {missing[0]!r}; the columns are {_names(header)}")
    if optional is not None:
        _refuse_other_columns(path, header, columns, optional)
        columns = [*columns, *optional]
    # A missing column gets a position after the end of every row.
    places = [list(header).index(name) if name in header else sys.maxsize for name in columns]
    selected = []
    for number, row in numbered:
        if number > _MAXIMUM_ROWS:
            raise InputError(f"{path}: more than {_MAXIMUM_ROWS:,} rows")
        if optional is not None and len(row) > len(header):
            raise InputError(f"{path}: row {number}: {len(row)} cells, but {len(header)} columns; is a comma unquoted?")
        cells = (row[place] if place < len(row) else None for place in places)
        selected.append(Row(number, tuple(_text(path, number, *cell) for cell in zip(columns, cells, strict=True))))
    return selected


def _refuse_other_columns(
    path: Path, header: Sequence[object], columns: Sequence[str], optional: Sequence[str]
) -> None:
    """Raise InputError for an unknown column, so that a misspelled one is not read as blank."""
    known = [*columns, *optional]
    odd = next((name for place, name in enumerate(header) if name not in known or name in header[:place]), None)
    if odd is not None:
        what = "duplicated" if odd in known else "unknown"
        raise InputError(
            f"{path}: row 1: column {escape_controls(str(odd), 60)!r} is {what}; columns may be {', '.join(known)}"
        )


def _text(path: Path, row: int, column: str, value: object) -> str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        raise InputError(f"{path}: row {row}, column {column!r}: {value!r} is not text")
    return value


def _names(header: Sequence[object]) -> str:
    return ", ".join(repr(name)[:40] for name in header[:8] if name is not None) or "none"
