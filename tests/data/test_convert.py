"""Conversion to JSON Lines: nothing lost, the same bytes every time, the same predictions when read again."""

import datetime as dt
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from merunibench.data import convert, open_predictions
from merunibench.errors import InputError


def lines(path):
    return path.read_text(encoding="utf-8").splitlines()


def test_any_format_gives_the_same_lines(any_table, tmp_path):
    rows = [
        {"name": "a", "text": "Sie lächelt.\n“愤怒”", "labels": ["Happy", "let down"], "status": "ok", "note": "x"},
        {"name": "b", "text": None, "labels": None, "status": "failed", "note": None},
    ]
    written = convert(open_predictions(any_table("meld", rows)), tmp_path / "out")
    assert written == [tmp_path / "out" / "meld.jsonl"]
    assert lines(written[0]) == [
        '{"name": "a", "text": "Sie lächelt.\\n“愤怒”", "labels": ["Happy", "let down"], "status": "ok", "note": "x"}',
        '{"name": "b", "status": "failed"}',
    ]


def test_official_results(shared, tmp_path, same_predictions):
    source = open_predictions(shared / "official" / "output")
    written = convert(source, tmp_path / "out")
    assert len(written) == 21
    again = open_predictions(tmp_path / "out")
    for dataset in source.files:
        assert again.checkpoints(dataset) == source.checkpoints(dataset)
        for checkpoint in source.checkpoints(dataset):
            assert same_predictions(source.load(dataset, checkpoint), again.load(dataset, checkpoint))
    first = source.files["cmumosi"][source.checkpoints("cmumosi")[0]]
    answers = np.load(first.text, allow_pickle=True)["name2reason"].item()
    rows = map(json.loads, lines(tmp_path / "out" / source.checkpoints("cmumosi")[0] / "cmumosi.jsonl"))
    assert {row["name"]: row["text"] for row in rows} == answers
    before = [path.read_bytes() for path in written]
    assert [path.read_bytes() for path in convert(source, tmp_path / "out")] == before


def test_official_files_are_joined_by_name(tmp_path):
    folder = tmp_path / "results-mosi" / "m"
    folder.mkdir(parents=True)
    np.savez(folder / "checkpoint_1.npz", name2reason={"a": "A.", np.str_("b"): "B.", "d": None})
    np.savez(folder / "checkpoint_1-openset.npz", filenames=["b", "c"], fileitems=["[Sad, x]", "[]"])
    np.savez(folder / "checkpoint_1-openset-sentiment.npz", filenames=["c", "b"], fileitems=["Positive.", "negative"])
    (path,) = convert(open_predictions(tmp_path), tmp_path / "out")
    assert path == tmp_path / "out" / "checkpoint_1" / "cmumosi.jsonl"
    assert lines(path) == [
        '{"name": "a", "text": "A.", "status": "ok"}',
        '{"name": "b", "text": "B.", "labels": ["Sad", "x"], "polarity": "negative", "status": "ok"}',
        '{"name": "d", "status": "ok"}',
        '{"name": "c", "labels": [], "polarity": "Positive.", "status": "ok"}',
    ]


def test_raw_text_converts(tmp_path):
    folder = tmp_path / "results-meld" / "m"
    folder.mkdir(parents=True)
    np.savez(folder / "checkpoint_1.npz", name2reason={"a": "He is sad."})
    (path,) = convert(open_predictions(tmp_path), tmp_path / "out")
    assert lines(path) == ['{"name": "a", "text": "He is sad.", "status": "ok"}']


def test_checkpoints_keep_their_folders(jsonl, tmp_path, same_predictions):
    row = [{"name": "a", "labels": "[x]"}]
    for name in ("meld.jsonl", "best/meld.jsonl", "epoch-2/sims.jsonl"):
        jsonl(f"m/{name}", row)
    source = open_predictions(tmp_path / "m")
    written = [path.relative_to(tmp_path / "out").as_posix() for path in convert(source, tmp_path / "out")]
    assert sorted(written) == ["best/meld.jsonl", "epoch-2/sims.jsonl", "meld.jsonl"]
    again = open_predictions(tmp_path / "out")
    assert {key: list(again.files[key]) for key in again.files} == {"meld": ["best", "default"], "sims": ["epoch-2"]}
    assert same_predictions(source.load("meld", "best"), again.load("meld", "best"))


def test_the_order_of_keys_and_what_json_has_no_word_for(tmp_path):
    table = pa.table(
        {
            "seconds": [1.5, float("nan"), None],
            "when": [dt.date(2025, 1, 1)] * 3,
            "error": [None, "no video", None],
            "raw": [b"x"] * 3,
            "status": ["ok", "failed", None],
            "labels": pa.array([["x"], None, []]),
            "parts": [{"a": 1, "b": None}, None, {"a": 2, "b": [1.0]}],
            "name": ["s1", "s2", "s3"],
            "large": [123, 0, 1],
        }
    )
    pq.write_table(table, tmp_path / "meld.parquet")
    (path,) = convert(open_predictions(tmp_path / "meld.parquet"), tmp_path / "out")
    assert lines(path) == [
        '{"name": "s1", "labels": ["x"], "status": "ok", "seconds": 1.5, "parts": {"a": 1, "b": null}, "large": 123}',
        '{"name": "s2", "status": "failed", "error": "no video", "large": 0}',
        '{"name": "s3", "labels": [], "status": "ok", "parts": {"a": 2, "b": [1.0]}, "large": 1}',
    ]


def test_converting_twice_changes_nothing(any_table, tmp_path):
    rows = [{"name": "a", "labels": ["x"], "polarity": " Positive", "z": "1", "b": "2"}]
    (first,) = convert(open_predictions(any_table("sims", rows)), tmp_path / "first")
    (second,) = convert(open_predictions(first), tmp_path / "second")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"labels": ["x"]}, "has no column 'name'"),
        ({"name": "a", "labels": 5}, r"line 1: 'labels': labels must be a list of words"),
        ({"name": "a", "text": 5}, r"line 1: 'text' must be text, not 5"),
        ({"name": "a", "polarity": 5}, r"line 1: 'polarity': must be positive, negative or neutral, not 5"),
        ({"name": "a", "status": "half"}, r"line 1: 'status' must be ok or failed, not 'half'"),
    ],
)
def test_mistakes_leave_nothing_behind(jsonl, tmp_path, row, message):
    path = jsonl("meld.jsonl", [row])
    with pytest.raises(InputError, match=rf"meld\.jsonl.*{message}"):
        convert(open_predictions(path), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_output_that_cannot_be_written(jsonl, tmp_path):
    path = jsonl("meld.jsonl", [{"name": "a"}])
    with pytest.raises(InputError, match=r"meld\.jsonl: cannot be written: "):
        convert(open_predictions(path), path)
