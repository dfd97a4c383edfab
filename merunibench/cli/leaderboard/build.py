"""`merunibench leaderboard build`: recompute the whole board."""

import datetime as dt
import gc
from pathlib import Path
from typing import TYPE_CHECKING

from merunibench._arrow import spare_pandas
from merunibench.cli._output import emit, log_stderr
from merunibench.cli._running import progress_bar
from merunibench.cli.leaderboard._options import FOLDER, BoardOptions
from merunibench.cli.leaderboard._tables import fullest_column, print_board
from merunibench.settings import option

if TYPE_CHECKING:
    from merunibench.leaderboard.schema.results import Results

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
    from merunibench._gc import gc_paused
    from merunibench.leaderboard.processes import helper

    with gc_paused(), helper(settings.submissions, settings.processes, "merunibench.leaderboard.making") as process:
        spare_pandas()
        from dataclasses import replace

        from merunibench.leaderboard.making import make
        from merunibench.leaderboard.schema.lock import lock_beside
        from merunibench.leaderboard.writing import Stamp

        wanted = settings.request(committed=committed, published=published, cache=cache).with_usual_places()
        wanted = replace(wanted, cache=None) if no_cache else wanted
        stamp = Stamp(by, date.isoformat() if date else None, lock_beside(wanted.committed))
        with progress_bar() as progress:
            results = make(wanted, out, stamp, progress, process)
        if process is not None:
            process.shutdown(wait=False)  # it ends while this one prints
        _report(results, out)
        gc.freeze()  # the process ends here: there is no need to look for cycles among millions of objects


def _report(results: "Results", out: Path) -> None:
    """Print what was refused or not recomputed, and the first rows of the main boards."""
    from merunibench._text import escape_controls
    from merunibench.leaderboard.board.evidence import copies
    from merunibench.leaderboard.board.standing import main_boards

    for refused in results.refused:
        log_stderr(f"refused: {refused.submission}: {'; '.join(refused.reasons)}")
    for gap in results.not_recomputed:
        log_stderr(f"not recomputed: {gap.model_id} on {gap.dataset}: {gap.reason}")
    for key, others in copies(results).items():
        log_stderr(f"same predictions: {key}: those of {', '.join(escape_controls(other.id) for other in others)}")
    for board in main_boards(results):
        print_board(results, board, fullest_column(results, board), most=_ROWS)
    emit(f"{out / 'results.json'}\n")
    log_stderr(f"next: merunibench leaderboard serve {out}")
