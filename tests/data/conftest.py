"""Small tables in every format, and how two results are compared."""

import gzip
import json

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest


def write_json_lines(path, rows):
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def write_delimited(path, rows):
    delimiter = "\t" if path.suffix == ".tsv" else ","
    columns = list(dict.fromkeys(key for row in rows for key in row))

    def cell(value):
        text = "" if value is None else f"[{', '.join(value)}]" if isinstance(value, list) else str(value)
        return '"' + text.replace('"', '""') + '"'

    lines = [columns] + [[cell(row.get(column)) for column in columns] for row in rows]
    path.write_text("".join(delimiter.join(line) + "\n" for line in lines), encoding="utf-8")


def write_parquet(path, rows):
    pa.parquet.write_table(pa.Table.from_pylist(rows), path, row_group_size=3)


def write_arrow_file(path, rows):
    pa.feather.write_feather(pa.Table.from_pylist(rows), str(path), chunksize=2)


def write_arrow_stream(path, rows):
    table = pa.Table.from_pylist(rows)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


WRITERS = {
    ".jsonl": write_json_lines,
    ".jsonl.gz": write_json_lines,
    ".csv": write_delimited,
    ".tsv": write_delimited,
    ".parquet": write_parquet,
    ".feather": write_arrow_file,
    ".arrow": write_arrow_stream,
}


@pytest.fixture(params=WRITERS)
def any_table(request, tmp_path):
    """A function (stem, rows) -> path that writes a table; the test runs once for each format."""

    def write(stem, rows):
        path = tmp_path / f"{stem}{request.param}"
        WRITERS[request.param](path, rows)
        return path

    return write


@pytest.fixture
def jsonl(tmp_path):
    """A function (name, rows) -> path that writes JSON Lines below the temporary folder."""

    def write(name, rows):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json_lines(path, rows)
        return path

    return write


@pytest.fixture
def same_predictions():
    """Whether two Predictions hold the same, row by row."""

    def compare(left, right):
        labels = [None if p.labels is None else [p.labels[row] for row in range(len(p))] for p in (left, right)]
        polarity = [None if p.polarity is None else p.polarity.tolist() for p in (left, right)]
        return (
            left.names.equals(right.names)
            and labels[0] == labels[1]
            and polarity[0] == polarity[1]
            and left.failed.tolist() == right.failed.tolist()
        )

    return compare
