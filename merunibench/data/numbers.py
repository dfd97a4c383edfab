"""Columns of scores, and of preferences between two descriptions: answers that are not emotion words."""

import math
import re
from decimal import Decimal
from numbers import Real

import numpy as np
import numpy.typing as npt

from merunibench._text import short_repr
from merunibench.data.cells import is_null
from merunibench.data.columns import find_column, map_column
from merunibench.data.tables import Table
from merunibench.kinds import PREFERENCES, Answer

SWAPPED = "swapped"
"""Column of the model's preference when the descriptions are given in the other order."""
_SPELLINGS = {"1": "a1", "first": "a1", "2": "a2", "second": "a2", "tie": "same"} | {word: word for word in PREFERENCES}


def numbers_of(table: Table, answer: Answer) -> npt.NDArray[np.float64]:
    """Return the answers in a table, NaN if missing: scores, shape (N, 1), or preferences in both orders, shape (N, 2).

    Raises:
        InputError: there is no such column, or a value is invalid; the message names its row.
    """
    find_column(table, answer)
    if answer == "score":
        return _column(table, answer)[:, None]
    swapped = _column(table, SWAPPED) if SWAPPED in table.columns else np.full(table.num_rows, np.nan)
    return np.stack([_column(table, answer), swapped], axis=1)


def _column(table: Table, name: str) -> npt.NDArray[np.float64]:
    found = np.full(table.num_rows, np.nan)
    rows = np.flatnonzero(~is_null(table, name))
    if len(rows):
        found[rows] = map_column(table, name, rows, finite_number if name == "score" else preference, np.float64)
    return found


def preference(value: object) -> float:
    """Return the number of a preference: `a1` (or 1, first), `a2` (2, second), `same` (tie)."""
    word = _SPELLINGS.get(str(value).strip().casefold().removesuffix(".0"))
    if word is None or isinstance(value, bool):
        raise ValueError(f"{short_repr(value)} is not a preference: a1, a2 or same")
    return PREFERENCES[word]


def finite_number(value: object) -> float:
    """Convert a number or text to a finite number."""
    if not isinstance(value, bool) and isinstance(value, Real | Decimal | str):  # includes NumPy's numbers
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
    comma = "; write a decimal point" if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d+,\d+\s*", value) else ""
    raise ValueError(f"{short_repr(value)} is not a finite number{comma}; every sample needs one")
