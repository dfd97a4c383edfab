"""The columns of one file of predictions while labels and polarity are filled in."""

from collections.abc import Mapping
from typing import Any, Literal

from merunibench.data import Conversion

Field = Literal["labels", "polarity"]


class Rows:
    """Which rows lack what, and what was found for them; rows that have failed are left alone."""

    def __init__(self, file: Conversion, *, again: bool) -> None:
        """Look at the columns of `file`, which are filled in place.

        Args:
            file: The predictions.
            again: Also replace the labels (and the polarity) of rows that have some, wherever there is text.
        """
        self._columns = file.columns
        self._again = again
        self._read: set[int] = set()

    @property
    def names(self) -> list[str]:
        """The sample of each row."""
        return self._columns["name"]

    def texts(self) -> dict[int, str]:
        """Row -> text, for every row whose labels are to be taken from its text."""
        texts = self._column("text")
        wanted = {
            row: text for row, text in enumerate(texts) if text and self._is_ok(row) and self._lacks("labels", row)
        }
        self._read = set(wanted)
        return wanted

    def label_lists(self) -> dict[int, list[str]]:
        """Row -> labels, for every row whose polarity is to be derived from them; `texts` is asked before."""
        return {
            row: labels
            for row, labels in enumerate(self._column("labels"))
            if labels is not None and self._is_ok(row) and (row in self._read or self._absent("polarity", row))
        }

    def fill(self, field: Field, origin: str, values: Mapping[int, Any]) -> None:
        """Set the field of some rows, and say where it comes from."""
        self.add(field, values)
        self.add(f"{field}_from", dict.fromkeys(values, origin))

    def fail(self, field: Field, reasons: Mapping[int, str]) -> None:
        """Mark rows as failed, because their field could not be filled; what stood there before is gone."""
        self.add("status", dict.fromkeys(reasons, "failed"))
        self.add("error", reasons)
        self.add(field, dict.fromkeys(reasons))
        self.add(f"{field}_from", dict.fromkeys(reasons))

    def add(self, name: str, values: Mapping[int, Any]) -> None:
        """Set a column of some rows; the column is made where it is not there."""
        if values:
            column = list(self._column(name))
            for row, value in values.items():
                column[row] = value
            self._columns[name] = column

    def _column(self, name: str) -> list[Any]:
        return self._columns.get(name) or [None] * len(self.names)

    def _is_ok(self, row: int) -> bool:
        return bool(self._columns["status"][row] == "ok")

    def _lacks(self, name: str, row: int) -> bool:
        return self._again or self._absent(name, row)

    def _absent(self, name: str, row: int) -> bool:
        return name not in self._columns or self._columns[name][row] is None
