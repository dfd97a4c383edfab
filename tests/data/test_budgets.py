"""A few kilobytes that unpack to hundreds of megabytes are refused before they are unpacked; honest files are read."""

import gzip

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from merunibench.data import read_table
from merunibench.data.columns import label_column, text_column
from merunibench.errors import InputError, UnsafeFileError

LIMIT = 4_000_000
ROWS = 20_000
LONG = "x" * 100_000
EMPTY = pa.nulls(0)


@pytest.fixture
def peak():
    """A function that says how many bytes Arrow held at most during the test."""
    before, pool = pa.default_memory_pool(), pa.proxy_memory_pool(pa.default_memory_pool())
    pa.set_memory_pool(pool)
    yield pool.max_memory
    pa.set_memory_pool(before)


def repeated(column, times=ROWS):
    """The first values of a column, over and over."""
    return column.take(pa.array(np.arange(times) % len(column)))


TEXTS = pa.array([LONG])
LISTS = pa.array([[LONG]])
REPEATED = {
    "text": lambda: repeated(TEXTS, 500),
    "bytes": lambda: repeated(TEXTS.cast(pa.binary()), 500),
    "lists": lambda: repeated(LISTS, 500),
    "lists in lists": lambda: repeated(pa.array([[[LONG]]]), 500),
    "structures": lambda: repeated(pa.array([{"a": {"b": LONG}}]), 500),
    "maps": lambda: repeated(pa.array([[(LONG, "a")]], pa.map_(pa.string(), pa.string())), 500),
    "one row of many": lambda: pa.array([[LONG] * 500, ["a"]]),
    "after short ones": lambda: pa.array(["a"] * 2000 + [LONG] * 500),
    "lists after short ones": lambda: pa.array([["a"]] * 2000 + [[LONG] * 500]),
    "nothing, in lists": lambda: pa.ListArray.from_arrays([0, 1_000_000], pa.nulls(1_000_000, pa.string())),
    "numbers": lambda: pa.array(np.zeros(1_000_000, np.int64)),
    "bytes of one length": lambda: repeated(pa.array([b"x" * 100_000], pa.binary(100_000)), 500),
    "zeros": lambda: pa.array(["\0" * 5_000_000]),
}
WAYS = {
    "by dictionary": {},
    "version 2": {"data_page_version": "2.0"},
    "gzip": {"compression": "gzip"},
    "uncompressed": {"compression": None},
    "small pages": {"data_page_size": 100, "write_batch_size": 10},
    "groups": {"row_group_size": 100},
    "without a schema": {"store_schema": False},
}


@pytest.mark.parametrize("kind", REPEATED)
@pytest.mark.parametrize("way", WAYS)
def test_parquet(tmp_path, peak, kind, way):
    path = tmp_path / "a.parquet"
    column = REPEATED[kind]()
    table = pa.table({"name": pa.array(np.arange(len(column))).cast(pa.string()), "labels": column})
    pq.write_table(table, path, **{"compression": "zstd"} | WAYS[way])
    del table, column
    before = peak()
    with pytest.raises(UnsafeFileError, match="unpacks to more than 4000000 bytes"):
        read_table(path, max_bytes=LIMIT).columns["labels"]
    assert peak() <= max(before, 3 * LIMIT)


@pytest.mark.parametrize("nested", [False, True])
def test_parquet_by_prefixes(tmp_path, peak, nested):
    path = tmp_path / "a.parquet"
    texts = [LONG] + [LONG + str(number) for number in range(1000)]
    column = pa.array([texts] if nested else texts)
    encoding = {"labels.list.element" if nested else "labels": "DELTA_BYTE_ARRAY"}
    pq.write_table(pa.table({"labels": column}), path, use_dictionary=False, column_encoding=encoding)
    assert path.stat().st_size < 200_000
    del column, texts
    before = peak()
    with pytest.raises(UnsafeFileError, match="unpacks to more than 4000000 bytes"):
        read_table(path, max_bytes=LIMIT).columns["labels"]
    assert peak() <= max(before, 70_000_000)


@pytest.mark.parametrize("encoding", ["PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
@pytest.mark.parametrize("group", [1, 7, 1000])
def test_honest_texts_of_every_encoding(tmp_path, encoding, group):
    texts = [f"an answer of sample {number}" * (1 + number % 5) for number in range(300)]
    options = {"use_dictionary": False, "column_encoding": {"text": encoding}}
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet", row_group_size=group, **options)
    assert text_column(read_table(tmp_path / "a.parquet", max_bytes=LIMIT), "text").to_pylist() == texts


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("group", [3, 1000])
def test_one_long_text_does_not_condemn_a_file(tmp_path, nested, group):
    """Were all as long as that, the file would be too large; it is read part by part, as the dictionary that it is."""
    words = [f"word {number % 7}" for number in range(1000)] + [LONG]
    fields = [[word] for word in words] if nested else words
    pq.write_table(pa.table({"labels": fields}), tmp_path / "a.parquet", row_group_size=group)
    labels = label_column(read_table(tmp_path / "a.parquet", max_bytes=LIMIT), "labels")
    assert list(labels) == [[word] for word in words]


def test_a_dictionary_that_is_given_up_on_the_way(tmp_path):
    """Where a dictionary grows too large, the rest of a column stands in plain text."""
    texts = [f"{number:06}" * 3 for number in range(5000)] + ["000000" * 3] * 50
    pq.write_table(
        pa.table({"text": texts}), tmp_path / "a.parquet", dictionary_pagesize_limit=20_000, data_page_size=500
    )
    assert text_column(read_table(tmp_path / "a.parquet", max_bytes=LIMIT), "text").to_pylist() == texts


def view_of_one(kind):
    """A million list views of the same thousand words."""
    thousand = pa.array(["word"] * 1000)
    build = pa.ListViewArray if kind == pa.list_view else pa.LargeListViewArray
    of_offsets = pa.int32() if kind == pa.list_view else pa.int64()
    return build.from_arrays(
        pa.array(np.zeros(ROWS, int), of_offsets), pa.array(np.full(ROWS, 1000), of_offsets), thousand
    )


def views_of_one():
    """Thousands of views of the same long text."""
    view = np.frombuffer(np.int32(len(LONG)).tobytes() + b"xxxx" + bytes(8), np.int32)
    buffers = [None, pa.py_buffer(np.tile(view, ROWS)), pa.py_buffer(LONG.encode())]
    return pa.Array.from_buffers(pa.string_view(), ROWS, buffers)


def runs(values, length=ROWS):
    return pa.RunEndEncodedArray.from_arrays(pa.array([length], pa.int32()), values)


SHARED = {
    "dictionary": lambda: pa.DictionaryArray.from_arrays(np.zeros(ROWS, np.int8), TEXTS),
    "dictionary of lists": lambda: pa.DictionaryArray.from_arrays(np.zeros(ROWS, np.int8), LISTS),
    "list of dictionary": lambda: pa.ListArray.from_arrays(
        np.arange(ROWS + 1, dtype=np.int32), pa.DictionaryArray.from_arrays(np.zeros(ROWS, np.int8), TEXTS)
    ),
    "list view": lambda: view_of_one(pa.list_view),
    "large list view": lambda: view_of_one(pa.large_list_view),
    "list view of list views": lambda: pa.ListViewArray.from_arrays(
        np.zeros(1000, np.int32), np.full(1000, ROWS, np.int32), view_of_one(pa.list_view)
    ),
    "text view": views_of_one,
    "runs": lambda: runs(TEXTS),
    "runs of lists": lambda: runs(LISTS),
    "list of runs": lambda: pa.ListArray.from_arrays([0, ROWS], runs(TEXTS)),
    "list of endless runs": lambda: pa.ListArray.from_arrays([0, 2**31 - 1], runs(pa.array(["a"]), 2**31 - 1)),
    "list of nothing": lambda: pa.ListArray.from_arrays([0, 2**31 - 1], pa.nulls(2**31 - 1)),
    "structure": lambda: pa.StructArray.from_arrays([views_of_one()], ["a"]),
    "nothing": lambda: pa.nulls(10_000_000),
}


@pytest.mark.parametrize("kind", SHARED)
def test_arrow_that_shares(tmp_path, peak, kind):
    path = tmp_path / "a.arrow"
    table = pa.table({"labels": SHARED[kind]()})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    assert path.stat().st_size < LIMIT
    del table
    before = peak()
    with pytest.raises(InputError, match=r"a\.arrow: (unpacks to more|cannot be read: a few bytes)"):
        label_column(read_table(path, max_bytes=LIMIT), "labels")
    assert peak() <= max(before, 3 * LIMIT)


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
@pytest.mark.parametrize("form", ["file", "stream"])
@pytest.mark.parametrize("what", ["rows", "dictionary", "many batches"])
def test_arrow_that_is_compressed(tmp_path, peak, compression, form, what):
    path = tmp_path / "a.arrow"
    column = pa.array(["\0" * 100_000] * 100)
    table = pa.table({"labels": column.dictionary_encode() if what == "dictionary" else column})
    if what == "dictionary":
        table = pa.table(
            {"labels": pa.array([str(number) + "\0" * 100_000 for number in range(100)]).dictionary_encode()}
        )
    options = pa.ipc.IpcWriteOptions(compression=compression)
    new = getattr(pa.ipc, f"new_{form}")
    with pa.OSFile(str(path), "wb") as sink, new(sink, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=10 if what == "many batches" else None)
    del table, column
    before = peak()
    with pytest.raises(UnsafeFileError, match="unpacks to more than 4000000 bytes"):
        read_table(path, max_bytes=LIMIT)
    assert peak() == before


def test_an_arrow_file_whose_footer_tells_of_more_or_less(tmp_path):
    """What was cut out, or stands beside, must not pass for the whole."""
    table = pa.table({"name": ["a", "b"]})
    contents = []
    for chunk in (1, 2):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=chunk)
        contents.append(sink.getvalue().to_pybytes())
    path = tmp_path / "a.arrow"
    two, one = contents
    footer_of_two = two[-10 - int.from_bytes(two[-10:-6], "little") :]
    footer_of_one = one[-10 - int.from_bytes(one[-10:-6], "little") :]
    path.write_bytes(two.removesuffix(footer_of_two) + footer_of_one)
    with pytest.raises(InputError, match="footer does not agree"):
        read_table(path)
    path.write_bytes(two)
    assert read_table(path).num_rows == 2


def test_a_compressed_table_that_grows_as_none_does(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    with gzip.open(path, "wb", 9) as stream:
        for _ in range(80):
            stream.write(bytes(1 << 20))
    with pytest.raises(UnsafeFileError, match="256 times its size"):
        read_table(path)
    with gzip.open(path, "wb", 9) as stream:
        stream.write(b'{"name": "a"}\n' + b" " * 10_000_000 + b"\n")
    assert read_table(path).num_rows == 1
