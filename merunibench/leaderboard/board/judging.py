"""Compare pairs of rows of a board, many at once: the tests of `merunibench compare`, on stored resamples and units.

The resamples are each row's own replicates. The swapped sums are linear in a row's units, so they are computed once per
row (`swapped_sums`); the scores after a swap are computed for each pair.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from merunibench.evaluation.compare import means_of
from merunibench.kinds import KINDS
from merunibench.leaderboard.board.rows import ScoredRow
from merunibench.leaderboard.schema.results import DECIMALS, Pair
from merunibench.leaderboard.scoring.cache import Cache, key
from merunibench.leaderboard.scoring.cells import Figures, Stored
from merunibench.leaderboard.scoring.units import unpack
from merunibench.protocols import PROTOCOLS
from merunibench.report import Outcome, outcome
from merunibench.scoring import primary_of_sums
from merunibench.statistics import holm, paired_tests, swapped_sums
from merunibench.statistics.draws import Keys
from merunibench.tasks import get_task, title_of

_AT_ONCE = 16  # pairs: with more, sums after swaps no longer fit the processor's cache

FloatArray = npt.NDArray[np.float64]


class Two(NamedTuple):
    """Two rows to compare.

    Attributes:
        first: One row.
        second: The other row.
        swap: Whether random swaps are wanted, if the units of both are known.
    """

    first: ScoredRow
    second: ScoredRow
    swap: bool

    @property
    def datasets(self) -> tuple[str, ...]:
        """The data sets on which both were resampled with the same metric."""
        ours, theirs = self.first.metrics, self.second.metrics
        return tuple(ours if ours == theirs else (name for name, metric in ours.items() if theirs.get(name) == metric))

    @property
    def swapped(self) -> bool:
        """Whether random swaps are wanted and possible."""
        rows = (self.first, self.second)
        return self.swap and all(_figures(row, name).units for row in rows for name in self.datasets)


class Judge:
    """Compares pairs of rows.

    Args:
        resamples: Number of resamples behind the replicates, and of random swaps.
        seed: Seed of both.
        cache: Contains the units of rows.
    """

    def __init__(self, resamples: int, seed: int, cache: Cache) -> None:
        self.resamples, self.seed, self.cache = resamples, seed, cache
        self._digests: dict[str, str] = {}
        self._settings = key("pair", resamples, seed)

    def key(self, two: Two) -> str:
        """The cache key of a pair: everything that determines its figures."""
        parts = (self._settings, self.digest(two.first), self.digest(two.second), two.swap)
        return sha256("{} {} {} {}".format(*parts).encode()).hexdigest()

    def digest(self, row: ScoredRow) -> str:
        """Hash of a row's predictions and replicates."""
        if row.row.id not in self._digests:
            digest = sha256(row.row.id.encode())
            for name, score in row.row.scores.items():
                digest.update(f"\n{name} {score.predictions} {score.checkpoint} {score.signature}\n".encode())
                digest.update(row.replicates[name].tobytes() if name in row.replicates else b"")
            self._digests[row.row.id] = digest.hexdigest()
        return self._digests[row.row.id]

    def __call__(self, pairs: Sequence[Two]) -> list[Pair]:
        """Compare pairs, in their order.

        Raises:
            InputError: the cache does not contain the units of a row, or they are invalid.
        """
        sums = _Sums(self, pairs)
        found: dict[int, Pair] = {}
        # The wheels of a board's lexicon decide how many sums a unit has.
        alike = [(each.first.row.board or "", each.datasets, each.swapped) for each in pairs]
        places = sorted(range(len(pairs)), key=alike.__getitem__)
        for (_, datasets, swapped), of_kind in groupby(places, alike.__getitem__):
            rest = list(of_kind)
            for start in range(0, len(rest), _AT_ONCE):
                part = rest[start : start + _AT_ONCE]
                judged = _judged([pairs[place] for place in part], datasets, sums if swapped else None)
                found |= zip(part, judged, strict=True)
        return [found[place] for place in range(len(pairs))]


class _Draws(NamedTuple):
    """The differences of N pairs on one data set, or in a mean of several.

    Attributes:
        observed: Shape (N,).
        resampled: On each resample, shape (N, B).
        swapped: With random swaps, shape (N, B); None without them.
    """

    observed: FloatArray
    resampled: FloatArray
    swapped: FloatArray | None


def _judged(pairs: Sequence[Two], datasets: Sequence[str], sums: "_Sums | None") -> Iterator[Pair]:
    """Compare pairs of one board that share these data sets."""
    draws = {name: _draws(pairs, name, sums) for name in datasets}
    draws |= {name: _mean([draws[each] for each in of]) for name, of in means_of(datasets).items()}
    tests = [paired_tests(*each) for each in draws.values()]
    low, high, p = (np.stack(part, axis=1) for part in zip(*tests, strict=True))
    for family in (datasets, KINDS):
        of = [name in family for name in draws]
        p[:, of] = holm(p[:, of])
    observed = np.stack([each.observed for each in draws.values()], axis=1)
    for two, *figures in zip(pairs, *(part.tolist() for part in (observed, low, high, p)), strict=True):
        yield _pair(two, datasets, dict(zip(draws, zip(*figures, strict=True), strict=True)), swapped=sums is not None)


def _draws(pairs: Sequence[Two], name: str, sums: "_Sums | None") -> _Draws:
    """The differences on a data set."""
    first, second = [two.first for two in pairs], [two.second for two in pairs]
    resampled = np.stack([row.replicates[name] for row in first]) - np.stack([row.replicates[name] for row in second])
    if sums is None:
        scores = [(two.first.row.scores[name].score, two.second.row.scores[name].score) for two in pairs]
        return _Draws(np.array([ours - theirs for ours, theirs in scores]), resampled, None)
    (ours, our_swaps), (theirs, their_swaps) = (sums.of(rows, name) for rows in (first, second))
    metric = PROTOCOLS[first[0].row.protocol][get_task(name).kind]
    moved = their_swaps - our_swaps
    observed, swapped = (
        primary_of_sums(metric, left) - primary_of_sums(metric, right)
        for left, right in ((ours, theirs), (ours[:, None] + moved, theirs[:, None] - moved))
    )
    return _Draws(observed, resampled, swapped)


def _mean(of: Sequence[_Draws]) -> _Draws:
    """The differences of the mean of several data sets, as `mean_draws` computes them."""
    observed, resampled, swapped = zip(*of, strict=True)
    swaps = None if swapped[0] is None else np.mean(swapped, axis=0)
    return _Draws(np.mean(np.stack(observed, axis=1), axis=1), np.mean(resampled, axis=0), swaps)


def _pair(
    two: Two, datasets: Sequence[str], figures: Mapping[str, tuple[float, float, float, float]], *, swapped: bool
) -> Pair:
    """A pair from its difference, the ends of the interval and p in each column."""
    outcomes = {}
    columns = {}
    for name, (difference, low, high, p) in figures.items():
        ci = None if np.isnan(low) else (low, high)
        outcomes[name] = Outcome(title_of(name) if name in datasets else name, difference, ci, p)
        columns[name] = (round(difference, DECIMALS), *(ci or (None, None)), round(p, DECIMALS))
    sentence = outcome([outcomes.pop(name) for name in datasets], list(outcomes.values()))
    said = sentence if swapped else by_bootstrap_alone(sentence)
    return Pair(a=two.first.row.id, b=two.second.row.id, columns=columns, swapped=swapped, sentence=said)


class _Sums:
    """Sums over the units of all rows in pairs that are swapped: those of one data set are computed together."""

    def __init__(self, judge: Judge, pairs: Iterable[Two]) -> None:
        self._judge = judge
        self._known: dict[int, tuple[FloatArray, FloatArray]] = {}
        wanted: dict[str, dict[int, Figures]] = {}
        for two in pairs:
            for name in two.datasets if two.swapped else ():
                both = (_figures(row, name) for row in (two.first, two.second))
                wanted.setdefault(name, {}).update((id(each), each) for each in both)
        every = [each.units for of_set in wanted.values() for each in of_set.values()]
        stored = judge.cache.units(units for units in every if isinstance(units, Stored))
        for of_set in wanted.values():
            content = {place: self._unpacked(each.units, stored) for place, each in of_set.items()}
            by_keys: dict[bytes, list[int]] = {}
            for place, (_, keys) in content.items():
                by_keys.setdefault(keys.tobytes(), []).append(place)
            for alike in by_keys.values():
                self._add({place: content[place][0] for place in alike}, content[alike[0]][1])

    def of(self, rows: Sequence[ScoredRow], name: str) -> tuple[FloatArray, FloatArray]:
        """The sums of N rows on a data set: over all units, shape (N, K), and over those of each swap, (N, B, K)."""
        totals, swaps = zip(*(self._known[id(_figures(row, name))] for row in rows), strict=True)
        return np.stack(totals), np.stack(swaps)

    def _unpacked(self, units: bytes | Stored, stored: Mapping[Stored, bytes]) -> tuple[FloatArray, Keys]:
        try:
            return unpack(stored[units] if isinstance(units, Stored) else units)
        except ValueError as error:
            raise self._judge.cache.unusable("the units of an entry are invalid") from error

    def _add(self, units: Mapping[int, FloatArray], keys: Keys) -> None:
        """Compute the sums of several rows on the same units: in one product, which reads the swaps only once."""
        ends = np.cumsum([len(each) for each in units.values()])
        every = np.concatenate(list(units.values()))
        swapped = swapped_sums(every, resamples=self._judge.resamples, seed=self._judge.seed, keys=keys)
        for (place, each), part in zip(units.items(), np.split(swapped, ends[:-1], axis=1), strict=True):
            self._known[place] = (each.sum(axis=1), part)


def _figures(row: ScoredRow, name: str) -> Figures:
    return row.held[name][row.row.scores[name].checkpoint or ""]


def by_bootstrap_alone(sentence: str) -> str:
    """Adjust the sentence of a comparison without random swaps."""
    return f"{sentence.removesuffix('.')}; by the paired bootstrap alone."
