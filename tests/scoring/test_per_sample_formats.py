"""Per-sample files as CSV and Parquet hold what the JSON Lines hold, and are read back equal."""

import csv

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merunibench import InputError, compare, evaluate
from merunibench.data import read_table
from merunibench.scoring import is_per_sample_file, per_sample
from merunibench.scoring.per_sample_formats import as_json_cells, without_json_cells, write_csv, write_parquet
from tests.small import write_files

HOSTILE = "=HYPERLINK(1), \"'<script>\u202e"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return evaluate(*write_files(tmp_path_factory.mktemp("small")), bootstrap=0)


def _read(path):
    table = read_table(path)
    if as_json_cells(table):
        table = without_json_cells(table)
    columns = {name: list(values) for name, values in table.columns.items()}
    return [{name: columns[name][row] for name in sorted(columns)} for row in range(table.num_rows)]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_every_format_holds_the_same_rows(report, tmp_path, ending):
    for name in (f"a.{ending}", "a.jsonl"):
        report.named(HOSTILE).write_per_sample(tmp_path / name)
    assert _read(tmp_path / f"a.{ending}") == _read(tmp_path / "a.jsonl")
    assert is_per_sample_file(tmp_path / f"a.{ending}")
    systems = per_sample.read(tmp_path / f"a.{ending}")
    assert list(systems) == [each.dataset for each in report.datasets]
    for name, system in systems.items():
        assert system.model == HOSTILE
        assert system.scores.score == report[name].score


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_comparison_is_the_same_from_every_format(report, tmp_path, ending):
    report.write_per_sample(tmp_path / f"a.{ending}")
    report.write_per_sample(tmp_path / "a.jsonl")
    found = [compare(tmp_path / name, report, resamples=20).to_dict() for name in (f"a.{ending}", "a.jsonl")]
    assert found[0] == found[1]


def test_a_spreadsheet_computes_nothing_of_it(report, tmp_path):
    report.named("=1+1").write_per_sample(tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert '"=1+1"' in cells
    # A number below zero is the one cell that may begin with a sign.
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))]


def test_the_same_bytes_on_a_second_run(report, tmp_path):
    for ending in ("csv", "parquet"):
        for name in "ab":
            report.write_per_sample(tmp_path / f"{name}.{ending}")
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {"name": st.text(st.characters(codec="utf-8", exclude_characters="\0"))},
            optional={
                "hits": st.none() | st.integers(0, 5) | st.lists(st.integers(0, 5)),
                "labels": st.lists(st.text()),
            },
        ).map(lambda row: row | {"hits": row.get("hits"), "signature": "mub|x"}),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    wanted = [{"labels": None, **row} for row in rows]
    for ending, write in (("csv", write_csv), ("parquet", write_parquet)):
        write(folder / f"a.{ending}", rows)
        found = _read(folder / f"a.{ending}")
        assert [{"labels": None, **row} for row in found] == [dict(sorted(row.items())) for row in wanted]


def test_a_cell_that_is_no_json_is_refused_by_its_place(report, tmp_path):
    report.write_per_sample(tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_text("utf-8")
    (tmp_path / "a.csv").write_text(text.replace('"[[', '"[[[[NaN', 1), encoding="utf-8")
    with pytest.raises(InputError, match="line 2: truth must be JSON"):
        per_sample.read(tmp_path / "a.csv")


def test_parquet_holds_columns_of_text(report, tmp_path):
    report.write_per_sample(tmp_path / "a.parquet")
    assert {str(field.type) for field in pq.read_schema(tmp_path / "a.parquet")} == {"large_string"}
