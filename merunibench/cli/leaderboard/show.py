"""`merunibench leaderboard show`: show a board in the terminal."""

from pathlib import Path
from typing import TYPE_CHECKING

from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_json
from merunibench.cli.leaderboard._options import FOLDER
from merunibench.cli.leaderboard._tables import fullest_column, print_board, rows_of
from merunibench.errors import InputError
from merunibench.settings import argument, option, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from merunibench.leaderboard.schema.results import Board, Results


def show(
    results: Path = argument(FOLDER, "Folder of a built board, or its results.json.", "DIR"),
    board: str | None = option(None, "Board to show, such as official-mer2025.", "BOARD", shown="the first of each"),
    dataset: str | None = option(
        None, "Data set to show.", "NAME", shown="the mean; if there is none, the data set with the most models"
    ),
    compare: tuple[str, str] | None = option(
        None, "Say in a sentence which of two models, given by id or name, is better.", "A B"
    ),
    every: bool = option(False, "Also show published and second-hand scores.", flag="--all"),
    output_format: options.TableOrJson = options.FORMAT,
) -> None:
    """Show a leaderboard in the terminal: rank with its interval, model, score, lift.

    Example: `merunibench leaderboard show --board strict-builtin --compare affectgpt my-model`
    """
    from merunibench.leaderboard.board.standing import main_boards
    from merunibench.leaderboard.schema.results import MEAN, read_results
    from merunibench.tasks import find_task

    found = read_results(results / "results.json" if results.is_dir() else results)
    task = find_task(dataset) if dataset else None
    asked = MEAN if dataset == MEAN else task.id if task else None
    if dataset and not asked:
        raise InputError(f"--dataset: {dataset!r} is not a data set; `merunibench datasets` lists them")
    boards = [_board(found, board)] if board else main_boards(found)
    answers = [_compared(found, each, compare) for each in boards] if compare else []
    if output_format == "json":
        shown = {
            each.id: [
                row.model_dump(mode="json")
                for row in rows_of(found, each, asked or fullest_column(found, each), every=every)
            ]
            for each in boards
        }
        emit_json({"boards": shown} | ({"compared": answers} if compare else {}))
        return
    if compare:
        emit("".join(f"{each.title}: {answer}\n" for each, answer in zip(boards, answers, strict=True)))
        return
    for each in boards:
        print_board(found, each, asked or fullest_column(found, each), every=every)


def _board(results: "Results", wanted: str) -> "Board":
    known = {each.id: each for each in results.boards}
    if wanted not in known:
        raise InputError(f"--board: {wanted!r} is not one of {', '.join(known)}{suggestion(wanted, known)}")
    return known[wanted]


def _compared(results: "Results", board: "Board", models: tuple[str, str]) -> str:
    """Return a sentence that says which of two models is better on a board."""
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
    """Return the id of the model with this id or name; computed models take precedence over reported ones."""
    same: list[Callable[[str], bool]] = [lambda text: text == wanted, lambda text: text.casefold() == wanted.casefold()]
    for fits in same:
        called = [model for model in results.models if fits(model.id) or fits(model.name)]
        own = [model for model in called if model.origin != "reported"]
        found = [model.id for model in own or called]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f"--compare: {wanted!r} is the name of {', '.join(found)}; give the id")
    known = [model.id for model in results.models]
    raise InputError(f"--compare: {wanted!r} is not a model of this board{suggestion(wanted, known)}")
