"""Write any predictions as JSON Lines in the documented layout: one row per sample, without losing data."""

import gzip
import io
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from merunibench.data.cells import written_nulls
from merunibench.data.columns import label_column, name_column, python_values, text_column
from merunibench.data.discovery import DEFAULT_CHECKPOINT, PredictionSource
from merunibench.data.predictions import failed_rows, polarity_column
from merunibench.data.tables import Table
from merunibench.errors import InputError
from merunibench.files import open_atomic, whole_set
from merunibench.labels import parse_label_field

Columns = dict[str, list[Any]]


def convert(source: PredictionSource, out: Path) -> list[Path]:
    """Write every file of `source` as JSON Lines below `out`.

    The unnamed checkpoint becomes `<out>/<dataset>.jsonl`, a named one `<out>/<checkpoint>/<dataset>.jsonl`. Label-list
    text becomes a list; additional columns are kept if their values can be written as JSON. The same input gives the
    same bytes, and reading the output gives the same predictions.

    Args:
        source: The predictions.
        out: The folder to write into.

    Returns:
        The files written.

    Raises:
        UnsafeFileError: an input would run code or fill the memory.
        InputError: an input cannot be read, or an output cannot be written. In this case no file is written.
    """
    with whole_set(out) as folder:
        written = []
        for file in conversions(source, folder):
            file.write()
            written.append(out / file.path.relative_to(folder))
    return written


@dataclass(frozen=True, eq=False)
class Conversion:
    """One file of predictions, read and not yet written.

    Attributes:
        path: The file to write.
        table: The table that was read.
        columns: The columns to write, in the documented key order; callers may fill and add columns.
    """

    path: Path
    table: Table
    columns: Columns

    def write(self) -> None:
        """Write the columns as JSON Lines, gzip-compressed if the name ends in `.gz`.

        Raises:
            InputError: the file cannot be written.
        """
        with _lines_to(self.path) as stream:
            stream.writelines(_lines(self.table, self.columns))


def conversions(source: PredictionSource, out: Path) -> Iterator[Conversion]:
    """Yield the files of `source`, read one after the other, as `convert` writes them.

    Raises:
        UnsafeFileError: an input would run code or fill the memory.
        InputError: an input cannot be read.
    """
    for dataset, checkpoints in source.files.items():
        for checkpoint in checkpoints:
            folder = out if checkpoint == DEFAULT_CHECKPOINT else out / checkpoint
            table = source.table(dataset, checkpoint)
            yield Conversion(folder / f"{dataset}.jsonl", table, converted_columns(table))


@contextmanager
def _lines_to(path: Path) -> Iterator[IO[str]]:
    if path.suffix != ".gz":
        with open_atomic(path) as stream:
            yield stream
        return
    # Store neither time nor file name in the archive, so that the same lines give the same bytes.
    with (
        open_atomic(path, "wb") as stream,
        gzip.GzipFile("", "wb", fileobj=stream, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as text,
    ):
        yield text


def converted_columns(table: Table) -> Columns:
    """Return the columns of the output in the documented key order, validated as for scoring."""
    table = written_nulls(table)
    columns: Columns = {"name": name_column(table).to_pylist()}
    if "text" in table.columns:
        columns["text"] = text_column(table, "text").to_pylist()
    if "labels" in table.columns:
        label_column(table, "labels")
        fields = python_values(table, "labels")
        columns["labels"] = [None if field is None else parse_label_field(field) for field in fields]
    if "polarity" in table.columns:
        polarity_column(table, "polarity")
        columns["polarity"] = python_values(table, "polarity")
    columns["status"] = ["failed" if failed else "ok" for failed in failed_rows(table).tolist()]
    for name in {"labels_from", "polarity_from"} & table.columns.keys():
        text_column(table, name)
    own = [name for name in table.columns if name not in columns and name != "error"]
    for name in (["error"] if "error" in table.columns else []) + own:
        columns[name] = python_values(table, name)
    return columns


def _lines(table: Table, columns: Columns) -> Iterator[str]:
    """Yield each row as a line of JSON, without missing values and values that JSON cannot represent."""
    for row, values in enumerate(zip(*columns.values(), strict=True)):
        try:
            sample = {key: value for key, value in zip(columns, values, strict=True) if _is_json(value)}
            yield json.dumps(sample, ensure_ascii=False) + "\n"
        except RecursionError as error:
            raise InputError(f"{table.where(row)}: nested too deeply") from error


def _is_json(value: object) -> bool:
    """Return whether a value is valid JSON; null is left out, since it carries no information."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list):
        return all(item is None or _is_json(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and (item is None or _is_json(item)) for key, item in value.items())
    return isinstance(value, str | int)
