"""Tables that strangers made, an Excel sheet or a CSV file, read as rows of text with the numbers a spreadsheet shows.

Only what the lexicon releases need: named columns of text. Nothing here trusts the file: its unpacked size, its rows
and columns are bounded, XML with entities is refused, and whatever goes wrong is one InputError.
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
"""What openpyxl and the readers below it raise over damaged workbooks."""


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        number: Where it stands in the file, the first row being 1.
        cells: The text in each wanted column, as it stands there; None where the cell is blank.
    """

    number: int
    cells: tuple[str | None, ...]


def read_csv(path: Path, columns: Sequence[str], *, max_bytes: int, optional: Sequence[str] | None = None) -> list[Row]:
    """The rows of a UTF-8 CSV file with a header, reduced to the wanted columns.

    Args:
        path: The file.
        columns: The columns that it must have.
        max_bytes: Most bytes of it.
        optional: Columns that it may have, read as blank where it has not; others it then must not have.

    Raises:
        InputError: the file cannot be read, is no such table, or lacks a column.
        UnsafeFileError: it is larger than `max_bytes`.
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
    """The rows of the first sheet of an Excel workbook with a header, reduced to the wanted columns.

    Raises:
        InputError: the file cannot be read, is no workbook, lacks a column, or holds something other than text in one.
        UnsafeFileError: it unpacks to more than `max_bytes`, or holds XML that defines entities.
    """
    with reading(path, *_BROKEN), open_plain(path) as stream:
        _refuse_unsafe_parts(stream, path, max_bytes)
        return _select(path, _sheet(stream), columns)


def read_sheet(path: Path, *, max_bytes: int, largest_part: int = _MAXIMUM_PART) -> list[Sequence[object]]:
    """All rows of the first sheet of an Excel workbook: values, not formulas.

    Args:
        path: The workbook.
        max_bytes: Most bytes that it may unpack to.
        largest_part: Most bytes that one of its parts may unpack to.

    Raises:
        InputError: the file cannot be read, or is no workbook.
        UnsafeFileError: it unpacks to more, or holds XML that defines entities.
    """
    with reading(path, *_BROKEN), open_plain(path) as stream:
        _refuse_unsafe_parts(stream, path, max_bytes, largest_part)
        return _sheet(stream)


def _sheet(stream: BinaryIO) -> list[Sequence[object]]:
    """The rows of the first sheet; values, not formulas."""
    import openpyxl

    with warnings.catch_warnings():
        # Remarks about styles and extensions that openpyxl does not keep; only the text matters here.
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        try:
            sheet = workbook.worksheets[0]
            # The limits stand in the call because the sheet's own idea of its size is not to be believed.
            return list(sheet.iter_rows(max_row=_MAXIMUM_ROWS + 1, max_col=_MAXIMUM_COLUMNS, values_only=True))
        finally:
            workbook.close()


def _refuse_unsafe_parts(stream: BinaryIO, path: Path, max_bytes: int, largest_part: int = _MAXIMUM_PART) -> None:
    """Check the archive before openpyxl unpacks and parses it: sizes, nesting, and that no part has a document type.

    Entities, the means of every XML bomb, need a document type; workbooks have none. openpyxl itself parses sheets
    with the standard library's parser, which follows entities.
    """
    with zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
        if not {part.compress_type for part in parts} <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            # zipfile unpacks the other kinds without any bound.
            raise InputError(f"{path}: packed in a way that no workbook is")
        # The sizes can be believed: zipfile stops where they say.
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
                raise UnsafeFileError(f"{where} nests its elements too deeply, or gives one too many attributes")

        def endElement(self, name: str) -> None:  # noqa: ARG002, N802
            self.depth -= 1

    parser = defusedxml.sax.make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(Handler())
    try:
        parser.feed(content)  # all at once: in pieces, a long element would be looked through again for each
        parser.close()
    except DefusedXmlException:
        raise UnsafeFileError(f"{where} defines XML entities; refused") from None
    except SAXParseException:
        pass  # An image, or damage that openpyxl reports if it needs this part.


def _select(
    path: Path, rows: Iterable[Sequence[object]], columns: Sequence[str], optional: Sequence[str] | None = None
) -> list[Row]:
    """The wanted columns of each row after the header, which says where they stand."""
    numbered = enumerate(rows, 1)
    _, header = next(numbered, (1, ()))
    missing = [name for name in columns if name not in header]
    if missing:
        raise InputError(f"{path}: row 1: no column {missing[0]!r}; the columns are {_names(header)}")
    if optional is not None:
        _refuse_other_columns(path, header, columns, optional)
        columns = [*columns, *optional]
    # A column that is not there is read behind the end of every row.
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
    """So that a misspelled column is no blank one."""
    known = [*columns, *optional]
    odd = next((name for place, name in enumerate(header) if name not in known or name in header[:place]), None)
    if odd is not None:
        what = "twice" if odd in known else "unknown"
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
