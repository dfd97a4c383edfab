"""The part of `consistency` about tests: whether ranks match the tests, and pairs match the scores."""

from collections.abc import Iterable, Iterator

import numpy as np

from merunibench.leaderboard.board.ranking import group_mark
from merunibench.leaderboard.board.verdict import sentence_of
from merunibench.leaderboard.schema.packed import ABSENT, P_STEP, unpacked
from merunibench.leaderboard.schema.results import Comparisons, Results, Row
from merunibench.statistics import groups, rank_intervals
from merunibench.tasks import BUILTIN

_ROUNDED = 1e-8


def rank_faults(rows: Iterable[Row], tests: Iterable[Comparisons]) -> Iterator[str]:
    """Yield rank intervals that do not follow from the tests: 1 + the better rows, to all rows minus the worse ones.

    Args:
        rows: The rows of a board.
        tests: Its tests.
    """
    known = {row.id: row for row in rows}
    for each in tests:
        ranked = [
            (place, known[key])
            for place, key in enumerate(each.rows)
            if key in known and known[key].ranked and known[key].rank(each.dataset) is not None
        ]
        different = np.zeros((len(ranked), len(ranked)), bool)
        for below, (place, _) in enumerate(ranked):
            for above, (other, _) in enumerate(ranked[:below]):
                different[below, above] = different[above, below] = each.levels[place][other] != "0"
        scores = np.array([row.value(each.dataset) for _, row in ranked], float)
        bounds, spans = rank_intervals(scores, different).tolist(), groups(different)
        for (_, row), (low, high), span in zip(ranked, bounds, spans, strict=True):
            rank = row.rank(each.dataset)
            if rank is not None and rank.mark not in (None, group_mark(*span)):
                yield f"{row.id} {each.dataset}: group {rank.mark}, but the tests give {group_mark(*span)}"
            if rank is not None and rank.low is not None and (rank.low, rank.high) != (low, high):
                stated = f"rank interval {rank.low} to {rank.high}"
                yield f"{row.id} {each.dataset}: {stated}, but the tests give {low} to {high}"


def packed_faults(results: Results) -> Iterator[str]:
    """Yield invalid packed pairs: of rows that do not exist, of scores that they lack, or with impossible figures."""
    rows = {row.id: row for row in results.rows if row.ranked}
    for pairs in results.packed_pairs:
        unknown = [key for key in pairs.rows if key not in rows or rows[key].board != pairs.board]
        if unknown:
            yield f"packed pairs of {pairs.board}: {unknown[0]} is not a ranked row of this board"
            continue
        lacking = np.array([[rows[key].value(column) is None for column in pairs.columns] for key in pairs.rows])
        for place, text in enumerate(pairs.figures):
            low, high, p = np.moveaxis(unpacked(text, len(pairs.columns)), -1, 0)
            there = p != ABSENT
            faults = {
                "one of them has no such score": there & (lacking[:place] | lacking[place]),
                "the ends of its interval are in the wrong order": there & (low > high),
                "p is not between 0 and 1": there & ((p < 0) | (p * P_STEP > 1)),
            }
            for what, where in faults.items():
                for other, column in np.argwhere(where):
                    yield f"pair {pairs.rows[place]} and {pairs.rows[other]}, {pairs.columns[column]}: {what}"


def pair_faults(results: Results) -> Iterator[str]:
    """Yield pairs that contradict the scores, or whose sentence does not match their figures."""
    rows = {row.id: row for row in results.rows}
    for pair in results.pairs:
        where = f"pair {pair.a} and {pair.b}"
        if pair.a not in rows or pair.b not in rows or rows[pair.a].board != rows[pair.b].board:
            yield f"{where}: are not two rows of one board"
            continue
        if not (rows[pair.a].ranked and rows[pair.b].ranked):
            yield f"{where}: are not both ranked"
        for column, (difference, low, high, p) in pair.columns.items():
            values = [rows[key].value(column) for key in (pair.a, pair.b)]
            due = None if None in values else (values[0] or 0.0) - (values[1] or 0.0)
            if due is None or abs(difference - due) > _ROUNDED:
                yield f"{where}, {column}: difference {difference}, but the scores give {due}"
            if low is not None and high is not None and low > high:
                yield f"{where}, {column}: the ends of its interval are in the wrong order"
            if not 0 <= p <= 1:
                yield f"{where}, {column}: p is {p}"
        if set(pair.columns) & set(BUILTIN) and pair.sentence != sentence_of(pair):
            yield f"{where}: its sentence does not match its figures"
