"""The samples of one file: one row per sample, columns by name, and the location of a row for messages."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from merunibench._text import short_repr
from merunibench.errors import InputError

MAX_COLUMNS = 1000
"""Limit against small files whose rows all have different keys, which would need rows × keys cells."""

_LISTED = 10
_COUNTED = 10_000


@dataclass(frozen=True, eq=False)
class Table:
    """The samples of one file.

    Attributes:
        path: The file or folder it was read from.
        columns: Values by column name, each of length `num_rows`: a list (text formats) or a `pyarrow.Array`.
        num_rows: Number of samples, N.
        lines: Line number of each row of the file; None if rows are not lines.
        rows: Row number in the file of each row, shape (N,), if some are left out; None if all are present.
        remarks: Irregularities of the file that readers of its scores should know.
        num_bytes: Unpacked size in bytes, for JSON Lines; 0 if it was not counted.
    """

    path: Path
    columns: Mapping[str, Any]
    num_rows: int
    lines: Sequence[int] | None = None
    rows: Sequence[int] | npt.NDArray[np.intp] | None = None
    remarks: tuple[str, ...] = ()
    num_bytes: int = 0

    def where(self, row: int) -> str:
        """Return the location of a row, counted from 1: `preds.jsonl, line 3` or `preds.parquet, row 3`."""
        return f"{self.path}, {self._place(row)}"

    def _place(self, row: int) -> str:
        row = row if self.rows is None else int(self.rows[row])
        return f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}"

    def refusal(self, problems: Iterable[tuple[int, str]]) -> InputError:
        """Return the error for at least one invalid row, each given with its problem."""
        return refusal(self.path, ((self._place(row), reason) for row, reason in problems))


class RowLimits(NamedTuple):
    """Limits for untrusted JSON Lines, checked while reading, before they fill the memory.

    Attributes:
        lines: Maximum number of lines, including blank ones.
        line: Maximum number of bytes per line.
        fault: Returns what is wrong with a row, empty if it is valid; invalid rows are not kept.
    """

    lines: int
    line: int
    fault: Callable[[Mapping[str, Any]], str]

    def held(self, lines: Iterable[bytes], path: Path) -> Iterator[bytes]:
        """Yield the lines, checking their number and lengths.

        Raises:
            InputError: there are too many lines, or one is too long.
        """
        for number, line in enumerate(lines, start=1):
            if number > self.lines:
                raise InputError(f"{path}: more than {self.lines} lines, the maximum")
            if len(line) > self.line:
                raise InputError(f"{path}, line {number}: longer than {self.line} bytes, the maximum")
            yield line


def refusal(path: Path, problems: Iterable[tuple[str, str]]) -> InputError:
    """Return the error for at least one problem in a file: names the first ten, and the number of the others.

    Args:
        path: The file.
        problems: Locations (`line 3`), and what is wrong there.
    """
    found = iter(problems)
    texts = [f"{where}: {reason}" for where, reason in islice(found, _LISTED)]
    more = sum(1 for _ in islice(found, _COUNTED))
    rest = f"; … and {more} more{' at least' if more == _COUNTED else ''}" if more else ""
    return InputError(f"{path}, {'; '.join(texts)}{rest}")


def columns_of_rows(rows: Iterable[Mapping[str, Any]], path: Path) -> tuple[dict[str, list[Any]], int]:
    """Return rows as columns, with None for missing keys, and the number of rows.

    Raises:
        InputError: the rows have too many different keys.
    """
    columns: dict[str, list[Any]] = {}
    count = 0
    # Fill columns directly: keeping a million row objects alive would take more time than parsing them.
    for row in rows:
        for name in row:
            if name not in columns:
                columns[name] = [None] * count
        for name, column in columns.items():
            column.append(row.get(name))
        count += 1
        if len(columns) > MAX_COLUMNS:
            raise InputError(f"{path}, row {count}: more than {MAX_COLUMNS} different keys so far; a row needs a few")
    return columns, count


def refuse_repeated(names: Iterable[str], where: str) -> None:
    """Refuse a table with duplicate column names.

    Raises:
        InputError: two columns have the same name.
    """
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f"{where}: column {short_repr(twice[0])} appears twice; rename one")
