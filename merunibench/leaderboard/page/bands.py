"""Bands of ranks: rows that do not differ significantly from the first row of their band."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from merunibench.leaderboard.schema.results import Rank, Row

Key = TypeVar("Key")


def bands(ranks: Mapping[Key, Rank]) -> dict[Key, int]:
    """Assign each key to a band; 1 is the highest.

    The highest row starts a band. Each following row whose rank interval includes the rank of that row belongs to it;
    the first row whose interval does not starts the next band. Rows without an interval have no band.

    Example:
        >>> rank = lambda place, low, high: Rank(rank=place, of=3, low=low, high=high)
        >>> bands({"a": rank(1, 1, 2), "b": rank(2, 1, 3), "c": rank(3, 2, 3)})
        {'a': 1, 'b': 1, 'c': 2}
    """
    found: dict[Key, int] = {}
    band, opened = 0, 0
    for key, rank in sorted(ranks.items(), key=lambda item: item[1].rank):
        if rank.low is None or rank.of == 1:
            continue
        if not band or rank.low > opened:
            band, opened = band + 1, rank.rank
        found[key] = band
    return found


def bands_of(rows: Iterable[Row], columns: Iterable[str]) -> dict[tuple[str, str], int]:
    """Return (row id, column) -> its band in that column of its board."""
    found: dict[tuple[str, str], int] = {}
    of_board: dict[str | None, list[Row]] = {}
    for row in rows:
        of_board.setdefault(row.board, []).append(row)
    for column in columns:
        for on_board in of_board.values():
            ranks = {(row.id, column): rank for row in on_board if (rank := row.rank(column))}
            found |= bands(ranks)
    return found
