"""Tables of samples in every format that is read: one row a sample, columns by name.

What the columns mean is known to `truth` and `predictions`; here are the formats, their file names, and the place of a
row in its file, which every later message about that row needs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from merunibench.data.columnar import ArrowColumns, read_arrow, read_parquet, read_saved_dataset
from merunibench.data.textfiles import TextRows, read_csv, read_json_lines
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.files.reading import reading

_Reader = Callable[[Path, int], TextRows | ArrowColumns]

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
    if isinstance(content, TextRows):
        table = Table(path, content.columns, len(content.lines), content.lines)
    else:
        table = Table(path, content, content.num_rows)
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
