"""Preview where a submission would rank: its ranks on the main boards, and the neighbouring models."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from merunibench._text import escape_controls
from merunibench.leaderboard.board.standing import main_boards, main_row, place
from merunibench.leaderboard.board.verdict import sentence
from merunibench.leaderboard.schema.results import MEAN, Board, Results, Row
from merunibench.report.columns import percent
from merunibench.report.markdown import escape
from merunibench.tasks import BUILTIN

_HEADS = ("Data set", "Score", "Place", "Lift", "Best", "Its score")


@dataclass(frozen=True)
class Preview:
    """A submission on one board.

    Attributes:
        board: The board.
        row: Its main row.
        lines: One line per column, as in `_HEADS`; the mean first, if there is one.
        beside: How it compares with the neighbouring rows in its first column, one sentence each.
    """

    board: Board
    row: Row
    lines: tuple[tuple[str, ...], ...]
    beside: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Its rank in its first column: `7th, 5 to 9, of 24 by the mean`."""
        title, score, where = self.lines[0][:3]
        return f"{where} by {'the mean' if title == 'Mean' else title}, with {score}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        row = self.row.model_dump(mode="json")
        return {"board": self.board.id, "verdict": self.verdict, "beside": list(self.beside), "row": row}

    def to_markdown(self) -> str:
        """Format for a comment on a pull request; untrusted text cannot become markup, a mention or a link."""
        rows = [_HEADS, ("---", *["---:"] * 3, "---", "---:")]
        table = [f"| {' | '.join(line)} |" for line in rows]
        table += [f"| {' | '.join(map(escape, line))} |" for line in self.lines]
        beside = [f"- {escape(line)}" for line in self.beside]
        head = f"**{escape(self.board.title)}**: {escape(self.row.model)} would be {escape(self.verdict)}."
        return "\n".join([head, "", *beside, *([""] if beside else []), *table, ""]) + "\n"

    def to_text(self) -> str:
        """Format for a terminal: the comment without markup."""
        widths = [max(len(line[column]) for line in (_HEADS, *self.lines)) for column in range(len(_HEADS))]
        head = f"{self.board.title}: {self.row.model} would be {self.verdict}."
        table = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in (_HEADS, *self.lines)]
        lines = [head, *(f"  {line}" for line in self.beside), *(f"  {line}" for line in table)]
        return "".join(f"{escape_controls(line)}\n" for line in lines)


def previews(results: Results, model_id: str) -> list[Preview]:
    """Return how a model ranks on the main board of each protocol; empty if it has no score."""
    found = []
    for board in main_boards(results):
        row = main_row(results, model_id, board)
        if row is not None and row.scores:
            columns = [*([MEAN] if row.mean is not None else []), *row.scores]
            rivals = [each for each in results.rows if each.board == board.id and each.ranked]
            lines = tuple(_line(row, column, rivals) for column in columns)
            found.append(Preview(board, row, lines, tuple(_beside(results, row, columns[0], rivals))))
    return found


def _line(row: Row, column: str, rivals: list[Row]) -> tuple[str, ...]:
    """The values of a row in one column, and the best of the others."""
    others = [each for each in rivals if each.model_id != row.model_id and each.value(column) is not None]
    best = max(others, key=lambda each: each.value(column) or 0.0, default=None)
    lift = row.lift if column == MEAN else row.scores[column].lift
    return (
        "Mean" if column == MEAN else BUILTIN[column].title,
        percent(row.value(column)),
        place(row.rank(column)),
        "" if lift is None else f"{100 * lift:+.2f}",
        best.model if best else "",
        percent(best.value(column)) if best else "",
    )


def _beside(results: Results, row: Row, column: str, rivals: list[Row]) -> Iterator[str]:
    """Yield sentences about the neighbouring rows above and below."""
    own = row.value(column) or 0.0
    others = [(value, each) for each in rivals if each.id != row.id and (value := each.value(column)) is not None]
    sides: dict[str, Callable[[float], bool]] = {
        "above": lambda value: value > own,
        "below": lambda value: value <= own,
    }
    for side, fits in sides.items():
        there = [(abs(value - own), each.id, each) for value, each in others if fits(value)]
        if there:
            rival = min(there, key=lambda each: each[:2])[2]
            difference = 100 * (own - (rival.value(column) or 0.0))
            next_one = f"Next {side}: {rival.model}, at {difference:+.2f} points"
            if _tested(results, row, rival):
                yield f"{next_one}. A is the submission, B that model: {sentence(results, row, rival)}"
            else:
                yield f"{next_one}; not tested, because the predictions of that model are not available."


def _tested(results: Results, row: Row, rival: Row) -> bool:
    """Whether the board contains tests of the two rows."""
    both = {row.id, rival.id}
    return any({each.a, each.b} == both for each in results.pairs) or any(
        each.board == row.board and both <= set(each.rows) for each in results.comparisons
    )
