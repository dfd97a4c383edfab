"""The row of people: what their labels in another data set score as answers about the same clips.

It is the only human reference that public labels give. The two annotations may not be independent of each other, so it
is no upper bound.
"""

import hashlib
import json

from merunibench.data import GroundTruth
from merunibench.errors import InputError
from merunibench.evaluation.worth import answers_of, said_of_the_same
from merunibench.leaderboard.schema.results import Model
from merunibench.leaderboard.scoring.cells import Cell, Figures, Scorer

ID = "baseline-people"
MODEL = Model(
    id=ID,
    name="People (other data set)",
    origin="baseline",
    note="What people said of the same clips for another data set, on the clips that both have. The two annotations "
    "may not be independent of each other, so this is no upper bound.",
)


def key(cell: Cell, scorer: Scorer) -> str:
    """What decides the answers in a cell, beside its labels; empty where no other data set has its clips."""
    found = _said(cell, scorer)
    if found is None:
        return ""
    return hashlib.sha256(json.dumps(found[1], sort_keys=True).encode()).hexdigest()


def figures(cell: Cell, scorer: Scorer) -> Figures | None:
    """People in one cell; None where no other data set has its clips, or none of these counts."""
    found = _said(cell, scorer)
    if found is None:
        return None
    same, answers = found
    try:
        return scorer.figures(cell, answers_of(same, answers), same)
    except InputError:  # none of the shared samples counts
        return None


def _said(cell: Cell, scorer: Scorer) -> tuple[GroundTruth, dict[str, list[str]]] | None:
    """The shared clips and what was said of them, of the data set that shares most of them; the first of equals."""
    truth = scorer.truths[cell.dataset]
    others = [other for other in scorer.truths.values() if truth.task.asks_the_same_clips(other.task)]
    found = [shared for shared in (said_of_the_same(truth, other) for other in others) if shared is not None]
    return max(found, key=lambda shared: len(shared[1]), default=None)
