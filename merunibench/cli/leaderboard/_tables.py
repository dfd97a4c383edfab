"""A board as a table in the terminal, as `show` and `build` print it."""

from typing import TYPE_CHECKING

from merunibench._text import escape_controls
from merunibench.cli._output import emit, emit_table

if TYPE_CHECKING:
    from merunibench.leaderboard.schema.results import Board, Results, Row

_NAMED = 3
"""Number of models waiting for scores that are named."""


def rows_of(results: "Results", board: "Board", column: str, *, every: bool = False) -> list["Row"]:
    """Return the rows of a board with a score in the column, highest first."""
    rows = [
        row
        for row in results.rows
        if row.board == board.id and row.value(column) is not None and (every or row.origin != "reported")
    ]
    return sorted(rows, key=lambda row: (-(row.value(column) or 0.0), row.id))


def fullest_column(results: "Results", board: "Board") -> str:
    """Return `mean` if a row has one or there are no rows; else the data set that most models have."""
    from merunibench.leaderboard.schema.results import MEAN
    from merunibench.tasks import BUILTIN

    rows = [row for row in results.rows if row.board == board.id and row.origin == "computed"]
    if not rows or any(row.mean is not None for row in rows):
        return MEAN
    return max(BUILTIN, key=lambda name: sum(name in row.scores for row in rows))


def print_board(
    results: "Results", board: "Board", column: str = "mean", *, every: bool = False, most: int | None = None
) -> None:
    """Print one column of a board as a table of at most `most` rows; published rows only with `every`."""
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
    notes = ["Place with its 95 % interval. Lift: points above the best shallow baseline."]
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
