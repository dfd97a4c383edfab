"""Compare ranked rows of a board pairwise: who is better on which data sets, by how much, with interval and p.

The tests are exactly those of `merunibench compare`: the same resamples, the same random swaps, the same sentence
(`judging`). Random swaps take time. Therefore only the best rows are swapped; all others are compared by the bootstrap
alone, and the sentence says so. Every pair of the best rows has a stored sentence. If a board has more rows, the
figures of all pairs are packed (`packing`), and terminal and page generate the sentence from them.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from pydantic import ValidationError

from merunibench.leaderboard.board.judging import Judge, Two
from merunibench.leaderboard.board.packing import Packer
from merunibench.leaderboard.board.rows import ScoredRow
from merunibench.leaderboard.schema.results import Pair, Pairs, Results, Row
from merunibench.leaderboard.scoring.cache import Cache

MOST = 60
"""Maximum number of rows that are compared, the best ones: this gives 1,770 pairs."""
SWAPPED = 20
"""Maximum number of rows that are also swapped, the best ones: 190 pairs."""


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
    judge = Judge(resamples, seed, cache)
    found: list[Pair | str] = []
    wanted: dict[str, Two] = {}
    for rows in boards.values():
        best = list(enumerate(_best(rows)))
        for (_, first), (place, second) in combinations(best, 2):
            ids = (first.row.id, second.row.id)
            two = Two(first, second, place < SWAPPED)
            if two.datasets:
                name = judge.key(two)
                wanted[name] = two
                found.append(name)
            elif ids in old and all(scores.get(each.row.id) == _scores(each.row) for each in (first, second)):
                found.append(old[ids])
    lines = cache.pairs(wanted)
    known = {name: _read(line, cache) for name, line in lines.items()}
    missing = [name for name in wanted if name not in known]
    fresh = dict(zip(missing, judge([wanted[name] for name in missing]), strict=True))
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
