"""A board as a table in the terminal: what `show` prints, and `build` at its end."""

from typing import TYPE_CHECKING

from merunibench._text import escape_controls
from merunibench.cli._output import emit, emit_table

if TYPE_CHECKING:
    from merunibench.leaderboard.schema.results import Board, Results, Row

_NAMED = 3
"""Of models that wait for scores so many are named."""


def rows_of(results: "Results", board: "Board", column: str, *, every: bool = False) -> list["Row"]:
    """Rows of a board with a score in the column, the highest first."""
    rows = [
        row
        for row in results.rows
        if row.board == board.id and row.value(column) is not None and (every or row.origin != "reported")
    ]
    return sorted(rows, key=lambda row: (-(row.value(column) or 0.0), row.id))


def fullest_column(results: "Results", board: "Board") -> str:
    """The mean, if a row has one; else the data set that most models have; `mean` without any."""
    from merunibench.leaderboard.schema.results import MEAN
    from merunibench.tasks import BUILTIN

    rows = [row for row in results.rows if row.board == board.id and row.origin == "computed"]
    if not rows or any(row.mean is not None for row in rows):
        return MEAN
    return max(BUILTIN, key=lambda name: sum(name in row.scores for row in rows))


def print_board(
    results: "Results", board: "Board", column: str = "mean", *, every: bool = False, most: int | None = None
) -> None:
    """Print the table of one column of a board, so many rows; published rows only if every row is wanted."""
    from merunibench.leaderboard.board.standing import place, without_scores
    from merunibench.leaderboard.schema.results import MEAN
    from merunibench.report.columns import percent
    from merunibench.tasks import BUILTIN

    rows = rows_of(results, board, column, every=every)
    title = "mean of nine" if column == MEAN else BUILTIN[column].title
    emit(f"{board.title}: {title}\n")
    lines = []
    for row in rows[:most]:
        score = row.scores.get(column)
        interval, lift = (row.mean_ci, row.lift) if score is None else (score.ci, score.lift)
        ends = "" if interval is None else f"{percent(interval[0])} to {percent(interval[1])}"
        rank = row.rank(column)
        cells = [place(rank) if rank else "chosen on test" if row.on_test else row.origin, row.model, row.selection]
        cells += [percent(row.value(column)), ends, "" if lift is None else f"{100 * lift:+.2f}"]
        lines.append([*cells, "" if row.labels_per_sample is None else f"{row.labels_per_sample:.2f}"])
    notes = ["Place, and between which places it is at 95 %. Lift: points above the best shallow baseline."]
    if len(lines) < len(rows):
        notes.append(f"{len(rows) - len(lines)} more rows; `merunibench leaderboard show` prints all.")
    if not rows:
        partial = sum(row.board == board.id for row in results.rows)
        notes = [f"{partial} rows have no {title}; --dataset NAME shows one data set."]
    if waiting := without_scores(results):
        more = f" and {len(waiting) - _NAMED} more" if len(waiting) > _NAMED else ""
        notes.append(
            f"Waiting for scores: {', '.join(escape_controls(model.name) for model in waiting[:_NAMED])}{more}."
        )
    emit_table(("Place", "Model", "Checkpoint", "Score", "95 % CI", "Lift", "Labels"), lines, notes)
    emit("\n")
