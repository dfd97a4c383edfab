"""Convert predictions and ground truth in memory into the same tables that files are read into."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

import pyarrow as pa

from merunibench._text import listed, short_repr
from merunibench.data.arranging import Arrangement
from merunibench.data.columnar import ArrowColumns, columns_of
from merunibench.data.discovery import DEFAULT_CHECKPOINT, OpenTable, PredictionSource
from merunibench.data.documents import FIELDS
from merunibench.data.table import Table, columns_of_rows, refuse_repeated
from merunibench.errors import InputError
from merunibench.files.reading import reading
from merunibench.tasks import BUILTIN, TaskSet


def predictions_in_memory(
    data: Mapping[str, object],
    *,
    model: str | None = None,
    arrangement: Arrangement | None = None,
    tasks: TaskSet = BUILTIN,
) -> PredictionSource:
    """Return predictions in memory as `open_predictions` returns those in files.

    Args:
        data: Data set -> table with the columns of a predictions file (a pandas or polars data frame, an Arrow table
            or record batch, a Hugging Face data set, a list of rows, or lists by column; names may be the index of a
            frame), or sample name -> labels (sentiment: polarity word), as mapping or series.
        model: The model's name.
        arrangement: How to read columns and names that differ from the expected ones.
        tasks: The known data sets.

    Raises:
        InputError: a data set is unknown, or its data has another type.
    """
    tables = {tasks.get_task(name).id: value for name, value in data.items()}
    files = {
        name: {DEFAULT_CHECKPOINT: OpenTable(_table(tables[name], name, tasks[name].of_kind.answer))}
        for name in tasks.in_order(tables)
    }
    return PredictionSource(model or "model", files, arrangement=arrangement or Arrangement(), tasks=tasks)


def truth_in_memory(data: Mapping[str, object], tasks: TaskSet = BUILTIN) -> dict[str, Path | Table]:
    """Return ground truth by data set: tables with columns `name` and `label`, sample name -> label, or label files.

    Raises:
        InputError: a data set is unknown, or its data has another type.
    """
    return {
        tasks.get_task(name).id: value if isinstance(value, Path) else _table(value, f"ground truth of {name}", "label")
        for name, value in data.items()
    }


def _table(data: object, title: str, column: str) -> Table:
    """Return a table in memory, or a table of names and the values of `column`."""
    columns: Mapping[str, Any]
    if _is(data, "pandas", "DataFrame"):
        columns = _of_frame(data, title)
    elif _is(data, "pandas", "Series"):
        columns = {"name": list(data.index), column: _values(data)}
    elif _is(data, "datasets", "DatasetDict"):
        raise InputError(f"{title}: give one of the splits {listed(map(str, data))}, not all of them")
    elif isinstance(data, Mapping):
        columns = _columns(data, title) or {"name": list(data), column: list(data.values())}
    elif isinstance(data, list | tuple) and all(isinstance(row, Mapping) for row in data):
        columns, _ = columns_of_rows(({str(key): row[key] for key in row} for row in data), Path(title))
    elif (table := _arrow(data, title)) is not None:
        columns = columns_of(table, Path(title), sys.maxsize)
    else:
        raise InputError(
            f"{title}: give a data frame, an Arrow table, a list of rows, or a mapping from sample names, not "
            f"{type(data).__name__}"
        )
    rows = columns.num_rows if isinstance(columns, ArrowColumns) else len(next(iter(columns.values()), []))
    if rows == 0:
        raise InputError(f"{title}: is empty: it has no rows")
    return Table(Path(title), columns, rows)


def _columns(data: Mapping[Any, Any], title: str) -> Mapping[str, Any] | None:
    """Return the mapping if it contains columns, `name` and others; None if it maps sample names to answers."""
    if (
        "name" not in data
        or len(FIELDS & data.keys()) == 1
        or not all(isinstance(each, list) for each in data.values())
    ):
        return None
    lengths = {str(name): len(column) for name, column in data.items()}
    if len({*lengths.values()}) > 1:
        held = ", ".join(f"{length} in {short_repr(name)}" for name, length in lengths.items())
        raise InputError(f"{title}: its columns have different numbers of rows: {held}")
    return data


def _of_frame(data: Any, title: str) -> dict[str, list[Any]]:  # noqa: ANN401 - a data frame
    """Return the columns of a pandas data frame; an index of names becomes a column."""
    refuse_repeated(map(str, data.columns), title)
    columns = {str(name): _values(data[name]) for name in data.columns}
    if "name" not in columns and (data.index.name == "name" or all(isinstance(each, str) for each in data.index)):
        columns = {"name": list(data.index), **columns}
    return columns


def _values(series: Any) -> list[Any]:  # noqa: ANN401 - a column of pandas
    return [value if there else None for value, there in zip(series, series.notna(), strict=True)]


def _arrow(data: object, title: str) -> pa.Table | None:
    """Return an Arrow table of an object that provides one: Arrow, a Hugging Face data set, a polars frame."""
    if _is(data, "datasets", "Dataset"):
        data = data.with_format("arrow")[:]
    if not (hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")):
        return None
    with reading(Path(title), pa.ArrowException, ValueError, TypeError):
        return pa.table(data)


def _is(data: Any, package: str, name: str) -> TypeGuard[Any]:  # noqa: ANN401
    # Compare names, so that the package is only imported by callers who pass such an object.
    return type(data).__module__.partition(".")[0] == package and type(data).__name__ == name
