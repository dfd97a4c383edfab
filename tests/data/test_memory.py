"""Tables in memory: the same scores from whatever holds the rows."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from merunibench import evaluate
from merunibench.errors import InputError

ROWS = [{"name": "a", "labels": ["happy"]}, {"name": "b", "labels": None}, {"name": "c", "labels": ["angry", "calm"]}]
TRUTH = {"meld": {"a": "joy", "b": "sadness", "c": "anger"}}


class Stream:
    """A table of a library that offers Arrow's stream, as polars does."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


def indexed(name=None):
    frame = pd.DataFrame(ROWS).set_index("name")
    frame.index.name = name
    return frame


TABLES = {
    "list": ROWS,
    "tuple": tuple(ROWS),
    "frame": pd.DataFrame(ROWS),
    "index": indexed(),
    "named index": indexed("name"),
    "series": indexed()["labels"],
    "mapping": {row["name"]: row["labels"] for row in ROWS},
    "arrays": {row["name"]: np.array(row["labels"] or [], str) for row in ROWS},
    "sets": {row["name"]: row["labels"] and {*row["labels"]} for row in ROWS},
    "columns": {key: [row[key] for row in ROWS] for key in ("name", "labels")},
    "odd keys": [{**row, 1: "x", None: "y"} for row in ROWS],
    "table": pa.Table.from_pylist(ROWS),
    "batch": pa.RecordBatch.from_pylist(ROWS),
    "stream": Stream(pa.Table.from_pylist(ROWS)),
}


@pytest.mark.parametrize("kind", TABLES)
def test_every_table(kind):
    report = evaluate({"meld": TABLES[kind]}, TRUTH, missing="zero", bootstrap=0)
    assert report["meld"].score == pytest.approx(2 / 3)
    assert report["meld"].labels_per_sample is not None


def test_a_data_set_of_hugging_face():
    datasets = pytest.importorskip("datasets")
    data = datasets.Dataset.from_list([*ROWS, {"name": "d", "labels": ["x"]}]).select([2, 0, 1])
    assert evaluate({"meld": data}, TRUTH, missing="zero", bootstrap=0)["meld"].score == pytest.approx(2 / 3)


def test_tables_that_cannot_be_told_apart():
    datasets = pytest.importorskip("datasets")
    splits = datasets.DatasetDict({"train": datasets.Dataset.from_list(ROWS), "test": datasets.Dataset.from_list(ROWS)})
    for data, message in (
        (splits, "give one of the splits train, test"),
        (pd.DataFrame([["a", "x", "y"]], columns=["name", "labels", "labels"]), "column 'labels' appears twice"),
        ({"name": ["a", "b"], "labels": ["x"]}, "different numbers of rows: 2 in 'name', 1 in 'labels'"),
    ):
        with pytest.raises(InputError, match=f"meld: .*{message}"):
            evaluate({"meld": data}, TRUTH)


@pytest.mark.parametrize("data", [5, [3], "text", [ROWS], object()])
def test_what_is_no_table(data):
    with pytest.raises(InputError, match="meld: give a data frame, an Arrow table, a list of rows, or a mapping"):
        evaluate({"meld": data}, TRUTH)


@pytest.mark.parametrize("data", [[], {}, pd.DataFrame(ROWS).iloc[:0], pa.table({"name": pa.array([], pa.string())})])
def test_empty(data):
    with pytest.raises(InputError, match="meld: is empty: it has no rows"):
        evaluate({"meld": data}, TRUTH)


@pytest.mark.parametrize(
    "value", [1.2, 1, "1.2", np.float32(1.2), np.float16(1), np.int8(1), np.uint64(2), np.str_("1"), Decimal("0.5")]
)
def test_numbers_of_every_kind(value):
    assert evaluate({"mosi": {"a": "positive"}}, {"mosi": {"a": value}}, bootstrap=0)["cmumosi"].score == 1
    if value == int(float(value)) == 1:
        assert evaluate({"meld": {"a": "joy"}}, {"meld": {"a": value}}, bootstrap=0)["meld"].scored


@pytest.mark.parametrize(
    "value", [bool(1), np.bool_(1), 1j, None, float("nan"), np.float64("inf"), Decimal("NaN"), "x", []]
)
def test_no_numbers(value):
    with pytest.raises(InputError, match=r"row 1: 'label': .* is not a finite number"):
        evaluate({"mosi": {"a": "positive"}}, {"mosi": {"a": value}})
