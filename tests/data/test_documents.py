"""Files that are not what they are called: JSON documents, packed text, other delimiters, other formats."""

import gzip
import io
import json
from contextlib import suppress

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.data import TABLE_SUFFIXES, load_predictions, load_truth, read_table
from merunibench.data.columns import text_column
from merunibench.errors import InputError, UnsafeFileError
from merunibench.tasks import TASKS

MELD, MOSI = TASKS["meld"], TASKS["cmumosi"]
ROWS = [{"name": "a", "labels": ["happy"]}, {"name": "b", "labels": ["sad", "calm"]}]


def refusal(path, **options):
    with pytest.raises(InputError) as refused:
        read_table(path, **options)
    assert str(refused.value).isprintable()
    return str(refused.value).replace(f"{path.parent}/", "")


def labels_in(path):
    predictions = load_predictions(path, MELD)
    return {name: predictions.labels[row] for row, name in enumerate(predictions.names.to_pylist())}


DOCUMENTS = {
    "records": ROWS,
    "columns": {"name": {"0": "a", "1": "b"}, "labels": {"0": ["happy"], "1": ["sad", "calm"]}},
    "lists": {"name": ["a", "b"], "labels": [["happy"], ["sad", "calm"]]},
    "index": {"a": {"labels": ["happy"]}, "b": {"labels": ["sad", "calm"]}},
    "columns by name": {"labels": {"a": ["happy"], "b": ["sad", "calm"]}},
    "split": {"columns": ["name", "labels"], "index": [0, 1], "data": [["a", ["happy"]], ["b", ["sad", "calm"]]]},
    "mapping": {"a": ["happy"], "b": ["sad", "calm"]},
    "mapping to text": {"a": "happy", "b": "sad, calm"},
    "two arrays": {"results": ROWS, "final_acc": [{"mean_acc": 0.5}]},
    "rows among other keys": {"model": "m", "results": ROWS, "scores": [1, 2]},
}


@pytest.mark.parametrize("ending", [".json", ".jsonl", ".json.gz"])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("form", DOCUMENTS)
def test_documents(tmp_path, form, indent, ending):
    if ending == ".jsonl" and indent is None and form not in ("records", "columns", "lists"):
        pytest.skip("one line of JSON Lines is a row")
    text = json.dumps(DOCUMENTS[form], indent=indent).encode()
    path = tmp_path / f"meld{ending}"
    path.write_bytes(gzip.compress(text) if ending.endswith("gz") else text)
    assert labels_in(path) == {"a": ["happy"], "b": ["sad", "calm"]}


def test_a_mapping_is_what_is_asked_for(tmp_path):
    path = tmp_path / "mosi.json"
    path.write_text('{"a": "positive", "b": "negative"}')
    assert load_predictions(path, MOSI).polarity.tolist() == [1, -1]
    path.write_text('{"a": "positive", "b": null}')
    assert load_predictions(path, MOSI).unanswered.tolist() == [False, True]
    path.write_text('{"a": 1.5, "b": -2}')
    assert load_truth(MOSI, path).values.tolist() == [1.5, -2.0]


def test_one_row_and_lines_called_json(tmp_path):
    path = tmp_path / "meld.json"
    path.write_text('{"name": "a", "labels": ["happy"]}')
    assert labels_in(path) == {"a": ["happy"]}
    path.write_text('{"name": "a", "labels": ["happy"]}\n{"name": "b", "labels": "sad"}\n')
    assert labels_in(path) == {"a": ["happy"], "b": ["sad"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"score": {"mean": 3}, "n": 2}', "this one has the keys score, n"),
        ("[1, 2]", 'row 1: not an object; every row must look like {"name": …}; row 2: not an object'),
        ('[{"name": "a"}, {"name": ]', "line 1: not JSON: Expecting value at column 26"),
        ('{"columns": ["name"], "data": [["a", 1]]}', "every row of 'data' must have as many values"),
        ("[" * 100_000, "nested too deeply"),
        ('[{"name": "\\ud800"}]', "half of a character"),
        ('"text"', "not an object"),
        ("[]", "is empty"),
    ],
)
def test_documents_that_are_no_tables(tmp_path, text, message):
    path = tmp_path / "meld.json"
    path.write_text(text)
    assert message in refusal(path)


def test_a_document_of_very_many_values(tmp_path):
    path = tmp_path / "meld.json"
    path.write_text("[" + "{}," * 3_000_000 + "{}]")
    assert "too large for one JSON document; write JSON Lines" in refusal(path)


def test_nan_is_null_where_nobody_needs_a_number(tmp_path):
    path = tmp_path / "meld.jsonl"
    path.write_text('{"name": "a", "labels": ["happy"], "confidence": NaN, "x": -Infinity}\n')
    assert labels_in(path) == {"a": ["happy"]}
    assert read_table(path).columns["confidence"] == [None]
    for field in ("name", "labels", "polarity", "label"):
        path.write_text(f'{{"name": "a"}}\n{{"{field}": NaN}}\n{{"{field}": NaN}}\n')
        reason = f"'{field}': NaN is not a JSON value; use null"
        assert refusal(path) == f"meld.jsonl, line 2: {reason}; line 3: {reason}"
    path.write_text('[{"name": "a", "label": Infinity}, {"name": "b", "label": -Infinity}]')
    with pytest.raises(
        InputError, match=r"row 1: 'label': inf is not a finite .*; row 2: 'label': -inf is not a finite"
    ):
        load_truth(MOSI, path)


TEXTS = {
    ".jsonl": "".join(json.dumps(row) + "\n" for row in ROWS),
    ".json": json.dumps(ROWS),
    ".csv": 'name,labels\na,happy\nb,"sad, calm"\n',
    ".tsv": "name\tlabels\na\thappy\nb\tsad, calm\n",
}


@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
@pytest.mark.parametrize("called", [True, False])
@pytest.mark.parametrize("suffix", TEXTS)
def test_packed_text_by_its_name_or_by_its_first_bytes(tmp_path, suffix, packed, called):
    path = tmp_path / f"meld{suffix}{packed if called else ''}"
    content = TEXTS[suffix].encode()
    if packed == ".gz":
        content = gzip.compress(content[:20]) + gzip.compress(content[20:])
    if packed == ".zst":
        content = pa.compress(content, codec="zstd", asbytes=True)
    path.write_bytes(content)
    assert labels_in(path) == {"a": ["happy"], "b": ["sad", "calm"]}
    assert f"{suffix}{packed}" in TABLE_SUFFIXES


def test_a_zstandard_bomb_and_a_broken_one(tmp_path):
    path = tmp_path / "a.jsonl.zst"
    content = pa.compress(b'{"name": "' + b"x" * 50_000_000 + b'"}', codec="zstd", asbytes=True)
    path.write_bytes(content)
    assert len(content) < 20_000
    with pytest.raises(UnsafeFileError, match="unpacks to more than 1000000 bytes"):
        read_table(path, max_bytes=1_000_000)
    path.write_bytes(content[:-9])
    assert refusal(path).startswith("a.jsonl.zst: cannot be read: ")
    path.write_bytes(b"hello, this is text")
    assert refusal(path).startswith("a.jsonl.zst: cannot be read: ")


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".arrow"])
def test_parquet_and_arrow_under_other_names(tmp_path, suffix):
    path = tmp_path / f"meld{suffix}"
    pq.write_table(pa.Table.from_pylist(ROWS), path)
    assert labels_in(path) == {"a": ["happy"], "b": ["sad", "calm"]}
    pa.feather.write_feather(pa.Table.from_pylist(ROWS), str(path), compression="uncompressed")
    assert labels_in(path) == {"a": ["happy"], "b": ["sad", "calm"]}


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".tsv", ".json"])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04\x14\0\x06\0", "is an Excel file or another zip archive, not text; save it as CSV or JSON Lines"),
        (b"BZh91AY&SY", "is packed by bzip2; unpack it, or pack it by gzip or Zstandard"),
        (b"\xfd7zXZ\0", "is packed by xz"),
        (b"\x80\x04\x95", "is a pickle, which is never opened"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an Excel file"),
        ("name,labels\na,sad\n".encode("utf-16"), "is UTF-16; save the file as UTF-8"),
        ("name,labels\na,sad\n".encode("utf-16-be"), "is UTF-16 or not text; save the file as UTF-8"),
        (b"\x93NUMPY\x01\x00", "is a NumPy file"),
    ],
)
def test_what_is_no_text_is_called_what_it_is(tmp_path, suffix, content, reason):
    path = tmp_path / f"meld{suffix}"
    path.write_bytes(content)
    assert refusal(path).startswith(f"meld{suffix}: {reason}")
    path.with_suffix(f"{suffix}.gz").write_bytes(gzip.compress(content))
    assert reason in refusal(path.with_suffix(f"{suffix}.gz"))


@pytest.mark.parametrize(
    "text",
    [
        'name;labels\na;happy\nb;"sad, calm"\n',
        'sep=;\nname;labels\na;happy\nb;"sad, calm"\n',
        "name\tlabels\na\thappy\nb\tsad, calm\n",
        "name|labels\na|happy\nb|sad, calm\n",
        'name, labels\na, happy\nb, "sad, calm"\n',
        '"name ","labels"\na,happy\nb,"sad, calm"\n',
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_other_delimiters_and_blanks(tmp_path, text, suffix):
    path = tmp_path / f"meld{suffix}"
    path.write_text(text)
    assert labels_in(path) == {"a": ["happy"], "b": ["sad", "calm"]}


def test_all_bad_rows_at_once(tmp_path):
    path = tmp_path / "meld.jsonl"
    path.write_text('{"name": "a"}\n{"name": 1}\n' + "".join(f'{{"name": "{i}"\n' for i in range(30)))
    message = refusal(path)
    assert message.startswith("meld.jsonl, line 3: not JSON: Expecting ',' delimiter at column 13; line 4: not JSON")
    assert message.endswith("line 12: not JSON: Expecting ',' delimiter at column 13; … and 20 more")
    path.write_text('{"name": "a"}\n{"name": 1}\n{"name": 2, "labels": 3}\n{"name": "d", "labels": [4]}\n')
    with pytest.raises(InputError, match=r"line 2: 'name' must be text, not 1; line 3: 'name' must be text, not 2$"):
        load_predictions(path, MELD)
    path.write_text('{"name": "a", "labels": 3}\n{"name": "b", "labels": "x"}\n{"name": "c", "labels": [4]}\n')
    with pytest.raises(InputError, match=r"line 1: 'labels': labels must be .*; line 3: 'labels': a label must be"):
        load_predictions(path, MELD)
    path = tmp_path / "mosi.csv"
    path.write_text("name,label\na,x\nb,1\nc,1,2\nd\n")
    assert refusal(path) == ("mosi.csv, line 4: 3 fields, but the header has 2; line 5: 1 fields, but the header has 2")
    path.write_text("name,label\na,x\nb,1\nc,0,5\n".replace("0,5", '"0,5"'))
    with pytest.raises(InputError, match=r"line 2: 'label': 'x' is not a .*; line 4: 'label': '0,5' .* decimal point"):
        load_truth(MOSI, path)


def read_or_refuse(path):
    """A table whose columns can be taken, or why there is none."""
    try:
        table = read_table(path)
        for column in table.columns:
            with suppress(InputError):
                text_column(table, column)
    except InputError as error:
        return None, str(error)
    return table, ""


values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(["a", "happy", "", "é"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "labels", "data", "columns", "a", "0"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values, st.sampled_from([".json", ".jsonl"]), st.sampled_from([None, 1]))
def test_any_document_is_a_table_or_refused(tmp_path_factory, value, ending, indent):
    path = tmp_path_factory.mktemp("documents") / f"meld{ending}"
    path.write_text(json.dumps(value, indent=indent))
    table, reason = read_or_refuse(path)
    assert reason.isprintable()
    assert table is None or {len(column) for column in table.columns.values()} <= {table.num_rows}


@given(st.binary(max_size=60) | st.text("nameé,;\t\"'{}[]:\n 1\0").map(str.encode), st.sampled_from(TABLE_SUFFIXES))
def test_any_bytes_are_a_table_or_refused(tmp_path_factory, content, ending):
    path = tmp_path_factory.mktemp("bytes") / f"meld{ending}"
    path.write_bytes(content)
    _, reason = read_or_refuse(path)
    assert reason.isprintable()


@given(
    st.lists(
        st.tuples(st.text("ab", min_size=1), st.sampled_from(["x", "x, y", ""])), min_size=1, unique_by=lambda r: r[0]
    )
)
def test_semicolons_and_commas_are_one(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("delimiters")
    tables = []
    for delimiter in ",;\t":
        text = io.StringIO()
        text.writelines(f'{name}{delimiter}"{cell}"\n' for name, cell in [("name", "labels"), *rows])
        path = folder / "a.csv"
        path.write_text(text.getvalue())
        tables.append(read_table(path).columns)
    assert tables[0] == tables[1] == tables[2]
