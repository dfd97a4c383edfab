"""Every table format: the same rows from each, and the place of every mistake."""

import csv
import gzip
import json
import os
import shutil
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from merunibench.data import TABLE_SUFFIXES, read_table
from merunibench.data.columns import label_column, map_column, name_column, text_column, texts_by_name
from merunibench.data.predictions import is_null
from merunibench.data.tables import table_stem
from merunibench.errors import InputError, UnsafeFileError
from merunibench.labels import LabelLists

ROWS = [
    {"name": "a", "labels": ["happy", "let down"], "text": "He, “愤怒”\nshe"},
    {"name": "b", "labels": None, "text": None},
    {"name": "c", "labels": [], "text": 'a "quote"'},
    {"name": "d", "labels": ["sad"], "text": "x" * 200_000},
]


def fails(path, content):
    """The message of the refusal of a file with that content, without the folder."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as refused:
        read_table(path)
    message = str(refused.value)
    assert message.isprintable()
    return message.replace(f"{path.parent}/", "")


def test_the_same_rows_from_every_format(any_table):
    table = read_table(any_table("preds", ROWS))
    assert table.num_rows == 4
    assert list(table.columns) == ["name", "labels", "text"]
    assert name_column(table).to_pylist() == ["a", "b", "c", "d"]
    assert text_column(table, "text").to_pylist() == [row["text"] for row in ROWS]
    labels = label_column(table, "labels")
    assert [labels[row] for row in range(4)] == [["happy", "let down"], [], [], ["sad"]]


def test_the_place_of_a_row(any_table):
    path = any_table("preds", ROWS)
    where = read_table(path).where(2)
    if path.suffix in (".csv", ".tsv"):
        assert where == f"{path}, line 5"  # the text of the first row takes two lines
    elif ".jsonl" in path.name:
        assert where == f"{path}, line 3"
    else:
        assert where == f"{path}, row 3"


@pytest.mark.parametrize("suffix", TABLE_SUFFIXES)
def test_missing_folder_and_empty_files(tmp_path, suffix):
    with pytest.raises(InputError, match=r"cannot be read: No such file or directory$"):
        read_table(tmp_path / f"none{suffix}")
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        read_table(tmp_path / f"folder{suffix}")
    (tmp_path / f"empty{suffix}").touch()
    with pytest.raises(InputError, match=rf"empty{suffix}: (is empty|cannot be read)"):
        read_table(tmp_path / f"empty{suffix}")


def test_no_rows(tmp_path):
    assert fails(tmp_path / "a.jsonl", "\n \n") == "a.jsonl: is empty: it has no rows"
    assert fails(tmp_path / "a.csv", "name,labels\n") == "a.csv: is empty: it has no rows"
    pq.write_table(pa.table({"name": pa.array([], pa.string())}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"a\.parquet: is empty: it has no rows"):
        read_table(tmp_path / "a.parquet")


def test_an_unknown_format_lists_the_known_ones(tmp_path):
    (tmp_path / "a.xlsx").touch()
    with pytest.raises(InputError, match=r"a\.xlsx: a table must be a file named \*\.jsonl, \*\.jsonl\.gz, \*\.csv"):
        read_table(tmp_path / "a.xlsx")


def test_what_a_file_is_counts_more_than_its_ending(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 and more")
    with pytest.raises(InputError, match=r"a\.xlsx: is an Excel file or another zip archive, not text; save it as CSV"):
        read_table(tmp_path / "a.xlsx")


def test_endings_in_capitals(tmp_path):
    (tmp_path / "MELD.CSV").write_text("name\nx\n")
    assert read_table(tmp_path / "MELD.CSV").num_rows == 1
    assert table_stem(tmp_path / "MELD.CSV") == "MELD"
    assert table_stem(tmp_path / "a.b.jsonl.gz") == "a.b"
    assert table_stem(tmp_path / "notes.txt") is None


class TestJsonLines:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("{'name': 1}", "not JSON: Expecting property name enclosed in double quotes at column 2"),
            ('{"name": "x"', "not JSON: Expecting ',' delimiter at column 13"),
            ('["x"]', 'not an object; every line must look like {"name": …}'),
            ("3", 'not an object; every line must look like {"name": …}'),
            ('{"name": "\\ud800"}', "contains half of a character (a lone surrogate), which is not text"),
            ('{"\\uDfff": 1}', "contains half of a character (a lone surrogate), which is not text"),
            (b'{"name": "\xff"}', "not UTF-8; save the file as UTF-8"),
            (b'{"name": "\xed\xa0\x80"}', "not UTF-8; save the file as UTF-8"),
            ('{"name": ' + "[" * 200_000, "nested too deeply"),
            ('{"name": "a\x01"}', "not JSON: Invalid control character at at column 12"),
            ('{"name": "a"} {}', "not JSON: Extra data at column 15"),
        ],
    )
    def test_a_line_that_is_no_row(self, tmp_path, line, reason):
        content = b'{"name": "a"}\n\n' + (line if isinstance(line, bytes) else line.encode()) + b"\n"
        assert fails(tmp_path / "a.jsonl", content) == f"a.jsonl, line 3: {reason}"

    def test_a_number_of_many_digits(self, tmp_path):
        assert fails(tmp_path / "a.jsonl", '{"name": ' + "9" * 5000 + "}").startswith("a.jsonl, line 1: not JSON: ")

    def test_what_is_allowed(self, tmp_path):
        path = tmp_path / "a.jsonl"
        path.write_bytes(
            b'\xef\xbb\xbf{"name": "a", "name": "b"}\r\n \t\n{"labels": ["\\ud83d\\ude00"], "name": "\xe2\x80\xa8"}'
        )
        table = read_table(path)
        assert table.columns == {"name": ["b", "\u2028"], "labels": [None, ["😀"]]}
        assert table.where(1) == f"{path}, line 3"

    def test_rows_whose_keys_all_differ(self, tmp_path):
        content = "".join(f'{{"k{i}": 1}}\n' for i in range(2000))
        assert "more than 1000 different keys" in fails(tmp_path / "a.jsonl", content)

    def test_a_gzip_bomb(self, tmp_path):
        path = tmp_path / "a.jsonl.gz"
        path.write_bytes(gzip.compress(b'{"name": "' + b"x" * 5_000_000 + b'"}'))
        assert path.stat().st_size < 10_000
        with pytest.raises(UnsafeFileError, match=r"a\.jsonl\.gz: unpacks to more than 1000000 bytes"):
            read_table(path, max_bytes=1_000_000)

    @pytest.mark.parametrize("length", [0, 5, 12, 20])
    def test_a_broken_gzip_file(self, tmp_path, length):
        content = gzip.compress(b'{"name": "a"}')[:length]
        assert fails(tmp_path / "a.jsonl.gz", content).startswith("a.jsonl.gz: ")
        assert fails(tmp_path / "a.jsonl.gz", b'{"name": "a"}').startswith("a.jsonl.gz: cannot be read: Not a gzipped")


class TestCsv:
    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("name,label\na,1\nb\n", "a.csv, line 3: 1 fields, but the header has 2"),
            ('name,label\n"a\nb",1\nb,2,3\n', "a.csv, line 4: 3 fields, but the header has 2"),
            ("name,name\na,1\n", "a.csv, line 1: column 'name' appears twice; rename one"),
            ("name\na\0b\n", "a.csv, line 2: contains a NUL character, so it is not text"),
            (b"name\n\xff\n", "a.csv, line 2: not UTF-8; save the file as UTF-8"),
            ('name\n"a\n', "a.csv, line 2: not valid CSV: unexpected end of data"),
            ('name\n"a"b\n', "a.csv, line 2: not valid CSV: ',' expected after '\"'"),
            ("\n", "a.csv: is empty; the first line must name the columns"),
        ],
    )
    def test_what_is_wrong(self, tmp_path, content, message):
        assert fails(tmp_path / "a.csv", content) == message

    def test_what_is_allowed(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_bytes(b'\xef\xbb\xbfname,label\r\n\r\n"a,b",\r\nc,"x\ny"\r\n')
        table = read_table(path)
        assert table.columns == {"name": ["a,b", "c"], "label": [None, "x\ny"]}
        assert table.where(0) == f"{path}, line 3"

    def test_the_limit_of_fields_is_put_back(self, tmp_path):
        before = csv.field_size_limit()
        fails(tmp_path / "a.csv", 'name\n"a')
        assert csv.field_size_limit() == before

    def test_a_large_file(self, tmp_path):
        (tmp_path / "a.csv").write_text("name\n" + "x\n" * 1000)
        with pytest.raises(UnsafeFileError, match="unpacks to more than 1000 bytes"):
            read_table(tmp_path / "a.csv", max_bytes=1000)


class TestColumnar:
    @pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".feather"])
    def test_no_such_format(self, tmp_path, suffix):
        assert fails(tmp_path / f"a{suffix}", "hello, this is text").startswith(f"a{suffix}: cannot be read: ")

    @pytest.mark.parametrize("suffix", [".parquet", ".feather"])
    def test_the_limit(self, tmp_path, suffix):
        table = pa.table({"name": ["x" * 1000] * 1000})
        path = tmp_path / f"a{suffix}"
        if suffix == ".parquet":
            pq.write_table(table, path)
        else:
            pa.feather.write_feather(table, str(path))
        with pytest.raises(UnsafeFileError, match="unpacks to more than 100000 bytes"):
            name_column(read_table(path, max_bytes=100_000))

    @pytest.mark.parametrize(
        "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())], ids=str
    )
    def test_every_encoding_of_text(self, tmp_path, kind):
        chunks = pa.chunked_array([["a", None], [], ["b", "a"]], pa.string()).cast(kind)
        with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as sink:
            table = pa.table({"text": chunks})
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table)
        read = read_table(tmp_path / "a.arrow")
        assert text_column(read, "text").type == pa.large_string()
        assert text_column(read, "text").to_pylist() == ["a", None, "b", "a"]
        assert label_column(read, "text")[2] == ["b"]

    @pytest.mark.parametrize("suffix", [".parquet", ".feather"])
    def test_a_long_text_named_often_is_a_bomb(self, tmp_path, suffix):
        often = pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), pa.array(["x" * 10_000]))
        table, path = pa.table({"labels": often}), tmp_path / f"a{suffix}"
        (pq.write_table if suffix == ".parquet" else pa.feather.write_feather)(table, str(path))
        assert path.stat().st_size < 100_000
        for column in (text_column, label_column):
            with pytest.raises(UnsafeFileError, match="unpacks to more than 10000000 bytes"):
                column(read_table(path, max_bytes=10_000_000), "labels")

    @given(
        rows=st.lists(st.none() | st.sampled_from(["[happy, sad]", "[sad]", "", "calm"]), min_size=40),
        groups=st.integers(1, 20),
    )
    @example(rows=["[happy, sad]", None] * 500, groups=200)  # as a dictionary
    @example(rows=["[happy, sad]", None] * 500, groups=1)  # as text
    def test_repeating_texts_of_parquet_are_what_they_are_as_text(self, tmp_path_factory, rows, groups):
        path = tmp_path_factory.mktemp("parquet") / "a.parquet"
        pq.write_table(pa.table({"labels": pa.array(rows, pa.string())}), path, row_group_size=groups)
        table = read_table(path)
        assert text_column(table, "labels").to_pylist() == rows
        lists, expected = label_column(table, "labels"), LabelLists.from_fields(rows)
        assert [lists[row] for row in range(len(rows))] == [expected[row] for row in range(len(rows))]
        assert is_null(table, "labels").tolist() == [row is None for row in rows]
        codes = map_column(table, "labels", np.arange(len(rows)), lambda text: -1 if text is None else len(text), int)
        assert codes.tolist() == [-1 if row is None else len(row) for row in rows]

    def test_a_repeated_column(self, tmp_path):
        table = pa.table([pa.array(["a"]), pa.array(["b"])], names=["name", "name"])
        pa.feather.write_feather(table, str(tmp_path / "a.feather"))
        with pytest.raises(InputError, match=r"a\.feather: column 'name' appears twice"):
            read_table(tmp_path / "a.feather")

    def test_only_the_columns_that_are_asked_for_are_read(self, tmp_path):
        table = pa.table({"name": ["a"], "text": ["x" * 1_000_000]})
        pq.write_table(table, tmp_path / "a.parquet")
        read = read_table(tmp_path / "a.parquet", max_bytes=100_000)
        assert name_column(read).to_pylist() == ["a"]
        with pytest.raises(UnsafeFileError):
            text_column(read, "text")

    def test_text_that_is_no_utf8(self, tmp_path):
        column = pa.array([b"\xff"]).view(pa.string())
        pq.write_table(pa.table({"name": column}), tmp_path / "a.parquet")
        with pytest.raises(InputError, match=r"a\.parquet: cannot be read: .*Invalid UTF8"):
            name_column(read_table(tmp_path / "a.parquet"))


class TestColumns:
    def test_a_missing_column_lists_those_there_are(self, jsonl):
        table = read_table(jsonl("a.jsonl", [{"id": "x", "la\nbel": 1}]))
        with pytest.raises(InputError, match=r"a\.jsonl: has no column 'name'; its columns are id, 'la\\nbel'$"):
            name_column(table)

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            (None, r"line 2: the sample has no name; give it one in 'name'"),
            ("", r"line 2: the sample has no name; give it one in 'name'"),
            (5, r"line 2: 'name' must be text, not 5"),
            (["x"], r"line 2: 'name' must be text, not a value of type list"),
            (10**30, r"line 2: 'name' must be text, not a number with many digits"),
        ],
    )
    def test_odd_names(self, jsonl, name, message):
        table = read_table(jsonl("a.jsonl", [{"name": "x"}, {"name": name}]))
        with pytest.raises(InputError, match=message):
            name_column(table)

    def test_names_of_another_type(self, tmp_path):
        pq.write_table(pa.table({"name": [1, 2]}), tmp_path / "a.parquet")
        with pytest.raises(InputError, match=r"a\.parquet: column 'name' contains int64, not text"):
            name_column(read_table(tmp_path / "a.parquet"))

    def test_repeated_names_are_listed_up_to_ten(self, any_table):
        rows = [{"name": f"s{i // 2:02}"} for i in range(30)] + [{"name": "once"}]
        listed = ", ".join(f"'s{i:02}'" for i in range(10))
        with pytest.raises(InputError, match=rf": 15 names appear more than once: {listed}$"):
            name_column(read_table(any_table("a", rows)))

    @pytest.mark.parametrize(
        ("labels", "message"),
        [
            (5, r"line 2: 'labels': labels must be a list of words or text"),
            (["a", 5], r"line 2: 'labels': a label must be text, not 5"),
            ([None], r"line 2: 'labels': a label must be text, not None"),
            ({"a": 1}, r"line 2: 'labels': labels must be"),
        ],
    )
    def test_odd_labels(self, jsonl, labels, message):
        table = read_table(jsonl("a.jsonl", [{"name": "x", "labels": []}, {"name": "y", "labels": labels}]))
        with pytest.raises(InputError, match=message) as refused:
            label_column(table, "labels")
        assert len(str(refused.value)) < 500

    @pytest.mark.parametrize("column", [[1, 2], [[1], [2]], [["a", None], []], [{"a": 1}, None]], ids=str)
    def test_odd_labels_in_arrow(self, tmp_path, column):
        pq.write_table(pa.table({"labels": column}), tmp_path / "a.parquet")
        with pytest.raises(InputError, match=r"a\.parquet.*'labels'"):
            label_column(read_table(tmp_path / "a.parquet"), "labels")


@pytest.fixture
def saved(tmp_path):
    """A function (name, columns, splits) -> folder of a saved data set."""
    datasets = pytest.importorskip("datasets")

    def save(name, columns, splits=None, features=None):
        data = datasets.Dataset.from_dict(columns, features=features)
        if splits:
            data = datasets.DatasetDict(dict.fromkeys(splits, data))
        data.save_to_disk(str(tmp_path / name))
        return tmp_path / name

    return save


class TestSavedDatasets:
    def test_columns(self, saved):
        table = read_table(saved("meld", {"name": ["a", "b"], "labels": [["joy"], []], "text": ["x", None]}))
        assert table.num_rows == 2
        assert text_column(table, "text").to_pylist() == ["x", None]
        assert label_column(table, "labels")[0] == ["joy"]
        assert table_stem(table.path) == "meld"

    def test_class_labels_are_their_words(self, saved):
        import datasets

        features = datasets.Features({"label": datasets.ClassLabel(names=["joy", "sadness"])})
        table = read_table(saved("meld", {"label": [1, 0, None]}, features=features))
        assert text_column(table, "label").to_pylist() == ["sadness", "joy", None]

    def test_the_test_split(self, saved):
        assert read_table(saved("a", {"name": ["x"]}, ["train", "test"])).num_rows == 1
        assert read_table(saved("b", {"name": ["x"]}, ["validation"])).num_rows == 1
        with pytest.raises(InputError, match="contains the splits train, dev; name the folder of one of them"):
            read_table(saved("c", {"name": ["x"]}, ["train", "dev"]))

    @pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"_data_files": 5}', b'{"_data_files": [{}]}', b"\xff"])
    def test_a_broken_state(self, saved, content):
        folder = saved("meld", {"name": ["a"]})
        (folder / "state.json").write_bytes(content)
        with pytest.raises(InputError, match=r"meld(/\w+\.json)?: cannot be read(?: as JSON)?: "):
            read_table(folder)

    @pytest.mark.parametrize("content", [b"", b"[]", b'{"features": 5}', b'{"features": {"name": {}}}', b"\xff"])
    def test_a_broken_description(self, saved, content):
        folder = saved("meld", {"name": ["a"]})
        (folder / "dataset_info.json").write_bytes(content)
        with pytest.raises(InputError, match=r"meld(/\w+\.json)?: cannot be read(?: as JSON)?: "):
            read_table(folder)

    def test_without_the_library(self, saved, monkeypatch):
        folder = saved("meld", {"name": ["a"]})
        monkeypatch.setitem(sys.modules, "datasets", None)
        assert name_column(read_table(folder)).to_pylist() == ["a"]

    @pytest.mark.parametrize("name", ["../outside.arrow", "{}/outside.arrow", "link.arrow", "pipe.arrow", "a\0b"])
    def test_nothing_outside_the_folder_is_read(self, saved, tmp_path, name):
        folder = saved("meld", {"name": ["a"]})
        shutil.copy(next(folder.glob("*.arrow")), tmp_path / "outside.arrow")
        (folder / "link.arrow").symlink_to(tmp_path / "outside.arrow")
        os.mkfifo(folder / "pipe.arrow")
        state = json.loads((folder / "state.json").read_text())
        state["_data_files"] = [{"filename": name.format(tmp_path)}]
        (folder / "state.json").write_text(json.dumps(state))
        with pytest.raises(InputError):
            read_table(folder)

    def test_no_split_outside_the_folder_is_read(self, saved):
        saved("other", {"name": ["a"]})
        folder = saved("meld", {"name": ["a"]}, ["test"])
        (folder / "dataset_dict.json").write_text('{"splits": ["../other"]}')
        with pytest.raises(UnsafeFileError, match="outside the folder"):
            read_table(folder)

    def test_an_order_of_rows_of_its_own_is_refused(self, saved):
        folder = saved("meld", {"name": ["a"]})
        state = json.loads((folder / "state.json").read_text()) | {"_indices_data_files": [{"filename": "i.arrow"}]}
        (folder / "state.json").write_text(json.dumps(state))
        with pytest.raises(InputError, match="a different order"):
            read_table(folder)


class TestTextsByName:
    """Subtitle files cover a corpus; a few samples of it are scored."""

    @pytest.fixture
    def table(self, tmp_path):
        path = tmp_path / "said.csv"
        path.write_text("name,english\na,Awe.\nb,\nc,Yes.\na,Awe.\nc,No.\nd,x\nd,y\n,nobody\n", "utf-8")
        return read_table(path)

    def test_names_that_are_not_wanted_may_repeat_and_contradict(self, table):
        assert texts_by_name(table, "english", ["b", "a", "absent"]) == {"a": "Awe.", "b": ""}

    def test_wanted_names_with_different_texts_are_named(self, table):
        with pytest.raises(InputError, match=r"said\.csv: 2 names .* different 'english': 'c', 'd'; keep one row"):
            texts_by_name(table, "english", ["a", "c", "d"])

    def test_where_all_are_wanted_each_row_has_a_name(self, table, tmp_path):
        with pytest.raises(InputError, match=r"said\.csv, line 9: the sample has no name"):
            texts_by_name(table, "english")
        (tmp_path / "said.csv").write_text("name,english\nb,x\na,Awe.\nb,x\n", "utf-8")
        found = texts_by_name(read_table(tmp_path / "said.csv"), "english")
        assert list(found.items()) == [("b", "x"), ("a", "Awe.")]
