"""Statistics of each filter: verdicts, rows only it drops, chance, overlap with the others; and the funnel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from merunibench.curation.crowd.sources import Task
from merunibench.curation.decisions import Decisions, Outcome
from merunibench.curation.filters.base import FAIL, PASS, UNDECIDED, Mask

if TYPE_CHECKING:
    from merunibench.curation.crowd import Crowd

CROWD: Mapping[str, Task] = {"crowd.emotion": "emotion", "crowd.sentiment": "sentiment"}
"""The filters whose chance level is computed in closed form."""


@dataclass(frozen=True)
class FilterFigures:
    """One filter over all rows, whatever the others decide.

    Attributes:
        name: The filter.
        evaluated: Number of rows with its input.
        passed: Number of rows that pass.
        failed: Number of rows that fail.
        undecided: Number of rows without a verdict, including those without its input.
        dropped: Number of rows it drops: failed ones, and undecided ones if the settings say so.
        alone: Number of rows that only this filter drops.
        chance: Expected number of passes if values were assigned to rows at random; None if that has no meaning.
        reasons: Why rows did not pass -> number of rows.
        settings: Bounds, units, measurer.
    """

    name: str
    evaluated: int
    passed: int
    failed: int
    undecided: int
    dropped: int
    alone: int
    chance: float | None
    reasons: dict[str, int]
    settings: dict[str, Any]

    @property
    def lift(self) -> float | None:
        """Number of passes divided by the number expected by chance."""
        return round(self.passed / self.chance, 4) if self.chance else None


@dataclass(frozen=True)
class Step:
    """A step of the funnel: one filter, applied to the rows that the filters before it keep.

    Attributes:
        name: The filter.
        before: Number of rows that reach it.
        kept: Number of rows that it keeps, including undecided ones.
        undecided: Number of rows that it keeps without a verdict.
        dropped: Number of rows that it drops.
        chance: Expected number of kept rows if votes were randomly assigned; None if that has no meaning.
    """

    name: str
    before: int
    kept: int
    undecided: int
    dropped: int
    chance: float | None


def filter_figures(decisions: Decisions) -> list[FilterFigures]:
    """Return the statistics of every filter, in the declared order."""
    drops = np.stack([outcome.drops for outcome in decisions.outcomes])
    number = drops.sum(axis=0)
    return [_figures(outcome, alone=int((outcome.drops & (number == 1)).sum())) for outcome in decisions.outcomes]


def _figures(outcome: Outcome, alone: int) -> FilterFigures:
    verdicts, reasons = outcome.judged.verdicts, outcome.judged.reasons
    counts = np.bincount(reasons[reasons >= 0].astype(np.int64), minlength=len(outcome.judged.reason_texts)).tolist()
    chance = outcome.judged.chance
    return FilterFigures(
        outcome.name,
        int((~outcome.unmeasured).sum()),
        int((verdicts == PASS).sum()),
        int((verdicts == FAIL).sum()),
        int((verdicts == UNDECIDED).sum()),
        int(outcome.drops.sum()),
        alone,
        None if chance is None else round(chance, 4),
        {text: count for text, count in zip(outcome.judged.reason_texts, counts, strict=True) if count},
        dict(outcome.judged.settings),
    )


def funnel(decisions: Decisions) -> list[Step]:
    """Return the steps of the funnel, without filters that had no input."""
    steps = []
    for number, outcome in enumerate(decisions.outcomes):
        if not outcome.measured:
            continue
        reaching = (decisions.dropped_by < 0) | (decisions.dropped_by >= number)
        kept = reaching & ~outcome.drops
        steps.append(
            Step(
                outcome.name,
                int(reaching.sum()),
                int(kept.sum()),
                int((kept & (outcome.judged.verdicts == UNDECIDED)).sum()),
                int((reaching & outcome.drops).sum()),
                _by_chance(decisions, outcome, reaching),
            )
        )
    return steps


def _by_chance(decisions: Decisions, outcome: Outcome, reaching: Mask) -> float | None:
    """Return the expected number of rows, of those that reach a filter, that it would keep by chance."""
    left = _left_by_chance(decisions, [outcome])
    if left is not None:
        return round(float(left[reaching].sum()), 4)
    chance = outcome.judged.chance
    return None if chance is None else round(chance * int(reaching.sum()) / max(len(reaching), 1), 4)


def kept_by_chance(decisions: Decisions) -> float | None:
    """Return the number of rows kept if the crowd's votes were randomly assigned to rows; None without a crowd.

    The other filters' decisions do not change. A row's votes on emotion and on sentiment stay together.
    """
    of_crowd = [outcome for outcome in decisions.outcomes if outcome.name in CROWD and outcome.measured]
    left = _left_by_chance(decisions, of_crowd)
    if left is None:
        return None
    others = [outcome.drops for outcome in decisions.outcomes if outcome not in of_crowd]
    return round(float(left[~np.any(others, axis=0)].sum()), 4)


def _left_by_chance(decisions: Decisions, outcomes: Sequence[Outcome]) -> npt.NDArray[np.float64] | None:
    """Return the probability that crowd filters keep each row, shape (N,); None for other filters or without votes."""
    crowd: Crowd | None = next((each.crowd for each in decisions.filters if hasattr(each, "crowd")), None)
    if crowd is None or not outcomes or not all(each.name in CROWD and each.measured for each in outcomes):
        return None
    undecided = {CROWD[each.name]: decisions.settings["undecided"][each.name] == "keep" for each in outcomes}
    rows = decisions.rows
    return crowd.left_by_chance(rows.names, rows.labels, rows.polarities, undecided)


def overlap(decisions: Decisions) -> tuple[list[str], list[list[float | None]]]:
    """Return phi of every pair of filters that drop rows: whether they drop the same rows; None if one drops all.

    phi = (n11 n00 - n10 n01) / sqrt of the product of the four margins: the correlation of two binary values.
    """
    names = [outcome.name for outcome in decisions.outcomes if outcome.measured and outcome.drops.any()]
    drops = [decisions[name].drops for name in names]
    return names, [[phi(one, other) for other in drops] for one in drops]


def phi(one: Mask, other: Mask) -> float | None:
    """Return the correlation of two binary values; None if one of them is constant.

    Example:
        >>> phi(np.array([True, False, True]), np.array([True, False, True]))
        1.0
    """
    rows, first, second = len(one), int(one.sum()), int(other.sum())
    margins = float(first) * (rows - first) * second * (rows - second)
    both = int((one & other).sum())
    return None if not margins else round((both * rows - first * second) / float(np.sqrt(margins)), 4)


def shares(groups: npt.NDArray[np.int64], names: Sequence[str | None], decisions: Decisions) -> list[dict[str, Any]]:
    """Return for each group of rows its size, the number of kept rows, and the number dropped by each filter.

    Args:
        groups: Group of each row, -1 for none, shape (N,).
        names: The groups; those without a name are left out.
        decisions: The decisions on the rows.
    """
    found = []
    for number, name in enumerate(names):
        here = groups == number
        if name is None or not here.any():
            continue
        found.append(share_of(here, name, decisions))
    return found


def share_of(here: Mask, name: str, decisions: Decisions) -> dict[str, Any]:
    """Return the numbers of one group of rows; `lift` is its share of kept rows divided by that of all rows."""
    rows, kept = int(here.sum()), int((here & decisions.kept).sum())
    overall = float(decisions.kept.mean()) if len(decisions.rows) else 0.0
    dropped = np.bincount(decisions.dropped_by[here & ~decisions.kept], minlength=len(decisions.outcomes)).tolist()
    return {
        "group": name,
        "rows": rows,
        "kept": kept,
        "dropped": round(1 - kept / rows, 4),
        "lift": round(kept / rows / overall, 4) if overall else None,
        "by": {outcome.name: count for outcome, count in zip(decisions.outcomes, dropped, strict=True) if count},
    }
