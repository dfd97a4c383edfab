"""Compare two boards: what changed and why, and whether a board agrees with a recomputation."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from merunibench._text import escape_controls
from merunibench.leaderboard.schema.fields import parsed
from merunibench.leaderboard.schema.results import MEAN, Rank, Results, Row, Score
from merunibench.report import BENCHMARK_DATASETS
from merunibench.report.columns import percent
from merunibench.tasks import BUILTIN

TOLERANCE = 1e-9
"""Smaller differences between scores are caused by the order in which processors sum."""


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        what: `board`, `row`, `score`, `rank` or `refused`.
        where: Board, row or submission, and the data set.
        old: The previous value; None if it did not exist.
        new: The new value; None if it was removed.
        why: The causes; empty if nothing that determines a score has changed.
    """

    what: str
    where: str
    old: str | None
    new: str | None
    why: tuple[str, ...] = ()

    def to_text(self) -> str:
        """Return the change as one line."""
        if self.old is None:
            change = "new" if self.new in (None, "") else f"new, {self.new}"
        elif self.new is None:
            change = "removed" if self.old == "" else f"removed, was {self.old}"
        else:
            change = f"{self.old} -> {self.new}"
        why = f" ({'; '.join(self.why)})" if self.why else ""
        return escape_controls(f"{self.what} {self.where}: {change}{why}")


def changes(old: Results, new: Results) -> list[Change]:
    """Return everything that a reader of the board would see differently, in the order of the new board.

    A rank counts as changed if the order of the rows ranked on both boards changed, not if a model was added above it.
    """
    found = list(_boards(old, new))
    moved = set(_moved(old, new))
    before, after = ({row.id: row for row in results.rows} for results in (old, new))
    names_before, names_after = ({model.id for model in results.models} for results in (old, new))
    for key, row in after.items():
        if key in before:
            found += [
                change
                for column, change in _row(before[key], row)
                if change.what != "rank" or (key, column) in moved or _is_ranked(before[key], row, column) == 1
            ]
        else:
            why = "new model" if row.model_id not in names_before else "new board or selection"
            found.append(Change("row", key, None, "", (why,)))
    for key, row in before.items():
        if key not in after:
            why = "model removed" if row.model_id not in names_after else "board or selection removed"
            found.append(Change("row", key, "", None, (why,)))
    refused = [{each.submission: "; ".join(each.reasons) for each in results.refused} for results in (old, new)]
    for name in sorted(refused[0].keys() | refused[1].keys()):
        reasons = [each.get(name) for each in refused]
        if reasons[0] != reasons[1]:
            found.append(Change("refused", name, reasons[0], reasons[1]))
    return found


def to_dict(found: list[Change]) -> list[dict[str, Any]]:
    """Return the changes as plain data."""
    return [asdict(change) for change in found]


def _boards(old: Results, new: Results) -> Iterator[Change]:
    before = {board.id: board for board in old.boards}
    after = {board.id: board for board in new.boards}
    for key in (*after, *(key for key in before if key not in after)):
        labels = [found[key].label if key in found else None for found in (before, after)]
        if labels[0] != labels[1]:
            yield Change("board", key, labels[0], labels[1], ("lexicon",) if None not in labels else ())


def _row(old: Row, new: Row) -> Iterator[tuple[str, Change]]:
    """Yield the differences in a row, each with its column."""
    for column in (*new.scores, *(name for name in old.scores if name not in new.scores), MEAN):
        before, after = old.scores.get(column), new.scores.get(column)
        same = _near(old.mean, new.mean) if column == MEAN else _agree(before, after)
        why = _causes(before, after) if column != MEAN else () if same else _causes_of_mean(old, new)
        where = f"{new.id} {column}"
        if why or not same:
            yield column, Change("score", where, _shown(old, column), _shown(new, column), why)
        ranks = _place(old.rank(column)), _place(new.rank(column))
        if ranks[0] != ranks[1] and (column == MEAN or None not in (before, after)):
            yield column, Change("rank", where, *ranks)


def _moved(old: Results, new: Results) -> Iterator[tuple[str, str]]:
    """Yield row and column where the rank among the rows that are ranked on both boards changed."""
    for board in new.boards:
        for column in (*BUILTIN, MEAN):
            ranked = [
                {row.id: rank.rank for row in results.rows if row.board == board.id and (rank := row.rank(column))}
                for results in (old, new)
            ]
            both = ranked[0].keys() & ranked[1].keys()
            before, after = ({key: sum(each[other] < each[key] for other in both) for key in both} for each in ranked)
            yield from ((key, column) for key in both if before[key] != after[key])


def _is_ranked(old: Row, new: Row, column: str) -> int:
    """The number of the two boards on which a row is ranked."""
    return (old.rank(column) is not None) + (new.rank(column) is not None)


def _causes(old: Score | None, new: Score | None) -> tuple[str, ...]:
    """The differences in what determines a score."""
    if old is None or new is None or old.signature is None or new.signature is None:
        return ()
    before, after = parsed(old.signature), parsed(new.signature)
    titles = {
        "lexicon": "lexicon",
        "v": "metric version",
        "gt": "labels of the data set",
        "missing": "missing predictions",
        "labels": "label extraction",
        "polarity": "polarity extraction",
        "bootstrap": "number of resamples",
        "seed": "seed",
    }
    pairs = ((title, getattr(before, name), getattr(after, name)) for name, title in titles.items())
    causes = [f"{title} {ours} -> {theirs}" for title, ours, theirs in pairs if ours != theirs]
    if old.predictions != new.predictions:
        causes.append(f"predictions {(old.predictions or 'none')[:8]} -> {(new.predictions or 'none')[:8]}")
    if old.checkpoint != new.checkpoint:
        causes.append(f"checkpoint {old.checkpoint} -> {new.checkpoint}")
    return tuple(causes)


def _causes_of_mean(old: Row, new: Row) -> tuple[str, ...]:
    """The differences in the scores that a mean is computed from."""
    every = (_causes(old.scores.get(name), new.scores.get(name)) for name in BENCHMARK_DATASETS)
    return tuple(dict.fromkeys(cause for causes in every for cause in causes))


def _agree(old: Score | None, new: Score | None) -> bool:
    """Whether two scores have the same figures."""
    if old is None or new is None:
        return old is new
    pairs = zip(_figures(old), _figures(new), strict=True)
    return all(_near(ours, theirs) for ours, theirs in pairs)


def _figures(score: Score) -> tuple[float | None, ...]:
    low, high = score.ci or (None, None)
    return (score.score, low, high, score.chance, score.uncorrected, score.labels_per_sample, score.out_of_lexicon)


def _near(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is new
    return abs(old - new) <= TOLERANCE


def _shown(row: Row, column: str) -> str | None:
    return percent(row.value(column)) if column == MEAN or column in row.scores else None


def _place(rank: Rank | None) -> str:
    if rank is None:
        return "none"
    return f"{rank.rank} of {rank.of}" + ("" if rank.low is None else f" ({rank.low} to {rank.high})")


@dataclass(frozen=True)
class Verification:
    """The comparison of a board with a recomputation.

    Attributes:
        differences: What is different, one line each.
        verified: Number of scores that were recomputed and agree.
        unverified: What could not be recomputed, and why, one line each.
    """

    differences: tuple[str, ...]
    verified: int
    unverified: tuple[str, ...]


def verify(results: Results, recomputed: Results) -> Verification:
    """Compare a board with one that was built from predictions and labels alone."""
    differences, verified = [], 0
    stated = {row.id: row for row in results.rows}
    for row in recomputed.rows:
        claimed = stated.get(row.id)
        if claimed is None:
            differences.append(f"{row.id}: is not in the results")
            continue
        found = [(column, change) for column, change in _row(claimed, row) if column in (*row.scores, MEAN)]
        for column, change in found:
            if change.what == "score" and row.value(column) is not None:
                cause = f" ({'; '.join(change.why)})" if change.why else ""
                differences.append(f"{change.where}: {change.old or 'missing'}, recomputed {change.new}{cause}")
        for column, change in found:
            if change.what == "rank" and _column(results, row, column) == _column(recomputed, row, column):
                differences.append(f"{change.where}: rank {change.old}, recomputed {change.new}")
        verified += len(row.scores) - sum(change.what == "score" and column != MEAN for column, change in found)
    unverified = [f"{key} {dataset}" for key, dataset in _not_in(results, recomputed)]
    return Verification(tuple(map(escape_controls, differences)), verified, tuple(map(escape_controls, unverified)))


def _column(results: Results, row: Row, column: str) -> set[str]:
    """The rows of a column; ranks can only agree if these do."""
    return {
        each.id
        for each in results.rows
        if each.board == row.board and each.origin != "reported" and each.value(column) is not None
    }


def _not_in(results: Results, recomputed: Results) -> Iterator[tuple[str, str]]:
    """Yield scores that could be recomputed in principle, but were not; published scores cannot be recomputed."""
    known = {row.id: row for row in recomputed.rows}
    for row in results.rows:
        for dataset in row.scores if row.origin != "reported" else ():
            if row.id not in known or dataset not in known[row.id].scores:
                yield row.id, dataset
