"""Files of strangers: nothing in them runs, and whatever is in them, only an InputError comes out.

The readers themselves are tested in tests/files; here, that every way into the package goes through them.
"""

import gzip
import json

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.data import convert, load_truth, open_predictions, read_table
from merunibench.errors import InputError, UnsafeFileError
from merunibench.tasks import TASKS
from tests.hostile import commands, exhausting, npy, only_input_errors, pickled_array, write_npz

ATTEMPTS = {name: payload for name, (payload, _) in commands("marker").items()} | exhausting()


def read_everything(path, out):
    """Every use of a file: as truth of each kind, as predictions of each kind, and converted."""
    for task in ("meld", "iemocapfour", "cmumosi", "ovmerdplus"):
        with only_input_errors(path):
            truth = load_truth(TASKS[task], path)
            assert len(truth.sha256) == 64
    for task in ("meld", "cmumosi"):
        with only_input_errors(path):
            source = open_predictions(path, dataset=task)
            source.load(task, source.checkpoints(task)[0])
    with only_input_errors(path):
        convert(open_predictions(path, dataset="meld"), out)


@pytest.mark.parametrize("attempt", list(ATTEMPTS))
@pytest.mark.parametrize("way", ["labels", "predictions", "convert"])
def test_nothing_runs(tmp_path, attempt, way):
    marker = tmp_path / "marker"
    payload = npy((commands(marker).get(attempt) or [ATTEMPTS[attempt]])[0])
    error = UnsafeFileError if attempt in commands(marker) else InputError
    if way == "labels":
        path = write_npz(tmp_path / "label.npz", {"test_corpus": payload})
        with pytest.raises(error, match=r"label\.npz, array 'test_corpus': "):
            load_truth(TASKS["meld"], path)
    else:
        path = write_npz(tmp_path / "c.npz", {"name2reason": payload})
        source = open_predictions(path, dataset="meld")
        with pytest.raises(error, match=r"c\.npz, array 'name2reason': "):
            source.load("meld", "c") if way == "predictions" else convert(source, tmp_path / "out")
    assert not marker.exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("key", ["filenames", "fileitems"])
@pytest.mark.parametrize("way", ["predictions", "convert"])
def test_nothing_runs_in_the_extracted_labels(tmp_path, key, way):
    marker = tmp_path / "marker"
    payload, _ = commands(marker)["command, protocol 4"]
    good = npy(pickled_array("x"))
    path = write_npz(tmp_path / "c-openset.npz", {"filenames": good, "fileitems": good, key: npy(payload)})
    source = open_predictions(path, dataset="meld")
    with pytest.raises(UnsafeFileError, match=rf"c-openset\.npz, array '{key}': .* posix\.system"):
        source.load("meld", "c") if way == "predictions" else convert(source, tmp_path / "out")
    assert not marker.exists()


@pytest.mark.parametrize("way", ["labels", "predictions", "convert"])
def test_the_size_limit_reaches_every_reader(tmp_path, way):
    np.savez_compressed(tmp_path / "label.npz", test_corpus={"a": {"emo": 1, "note": "x" * 1_000_000}})
    np.savez_compressed(tmp_path / "c-openset.npz", filenames=["a"], fileitems=["x" * 1_000_000])
    source = open_predictions(tmp_path / "c-openset.npz", dataset="meld", max_bytes=100_000)
    reads = {
        "labels": lambda: load_truth(TASKS["meld"], tmp_path / "label.npz", max_bytes=100_000),
        "predictions": lambda: source.load("meld", "c"),
        "convert": lambda: convert(source, tmp_path / "out"),
    }
    with pytest.raises(UnsafeFileError, match="unpacks to more than 100000 bytes"):
        reads[way]()


def test_every_cut_of_a_label_file(tmp_path):
    np.savez_compressed(tmp_path / "label.npz", test_corpus={"a": {"emo": 1}})
    content = (tmp_path / "label.npz").read_bytes()
    for length in range(len(content)):
        (tmp_path / "label.npz").write_bytes(content[:length])
        with pytest.raises(InputError, match=r"label\.npz: "):
            load_truth(TASKS["meld"], tmp_path / "label.npz")


ROWS = [
    {
        "name": f"s{i}",
        "labels": ["happy", "sad"],
        "label": str(i % 4),
        "text": "x",
        "polarity": "positive",
        "status": "ok",
    }
    for i in range(6)
]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A small sound file of each format, by ending."""
    folder = tmp_path_factory.mktemp("sound")
    table = pa.Table.from_pylist(ROWS)
    pq.write_table(table, folder / "a.parquet")
    table = table.append_column("class", table.column("label").dictionary_encode())
    pa.feather.write_feather(table, str(folder / "a.arrow"), compression="uncompressed")
    with pa.OSFile(str(folder / "a.feather"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    text = "".join(json.dumps(row) + "\n" for row in ROWS)
    (folder / "a.jsonl").write_text(text)
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    (folder / "a.csv").write_text("name,labels,label\n" + "".join(f'"s{i}","[a, b]",{i}\n' for i in range(4)))
    corpus = {"a": {"emo": np.int64(1), "val": np.float64(0.5)}, "b": {"emo": "joy", "val": -1}}
    np.savez(folder / "a.npz", test_corpus=corpus, whole_corpus=corpus, name2reason={"a": "text"})
    np.savez(folder / "a-openset.npz", filenames=["a", "b"], fileitems=["[happy]", "positive"])
    return {path.name.removeprefix("a"): path.read_bytes() for path in sorted(folder.iterdir())}


ENDINGS = ["-openset.npz", ".arrow", ".csv", ".feather", ".jsonl", ".jsonl.gz", ".npz", ".parquet"]


def test_a_column_that_cannot_be_typed_is_not_suggested(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\x01name,labels\ns0,happy\n")
    read_everything(path, tmp_path / "out")


@pytest.mark.parametrize("ending", ENDINGS)
@given(data=st.data())
def test_damaged_files(tmp_path_factory, sound, ending, data):
    content = bytearray(sound[ending])
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(content) - 1))
        patch = data.draw(st.binary(min_size=1, max_size=8) | st.just(b"\xff" * 8) | st.just(bytes(8)))
        removed = data.draw(st.sampled_from([len(patch), 0, 8]))
        content[position : position + removed] = patch
    path = tmp_path_factory.getbasetemp() / f"damaged{ending}"
    path.write_bytes(content)
    read_everything(path, tmp_path_factory.getbasetemp() / "out")


def test_no_byte_of_a_parquet_footer_ends_the_process(tmp_path, sound):
    content = sound[".parquet"]
    length = int.from_bytes(content[-8:-4], "little")
    path = tmp_path / "damaged.parquet"
    for position in range(len(content) - 8 - length, len(content) - 8):
        damaged = bytearray(content)
        damaged[position] = (damaged[position] + 16) % 256  # one element more, where the byte begins a list
        path.write_bytes(damaged)
        with only_input_errors(path):
            columns = read_table(path).columns
            for name in columns:
                columns[name]


@pytest.mark.parametrize("ending", ENDINGS)
@given(content=st.binary(max_size=200))
def test_any_bytes(tmp_path_factory, ending, content):
    path = tmp_path_factory.getbasetemp() / f"any{ending}"
    path.write_bytes(content)
    read_everything(path, tmp_path_factory.getbasetemp() / "out")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
columns = st.sampled_from(["name", "labels", "label", "text", "polarity", "status", "openset", "error", "x"])


@given(st.lists(st.dictionaries(columns, json_values | st.sampled_from(["a", "joy", "1", "ok", "[x]"])), max_size=4))
def test_any_rows_of_json(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    read_everything(path, tmp_path_factory.getbasetemp() / "out")


@given(
    st.lists(
        st.lists(st.sampled_from(['"', ",", "\n", "\r", "name", "labels", "a", "[joy, x]", "1", "\ufeff"])), max_size=4
    )
)
def test_any_csv(tmp_path_factory, pieces):
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    path.write_text("name,label\n" + "".join("".join(piece) for piece in pieces), newline="")
    read_everything(path, tmp_path_factory.getbasetemp() / "out")


@given(st.dictionaries(st.text(st.characters(), max_size=3), json_values, max_size=3))
def test_any_labels_and_answers_in_an_archive(tmp_path_factory, samples):
    path = tmp_path_factory.getbasetemp() / "samples.npz"
    corpus = {name: {"emo": value, "val": value} for name, value in samples.items()}
    np.savez(path, test_corpus=corpus, whole_corpus=corpus, name2reason=samples)
    read_everything(path, tmp_path_factory.getbasetemp() / "out")


def test_the_name_of_a_column_that_is_not_utf8(tmp_path):
    path = tmp_path / "rows.arrow"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, pa.schema([("namex", pa.string())])) as file:
        file.write_table(pa.table({"namex": ["a"]}))
    path.write_bytes(path.read_bytes().replace(b"namex", b"\x80amex"))
    with pytest.raises(InputError, match=r"rows\.arrow: a column name is not UTF-8"):
        read_table(path)
