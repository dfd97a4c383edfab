"""Parquet, Arrow and Hugging Face data sets as Arrow columns, read one by one when they are asked for.

A table of predictions may carry long texts that scoring never looks at: columns that nobody asks for are not read.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import listed, shown
from merunibench.errors import InputError
from merunibench.files.reading import reading, too_large

_BYTES_OF_A_REPETITION = 8
"""Most bytes a row of a column whose texts repeat: an index, and a share of the distinct texts."""

_BROKEN = (pa.ArrowException, ValueError, TypeError, KeyError, OverflowError)


class ArrowColumns(Mapping[str, pa.Array]):
    """Columns of a file by name. Text comes as `large_string`, or as a dictionary of it where the file has one."""

    def __init__(
        self, path: Path, names: list[str], rows: int, read: Callable[[str], pa.ChunkedArray], max_bytes: int
    ) -> None:
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise InputError(f"{path}: column {shown(twice[0])} appears twice; rename one")
        self.num_rows = rows
        self._path, self._max_bytes = path, max_bytes
        self._names = dict.fromkeys(names)
        self._read = read
        self._known: dict[str, pa.Array] = {}

    def __getitem__(self, name: str) -> pa.Array:
        """The column of that name.

        Raises:
            KeyError: there is none.
            UnsafeFileError: its texts unpack to more than the limit.
            InputError: the file is broken.
        """
        if name not in self._known:
            if name not in self._names:
                raise KeyError(name)
            with reading(self._path, *_BROKEN):
                column = _one_array(self._read(name))
                if _unpacked_bytes(column) > self._max_bytes:
                    raise too_large(self._path, self._max_bytes)
            if len(column) != self.num_rows:
                raise InputError(
                    f"{self._path}: column {name!r} has {len(column)} of {self.num_rows} rows; it is broken"
                )
            self._known[name] = column
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        # Mapping would read the column to find out.
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def read_parquet(path: Path, max_bytes: int) -> ArrowColumns:
    """The columns of a Parquet file; only its footer is read at once.

    Raises:
        InputError: the file cannot be read. Taking a column raises UnsafeFileError if it unpacks to over `max_bytes`.
    """
    import pyarrow.parquet as pq

    def read(name: str) -> pa.ChunkedArray:
        batches, size = [], 0
        file = pq.ParquetFile(path)
        if _repeats(file, name):
            file = pq.ParquetFile(path, metadata=file.metadata, read_dictionary=[name])
        for batch in file.iter_batches(columns=[name]):
            size += batch.get_total_buffer_size()
            if size > max_bytes:
                raise too_large(path, max_bytes)
            batches.append(batch.column(name))
        return pa.chunked_array(batches, file.schema_arrow.field(name).type)

    with reading(path, *_BROKEN):
        footer = pq.ParquetFile(path)
        return ArrowColumns(path, footer.schema_arrow.names, footer.metadata.num_rows, read, max_bytes)


def _repeats(file: Any, name: str) -> bool:  # noqa: ANN401 - pyarrow has no types
    """Whether a Parquet file holds the values of a column of text once each, and a few bytes a row that say which.

    As text they would take a hundred times the memory, only to be looked for repetitions again.
    """
    paths = [file.schema.column(column).path for column in range(file.metadata.num_columns)]
    rows = 0
    for group in range(file.num_row_groups if name in paths else 0):
        # A damaged description of the column is an error here; pyarrow would end the process over it below.
        next(file.iter_batches(1, row_groups=[group], columns=[name]), None)
        chunk = file.metadata.row_group(group).column(paths.index(name))
        few_bytes = chunk.total_uncompressed_size <= _BYTES_OF_A_REPETITION * chunk.num_values
        if chunk.physical_type == "BYTE_ARRAY" and chunk.has_dictionary_page and few_bytes:
            rows += chunk.num_values
    return name in paths and rows == int(file.metadata.num_rows)


def read_arrow(path: Path, max_bytes: int) -> ArrowColumns:
    """The columns of an Arrow IPC file or stream, mapped into memory.

    Raises:
        UnsafeFileError: it unpacks to more than `max_bytes`.
        InputError: the file cannot be read.
    """
    with reading(path, *_BROKEN):
        source = pa.memory_map(str(path))
        is_file = source.read(6) == b"ARROW1"
        source.seek(0)
        table = (pa.ipc.open_file if is_file else pa.ipc.open_stream)(source).read_all()
    return columns_of(table, path, max_bytes)


def read_saved_dataset(path: Path, max_bytes: int) -> ArrowColumns:
    """The columns of a folder that Hugging Face `datasets` saved; class labels become their words.

    Raises:
        UnsafeFileError: it unpacks to more than `max_bytes`.
        InputError: the library is not installed, the folder is broken, or it holds several splits and none is `test`.
    """
    try:
        import datasets
    except ImportError as error:
        message = f'{path}: needs the datasets library: pip install "merunibench[datasets]"'
        raise InputError(message) from error
    with reading(path, *_BROKEN, AttributeError, IndexError):
        saved = datasets.load_from_disk(str(path))
        if isinstance(saved, datasets.DatasetDict):
            splits = list(saved)
            split = splits[0] if len(splits) == 1 else "test"
            if split not in splits:
                raise InputError(f"{path}: holds the splits {listed(splits)}; name the folder of one of them")
            saved = saved[split]
        table = saved.with_format("arrow")[:]
        for name, feature in saved.features.items():
            if isinstance(feature, datasets.ClassLabel):
                words = pa.array(feature.names, pa.large_string())
                # -1 is how that library writes a label that is not known.
                codes = pa.array([None if code == -1 else code for code in table.column(name).to_pylist()], pa.int64())
                table = table.set_column(table.column_names.index(name), name, words.take(codes))
    return columns_of(table, path, max_bytes)


def columns_of(table: pa.Table, path: Path, max_bytes: int) -> ArrowColumns:
    """The columns of an Arrow table.

    Raises:
        UnsafeFileError: it takes more than `max_bytes`.
    """
    with reading(path, *_BROKEN):
        if table.get_total_buffer_size() > max_bytes:
            raise too_large(path, max_bytes)
        return ArrowColumns(path, table.column_names, table.num_rows, table.column, max_bytes)


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    """The chunks as one array, checked: offsets and lengths of a stranger's file must not be believed."""
    column.validate(full=True)
    encoded = pa.types.is_dictionary(column.type)
    kind = column.type.value_type if encoded else column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        # Plain strings count their bytes in 32 bits and overflow at 2 GiB when the chunks are joined.
        text = pa.large_string()
        column = column.cast(pa.dictionary(column.type.index_type, text) if encoded else text)
    if encoded:
        column = column.unify_dictionaries()
    joined = column.combine_chunks()
    return joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined


def _unpacked_bytes(column: pa.Array) -> int:
    """What a dictionary of texts takes as text; a few bytes may name one long text a million times."""
    if not (pa.types.is_dictionary(column.type) and pa.types.is_large_string(column.type.value_type)):
        return 0
    lengths = pc.binary_length(column.dictionary)
    return int(pc.sum(lengths.take(column.indices)).as_py() or 0)
