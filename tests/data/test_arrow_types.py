"""Columns of every type that Arrow has for text and lists of text give the same labels, from files and in memory."""

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from merunibench.data import read_table
from merunibench.data.columns import label_column, name_column, text_column
from merunibench.errors import InputError
from merunibench.labels import LabelLists

LISTS = [["joy", "let down"], None, [], ["anger"], ["joy", "anger"]]
TEXTS = ["[joy, let down]", None, "", "anger", "joy, anger"]
EXPECTED = [["joy", "let down"], [], [], ["anger"], ["joy", "anger"]]
NAMES = ["a", "b", "c", "d", "e"]

TEXT = [pa.string(), pa.large_string(), pa.string_view()]
ITEMS = [*TEXT, pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int32(), pa.large_string())]
LIST = [pa.list_, pa.large_list, pa.list_view, pa.large_list_view]


def columns():
    """A column of labels of every type, by the type's name."""
    found = {str(kind): pa.array(TEXTS, kind) for kind in (*ITEMS, pa.binary(), pa.large_binary(), pa.binary_view())}
    found |= {str(of(item)): pa.array(LISTS, of(item)) for of in LIST for item in ITEMS}
    found["json"] = pa.array([None if text is None else text for text in TEXTS], pa.json_())
    places = pa.array([0, None, 1, 2, 3], pa.int16())
    distinct = [LISTS[0], *LISTS[2:]]
    for of in LIST:
        lists = pa.DictionaryArray.from_arrays(places, pa.array(distinct, of(pa.string())))
        found[f"dictionary of {of(pa.string())}"] = lists
    ends = pa.array([1, 2, 3, 4, 5], pa.int32())
    found["runs of text"] = pa.RunEndEncodedArray.from_arrays(ends, pa.array(TEXTS))
    found["runs of lists"] = pa.RunEndEncodedArray.from_arrays(ends, pa.array(LISTS))
    return found

    found |= {str(of(item)): pa.array(LISTS, of(item)) for of in LIST for item in (pa.binary(), pa.binary_view())}
    return found


COLUMNS = columns()


@pytest.mark.parametrize("kind", COLUMNS)
def test_labels_in_memory(kind):
    column = COLUMNS[kind]
    for part in (slice(None), slice(1, None), slice(2, 4), slice(0, 0)):
        assert list(LabelLists.from_fields(column[part])) == EXPECTED[part]


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("rows", [5, 2])
def test_labels_in_files(tmp_path, kind, rows):
    table = pa.table({"name": NAMES, "labels": COLUMNS[kind]})
    pyarrow.feather.write_feather(table, str(tmp_path / "a.arrow"), chunksize=rows, compression="zstd")
    paths = [tmp_path / "a.arrow"]
    try:
        pq.write_table(table, tmp_path / "a.parquet", row_group_size=rows)
        pq.ParquetFile(tmp_path / "a.parquet").read()
        paths.append(tmp_path / "a.parquet")
    except pa.ArrowException:  # Parquet has not all types, and pyarrow does not read all that it writes
        pass
    for path in paths:
        assert list(label_column(read_table(path), "labels")) == EXPECTED


@pytest.mark.parametrize("size", [1, 2])
def test_lists_of_fixed_size(tmp_path, size):
    lists = [["joy", "anger"][:size], None, ["let down", "joy"][:size]]
    table = pa.table({"labels": pa.array(lists, pa.list_(pa.string(), size))})
    pyarrow.feather.write_feather(table, str(tmp_path / "a.arrow"))
    assert list(label_column(read_table(tmp_path / "a.arrow"), "labels")) == [each or [] for each in lists]


@pytest.mark.parametrize("kind", [*ITEMS, pa.binary(), pa.binary_view()], ids=str)
def test_names_and_text(tmp_path, kind):
    pyarrow.feather.write_feather(pa.table({"name": pa.array(NAMES, kind)}), str(tmp_path / "a.arrow"))
    table = read_table(tmp_path / "a.arrow")
    assert name_column(table).to_pylist() == text_column(table, "name").to_pylist() == NAMES


@pytest.mark.parametrize(
    "column",
    [
        pa.array([[1], [2]], pa.list_view(pa.int64())),
        pa.array([[[b"\xff"]], []], pa.list_view(pa.list_(pa.binary()))),
        pa.array([b"\xff", b"joy"]),
        pa.array([{"a": "joy"}, None]),
        pa.array([[("a", "joy")], None], pa.map_(pa.string(), pa.string())),
        pa.array([1.5, None]),
    ],
    ids=lambda column: str(column.type),
)
def test_what_is_no_text_is_refused(tmp_path, column):
    pyarrow.feather.write_feather(pa.table({"labels": column}), str(tmp_path / "a.arrow"))
    with pytest.raises(InputError, match=r"a\.arrow"):
        label_column(read_table(tmp_path / "a.arrow"), "labels")


@pytest.mark.parametrize("of", LIST)
def test_a_list_that_holds_a_null_has_a_place(tmp_path, of):
    lists = [["joy"], None, ["joy", None], [], [None]]
    pyarrow.feather.write_feather(pa.table({"labels": pa.array(lists, of(pa.string()))}), str(tmp_path / "a.arrow"))
    reason = "'labels': a label must be text, not None"
    with pytest.raises(InputError, match=rf"a\.arrow, row 3: {reason}; row 5: {reason}$"):
        label_column(read_table(tmp_path / "a.arrow"), "labels")
