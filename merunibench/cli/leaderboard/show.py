"""`merunibench leaderboard show`: a board in the terminal."""

from pathlib import Path
from typing import TYPE_CHECKING

from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_json, emit_table
from merunibench.cli.leaderboard._options import FOLDER
from merunibench.errors import InputError
from merunibench.settings import argument, option, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from merunibench.leaderboard.schema.results import Board, Results, Row


def show(
    results: Path = argument(FOLDER, "Folder of a built board, or its results.json.", "DIR"),
    board: str | None = option(None, "Board to show, such as official-mer2025.", "BOARD", shown="the first of each"),
    dataset: str = option("mean", "Data set whose scores and ranks to show.", "NAME"),
    compare: tuple[str, str] | None = option(None, "Two models, by id or name: who is better, in a sentence.", "A B"),
    every: bool = option(False, "Show published figures and second-hand ones too.", flag="--all"),
    output_format: options.TableOrJson = options.FORMAT,
) -> None:
    """Show a leaderboard in the terminal: rank with its interval, model, score, lift.

    Example: `merunibench leaderboard show --board strict-builtin --compare affectgpt my-model`
    """
    from merunibench.leaderboard.board.standing import main_boards
    from merunibench.leaderboard.schema.results import MEAN, read_results
    from merunibench.tasks import find_task

    found = read_results(results / "results.json" if results.is_dir() else results)
    task = find_task(dataset)
    column = MEAN if dataset == MEAN else task.id if task else ""
    if not column:
        raise InputError(f"--dataset: {dataset!r} is no data set; `merunibench datasets` lists them")
    boards = [_board(found, board)] if board else main_boards(found)
    answers = [_compared(found, each, compare) for each in boards] if compare else []
    if output_format == "json":
        shown = {each.id: [row.model_dump(mode="json") for row in _rows(found, each, column, every)] for each in boards}
        emit_json({"boards": shown} | ({"compared": answers} if compare else {}))
        return
    if compare:
        emit("".join(f"{each.title}: {answer}\n" for each, answer in zip(boards, answers, strict=True)))
        return
    for each in boards:
        _print(found, each, column, _rows(found, each, column, every))


def _board(results: "Results", wanted: str) -> "Board":
    known = {each.id: each for each in results.boards}
    if wanted not in known:
        raise InputError(f"--board: {wanted!r} is not one of {', '.join(known)}{suggestion(wanted, known)}")
    return known[wanted]


def _rows(results: "Results", board: "Board", column: str, every: bool) -> list["Row"]:
    """Rows of a board with a score in the column, the highest first."""
    rows = [
        row
        for row in results.rows
        if row.board == board.id and row.value(column) is not None and (every or row.origin != "reported")
    ]
    return sorted(rows, key=lambda row: (-(row.value(column) or 0.0), row.id))


def _print(results: "Results", board: "Board", column: str, rows: list["Row"]) -> None:
    from merunibench.leaderboard.board.standing import place
    from merunibench.leaderboard.schema.results import MEAN
    from merunibench.report.columns import percent
    from merunibench.tasks import TASKS

    title = "mean of nine" if column == MEAN else TASKS[column].title
    emit(f"{board.title}: {title}\n")
    lines = []
    for row in rows:
        score = row.scores.get(column)
        interval, lift = (row.mean_ci, row.lift) if score is None else (score.ci, score.lift)
        ends = "" if interval is None else f"{percent(interval[0])} to {percent(interval[1])}"
        rank = row.rank(column)
        cells = [place(rank) if rank else "chosen on test" if row.on_test else row.origin, row.model, row.selection]
        cells += [percent(row.value(column)), ends, "" if lift is None else f"{100 * lift:+.2f}"]
        lines.append([*cells, "" if row.labels_per_sample is None else f"{row.labels_per_sample:.2f}"])
    notes = ["Place, and between which places it is at 95 %. Lift: points above the best shallow baseline."]
    if not rows:
        partial = sum(row.board == board.id for row in results.rows)
        notes = [f"{partial} rows have no {title}; --dataset NAME shows one data set."]
    emit_table(("Place", "Model", "Checkpoint", "Score", "95 % CI", "Lift", "Labels"), lines, notes)
    emit("\n")


def _compared(results: "Results", board: "Board", models: tuple[str, str]) -> str:
    """Who of two models is better on a board."""
    from merunibench.leaderboard.board.standing import main_row
    from merunibench.leaderboard.board.verdict import sentence

    ids = [_model(results, model) for model in models]
    if ids[0] == ids[1]:
        raise InputError(f"--compare: both are {ids[0]!r}; name two models")
    rows = [main_row(results, key, board) for key in ids]
    a, b = rows
    if a is None or b is None:
        return f"{' and '.join(key for key, row in zip(ids, rows, strict=True) if row is None)} has no row here."
    return f"A = {a.model}, B = {b.model}. {sentence(results, a, b)}"


def _model(results: "Results", wanted: str) -> str:
    """The id of the model that is called so."""
    same: list[Callable[[str], bool]] = [lambda text: text == wanted, lambda text: text.casefold() == wanted.casefold()]
    for fits in same:
        found = [model.id for model in results.models if fits(model.id) or fits(model.name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f"--compare: {wanted!r} is the name of {', '.join(found)}; give the id")
    known = [model.id for model in results.models]
    raise InputError(f"--compare: {wanted!r} is no model of this board{suggestion(wanted, known)}")
