"""The account of a file: every row that contributes nothing of its own is under one reason, and no other row is."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from merunibench.data import load_predictions, predictions_in_memory, read_table
from merunibench.data.account import Account, Reason
from merunibench.data.cells import written_nulls
from merunibench.data.predictions import predictions_from_table
from merunibench.data.tables import Table
from merunibench.errors import InputError
from merunibench.extraction import Rules, extract_labels, polarity
from merunibench.tasks import TASKS

MELD, MOSI = TASKS["meld"], TASKS["cmumosi"]
NOTHING = ["nan", "NaN", "null", "None", "NONE", "<NA>", "", "  ", " nan ", "N/A", "NA", "#N/A"]
OTHERS = ["sad", "none of it", ["sad"], [], 0.5, np.float32("nan"), None]
"""Cells of other kinds, of which the last two hold nothing."""


def account(rows, task=MELD, extractor=None):
    columns = {key: [row.get(key) for row in rows] for key in dict.fromkeys(key for row in rows for key in row)}
    names = [f"s{number}" for number in range(len(rows))]
    table = Table(Path("x.jsonl"), {"name": names, **columns}, len(rows), range(1, len(rows) + 1))
    return predictions_from_table(table, task, extractor or Rules()).account


def counts(made):
    return {reason: found.count for reason, found in made.without.items()}


class TestCells:
    @pytest.mark.parametrize("cell", NOTHING)
    @pytest.mark.parametrize(("task", "column", "given"), [(MELD, "labels", "[sad]"), (MOSI, "polarity", "negative")])
    def test_what_a_table_writer_leaves_for_nothing_is_no_answer(self, any_table, cell, task, column, given):
        path = any_table("preds", [{"name": "a", column: given}, {"name": "b", column: cell}])
        predictions = load_predictions(path, task)
        assert predictions.unanswered.tolist() == [False, True]
        assert counts(predictions.account) == {Reason.NO_ANSWER: 1}
        assert predictions.account.missing == predictions.account.nothing == 1

    @pytest.mark.parametrize(
        "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
    )
    def test_in_arrow_types_of_text(self, tmp_path, kind):
        texts = pa.array(["[sad]", "nan", None, "[]"], pa.string())
        labels = texts.cast(kind) if not pa.types.is_dictionary(kind) else texts.dictionary_encode()
        table = pa.table({"name": list("abcd"), "labels": labels})
        with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        predictions = load_predictions(tmp_path / "a.arrow", MELD)
        assert predictions.unanswered.tolist() == [False, True, True, False]
        assert [predictions.labels[row] for row in range(4)] == [["sad"], [], [], []]

    @pytest.mark.parametrize(("task", "column", "word"), [(MELD, "labels", ["sad"]), (MOSI, "polarity", "positive")])
    @pytest.mark.parametrize("nothing", [float("nan"), np.float32("nan"), None, pd.NA, "nan"])
    def test_of_a_frame(self, task, column, word, nothing):
        frame = pd.DataFrame({"name": ["a", "b"], column: pd.Series([word, nothing], dtype=object)})
        predictions = predictions_in_memory({task.id: frame}).load(task.id, "default")
        assert predictions.unanswered.tolist() == [False, True]

    @given(st.lists(st.sampled_from([*NOTHING, *OTHERS]) | st.floats()))
    def test_each_cell_of_a_list_is_judged_by_itself(self, cells):
        def is_left(cell):
            if isinstance(cell, str):
                return cell in NOTHING
            return cell is None or (isinstance(cell, float | np.floating) and np.isnan(cell))

        table = Table(Path("x.jsonl"), {"labels": list(cells)}, len(cells), range(1, len(cells) + 1))
        assert [cell is None for cell in written_nulls(table).columns["labels"]] == list(map(is_left, cells))

    def test_other_columns_stay_unread(self, tmp_path):
        table = {"name": ["a", "b"], "text": ["sad", "B"], "long": ["x" * 1_000_000] * 2}
        pq.write_table(pa.table(table), tmp_path / "a.parquet")
        table = read_table(tmp_path / "a.parquet", max_bytes=100_000)
        assert predictions_from_table(table, MELD, Rules()).account.read == {"rules@2": 2}

    def test_a_column_of_nan_alone(self, tmp_path):
        pq.write_table(pa.table({"name": ["a"], "polarity": [float("nan")], "text": ["sad"]}), tmp_path / "a.parquet")
        predictions = predictions_from_table(read_table(tmp_path / "a.parquet"), MOSI, Rules())
        assert predictions.polarity.tolist() == [-1]

    @pytest.mark.parametrize("cell", ["[]", "[ ]", []])
    def test_an_empty_list_is_an_answer(self, any_table, cell):
        path = any_table(
            "preds",
            [{"name": "a", "labels": "[sad]" if isinstance(cell, str) else ["sad"]}, {"name": "b", "labels": cell}],
        )
        predictions = load_predictions(path, MELD)
        assert not predictions.unanswered.any()
        assert counts(predictions.account) == {Reason.EMPTY: 1}
        assert predictions.account.refusal() is None

    def test_the_official_files_mean_what_they_meant(self):
        texts = ["", "nan", "[happy]"]
        table = Table(Path("checkpoint-openset.npz"), {"name": list("abc"), "labels": texts}, 3)
        predictions = predictions_from_table(table, MELD)
        assert not predictions.unanswered.any()
        assert [predictions.labels[row] for row in range(3)] == [[], ["nan"], ["happy"]]


class TestFailed:
    @pytest.mark.parametrize("error", ["time-out", "x"])
    @pytest.mark.parametrize("status", [{}, {"status": "ok"}])
    def test_a_row_with_an_error_has_failed(self, any_table, error, status):
        rows = [
            {"name": "a", "labels": ["sad"], "error": None},
            {"name": "b", "labels": ["sad"], "error": error} | status,
        ]
        predictions = load_predictions(any_table("preds", rows), MELD)
        assert predictions.failed.tolist() == [False, True]
        assert (predictions.account.failed, predictions.account.given) == (1, 1)

    @pytest.mark.parametrize("error", ["", " ", None, "nan", "None", "N/A", "False", "0", "no"])
    def test_an_empty_error_is_none(self, any_table, error):
        rows = [{"name": "a", "labels": ["sad"], "error": error}, {"name": "b", "labels": ["sad"], "error": "x"}]
        assert load_predictions(any_table("preds", rows), MELD).failed.tolist() == [False, True]

    @pytest.mark.parametrize("error", [False, 0, [], {}, np.array([]), np.False_, float("nan")])
    def test_nothing_of_another_type_is_none_either(self, error):
        made = account([{"labels": ["sad"], "error": error}, {"labels": ["sad"], "error": {"code": 500}}])
        assert made.failed == 1

    @pytest.mark.parametrize("kind", [pa.bool_(), pa.int64(), pa.float64()])
    def test_arrow_types_of_errors(self, kind):
        columns = {"name": ["a", "b", "c"], "labels": [["sad"]] * 3, "error": pa.array([0, 1, None]).cast(kind)}
        if kind == pa.float64():
            columns["error"] = pa.array([float("nan"), 1.0, None], kind)
        assert predictions_from_table(Table(Path("x"), columns, 3), MELD).failed.tolist() == [False, True, False]

    @pytest.mark.parametrize("status", ["OK", "Ok", " ok ", "nan", ""])
    def test_ok_in_any_case(self, any_table, status):
        rows = [
            {"name": "a", "labels": ["sad"], "status": status},
            {"name": "b", "labels": ["sad"], "status": "FAILED"},
        ]
        assert load_predictions(any_table("preds", rows), MELD).failed.tolist() == [False, True]


class TestPolarity:
    def test_words_in_other_spellings_count_and_complements_are_said(self):
        rows = [{"polarity": word} for word in ("Positive.", "neg", "non-negative", "positive")]
        made = account(rows, MOSI)
        assert counts(made) == {}
        assert made.besides[Reason.COMPLEMENT].count == 1
        assert "non-negative" in made.remarks()[0]

    @pytest.mark.parametrize(("odd", "refused"), [(1, False), (2, False), (3, True)])
    def test_a_column_of_mostly_odd_words_is_refused(self, any_table, odd, refused):
        words = ["mixed"] * odd + ["positive"] * 2 + [None]
        path = any_table("preds", [{"name": f"v{i}", "polarity": word} for i, word in enumerate(words)])
        if refused:
            with pytest.raises(
                InputError, match=r"'polarity' must be positive, .* not 'mixed' \(3 of 5 words are none of these\)"
            ):
                load_predictions(path, MOSI)
        else:
            made = load_predictions(path, MOSI).account
            assert counts(made) == {Reason.NO_ANSWER: 1, Reason.ODD: odd}

    def test_neutral_by_default_is_told_from_neutral(self):
        rows = [
            {"labels": ["xylophone"]},
            {"labels": ["neutral"]},
            {"labels": []},
            {"text": "It is calm."},
            {"text": "B"},
        ]
        made = account([{"labels": None, "text": None} | row for row in rows], MOSI)
        assert counts(made) == {Reason.UNKNOWN: 1, Reason.EMPTY: 1, Reason.SYMBOL: 1}
        assert made.without[Reason.UNKNOWN].text == "xylophone"


class TestText:
    def test_every_reason_has_its_number_and_its_first_row(self):
        texts = [
            "sad",
            "B",
            "<think>so",
            "C",
            "Je suis",
            "I cannot say.",
            "Error: x",
            "とても",
            "I can't see his face, but he sounds sad.",
            "none",
        ]
        made = account([{"text": text} for text in texts])
        expected = {
            "SYMBOL": (2, "line 2"),
            "CUT_OFF": (1, "line 3"),
            "NOTHING": (1, "line 5"),
            "REFUSAL": (1, "line 6"),
        }
        expected |= {"ERROR": (1, "line 7"), "LANGUAGE": (1, "line 8"), "STATEMENT": (1, "line 10")}
        assert {reason.name: (found.count, found.first) for reason, found in made.without.items()} == expected
        assert {reason.name: found.first for reason, found in made.besides.items()} == {"REFUSAL_READ": "line 9"}
        assert (made.given, made.read, made.nothing) == (0, {"rules@2": 10}, 8)
        assert len(made.remarks()) == 8
        assert made.summary().startswith(
            "answers: 0 given, 10 read from text by rules@2, 8 without a label: 1 × cut off"
        )
        assert made.to_dict()["without"]["refusal"] == {"count": 1, "first": "line 6", "text": "I cannot say."}

    def test_an_empty_list_beside_a_text_that_gives_labels(self):
        rows = [{"labels": [], "text": "angry, calm"}] * 3 + [{"labels": ["sad"], "text": "sad"}]
        made = account(rows)
        assert counts(made) == {Reason.BESIDE_TEXT: 3}
        assert "finds labels in 3 of the texts, such as 'angry, calm'" in made.remarks()[0]
        assert made.refusal() is None

    def test_an_empty_list_beside_a_text_that_says_neutral_is_none_of_an_extractor_that_failed(self):
        made = account([{"labels": [], "text": "He seems neutral."}])
        assert counts(made) == {Reason.BESIDE_TEXT: 1}
        assert "finds labels" not in made.remarks()[0]

    @pytest.mark.parametrize("item", ["none", "No emotion", "N/A", "null", "nan"])
    def test_a_list_that_says_that_there_is_none_is_counted_and_never_refused(self, item):
        made = account([{"labels": [item]}] * 3)
        assert counts(made) == {Reason.STATEMENT: 3}
        assert made.missing == 0
        assert made.refusal() is None
        assert counts(account([{"labels": [item, "sad"]}])) == {}

    def test_what_an_extractor_found_before_is_counted_as_if_it_were_read_now(self):
        texts = ["sad", "B", "<think>so"]
        now = account([{"text": text} for text in texts])
        before = account([{"text": t, "labels": extract_labels(t), "labels_from": "rules@2"} for t in texts])
        assert now.to_dict() == before.to_dict()
        assert before.refusal()

    @pytest.mark.parametrize(("silent", "refused"), [(2, False), (3, True)])
    def test_more_than_half_without_an_answer_is_too_much(self, silent, refused):
        rows = [{"text": "B"}] * silent + [{"text": "sad"}] * 2 + [{"text": None}, {"text": "B", "status": "failed"}]
        assert bool(account(rows).refusal()) == refused


TEXTS = [
    "sad",
    "happy, calm",
    "B",
    "-1.5",
    "<think>so",
    "I cannot say.",
    "Error: x",
    "とても",
    "La vida",
    "none",
    "",
    " ",
    None,
]
LISTS = [["sad"], ["happy", "none"], [], ["none"], ["xylophone"], None, "nan", "", "[]", "[sad]", "<NA>", float("nan")]
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "text": st.sampled_from(TEXTS),
        "labels": st.sampled_from(LISTS),
        "polarity": st.sampled_from(
            ["positive", "neutral", "mixed", "non-negative", "Neg.", None, "null", float("nan")]
        ),
        "status": st.sampled_from(["ok", "failed", None, "OK"]),
        "error": st.sampled_from([None, "", "time-out"]),
        "labels_from": st.sampled_from([None, "given", "rules@2", "hf(m,p)"]),
        "polarity_from": st.sampled_from([None, "rules@2"]),
    },
)


def is_null(value):
    if isinstance(value, str):
        return value.strip().lower() in {"", "nan", "null", "<na>", "none"}
    return value is None or value != value  # noqa: PLR0124 - not a number


def own_labels(row):
    """The labels that a row contributes; None if it holds nothing at all."""
    labels, text = row.get("labels"), row.get("text")
    if not is_null(labels):
        found = labels if isinstance(labels, list) else labels.strip("[]").split(",")
        return [label for label in found if label]
    return extract_labels(text) if text and text.strip() else None


def contributes(row, needed):
    """By the definition, and not by the code: whether a row gives a label, or a polarity, of its own."""
    if row.get("status") == "failed" or row.get("error"):
        return True  # failed is counted apart
    if needed == "labels":
        return any(label != "none" for label in own_labels(row) or [])
    word, labels = row.get("polarity"), row.get("labels")
    if is_null(word):
        derived = own_labels(row) if not is_null(labels) and own_labels(row) else own_labels({"text": row.get("text")})
        return any(label not in {"none", "xylophone"} for label in derived or [])
    if word == "neutral" and row.get("polarity_from") and not is_null(labels):
        return any(label not in {"none", "xylophone"} for label in own_labels(row))
    return word != "mixed"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROWS, min_size=1, max_size=12), st.sampled_from(["labels", "polarity"]))
def test_the_rows_that_contribute_nothing_are_exactly_those_accounted_for(rows, needed):
    rows = [*rows, {needed: ["sad"] if needed == "labels" else "positive", "text": "sad", "labels": ["sad"]}]
    words = [row["polarity"] for row in rows if not is_null(row.get("polarity"))]
    if needed == "polarity" and 2 * words.count("mixed") > len(words):
        with pytest.raises(InputError, match="must be positive, negative or neutral"):
            account(rows, MOSI)
        return
    made = account(rows, MELD if needed == "labels" else MOSI)
    assert made.nothing == sum(not contributes(row, needed) for row in rows)
    assert made.rows == len(rows) == made.given + sum(made.read.values()) + made.failed + made.missing
    assert all(found.count > 0 and found.first.startswith("line ") for found in made.without.values())
    assert sum(f": {reason}" in line for line in made.remarks() for reason in made.without) == 0
    assert len([line for line in made.remarks() if "(first: line " in line]) == len(made.without) + len(made.besides)


def test_a_million_rows_without_a_gap_need_no_account_of_single_rows(monkeypatch):
    monkeypatch.setattr(Account, "count", lambda *_: pytest.fail("a row was looked at"))
    names = pa.array([f"s{number}" for number in range(1000)], pa.large_string())
    table = Table(Path("a.parquet"), {"name": names, "labels": pa.array(["[sad]"] * 1000, pa.large_string())}, 1000)
    assert predictions_from_table(table, MELD, Rules()).account.given == 1000


def test_polarity_of_the_property_test():
    assert polarity(["xylophone"]) == polarity(["none"]) == "neutral"
