"""Compare ranked rows of a board pairwise: who is better on which data sets, by how much, with interval and p.

The tests are exactly those of `merunibench compare`: the same resamples, the same random swaps, the same sentence. The
resamples are each row's own replicates. The swapped sums are linear in a row's units, so they are computed once per row
(`swapped_sums`). The scores after a swap are computed for each pair, which takes time. Therefore only the best rows are
swapped; all others are compared by the bootstrap alone, and the sentence says so. Every pair of the best rows has a
stored sentence. If a board has more rows, the figures of all pairs are packed (`packing`), and terminal and page
generate the sentence from them.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from merunibench.evaluation.compare import Sides, compare_draws
from merunibench.leaderboard.board.packing import Packer
from merunibench.leaderboard.board.rows import ScoredRow
from merunibench.leaderboard.schema.fields import metric_part, parsed
from merunibench.leaderboard.schema.results import DECIMALS, Pair, Paired, Pairs, Results, Row
from merunibench.leaderboard.scoring.cache import Cache, key
from merunibench.leaderboard.scoring.cells import Figures, Stored
from merunibench.leaderboard.scoring.units import unpack
from merunibench.protocols import PROTOCOLS
from merunibench.report import Comparison, SystemUsed
from merunibench.scoring import primary_of_sums
from merunibench.statistics import PairedDraws, PairedTest, swapped_sums
from merunibench.statistics.draws import Keys
from merunibench.tasks import get_task, title_of

MOST = 60
"""Maximum number of rows that are compared, the best ones: this gives 1,770 pairs."""
SWAPPED = 20
"""Maximum number of rows that are also swapped, the best ones: 190 pairs."""

FloatArray = npt.NDArray[np.float64]


class Compared(NamedTuple):
    """The pairs of a board, and the JSON of each, of which most is in the cache."""

    pairs: Pairs
    lines: Sequence[str]


def pairs_of(
    boards: Mapping[str, Sequence[ScoredRow]], before: Results | None, cache: Cache, *, resamples: int, seed: int
) -> Compared:
    """Return the pairs of the best rows of all boards, and the figures of all pairs for boards with more rows.

    Args:
        boards: Board id -> its rows.
        before: The committed results, whose pairs are kept where nothing was resampled and scores are unchanged.
        cache: Contains earlier pairs; new ones are added.
        resamples: Number of resamples behind the replicates, and of random swaps.
        seed: Seed of both.

    Raises:
        InputError: the cache cannot be used.
    """
    old = {(pair.a, pair.b): pair for pair in (before.pairs if before else ())}
    scores = {row.id: _scores(row) for row in (before.rows if before else ())}
    judge = _Judge(resamples, seed, cache)
    found: list[Pair | str] = []
    wanted: dict[str, tuple[ScoredRow, ScoredRow, bool]] = {}
    for rows in boards.values():
        best = list(enumerate(_best(rows)))
        for (_, first), (place, second) in combinations(best, 2):
            ids = (first.row.id, second.row.id)
            if _shared(first, second):
                name = judge.key(first, second, swap=place < SWAPPED)
                wanted[name] = (first, second, place < SWAPPED)
                found.append(name)
            elif ids in old and all(scores.get(each.row.id) == _scores(each.row) for each in (first, second)):
                found.append(old[ids])
    lines = cache.pairs(wanted)
    known = {name: _read(line, cache) for name, line in lines.items()}
    missing = {name: rows for name, rows in wanted.items() if name not in known}
    judge.prepare(missing.values())
    fresh = {name: judge(*rows) for name, rows in missing.items()}
    fresh_lines = {name: pair.to_json() for name, pair in fresh.items()}
    packer = Packer(before, cache, judge.digest)
    packed = [packer(board, rows) for board, rows in boards.items() if sum(each.row.ranked for each in rows) > MOST]
    cache.store_pairs({**fresh_lines, **packer.fresh})
    known |= fresh
    lines |= fresh_lines
    pairs = [known[each] if isinstance(each, str) else each for each in found]
    return Compared(
        Pairs(pairs=tuple(pairs), packed=tuple(packed)),
        [lines[each] if isinstance(each, str) else each.to_json() for each in found],
    )


def _read(line: str, cache: Cache) -> Pair:
    if "\n" in line:
        raise cache.unusable("a pair has several lines")
    try:
        return Pair.model_validate_json(line, strict=True)
    except ValidationError as error:
        raise cache.unusable("a pair is invalid") from error


def _scores(row: Row) -> dict[str, float]:
    return {name: score.score for name, score in row.scores.items()}


def _best(rows: Iterable[ScoredRow]) -> list[ScoredRow]:
    """The ranked rows, highest mean first, then rows without a mean by their number of data sets."""
    ranked = [each for each in rows if each.row.ranked]
    return sorted(
        ranked, key=lambda each: (each.row.mean is None, -(each.row.mean or 0.0), -len(each.row.scores), each.row.id)
    )[:MOST]


def _shared(first: ScoredRow, second: ScoredRow) -> list[str]:
    """The data sets on which both were resampled with the same metric."""
    return [name for name, metric in first.metrics.items() if second.metrics.get(name) == metric]


class _Sums(NamedTuple):
    """Sums over a row's units on one data set.

    Attributes:
        total: Over all units, shape (K,).
        swapped: Over the units of each swap, shape (B, K).
    """

    total: FloatArray
    swapped: FloatArray


class _Judge:
    """Compares rows; keeps the sums of each row for the next pair."""

    def __init__(self, resamples: int, seed: int, cache: Cache) -> None:
        self.resamples, self.seed, self.cache = resamples, seed, cache
        self._sums: dict[int, _Sums] = {}
        self._digests: dict[str, str] = {}

    def key(self, first: ScoredRow, second: ScoredRow, *, swap: bool) -> str:
        """The cache key of a pair: everything that determines its figures."""
        return key("pair", self.digest(first), self.digest(second), swap, self.resamples, self.seed)

    def digest(self, row: ScoredRow) -> str:
        """Hash of a row's predictions and replicates."""
        if row.row.id not in self._digests:
            digest = sha256(row.row.id.encode())
            for name, score in row.row.scores.items():
                digest.update(f"\n{name} {score.predictions} {score.checkpoint} {score.signature}\n".encode())
                digest.update(row.replicates[name].tobytes() if name in row.replicates else b"")
            self._digests[row.row.id] = digest.hexdigest()
        return self._digests[row.row.id]

    def __call__(self, first: ScoredRow, second: ScoredRow, swap: bool) -> Pair:
        """Compare a pair."""
        names = _shared(first, second)
        swap = swap and all(_figures(row, name).units for row in (first, second) for name in names)
        draws = {name: self._draws(first, second, name, swap=swap) for name in names}
        datasets, means = compare_draws(draws, {name: _sides(first, second, name) for name in names})
        comparison = Comparison(
            models=(first.row.model, second.row.model),
            datasets=datasets,
            left_out=(),
            resamples=self.resamples,
            seed=self.seed,
            units="",
            means=means,
        )
        columns = {each.dataset: _column(each.test, each.p_holm) for each in datasets}
        columns |= {each.name: _column(each.test, each.p_holm) for each in means}
        sentence = comparison.sentence if swap else by_bootstrap_alone(comparison.sentence)
        return Pair(a=first.row.id, b=second.row.id, columns=columns, swapped=swap, sentence=sentence)

    def _draws(self, first: ScoredRow, second: ScoredRow, name: str, *, swap: bool) -> PairedDraws:
        resampled = first.replicates[name] - second.replicates[name]
        if not swap:
            difference = first.row.scores[name].score - second.row.scores[name].score
            return PairedDraws(difference, resampled, np.empty(0))
        ours, theirs = (self._sums[id(_figures(each, name))] for each in (first, second))
        metric = PROTOCOLS[first.row.protocol][get_task(name).kind]
        moved = theirs.swapped - ours.swapped
        observed, *swapped = (
            primary_of_sums(metric, left) - primary_of_sums(metric, right)
            for left, right in ((ours.total, theirs.total), (ours.total + moved, theirs.total - moved))
        )
        return PairedDraws(float(observed), resampled, swapped[0])

    def prepare(self, pairs: Iterable[tuple[ScoredRow, ScoredRow, bool]]) -> None:
        """Compute the swapped sums of all rows in these pairs: those of one data set together.

        Raises:
            InputError: the cache does not contain the units of a row, or they are invalid.
        """
        wanted: dict[str, dict[int, Figures]] = {}
        for first, second, swap in pairs:
            for name in _shared(first, second) if swap else ():
                both = (_figures(row, name) for row in (first, second))
                wanted.setdefault(name, {}).update((id(each), each) for each in both if each.units)
        every = [each.units for of_set in wanted.values() for each in of_set.values()]
        stored = self.cache.units(units for units in every if isinstance(units, Stored))
        for of_set in wanted.values():
            content = {place: self._unpacked(each.units, stored) for place, each in of_set.items()}
            by_keys: dict[bytes, list[int]] = {}
            for place, (_, keys) in content.items():
                by_keys.setdefault(keys.tobytes(), []).append(place)
            for alike in by_keys.values():
                self._add_sums({place: content[place][0] for place in alike}, content[alike[0]][1])

    def _unpacked(self, units: bytes | Stored, stored: Mapping[Stored, bytes]) -> tuple[FloatArray, Keys]:
        try:
            return unpack(stored[units] if isinstance(units, Stored) else units)
        except ValueError as error:
            raise self.cache.unusable("the units of an entry are invalid") from error

    def _add_sums(self, units: Mapping[int, FloatArray], keys: Keys) -> None:
        """Compute the sums of several rows on the same units: in one product, which reads the swaps only once."""
        ends = np.cumsum([len(each) for each in units.values()])
        swapped = swapped_sums(
            np.concatenate(list(units.values())), resamples=self.resamples, seed=self.seed, keys=keys
        )
        for (place, each), part in zip(units.items(), np.split(swapped, ends[:-1], axis=1), strict=True):
            self._sums[place] = _Sums(each.sum(axis=1), part)


def _figures(row: ScoredRow, name: str) -> Figures:
    return row.held[name][row.row.scores[name].checkpoint or ""]


def _sides(first: ScoredRow, second: ScoredRow, name: str) -> Sides:
    used = (_used(first.row, name), _used(second.row, name))
    return Sides(used, metric_part(first.row.scores[name].signature or ""), title_of(name))


def _used(row: Row, name: str) -> SystemUsed:
    score = row.scores[name]
    signature = parsed(score.signature or "")
    return SystemUsed(
        row.model, score.checkpoint or "", score.score, row.selection, signature.labels, signature.polarity
    )


def _column(test: PairedTest, p: float) -> Paired:
    low, high = test.ci or (None, None)
    return (round(test.difference, DECIMALS), low, high, round(p, DECIMALS))


def by_bootstrap_alone(sentence: str) -> str:
    """Adjust the sentence of a comparison without random swaps."""
    return f"{sentence.removesuffix('.')}; by the paired bootstrap alone."
