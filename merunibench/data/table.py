"""The samples of one file: a row per sample, columns by name, and the place of a row for messages."""

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
"""Rows whose keys all differ would make a table of rows × keys cells out of a small file."""

_LISTED = 10
_COUNTED = 10_000


@dataclass(frozen=True, eq=False)
class Table:
    """The samples of one file.

    Attributes:
        path: The file or folder it was read from.
        columns: Values by column name, each of length `num_rows`: a list (text formats) or a `pyarrow.Array`.
        num_rows: How many samples there are, N.
        lines: Line of each row of the file; None where rows are no lines.
        rows: Which row of the file each one is, shape (N,), where some are left out; None where they are all.
        remarks: What was odd about the file, for whoever reads its scores.
        num_bytes: How many bytes of JSON Lines it was, unpacked; 0 where that was not counted.
    """

    path: Path
    columns: Mapping[str, Any]
    num_rows: int
    lines: Sequence[int] | None = None
    rows: Sequence[int] | npt.NDArray[np.intp] | None = None
    remarks: tuple[str, ...] = ()
    num_bytes: int = 0

    def where(self, row: int) -> str:
        """The place of a row, for messages: `preds.jsonl, line 3` or `preds.parquet, row 3`, counted from 1."""
        return f"{self.path}, {self._place(row)}"

    def _place(self, row: int) -> str:
        row = row if self.rows is None else int(self.rows[row])
        return f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}"

    def refusal(self, problems: Iterable[tuple[int, str]]) -> InputError:
        """The error for the rows that cannot be used, at least one: each with what is wrong there."""
        return refusal(self.path, ((self._place(row), reason) for row, reason in problems))


class RowLimits(NamedTuple):
    """What JSON Lines of a stranger may hold: refused as they are read, before they fill the memory.

    Attributes:
        lines: Most lines, blank ones counted.
        line: Most bytes of a line.
        fault: What is wrong with a row, empty if nothing is; a row with a fault is not kept.
    """

    lines: int
    line: int
    fault: Callable[[Mapping[str, Any]], str]

    def held(self, lines: Iterable[bytes], path: Path) -> Iterator[bytes]:
        """The lines, as long as there are not too many, and none is too long.

        Raises:
            InputError: there are, or one is.
        """
        for number, line in enumerate(lines, start=1):
            if number > self.lines:
                raise InputError(f"{path}: more lines than the {self.lines} that are read")
            if len(line) > self.line:
                raise InputError(f"{path}, line {number}: longer than the {self.line} bytes that are read")
            yield line


def refusal(path: Path, problems: Iterable[tuple[str, str]]) -> InputError:
    """The error for places in a file, at least one: the first ten are named, and of the others it is said how many.

    Args:
        path: The file.
        problems: Where (`line 3`), and what is wrong there.
    """
    found = iter(problems)
    texts = [f"{where}: {reason}" for where, reason in islice(found, _LISTED)]
    more = sum(1 for _ in islice(found, _COUNTED))
    rest = f"; … and {more} more{' at least' if more == _COUNTED else ''}" if more else ""
    return InputError(f"{path}, {'; '.join(texts)}{rest}")


def columns_of_rows(rows: Iterable[Mapping[str, Any]], path: Path) -> tuple[dict[str, list[Any]], int]:
    """Rows as columns, None where a row lacks the key, and the number of rows.

    Raises:
        InputError: the rows have too many different keys.
    """
    columns: dict[str, list[Any]] = {}
    count = 0
    # Straight into columns: a million row objects kept alive would cost more time than parsing them.
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
    """Refuse a table two of whose columns have one name.

    Raises:
        InputError: it is so.
    """
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f"{where}: column {short_repr(twice[0])} appears twice; rename one")
