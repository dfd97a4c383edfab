"""Values that were measured elsewhere, from a table with the columns `name` and `value`."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from merunibench._text import short_repr
from merunibench.data import Table, read_table
from merunibench.data.columns import find_column, name_column, python_values
from merunibench.errors import InputError, MediaError
from merunibench.media import file_hash
from merunibench.speaking.base import Clip, Measured, rounded


class Measurements:
    """The values of a table, unchanged; an empty value means a clip without speech."""

    def __init__(self, path: Path) -> None:
        """Read the table.

        Raises:
            InputError: it cannot be read, lacks a column, or a value is not a number from 0 to 1.
        """
        self._path = path
        self._values = values_of(path)
        self.name = f"file:{file_hash(path)}"

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Speaker`."""
        return {"speaker": self.name}

    def measure(self, clip: Clip) -> Measured:
        """Return the value of a clip.

        Raises:
            MediaError: the table has no row of this name.
        """
        if clip.name not in self._values:
            raise MediaError(f"{self._path.name}: has no row of this name")
        return Measured(rounded(self._values[clip.name]))


def values_of(path: Path) -> dict[str, float | None]:
    """Read values by name from a table with the columns `name` and `value`.

    Raises:
        InputError: it cannot be read, lacks a column, or a value is not a number from 0 to 1.
    """
    table = read_table(path)
    names: list[str] = name_column(table).to_pylist()
    values = python_values(table, find_column(table, "value"))
    return {name: _share(value, table, row) for row, (name, value) in enumerate(zip(names, values, strict=True))}


def _share(given: object, table: Table, row: int) -> float | None:
    if given is None or given == "":
        return None
    try:
        value = math.nan if isinstance(given, bool) else float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not 0 <= value <= 1:
        raise InputError(f"{table.where(row)}: value {short_repr(given)} must be a number from 0 to 1, or empty")
    return value
