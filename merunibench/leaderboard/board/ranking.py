"""Rank the rows of one board: ranks with intervals, significance groups (CLD letters), and the matrix of paired tests.

Ranks are computed per column: for each data set, each task, and the mean. All rows use the same resamples, so all tests
are paired. A column in which a row has no replicates keeps its committed ranks if its scores are unchanged.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from merunibench.kinds import KINDS
from merunibench.leaderboard.board.rows import ScoredRow
from merunibench.leaderboard.schema.fields import metric_part
from merunibench.leaderboard.schema.results import MEAN, Comparisons, Rank, Results, Row
from merunibench.statistics import groups, holm, of_pairs, paired_p_values, rank_intervals, ranks
from merunibench.tasks import BUILTIN

ALPHA = 0.05
_LEVELS = (0.05, 0.01, 0.001)

FloatArray = npt.NDArray[np.float64]


def place(boards: Mapping[str, Sequence[ScoredRow]], before: Results | None) -> tuple[list[Row], list[Comparisons]]:
    """Return the rows of all boards with their ranks, and the paired tests of every column.

    Args:
        boards: Board id -> its rows.
        before: The committed results, if there are any.
    """
    placed: list[Row] = []
    comparisons: list[Comparisons] = []
    judge = _Judge()
    for board, rows in boards.items():
        found: dict[str, dict[str, Rank]] = {each.row.id: {} for each in rows}
        by_column = _values(rows)
        for column in (*BUILTIN, *KINDS, MEAN):
            values = by_column.get(column, {})
            there = _comparable([each for each in rows if each.row.id in values], column)
            ordered = sorted(there, key=lambda each: (-values[each.row.id], each.row.id))
            tested = judge(column, ordered, values)
            ranked = [each for each in ordered if each.row.ranked]
            for key, rank in _ranks(column, ranked, values, tested, before).items():
                found[key][column] = rank
            if column in KINDS:  # only data sets and the mean have tests of single pairs
                continue
            if tested is None:
                comparisons += _kept_tests(board, column, ordered, before)
            else:
                ids = tuple(each.row.id for each in ordered if column in each.replicates)
                comparisons.append(Comparisons(board=board, dataset=column, rows=ids, levels=tested.levels))
        placed += [_with_ranks(each.row, found[each.row.id]) for each in rows]
    return placed, comparisons


def _values(rows: Iterable[ScoredRow]) -> dict[str, dict[str, float]]:
    """Column -> id of a row -> its value."""
    found: dict[str, dict[str, float]] = {}
    for row in (each.row for each in rows):
        of_row = {name: score.score for name, score in row.scores.items()}
        of_row |= {kind: mean.score for kind, mean in row.task_means.items()}
        for column, value in {**of_row, MEAN: row.mean}.items():
            if value is not None:
                found.setdefault(column, {})[row.id] = value
    return found


def _with_ranks(row: Row, ranks_in: Mapping[str, Rank]) -> Row:
    scores = {
        column: score.model_copy(update={"rank": ranks_in[column]}) if column in ranks_in else score
        for column, score in row.scores.items()
    }
    tasks = {kind: mean.model_copy(update={"rank": ranks_in.get(kind)}) for kind, mean in row.task_means.items()}
    return row.model_copy(update={"scores": scores, "task_means": tasks, "mean_rank": ranks_in.get(MEAN)})


def _comparable(rows: Sequence[ScoredRow], column: str) -> list[ScoredRow]:
    """The rows with comparable scores: the metric part of their signature is the newest one, or the most frequent."""
    if column not in BUILTIN or not rows:
        return list(rows)
    parts = {each.row.id: metric_part(each.row.scores[column].signature or "") for each in rows}
    fresh = [parts[each.row.id] for each in rows if column in each.held]
    candidates = fresh or sorted(parts.values())
    chosen = Counter(candidates).most_common(1)[0][0]
    return [each for each in rows if parts[each.row.id] == chosen]


@dataclass(frozen=True)
class _Tested:
    """The test results of a column, highest score first.

    Attributes:
        p: Adjusted p-values of the differences between rows with replicates, shape (M, M); 1 if not significant. Tests
            between ranked rows are adjusted for each other, all other tests for the whole column.
        ranked: Which of these rows are ranked.
        bounds: Simultaneous rank intervals of the ranked rows, shape (R, 2).
    """

    p: FloatArray
    ranked: npt.NDArray[np.intp]
    bounds: npt.NDArray[np.int32]

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The levels, as in `Comparisons`."""
        level = np.zeros(self.p.shape, np.uint8) + np.uint8(ord("0"))
        for limit in _LEVELS:
            level += self.p < limit
        return tuple(level[row, :row].tobytes().decode("ascii") for row in range(len(level)))

    @cached_property
    def marks(self) -> list[str]:
        """The groups of each ranked row."""
        return [group_mark(*span) for span in groups(self.p[np.ix_(self.ranked, self.ranked)] < ALPHA)]


class _Judge:
    """Tests columns. Sentiment needs no lexicon: its columns are the same on several boards, and tested once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], _Tested] = {}

    def __call__(self, column: str, ordered: Sequence[ScoredRow], values: Mapping[str, float]) -> _Tested | None:
        """Test a column; None if it cannot be tested, or if a ranked row has no replicates."""
        tested = [each for each in ordered if column in each.replicates]
        if not tested or any(each.row.ranked and column not in each.replicates for each in ordered):
            return None
        replicates = [each.replicates[column] for each in tested]
        scores = tuple(values[each.row.id] for each in tested)
        ranked = tuple(place for place, each in enumerate(tested) if each.row.ranked)
        key = (scores, ranked, *map(id, replicates))
        if key not in self._known:
            units = _units(column, tested)
            self._known[key] = _test(np.array(scores, float), np.stack(replicates), np.array(ranked, np.intp), units)
        return self._known[key]


def _units(column: str, tested: Sequence[ScoredRow]) -> int | None:
    """The number of units resampled in a column; None for the mean."""
    counts = [figures.scored.units for each in tested for figures in each.held.get(column, {}).values()]
    return min((count for count in counts if count is not None), default=None)


def _test(scores: FloatArray, replicates: FloatArray, ranked: npt.NDArray[np.intp], units: int | None) -> _Tested:
    raw = paired_p_values(scores, replicates, units, below=ALPHA)
    p, among_ranked = of_pairs(_adjusted(raw), len(scores)), np.ix_(ranked, ranked)
    if len(ranked) > 1:  # a family of their own: baselines and further selections must not cost power
        within = of_pairs(raw, len(scores))[among_ranked][np.triu_indices(len(ranked), 1)]
        p[among_ranked] = of_pairs(_adjusted(within), len(ranked))
    return _Tested(p, ranked, rank_intervals(scores[ranked], p[among_ranked] < ALPHA))


def _adjusted(raw: FloatArray) -> FloatArray:
    """Adjust p-values for all their tests (Holm); those that are not significant anyway are set to 1, unsorted."""
    p = np.ones(len(raw))
    small = raw < ALPHA
    p[small] = holm(raw[small], tests=len(raw))
    return p


def _ranks(
    column: str,
    ordered: Sequence[ScoredRow],
    values: Mapping[str, float],
    tested: _Tested | None,
    before: Results | None,
) -> dict[str, Rank]:
    """Row id -> rank, for the ranked rows."""
    if not ordered:
        return {}
    ids = [each.row.id for each in ordered]
    places = ranks(np.array([values[key] for key in ids], float)).tolist()
    if tested is None:
        plain = {key: Rank(rank=rank, of=len(ids)) for key, rank in zip(ids, places, strict=True)}
        return _kept_ranks(column, ordered, before) or plain
    return {
        key: Rank(rank=rank, of=len(ids), low=low, high=high, mark=mark)
        for key, rank, (low, high), mark in zip(ids, places, tested.bounds.tolist(), tested.marks, strict=True)
    }


def group_mark(first: int, last: int) -> str:
    """A range of groups in letters: `b`, or `b-d`."""
    return _letters(first) if first == last else f"{_letters(first)}-{_letters(last)}"


def _letters(number: int) -> str:
    """0 is `a`, 25 is `z`, 26 is `aa`."""
    letters = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(ord("a") + digit) + letters
    return letters


def _kept_ranks(column: str, ordered: Sequence[ScoredRow], before: Results | None) -> dict[str, Rank]:
    """The committed ranks of a column if its scores are unchanged; otherwise none."""
    board = ordered[0].row.board
    old = [
        row
        for row in (before.rows if before else ())
        if row.board == board and row.ranked and row.value(column) is not None
    ]
    if {each.row.id: each.row.value(column) for each in ordered} != {row.id: row.value(column) for row in old}:
        return {}
    return {row.id: rank for row in old if (rank := row.rank(column)) is not None}


def _kept_tests(board: str, column: str, rows: Sequence[ScoredRow], before: Results | None) -> list[Comparisons]:
    """The committed tests of a column if the scores of all rows are unchanged; otherwise none."""
    now = {each.row.id: each.row.value(column) for each in rows}
    old = {row.id: row.value(column) for row in (before.rows if before else ())}
    return [
        each
        for each in (before.comparisons if before else ())
        if (each.board, each.dataset) == (board, column)
        and all(key in now and now[key] == old.get(key) for key in each.rows)
    ]
