"""Describe the rank of a row in words: `74.77, 7th, 5 to 9, of 24`. Used by terminal, summaries and comments."""

from collections.abc import Sequence

from merunibench.leaderboard.schema.results import MEAN, Board, Model, Rank, Results, Row
from merunibench.protocols import PROTOCOLS
from merunibench.report.columns import percent
from merunibench.tasks import BUILTIN


def ordinal(number: int) -> str:
    """Format a rank as an ordinal number.

    Example:
        >>> [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 112)]
        ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '112th']
    """
    teens = 10 <= number % 100 <= 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def place(rank: Rank | None) -> str:
    """Format a rank and its interval: `7th, 5 to 9, of 24`; `no rank` without one, or without any other row."""
    if rank is None or rank.of == 1:
        return "no rank"
    interval = "" if rank.low is None or rank.low == rank.high else f", {rank.low} to {rank.high}"
    return f"{ordinal(rank.rank)}{interval}, of {rank.of}" if interval else f"{ordinal(rank.rank)} of {rank.of}"


def main_boards(results: Results) -> list[Board]:
    """The main board of each protocol."""
    first: dict[str, Board] = {}
    for board in results.boards:
        first.setdefault(board.protocol, board)
    return list(first.values())


def lead_board(boards: Sequence[Board]) -> Board | None:
    """The board that orders the page: the first one corrected for chance, else the first; None if there is none."""
    corrected = (each for each in boards if PROTOCOLS[each.protocol].is_corrected)
    return next(corrected, next(iter(boards), None))


def main_row(results: Results, model_id: str, board: Board) -> Row | None:
    """The main row of a model on a board: the ranked one, or else the first."""
    rows = [row for row in results.rows if row.board == board.id and row.model_id == model_id]
    return min(rows, key=lambda row: not row.ranked, default=None)


def without_scores(results: Results) -> list[Model]:
    """Accepted models without a row: their labels were not available, or nothing could be scored."""
    scored = {row.model_id for row in results.rows}
    return [model for model in results.models if model.id not in scored]


def standing(results: Results, model_id: str) -> str:
    """Mean and rank of a model on the main board of each protocol; without a mean, its data sets and their ranks."""
    said = []
    for board in main_boards(results):
        row = main_row(results, model_id, board)
        if row is None:
            continue
        if row.mean is not None:
            said.append(f"{board.id} {percent(row.mean)}, {place(row.rank(MEAN))}")
        else:
            columns = [
                f"{BUILTIN[name].title} {percent(score.score)}, {place(score.rank)}"
                for name, score in row.scores.items()
            ]
            more = f" and {len(columns) - 2} more data sets" if len(columns) > 2 else ""
            said.append(f"{board.id}: {'; '.join(columns[:2])}{more}, no mean")
    return " | ".join(said) or "no score"
