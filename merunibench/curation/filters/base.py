"""What a filter is: a rule over measured values that gives each row a verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from merunibench.curation.rows import Rows

PASS, FAIL, UNDECIDED = 1, 0, -1
WORDS = {PASS: "pass", FAIL: "fail", UNDECIDED: "undecided"}
"""The verdicts as files have them."""

NOT_MEASURED = "not measured"
"""Why a filter without its input decides nothing, and drops nothing."""

NO_TEXT = "no text"
"""Why filters of texts decide nothing on a row without one."""

Verdicts = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]
Column = Sequence[Any] | npt.NDArray[Any] | Callable[[int], Mapping[str, Any]]


@dataclass(frozen=True)
class Judged:
    """The verdicts of one filter on all rows, as columns.

    Attributes:
        verdicts: int8 (rows,): PASS, FAIL or UNDECIDED.
        reasons: integers (rows,): index into `reason_texts`; -1 where the verdict is PASS or needs no reason.
        reason_texts: The distinct reasons.
        columns: Name -> one entry per row, or a callable row index -> dict for what is too big to keep; written into
            the decisions.
        settings: What is the same for all rows (bounds, unit, who measured), written into the report and into the entry
            of the filter in each row.
        chance: Expected number of passes if values were dealt to rows at random; None where that has no meaning.
    """

    verdicts: Verdicts
    reasons: npt.NDArray[np.integer[Any]]
    reason_texts: tuple[str, ...] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    chance: float | None = None


class Filter(Protocol):
    """A rule over measured values: one verdict per row."""

    @property
    def name(self) -> str:
        """Its name in files and reports: `length`, `crowd.emotion`."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """What it is set to: bounds, units."""
        ...

    def judge(self, rows: "Rows") -> Judged:
        """The verdicts on all rows of the data set."""
        ...


def not_measured(rows: int, settings: Mapping[str, Any] | None = None) -> Judged:
    """No verdict on any row: the filter's input is absent."""
    nothing = np.full(rows, UNDECIDED, np.int8)
    return Judged(nothing, np.zeros(rows, np.int8), (NOT_MEASURED,), settings=settings or {})


def judged(
    rows: int,
    undecided: Mapping[str, Mask],
    fails: Mapping[str, Mask],
    columns: Mapping[str, Column] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Judged:
    """Verdicts from cases: a row has the first case that it is in, those without verdict before those that fail.

    Args:
        rows: Number of rows N.
        undecided: Reason -> the rows without verdict for that reason, shape (N,).
        fails: Reason -> the rows that fail for it.
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
