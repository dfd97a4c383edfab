"""The interface of filters: rules over measured values that give each row a verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from merunibench.curation.rows import Rows

PASS, FAIL, UNDECIDED = 1, 0, -1
WORDS = {PASS: "pass", FAIL: "fail", UNDECIDED: "undecided"}
"""The verdicts as written in files."""

NOT_MEASURED = "not measured"
"""Reason of a filter whose input is missing: it decides nothing and drops nothing."""

NO_TEXT = "no text"
"""Reason of text filters on rows without a text."""

Verdicts = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]
Column = Sequence[Any] | npt.NDArray[Any] | Callable[[int], Mapping[str, Any]]


@dataclass(frozen=True)
class Judged:
    """The verdicts of one filter on all rows, as columns.

    Attributes:
        verdicts: int8 (rows,): PASS, FAIL or UNDECIDED.
        reasons: integers (rows,): index into `reason_texts`; -1 if the verdict is PASS or needs no reason.
        reason_texts: The distinct reasons.
        columns: Name -> one entry per row, or a callable row index -> dict for values too big to keep in memory;
            written to the decisions.
        settings: Values that are equal for all rows (bounds, unit, measurer); written to the report, and to the entry
            of the filter in each row.
        chance: Expected number of passes if values were assigned to rows at random; None if that has no meaning.
    """

    verdicts: Verdicts
    reasons: npt.NDArray[np.integer[Any]]
    reason_texts: tuple[str, ...] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    chance: float | None = None


class Filter(Protocol):
    """A rule over measured values that gives one verdict per row."""

    @property
    def name(self) -> str:
        """Its name in files and reports: `length`, `crowd.emotion`."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """Its settings, such as bounds and units."""
        ...

    def judge(self, rows: "Rows") -> Judged:
        """Return the verdicts on all rows of the data set."""
        ...


def not_measured(rows: int, settings: Mapping[str, Any] | None = None) -> Judged:
    """Return no verdict on any row, for a filter whose input is missing."""
    nothing = np.full(rows, UNDECIDED, np.int8)
    return Judged(nothing, np.zeros(rows, np.int8), (NOT_MEASURED,), settings=settings or {})


def judged(
    rows: int,
    undecided: Mapping[str, Mask],
    fails: Mapping[str, Mask],
    columns: Mapping[str, Column] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Judged:
    """Make verdicts from cases. The first case of a row counts; cases without a verdict come before those that fail.

    Args:
        rows: Number of rows N.
        undecided: Reason -> the rows without a verdict for that reason, shape (N,).
        fails: Reason -> the rows that fail for that reason, shape (N,).
        columns: See `Judged`.
        settings: See `Judged`.

    Example:
        >>> values = np.array([5.0, np.nan, 1.0])
        >>> judged(3, {"no text": np.isnan(values)}, {"short": values < 2}).verdicts.tolist()
        [1, -1, 0]
    """
    texts = (*undecided, *fails)
    reasons = np.full(rows, -1, np.int8)
    for number, mask in reversed(list(enumerate((*undecided.values(), *fails.values())))):
        reasons[mask] = number
    verdicts = np.where(reasons < 0, PASS, np.where(reasons < len(undecided), UNDECIDED, FAIL)).astype(np.int8)
    return Judged(verdicts, reasons, texts, columns or {}, settings or {})
