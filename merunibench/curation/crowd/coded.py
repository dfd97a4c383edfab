"""Columns with many entries but few distinct values."""

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt


class Coded(Sequence[Any]):
    """A column stored as its distinct values and their index in each row.

    Attributes:
        values: The distinct values, as JSON values.
        codes: The index of each row's value, shape (N,).
    """

    def __init__(self, values: Sequence[Any], codes: npt.NDArray[np.integer[Any]]) -> None:
        self.values, self.codes = values, codes

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, index: int) -> Any: ...  # noqa: ANN401 - any value of the column
    @overload
    def __getitem__(self, index: slice) -> "Coded": ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return Coded(self.values, self.codes[index])
        return self.values[self.codes[index]]
