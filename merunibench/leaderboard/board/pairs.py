"""Ranked rows of a board, two by two: who is better on which data sets, by how much, with interval and p.

From the replicates that every build has, not from predictions. `merunibench compare` has the predictions too, and swaps
the systems on random units beside the bootstrap; differences, intervals and words are the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from statistics import fmean

import numpy as np

from merunibench.leaderboard.board.rows import ScoredRow
from merunibench.leaderboard.schema.fields import parsed
from merunibench.leaderboard.schema.results import DECIMALS, MEAN, Pair, Results, Row
from merunibench.report import BENCHMARK_DATASETS, Comparison, DatasetComparison, MeanComparison, SystemUsed
from merunibench.statistics import PairedTest, bootstrap_test, holm
from merunibench.tasks import TASKS, title_of

MOST = 60
"""Rows of a board that are compared, the best ones: their pairs are already 1,770."""


def pairs_of(
    boards: Mapping[str, Sequence[ScoredRow]], before: Results | None, *, resamples: int, seed: int
) -> list[Pair]:
    """The pairs of all boards.

    Args:
        boards: Board id -> its rows.
        before: The committed results with their pairs, which stand where nothing was resampled and scores are the same.
        resamples: Number of resamples behind the replicates.
        seed: Their seed.
    """
    old = {(pair.a, pair.b): pair for pair in (before.pairs if before else ())}
    scores = {row.id: _scores(row) for row in (before.rows if before else ())}
    found = []
    for rows in boards.values():
        for first, second in combinations(_best(rows), 2):
            key = (first.row.id, second.row.id)
            if _shared(first, second):
                found.append(_pair(first, second, resamples, seed))
            elif key in old and all(scores.get(each.row.id) == _scores(each.row) for each in (first, second)):
                found.append(old[key])
    return found


def _scores(row: Row) -> dict[str, float]:
    return {name: score.score for name, score in row.scores.items()}


def _best(rows: Sequence[ScoredRow]) -> list[ScoredRow]:
    """The ranked rows, the highest mean first, then those without by how many data sets they have."""
    ranked = [each for each in rows if each.row.ranked]
    return sorted(
        ranked, key=lambda each: (each.row.mean is None, -(each.row.mean or 0.0), -len(each.row.scores), each.row.id)
    )[:MOST]


def _shared(first: ScoredRow, second: ScoredRow) -> list[str]:
    """The data sets on which both were resampled, and their scores mean the same."""
    both = first.replicates.keys() & second.replicates.keys()
    return [name for name in TASKS if name in both and _alike(first, second, name)]


def _alike(first: ScoredRow, second: ScoredRow, name: str) -> bool:
    left, right = (each.row.scores[name].signature or "" for each in (first, second))
    return parsed(left).metric_part == parsed(right).metric_part


def _pair(first: ScoredRow, second: ScoredRow, resamples: int, seed: int) -> Pair:
    names = _shared(first, second)
    tests = {name: _test(first, second, name) for name in names}
    adjusted = dict(zip(names, holm(np.array([test.p for test in tests.values()])).tolist(), strict=True))
    means = list(_means(first, second))
    comparison = Comparison(
        models=(first.row.model, second.row.model),
        datasets=tuple(_compared(first, second, name, tests[name], adjusted[name]) for name in names),
        left_out=(),
        resamples=resamples,
        seed=seed,
        units="",
        means=tuple(means),
    )
    columns = {name: _figures(tests[name], adjusted[name]) for name in names}
    columns |= {each.name: _figures(each.test, each.p_holm) for each in means}
    return Pair(a=first.row.id, b=second.row.id, columns=columns, sentence=comparison.sentence)


def _compared(first: ScoredRow, second: ScoredRow, name: str, test: PairedTest, p: float) -> DatasetComparison:
    left, right = (_used(each.row, name) for each in (first, second))
    metric_part = parsed(first.row.scores[name].signature or "").metric_part
    return DatasetComparison(name, (left, right), test, p, metric_part, title_of(name))


def _used(row: Row, name: str) -> SystemUsed:
    score = row.scores[name]
    signature = parsed(score.signature or "")
    return SystemUsed(
        row.model, score.checkpoint or "", score.score, row.selection, signature.labels, signature.polarity
    )


def _test(first: ScoredRow, second: ScoredRow, column: str) -> PairedTest:
    difference = (first.row.value(column) or 0.0) - (second.row.value(column) or 0.0)
    return bootstrap_test(difference, first.replicates[column] - second.replicates[column])


def _means(first: ScoredRow, second: ScoredRow) -> Iterator[MeanComparison]:
    if MEAN in first.replicates and MEAN in second.replicates:
        test = _test(first, second, MEAN)
        scores = [fmean(each.row.scores[name].score for name in BENCHMARK_DATASETS) for each in (first, second)]
        samples = sum(first.row.scores[name].samples or 0 for name in BENCHMARK_DATASETS)
        yield MeanComparison(MEAN, BENCHMARK_DATASETS, (scores[0], scores[1]), test, test.p, samples)


def _figures(test: PairedTest, p: float) -> tuple[float, float | None, float | None, float]:
    low, high = test.ci or (None, None)
    return (round(test.difference, DECIMALS), low, high, round(p, DECIMALS))
