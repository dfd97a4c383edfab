"""Read tables of samples in every supported format: one row per sample, columns by name.

This module handles formats and file names; `truth` and `predictions` interpret the columns. Content takes precedence
over file names: compressed text and Parquet are recognised by their first bytes. JSON Lines and CSV are read row by
row, strictly (see `textfiles`); for a million rows and more, Parquet and Arrow (see `columnar`) are far faster.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from merunibench.data.columnar import ArrowColumns, read_arrow, read_parquet
from merunibench.data.packed import first_bytes, refuse_others
from merunibench.data.saved_dataset import read_saved_dataset
from merunibench.data.table import RowLimits, Table
from merunibench.data.textfiles import read_csv, read_json_lines
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES

__all__ = ["TABLE_SUFFIXES", "Table", "is_saved_dataset", "read_table", "table_stem", "table_suffix"]

_Reader = Callable[[Path, int], Table | ArrowColumns]

_TEXT: Mapping[str, _Reader] = {
    ".jsonl": read_json_lines,
    ".csv": partial(read_csv, delimiter=","),
    ".tsv": partial(read_csv, delimiter="\t"),
    ".json": read_json_lines,
}
_READERS: Mapping[str, _Reader] = {
    ".jsonl": read_json_lines,
    ".jsonl.gz": read_json_lines,
    **_TEXT,
    ".parquet": read_parquet,
    ".arrow": read_arrow,
    ".feather": read_arrow,
    **{f"{suffix}.gz": reader for suffix, reader in _TEXT.items()},
    **{f"{suffix}.zst": reader for suffix, reader in _TEXT.items()},
}
_BY_FIRST_BYTES: Mapping[bytes, _Reader] = {b"PAR1": read_parquet, b"ARROW1": read_arrow}

TABLE_SUFFIXES: tuple[str, ...] = tuple(_READERS)
"""Endings of the files that `read_table` reads."""


def read_table(path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES, limits: RowLimits | None = None) -> Table:
    """Read a table: JSON Lines, JSON, CSV, TSV, Parquet, Arrow, or a folder saved by Hugging Face `datasets`.

    Args:
        path: The file, or the folder of a saved data set.
        max_bytes: Largest size that it may unpack to.
        limits: Limits for JSON Lines; if given, the file must be JSON Lines.

    Raises:
        UnsafeFileError: it unpacks to more than `max_bytes`.
        InputError: the file is missing, broken, empty or of an unsupported format.
    """
    content = read_json_lines(path, max_bytes, limits) if limits else _reader_of(path)(path, max_bytes)
    table = content if isinstance(content, Table) else Table(path, content, content.num_rows)
    if table.num_rows == 0:
        raise InputError(f"{path}: is empty: it has no rows")
    return table


def _reader_of(path: Path) -> _Reader:
    if is_saved_dataset(path):
        return read_saved_dataset
    first = first_bytes(path)
    suffix = table_suffix(path)
    if suffix is None:
        refuse_others(path, first)
        raise InputError(f"{path}: a table must be a file named *{', *'.join(TABLE_SUFFIXES)}")
    by_content = (reader for begin, reader in _BY_FIRST_BYTES.items() if first.startswith(begin))
    return next(by_content, _READERS[suffix])


def is_saved_dataset(path: Path) -> bool:
    """Return whether `path` is a folder saved by Hugging Face `datasets`."""
    return (path / "dataset_dict.json").is_file() or (path / "state.json").is_file()


def table_suffix(path: Path) -> str | None:
    """Return the lower-case ending that determines how to read a file; None if it is not a table."""
    name = path.name.lower()
    return next((suffix for suffix in _READERS if name.endswith(suffix)), None)


def table_stem(path: Path) -> str | None:
    """Return the name of a table without its ending (a saved data set has none); None if `path` is not a table."""
    if is_saved_dataset(path):
        return path.name
    suffix = table_suffix(path)
    return None if suffix is None else path.name[: -len(suffix)]
