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

Verdicts = npt.NDArray[np.int8]
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
