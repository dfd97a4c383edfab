"""Predictions: from rows to arrays, and which rows cannot be scored."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from merunibench.data import load_predictions
from merunibench.errors import InputError
from merunibench.tasks import TASKS

MELD, MOSI, OVMERD = (TASKS[name] for name in ("meld", "cmumosi", "ovmerdplus"))


def test_labels_from_every_format(any_table):
    rows = [
        {"name": "a", "labels": ["Happy", "let down"], "status": "ok"},
        {"name": "b", "labels": ["sad"], "status": None},
        {"name": "c", "labels": None, "status": "failed"},
        {"name": "d", "labels": [], "status": "ok"},
    ]
    path = any_table("meld", rows)
    predictions = load_predictions(path, MELD)
    assert predictions.names.to_pylist() == list("abcd")
    assert predictions.names.type == pa.large_string()
    assert [predictions.labels[row] for row in range(4)] == [["happy", "let down"], ["sad"], [], []]
    assert predictions.failed.tolist() == [False, False, True, False]
    assert predictions.polarity is None
    assert predictions.where == str(path)
    assert len(predictions) == 4


def test_polarity_from_every_format(any_table):
    words = ["positive", " Negative ", "neutral", "mixed", None, "POSITIVE"]
    path = any_table("mosi", [{"name": str(i), "polarity": word} for i, word in enumerate(words)])
    predictions = load_predictions(path, MOSI)
    assert predictions.polarity.tolist() == [1, -1, 0, 0, 0, 1]
    assert predictions.polarity.dtype == np.int8
    assert predictions.labels is None


def test_label_text_and_lists_are_one(jsonl):
    rows = [{"name": "a", "labels": "[Happy, 'sad']"}, {"name": "b", "labels": ["Happy", "sad"]}]
    predictions = load_predictions(jsonl("a.jsonl", rows), OVMERD)
    assert predictions.labels[0] == predictions.labels[1] == ["happy", "sad"]


class TestRawText:
    @pytest.mark.parametrize("task", [MELD, OVMERD])
    def test_only_text(self, any_table, task):
        path = any_table("preds", [{"name": "a", "text": "He is sad."}, {"name": "b", "text": ""}])
        with pytest.raises(
            InputError, match=r"(line 2|line 1|row 1): contains raw text only \(1 rows do\); scoring needs"
        ):
            load_predictions(path, task)

    def test_a_row_whose_labels_are_missing(self, any_table):
        rows = [{"name": "a", "text": "x", "labels": ["sad"]}, {"name": "b", "text": "y", "labels": None}]
        with pytest.raises(InputError, match=r"(line 3|line 2|row 2): contains raw text only"):
            load_predictions(any_table("preds", rows), MELD)

    @pytest.mark.parametrize("earlier", [{"labels": ["sad"]}, {"labels": "[sad]"}, {"text": "x"}])
    def test_sentiment_without_polarity(self, any_table, earlier):
        what = "raw text only" if "text" in earlier else "labels without polarity"
        with pytest.raises(InputError, match=f"contains {what} .* give it in the column 'polarity'"):
            load_predictions(any_table("preds", [{"name": "a"} | earlier]), MOSI)
        rows = [{"name": "a", "polarity": "positive"} | earlier, {"name": "b", "polarity": None} | earlier]
        with pytest.raises(InputError, match=f"(line 3|line 2|row 2): contains {what}"):
            load_predictions(any_table("preds", rows), MOSI)

    def test_a_failed_row_needs_nothing(self, any_table):
        rows = [{"name": "a", "text": "half an answ", "labels": None, "status": "failed"}]
        assert load_predictions(any_table("preds", rows), MELD).failed.tolist() == [True]

    def test_a_run_that_failed_throughout(self, any_table):
        path = any_table("preds", [{"name": "a", "status": "failed", "error": "no video"}])
        assert load_predictions(path, MELD).labels[0] == []
        assert load_predictions(path, MOSI).polarity.tolist() == [0]

    def test_no_text_and_no_labels_is_an_empty_answer(self, any_table):
        rows = [{"name": "a", "text": None, "labels": None}, {"name": "b", "text": None, "labels": ["sad"]}]
        predictions = load_predictions(any_table("preds", rows), MELD)
        assert [predictions.labels[row] for row in range(2)] == [[], ["sad"]]


class TestMistakes:
    def test_missing_columns(self, any_table):
        path = any_table("preds", [{"name": "a", "answer": "x"}])
        with pytest.raises(InputError, match=r": has no column 'labels'; its columns are name, answer$"):
            load_predictions(path, MELD)
        with pytest.raises(InputError, match=r": has no column 'polarity'; its columns are name, answer$"):
            load_predictions(path, MOSI)

    def test_an_unknown_status(self, any_table):
        rows = [{"name": "a", "labels": ["x"], "status": "ok"}, {"name": "b", "labels": ["x"], "status": "done"}]
        with pytest.raises(InputError, match=r"(line 3|line 2|row 2): 'status' must be ok or failed, not 'done'$"):
            load_predictions(any_table("preds", rows), MELD)

    def test_repeated_names(self, any_table):
        with pytest.raises(InputError, match=r": 1 names appear more than once: 'a'$"):
            load_predictions(any_table("preds", [{"name": "a", "labels": ["x"]}] * 2), MELD)

    @pytest.mark.parametrize("polarity", [1, ["positive"], True])
    def test_polarity_that_is_no_word(self, jsonl, polarity):
        path = jsonl("a.jsonl", [{"name": "a", "polarity": polarity}])
        with pytest.raises(InputError, match=r"line 1: 'polarity': must be positive, negative or neutral, not "):
            load_predictions(path, MOSI)

    def test_polarity_that_is_no_word_in_arrow(self, tmp_path):
        pq.write_table(pa.table({"name": ["a", "b"], "polarity": [None, -1]}), tmp_path / "a.parquet")
        with pytest.raises(InputError, match=r"row 2: 'polarity': must be positive, negative or neutral, not -1"):
            load_predictions(tmp_path / "a.parquet", MOSI)

    def test_labels_that_are_no_labels(self, jsonl):
        path = jsonl("a.jsonl", [{"name": "a", "labels": {"happy": 0.3}}])
        with pytest.raises(InputError, match=r"a\.jsonl, line 1: 'labels': labels must be a list of words"):
            load_predictions(path, MELD)

    def test_text_that_is_no_text(self, jsonl):
        path = jsonl("a.jsonl", [{"name": "a", "text": {"x": 1}}])
        with pytest.raises(InputError, match=r"a\.jsonl, line 1: 'text' must be text, not a value of type dict"):
            load_predictions(path, MELD)
