"""Compute lifts: how far scores are above the best shallow baseline of a board."""

from collections.abc import Sequence
from statistics import fmean

from merunibench.baselines import BASELINES
from merunibench.leaderboard.schema.results import DECIMALS, Row
from merunibench.leaderboard.scoring.baseline_rows import PREFIX
from merunibench.report import BENCHMARK_DATASETS

_SHALLOW = {f"{PREFIX}{each.id}" for each in BASELINES.values() if each.shallow}


def with_lifts(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of all boards; those of computed models state their lift over the best shallow baseline.

    It is the best baseline of the board on each data set, so it may differ between data sets.
    """
    best: dict[tuple[str | None, str], float] = {}
    for row in rows:
        for dataset, score in row.scores.items() if row.model_id in _SHALLOW else ():
            cell = (row.board, dataset)
            best[cell] = max(score.score, best.get(cell, score.score))
    return [_with_lift(row, best) if row.origin == "computed" else row for row in rows]


def _with_lift(row: Row, best: dict[tuple[str | None, str], float]) -> Row:
    lifts = {
        dataset: round(score.score - best[row.board, dataset], DECIMALS)
        for dataset, score in row.scores.items()
        if (row.board, dataset) in best
    }
    scores = {name: score.model_copy(update={"lift": lifts.get(name)}) for name, score in row.scores.items()}
    of_benchmark = [lift for name, lift in lifts.items() if name in BENCHMARK_DATASETS]
    mean = round(fmean(of_benchmark), DECIMALS) if of_benchmark else None
    return row.model_copy(update={"scores": scores, "lift": mean})
