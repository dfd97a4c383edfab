"""Parquet and Arrow files as Arrow columns; each column is read only when it is requested.

A table of predictions may contain long texts that scoring does not need, so unused columns are not read. The unpacked
size is checked before unpacking, since a few bytes can unpack to gigabytes.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import short_repr
from merunibench.errors import InputError
from merunibench.files import map_plain
from merunibench.files.arrow import unpacked_size
from merunibench.files.arrow_values import plain_array, written_out
from merunibench.files.parquet import ChunkBound, ParquetPages
from merunibench.files.reading import reading, too_large

BROKEN = (pa.ArrowException, ValueError, TypeError, KeyError, OverflowError)
"""Exceptions that pyarrow raises for broken files."""

_ROWS_AT_ONCE = 1 << 16
_BYTES_AT_ONCE = 64 << 20
_BYTES_OF_A_VALUE = 8
_BYTES_OF_A_ROW = 128
"""Memory per row that its users need (name, position, codes), even if the file stores nothing for it.

Distinct names take at least one byte each in the file, so a longer file may have more rows.
"""
_ARROW_MAGIC = b"ARROW1"


class ArrowColumns(Mapping[str, pa.Array]):
    """Columns of a file by name.

    Text is returned as `large_string`, or as a dictionary of it if the file has one; lists as `large_list` of text; and
    class labels of Hugging Face data sets as words.
    """

    def __init__(
        self,
        path: Path,
        schema: pa.Schema,
        rows: int,
        read: Callable[[str], list[pa.Array]],
        max_bytes: int,
        features: Mapping[str, Any] | None = None,
    ) -> None:
        try:
            names = schema.names
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: a column name is not UTF-8 ({error}); write the file again") from error
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise InputError(f"{path}: column {short_repr(twice[0])} appears twice; rename one")
        if rows * _BYTES_OF_A_ROW > max_bytes and rows > _stored_bytes(path):
            raise too_large(path, max_bytes)
        self.num_rows = rows
        self._path, self._max_bytes = path, max_bytes
        self._names = dict.fromkeys(names)
        self._read = read
        self._features = _features_of(schema) if features is None else features
        self._known: dict[str, pa.Array] = {}

    def __getitem__(self, name: str) -> pa.Array:
        """Return the column of that name.

        Raises:
            KeyError: there is no such column.
            UnsafeFileError: it unpacks to more than the limit.
            InputError: the file is broken.
        """
        if name not in self._known:
            if name not in self._names:
                raise KeyError(name)
            with reading(self._path, *BROKEN):
                column = _with_words(self._plain(self._read(name)), self._features.get(name), self._max_bytes)
            if column is None:
                raise too_large(self._path, self._max_bytes)
            if len(column) != self.num_rows:
                raise InputError(
                    f"{self._path}: column {name!r} has {len(column)} of {self.num_rows} rows; the file is broken"
                )
            self._known[name] = column
        return self._known[name]

    def _plain(self, chunks: list[pa.Array]) -> pa.Array:
        """Return the chunks as one array of a supported type."""
        if sum(map(written_out, chunks)) > self._max_bytes:
            raise too_large(self._path, self._max_bytes)
        # Convert text to `large_string` first: the 32-bit offsets of plain strings overflow when chunks are joined.
        plain = list(map(plain_array, chunks)) or [pa.nulls(0)]
        if len({chunk.type for chunk in plain}) > 1:
            plain = [chunk.cast(pa.large_string()) for chunk in plain]
        column = pa.chunked_array(plain)
        if pa.types.is_dictionary(column.type):
            column = column.unify_dictionaries()
        joined = column.combine_chunks()
        return joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined

    def __contains__(self, name: object) -> bool:
        # The default of Mapping would read the column.
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _stored_bytes(path: Path) -> int:
    """Return the size of a file, or of all files in a folder."""
    files = path.iterdir() if path.is_dir() else [path] if path.exists() else []
    return sum(file.stat().st_size for file in files)


def _features_of(schema: pa.Schema) -> Mapping[str, Any]:
    """Return the features that Hugging Face `datasets` stores in the schema: name -> feature; empty without any."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, ValueError, TypeError, RecursionError):
        return {}
    return features if isinstance(features, dict) else {}


def _with_words(column: pa.Array, feature: Any, max_bytes: int) -> pa.Array | None:  # noqa: ANN401 - JSON
    """Return the column with class labels, or lists of them, as words instead of numbers; None if it is too large."""
    if isinstance(feature, list):
        feature = {"feature": feature[0] if feature else None}
    if not isinstance(feature, dict):
        return column
    if pa.types.is_large_list(column.type) and "feature" in feature:
        items = _with_words(column.values, feature["feature"], max_bytes)
        mask = column.is_null() if column.null_count else None
        return None if items is None else pa.LargeListArray.from_arrays(column.offsets, items, mask=mask)
    if feature.get("_type") != "ClassLabel" or not pa.types.is_integer(column.type):
        return column
    codes = column.cast(pa.int64())
    # That library writes -1 for an unknown label.
    codes = pc.if_else(pc.equal(codes, -1), pa.scalar(None, pa.int64()), codes)
    words = pa.DictionaryArray.from_arrays(codes, pa.array(feature["names"], pa.large_string()))
    return None if written_out(words) > max_bytes else words.cast(pa.large_string())


def read_parquet(path: Path, max_bytes: int) -> ArrowColumns:
    """Return the columns of a Parquet file; only its footer is read immediately.

    Raises:
        InputError: the file cannot be read. Reading a column raises UnsafeFileError if it unpacks to over `max_bytes`.
    """
    import pyarrow.parquet as pq

    data = map_plain(path)
    with reading(path, *BROKEN):
        pages = ParquetPages(data)
        file = pq.ParquetFile(pa.py_buffer(data))

        def read(name: str) -> list[pa.Array]:
            plan = _plan(file.schema, pages, name, max_bytes)
            if plan is None:
                raise too_large(path, max_bytes)
            own = pq.ParquetFile(pa.py_buffer(data), metadata=file.metadata, read_dictionary=plan.words or None)
            batches, size = [], 0
            for groups in [[group] for group in range(own.num_row_groups)] if plan.by_group else [None]:
                for batch in own.iter_batches(plan.rows, row_groups=groups, columns=[name]):
                    column = _valid(batch.column(name))
                    repeats = not _is_mostly_words(column)
                    size += column.get_total_buffer_size() if repeats else written_out(column)
                    if size > max_bytes:
                        raise too_large(path, max_bytes)
                    batches.append(column if repeats else column.cast(pa.large_string()))
            return batches

        return ArrowColumns(path, file.schema_arrow, file.metadata.num_rows, read, max_bytes)


def _valid(chunk: pa.Array) -> pa.Array:
    """Validate a chunk and return it: offsets and lengths of an untrusted file must be checked."""
    chunk.validate(full=True)
    return chunk


def _is_mostly_words(column: pa.Array) -> bool:
    """Return whether it is a dictionary with so many words that plain text is smaller."""
    return pa.types.is_dictionary(column.type) and 2 * len(column.dictionary) > len(column)


class _Plan(NamedTuple):
    """How to read a column: parts to read as dictionaries, rows per batch, and whether to read by row group."""

    words: list[str]
    rows: int
    by_group: bool


def _plan(schema: Any, pages: ParquetPages, name: str, max_bytes: int) -> _Plan | None:  # noqa: ANN401
    """Plan how to read a Parquet column so that no batch exceeds the limit; None if that is impossible."""
    paths = [schema.column(number).path for number in range(len(schema))]
    leaves = [number for number, path in enumerate(paths) if path == name or path.startswith(f"{name}.")]
    bounds = {leaf: pages.bounds(leaf) for leaf in leaves}
    if sum(chunk.least for chunks in bounds.values() for chunk in chunks) > max_bytes:
        return None
    words, rows, by_group = [], _ROWS_AT_ONCE, False
    for leaf, chunks in bounds.items():
        column = schema.column(leaf)
        if column.physical_type != "BYTE_ARRAY":
            if sum(chunk.values for chunk in chunks) * max(_BYTES_OF_A_VALUE, column.length) > max_bytes:
                return None
            continue
        flat = column.max_repetition_level == 0
        # As plain text, repeated words would take a hundred times the memory, and would have to be encoded again.
        repeats = flat and paths[leaf] == name and all(chunk.repeats for chunk in chunks)
        if not repeats and not _may_exceed(chunks, pages, max_bytes, flat=flat):
            continue
        if any(chunk.prefixed for chunk in chunks):  # pyarrow cannot read these as dictionaries
            if not flat:  # one row may contain all values
                return None
            longest = max(max(chunk.prefixed, pages.longest(chunk)) for chunk in chunks)
            rows = min(rows, max(1, min(_BYTES_AT_ONCE, max_bytes) // longest))
        else:
            words.append(paths[leaf])
            by_group |= paths[leaf] != name  # pyarrow cannot join nested dictionaries
    return _Plan(words, rows, by_group)


def _may_exceed(chunks: Sequence[ChunkBound], pages: ParquetPages, max_bytes: int, *, flat: bool) -> bool:
    """Return whether a text column might exceed the limit as plain text, as far as that is cheap to determine."""
    if sum(chunk.most(chunk.dictionary.unpacked if chunk.dictionary else 0) for chunk in chunks) <= max_bytes:
        return False
    if flat and all(chunk.named == chunk.values for chunk in chunks):
        # Reading it as a dictionary also checks the size, and costs little.
        lengths = [pages.common_length(chunk) for chunk in chunks]
        most = (chunk.most(length) for chunk, length in zip(chunks, lengths, strict=True) if length is not None)
        return None in lengths or sum(most) > max_bytes
    return sum(chunk.most(pages.longest(chunk)) for chunk in chunks) > max_bytes


def arrow_table(path: Path, max_bytes: int, *, within: Path | None = None) -> pa.Table:
    """Return the table in an Arrow IPC file or stream, mapped into memory; `within` as for `open_plain`.

    Raises:
        UnsafeFileError: it unpacks to more than `max_bytes`, or is outside `within`.
        InputError: the file cannot be read.
    """
    data = pa.py_buffer(map_plain(path, within=within))
    with reading(path, *BROKEN):
        is_file = data[: len(_ARROW_MAGIC)].to_pybytes() == _ARROW_MAGIC
        # A file is a stream between two markers, plus a footer that could point elsewhere. Only the checked stream is
        # read; the footer is used to detect truncation.
        stream = data.slice(8) if is_file else data
        batches = size = 0
        for message in pa.ipc.MessageReader.open_stream(stream):
            batches += message.type == "record batch"
            size += unpacked_size(message)
            if size > max_bytes:
                raise too_large(path, max_bytes)
        if is_file and pa.ipc.open_file(data).num_record_batches != batches:
            raise ValueError("its footer does not agree with its content")
        return pa.ipc.open_stream(stream).read_all()


def read_arrow(path: Path, max_bytes: int) -> ArrowColumns:
    """Return the columns of an Arrow IPC file or stream, mapped into memory.

    Raises:
        UnsafeFileError: it unpacks to more than `max_bytes`.
        InputError: the file cannot be read.
    """
    return columns_of(arrow_table(path, max_bytes), path, max_bytes)


def columns_of(table: pa.Table, path: Path, max_bytes: int, features: Mapping[str, Any] | None = None) -> ArrowColumns:
    """Return the columns of a table read from `path`; `features` are those of Hugging Face `datasets`."""

    def read(name: str) -> list[pa.Array]:
        return list(map(_valid, table.column(name).chunks))

    return ArrowColumns(path, table.schema, table.num_rows, read, max_bytes, features)
