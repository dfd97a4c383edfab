"""`merunibench leaderboard build`: recompute the whole board."""

import datetime as dt
from pathlib import Path

from merunibench.cli._output import emit, log_stderr, spare_pandas
from merunibench.cli._running import progress_bar
from merunibench.cli.leaderboard._options import FOLDER, BoardOptions
from merunibench.cli.leaderboard._tables import fullest_column, print_board
from merunibench.settings import option

_ROWS = 20
"""Maximum rows per printed table."""


def build(
    settings: BoardOptions,
    out: Path = option(FOLDER, "Folder for results, tables and page.", "DIR"),
    committed: Path | None = option(
        None,
        "Results to use for scores that cannot be recomputed.",
        "FILE",
        shown="results.json next to the submissions",
    ),
    published: Path | None = option(
        None, "Published scores.", "FILE", shown="published.csv next to the submissions, else the built-in ones"
    ),
    cache: Path | None = option(None, "File that keeps scores between builds.", "FILE", shown="the user's cache"),
    no_cache: bool = option(False, "Recompute everything, and cache nothing."),
    by: str | None = option(None, "Name of who computes this board, for results.lock.", "NAME"),
    date: dt.date | None = option(
        None, "Date for results.lock; never the current date, so that equal boards give equal files.", "YYYY-MM-DD"
    ),
) -> None:
    """Recompute the leaderboard from predictions: results, tables and page.

    Scores whose labels are missing are kept as committed, and listed. Refused submissions are left out and listed.
    """
    spare_pandas()
    from dataclasses import replace

    from merunibench._gc import gc_paused
    from merunibench.leaderboard.board.build import build as build_board
    from merunibench.leaderboard.board.standing import main_boards
    from merunibench.leaderboard.schema.lock import lock_beside
    from merunibench.leaderboard.writing import write

    wanted = settings.request(committed=committed, published=published, cache=cache).with_usual_places()
    if no_cache:
        wanted = replace(wanted, cache=None)
    with gc_paused():
        with progress_bar() as progress:
            results, details = build_board(wanted, progress)
        before = lock_beside(wanted.committed)
        write(results, details, out, by=by, date=date.isoformat() if date else None, before=before)
    for refused in results.refused:
        log_stderr(f"refused: {refused.submission}: {'; '.join(refused.reasons)}")
    for gap in results.not_recomputed:
        log_stderr(f"not recomputed: {gap.model_id} on {gap.dataset}: {gap.reason}")
    for board in main_boards(results):
        print_board(results, board, fullest_column(results, board), most=_ROWS)
    emit(f"{out / 'results.json'}\n")
    log_stderr(f"next: merunibench leaderboard serve {out}")
