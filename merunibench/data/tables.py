"""Tables of samples in every format that is read: one row a sample, columns by name.

What the columns mean is known to `truth` and `predictions`; here are the formats, their file names, and the place of a
row in its file, which every later message about that row needs. JSON Lines and CSV are read row by row, strictly; for a
million rows and more, Parquet and Arrow (see `columnar`) are far faster.
"""

import codecs
import csv
import gzip
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from merunibench._text import one_line, shown
from merunibench.data.columnar import ArrowColumns, read_arrow, read_parquet
from merunibench.data.saved_dataset import read_saved_dataset
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES, open_plain
from merunibench.files.reading import read_bounded, reading

MAX_COLUMNS = 1000
"""Rows whose keys all differ would make a table of rows × keys cells out of a small file."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LARGEST_FIELD = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Table:
    """The samples of one file.

    Attributes:
        path: The file or folder it was read from.
        columns: Values by column name, each of length `num_rows`: a list (text formats) or a `pyarrow.Array`.
        num_rows: How many samples there are, N.
        lines: Line of each row in the file, shape (N,); None where rows are no lines.
    """

    path: Path
    columns: Mapping[str, Any]
    num_rows: int
    lines: Sequence[int] | None = None

    def where(self, row: int) -> str:
        """The place of a row, for messages: `preds.jsonl, line 3` or `preds.parquet, row 3`, counted from 1."""
        return f"{self.path}, row {row + 1}" if self.lines is None else f"{self.path}, line {self.lines[row]}"


_Reader = Callable[[Path, int], Table | ArrowColumns]


def read_json_lines(path: Path, max_bytes: int) -> Table:
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
    return Table(path, columns, len(lines), lines)


def read_csv(path: Path, max_bytes: int, delimiter: str) -> Table:
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
            return _csv_table(reader, path)
        except csv.Error as error:
            raise InputError(f"{path}, line {reader.line_num}: not valid CSV: {one_line(error)}") from error


def _content(path: Path, max_bytes: int) -> bytes:
    with reading(path, zlib.error), open_plain(path) as file:
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


def _csv_table(reader: Any, path: Path) -> Table:  # noqa: ANN401 - csv names the type of its readers from 3.13 on
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
    columns = {name: [cell or None for cell in column] for name, column in zip(header, cells, strict=True)}
    return Table(path, columns, len(lines), lines)


_READERS: Mapping[str, _Reader] = {
    ".jsonl": read_json_lines,
    ".jsonl.gz": read_json_lines,
    ".csv": partial(read_csv, delimiter=","),
    ".tsv": partial(read_csv, delimiter="\t"),
    ".parquet": read_parquet,
    ".arrow": read_arrow,
    ".feather": read_arrow,
}

TABLE_SUFFIXES: tuple[str, ...] = tuple(_READERS)
"""Endings of the files that `read_table` reads."""


def read_table(path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Table:
    """Read a table: JSON Lines, CSV, TSV, Parquet, Arrow, or a folder saved by Hugging Face `datasets`.

    Args:
        path: The file, or the folder of a saved data set.
        max_bytes: How much it may unpack to.

    Raises:
        UnsafeFileError: it unpacks to more than `max_bytes`.
        InputError: the file is missing, broken, empty or of a format that is not read.
    """
    content = _reader_of(path)(path, max_bytes)
    table = content if isinstance(content, Table) else Table(path, content, content.num_rows)
    if table.num_rows == 0:
        raise InputError(f"{path}: is empty: it has no rows")
    return table


def _reader_of(path: Path) -> _Reader:
    if is_saved_dataset(path):
        return read_saved_dataset
    with reading(path):
        path.stat()
    suffix = table_suffix(path)
    if suffix is None:
        raise InputError(f"{path}: a table must be a file named *{', *'.join(TABLE_SUFFIXES)}")
    return _READERS[suffix]


def is_saved_dataset(path: Path) -> bool:
    """Whether `path` is a folder that Hugging Face `datasets` saved."""
    return (path / "dataset_dict.json").is_file() or (path / "state.json").is_file()


def table_suffix(path: Path) -> str | None:
    """The ending, in lower case, that says how to read a file; None if it is no table."""
    name = path.name.lower()
    return next((suffix for suffix in _READERS if name.endswith(suffix)), None)


def table_stem(path: Path) -> str | None:
    """The name of a table without its ending (a saved data set has none); None if `path` is no table."""
    if is_saved_dataset(path):
        return path.name
    suffix = table_suffix(path)
    return None if suffix is None else path.name[: -len(suffix)]
