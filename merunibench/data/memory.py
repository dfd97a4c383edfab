"""Predictions and ground truth that are already in memory, as the same tables that files are read into."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from merunibench.data.arranging import Arrangement
from merunibench.data.discovery import DEFAULT_CHECKPOINT, OpenTable, PredictionSource
from merunibench.data.tables import Table
from merunibench.errors import InputError
from merunibench.tasks import TASKS, get_task, task_order

if TYPE_CHECKING:
    import pandas as pd


def predictions_in_memory(
    data: Mapping[str, object], *, model: str | None = None, arrangement: Arrangement | None = None
) -> PredictionSource:
    """Predictions as `open_predictions` finds them in files.

    Args:
        data: Data set -> data frame with the columns of a predictions file, or sample name -> labels (sentiment:
            polarity word).
        model: The model's name.
        arrangement: What columns and names are, where they are not as in the contract.

    Raises:
        InputError: a data set is unknown, or its data is neither.
    """
    tables = {get_task(name).id: value for name, value in data.items()}
    files = {
        name: {DEFAULT_CHECKPOINT: OpenTable(_table(tables[name], name, TASKS[name].of_kind.answer))}
        for name in task_order(tables)
    }
    return PredictionSource(model or "model", files, arrangement=arrangement or Arrangement())


def truth_in_memory(data: Mapping[str, object]) -> dict[str, Table]:
    """Ground truth by data set: from data frames with the columns `name` and `label`, or sample name -> label.

    Raises:
        InputError: a data set is unknown, or its data is neither.
    """
    return {get_task(name).id: _table(value, f"ground truth of {name}", "label") for name, value in data.items()}


def _table(data: object, title: str, column: str) -> Table:
    if _is_frame(data):
        present = data.notna()
        columns: dict[str, list[Any]] = {
            str(name): [value if there else None for value, there in zip(data[name], present[name], strict=True)]
            for name in data.columns
        }
    elif isinstance(data, Mapping):
        columns = {"name": list(data), column: list(data.values())}
    else:
        raise InputError(f"{title}: give a data frame, or a mapping from sample names, not {type(data).__name__}")
    rows = len(next(iter(columns.values()), []))
    if rows == 0:
        raise InputError(f"{title}: is empty: it has no rows")
    return Table(Path(title), columns, rows)


def _is_frame(data: object) -> "TypeGuard[pd.DataFrame]":
    # By name: whoever passes a data frame has imported pandas, nobody else should have to.
    return type(data).__module__.partition(".")[0] == "pandas" and type(data).__name__ == "DataFrame"
