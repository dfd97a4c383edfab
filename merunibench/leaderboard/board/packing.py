"""Compare all pairs of ranked rows of a board by the paired bootstrap alone, for pairs without a stored sentence.

Interval and p are those of `merunibench compare` without its random swaps, which would take too long for thousands of
pairs. Many pairs are computed at once and cached by row: after a change to a submission, only its pairs are recomputed.
"""

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from merunibench.kinds import KINDS
from merunibench.leaderboard.board.rows import ScoredRow
from merunibench.leaderboard.schema.fields import metric_part
from merunibench.leaderboard.schema.packed import (
    ABSENT,
    FIGURES,
    INTERVAL_STEP,
    P_STEP,
    IntArray,
    PackedPairs,
    packed,
    unpacked,
)
from merunibench.leaderboard.schema.results import MEAN, Results, Row
from merunibench.leaderboard.scoring.cache import Cache, key
from merunibench.statistics import holm, paired_tests
from merunibench.tasks import BUILTIN

Digest = Callable[[ScoredRow], str]
FloatArray = npt.NDArray[np.float64]
PlaceArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

_ALPHA = round(0.05 / P_STEP)
_AT_ONCE = 512  # pairs: 4 MiB of a thousand resamples
_THREADS = 4  # threads; sorting, which dominates, runs in several
_LONGEST_HASH = 16


class Packer:
    """Packs the pairs of boards. Sentiment needs no lexicon: columns that are the same on several boards are made once.

    Args:
        before: The committed results; their figures are kept where nothing was resampled and the scores are unchanged.
        cache: Contains earlier figures.
        digest: Hash of everything in a row that determines its figures.

    Attributes:
        fresh: New figures, for the cache.
    """

    def __init__(self, before: Results | None, cache: Cache, digest: Digest) -> None:
        self.before, self.cache, self.digest = before, cache, digest
        self.fresh: dict[str, str] = {}
        self._bootstrap = _Bootstrap()

    def __call__(self, board: str, rows: Sequence[ScoredRow]) -> PackedPairs:
        """Return the figures of all pairs of a board's ranked rows.

        Raises:
            InputError: the cache cannot be used.
        """
        ranked = sorted((each for each in rows if each.row.ranked), key=lambda each: each.row.id)
        columns = _columns(ranked)
        figures = np.full((len(ranked), len(ranked), len(columns), FIGURES), ABSENT, np.int16)
        _take_committed(figures, board, ranked, columns, self.before)
        keys = {self.digest(each)[:_LONGEST_HASH]: place for place, each in enumerate(ranked) if each.replicates}
        fresh = np.array([bool(each.replicates) for each in ranked])
        pairs = np.tri(len(ranked), k=-1, dtype=bool) & fresh[:, None] & fresh
        held = np.zeros_like(pairs)
        names = {each: key("packed", board, columns, each) for each in keys}
        texts = self.cache.pairs(names.values())
        for each, name in names.items():
            if name in texts:
                held[keys[each]] = _take(figures, keys, keys[each], _read(texts[name], len(columns), self.cache))
        unknown = pairs & ~(held | held.T)
        firsts, seconds = np.nonzero(unknown)
        if len(firsts):
            figures[firsts, seconds] = self._bootstrap(ranked, columns, firsts, seconds)
            stored = _shared_out(unknown, pairs | held)
            self.fresh |= {
                names[each]: _text(figures, keys, at, stored[at]) for each, at in keys.items() if at in stored
            }
        return PackedPairs(
            board=board,
            columns=tuple(columns),
            rows=tuple(each.row.id for each in ranked),
            figures=tuple(packed(figures[place, :place]) for place in range(len(ranked))),
        )


def _columns(ranked: Sequence[ScoredRow]) -> list[str]:
    """The columns to compare. Sentences state task means only for rows without a mean of the nine."""
    means = (MEAN,) if all(each.row.mean is not None for each in ranked) else (*KINDS, MEAN)
    return [name for name in (*BUILTIN, *means) if any(each.row.value(name) is not None for each in ranked)]


def _take_committed(
    figures: IntArray, board: str, ranked: Sequence[ScoredRow], columns: Sequence[str], before: Results | None
) -> None:
    """Copy the figures of rows whose scores are unchanged."""
    old = next((each for each in (before.packed_pairs if before else ()) if each.board == board), None)
    if old is None or before is None or set(old.columns) - set(columns):
        return
    scores = {row.id: _values(row, columns) for row in before.rows if row.board == board}
    where = [columns.index(name) for name in old.columns]
    places = {
        each.row.id: place for place, each in enumerate(ranked) if scores.get(each.row.id) == _values(each.row, columns)
    }
    there = [place for place, name in enumerate(old.rows) if name in places]  # in the order of ids, like the rows
    for place in there:
        others = [other for other in there if other < place]
        found = unpacked(old.figures[place], len(old.columns))
        target = figures[places[old.rows[place]]]
        target[np.ix_([places[old.rows[other]] for other in others], where)] = found[others]


def _values(row: Row, columns: Sequence[str]) -> list[float | None]:
    return [row.value(name) for name in columns]


def _take(figures: IntArray, keys: dict[str, int], place: int, stored: tuple[list[str], IntArray]) -> BoolArray:
    """Load the figures of a row's pairs from the cache, and return with which rows, shape (N,)."""
    others, found = stored
    there = [index for index, other in enumerate(others) if keys.get(other, place) != place]
    places = np.array([keys[others[index]] for index in there], np.intp)
    figures[np.maximum(places, place), np.minimum(places, place)] = found[there]
    held = np.zeros(len(figures), bool)
    held[places] = True
    return held


def _shared_out(unknown: BoolArray, held: BoolArray) -> dict[int, BoolArray]:
    """Choose rows whose texts in the cache are written, so that few are after a change to a submission.

    Args:
        unknown: The pairs that no text has yet, shape (N, N).
        held: The pairs that a row's text has, or may get as well, shape (N, N).

    Returns:
        Row -> the rows with which its text has pairs, shape (N,).
    """
    left = unknown | unknown.T
    found = {}
    while left.any():
        counts = left.sum(axis=1)
        place = len(counts) - 1 - int(counts[::-1].argmax())  # the last one of several: each text has half of its pairs
        found[place] = held[place] | left[place]
        left[place], left[:, place] = False, False
    return found


def _text(figures: IntArray, keys: dict[str, int], place: int, held: BoolArray) -> str:
    others = {other: at for other, at in keys.items() if held[at]}
    places = np.array(list(others.values()), np.intp)
    return json.dumps([list(others), packed(figures[np.maximum(places, place), np.minimum(places, place)])])


def _read(text: str, columns: int, cache: Cache) -> tuple[list[str], IntArray]:
    try:
        others, figures = json.loads(text)
        found = unpacked(figures, columns)
        if len(found) != len(others) or not all(isinstance(other, str) for other in others):
            raise ValueError("wrong number of figures")
    except (ValueError, TypeError) as error:
        raise cache.unusable("the pairs of a row are invalid") from error
    return others, found


class _Bootstrap:
    """Compares many pairs, one column at a time; caches its results."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], FloatArray] = {}

    def __call__(
        self, ranked: Sequence[ScoredRow], columns: Sequence[str], first: PlaceArray, second: PlaceArray
    ) -> IntArray:
        """Return the figures of pairs of rows, shape (N, C, 3)."""
        with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as threads:
            found = threads.map(lambda name: self._column(ranked, name, first, second), columns)
            low, high, p = np.stack(list(found), axis=-1)
        for family in (BUILTIN, KINDS):
            of = [name in family for name in columns]
            p[:, of] = holm(p[:, of])
        return _as_integers(low, high, p)

    def _column(self, ranked: Sequence[ScoredRow], name: str, first: PlaceArray, second: PlaceArray) -> FloatArray:
        """Return the interval ends and p of each pair in a column, shape (3, N)."""
        known = tuple(id(each.replicates[name]) if name in each.replicates else None for each in ranked)
        asked = (known, first.tobytes(), second.tobytes())
        if asked not in self._known:
            column = _Column(ranked, name)
            chunks = [slice(start, start + _AT_ONCE) for start in range(0, len(first), _AT_ONCE)]
            self._known[asked] = np.concatenate([column(first[at], second[at]) for at in chunks], axis=1)
        return self._known[asked]


def _as_integers(low: FloatArray, high: FloatArray, p: FloatArray) -> IntArray:
    """Convert ends and p, shape (N, C), to the steps of `PackedPairs`; rounding preserves significance."""
    rounded = np.round(p / P_STEP)
    rounded = np.where((p < _ALPHA * P_STEP) & (rounded >= _ALPHA), _ALPHA - 1, rounded)
    parts = [np.round(low / INTERVAL_STEP), np.round(high / INTERVAL_STEP), rounded]
    absent = np.isnan(p)[..., None]
    return np.where(absent, ABSENT, np.nan_to_num(np.stack(parts, axis=-1))).astype(np.int16)


class _Column:
    """One column: compares pairs of rows by their replicates in it."""

    def __init__(self, ranked: Sequence[ScoredRow], name: str) -> None:
        there = {place: each.replicates[name] for place, each in enumerate(ranked) if name in each.replicates}
        self.at = np.full(len(ranked), -1)
        self.at[list(there)] = range(len(there))
        self.replicates = np.stack(list(there.values())) if there else np.empty((0, 0))
        self.scores = np.array([ranked[place].row.value(name) for place in there], float)
        self.metric = np.array([_metric(ranked[place], name) for place in there])

    def __call__(self, first: PlaceArray, second: PlaceArray) -> FloatArray:
        """Return the interval ends and p of each pair, shape (3, N); NaN where they cannot be compared."""
        found = np.full((3, len(first)), np.nan)
        ours, theirs = self.at[first], self.at[second]
        both = (ours >= 0) & (theirs >= 0)
        both[both] = self.metric[ours[both]] == self.metric[theirs[both]]
        if both.any():
            ours, theirs = ours[both], theirs[both]
            resampled = self.replicates[ours] - self.replicates[theirs]
            found[:, both] = paired_tests(self.scores[ours] - self.scores[theirs], resampled)
        return found


def _metric(row: ScoredRow, name: str) -> str:
    """The metric of a score in a column; for a mean, that of all its data sets."""
    scores = row.row.scores
    names = [name] if name in BUILTIN else list(scores)
    return " ".join(metric_part(scores[each].signature or "") for each in names)
