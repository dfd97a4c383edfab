"""A column of a million entries of which few differ."""

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt


class Coded(Sequence[Any]):
    """A column as its distinct values, and which of them each row has.

    Attributes:
        values: The values, as JSON has them.
        codes: For each row the index of its value, shape (N,).
    """

    def __init__(self, values: Sequence[Any], codes: npt.NDArray[np.integer[Any]]) -> None:
        self.values, self.codes = values, codes

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, index: int) -> Any: ...  # noqa: ANN401 - whatever the column holds
    @overload
    def __getitem__(self, index: slice) -> "Coded": ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return Coded(self.values, self.codes[index])
        return self.values[self.codes[index]]
