"""Build and write a board in one go, with a second process that reads the details of models and draws their pages.

The second process needs the first one's scores to know what the details contain, and its ranks to draw the pages. In
between, both work at the same time, each on what the other one does not need.
"""

from collections.abc import Mapping
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from merunibench._gc import gc_paused
from merunibench.errors import InputError
from merunibench.languages import label_of
from merunibench.leaderboard.board.build import ScoredBoard, with_pairs
from merunibench.leaderboard.board.describing import Sketch, details_of
from merunibench.leaderboard.board.inputs import Request
from merunibench.leaderboard.board.standing import lead_board
from merunibench.leaderboard.page.environment import compile_all
from merunibench.leaderboard.page.site import check_names
from merunibench.leaderboard.schema.lock import Lock
from merunibench.leaderboard.schema.results import Board, Results
from merunibench.leaderboard.scoring.cache import Cache
from merunibench.leaderboard.scoring.jobs import is_extended
from merunibench.leaderboard.writing import Drawing, Ready, Stamp, lock_of, write, write_rest
from merunibench.scoring import Progress


@gc_paused()
def make(
    request: Request,
    out: Path,
    stamp: Stamp,
    progress: Progress | None = None,
    helper: Executor | None = None,
) -> Results:
    """Build a board and write it.

    Args:
        request: What to build it from.
        out: The folder of the board.
        stamp: Who computes the board and when, for its lock.
        progress: Is told what is being done, the steps done, and their number.
        helper: The second process; without one, this process does everything.

    Raises:
        InputError: as for `build` and `write`, or the second process was killed. Nothing is written if the build fails.
    """
    if is_extended():  # another process does not know what was registered in this one
        helper = None
    scored = ScoredBoard(request, progress, helper)
    described = None if helper is None else _described(scored, helper)
    if helper is None or described is None:
        results, details = scored.finished()
        write(results, details, out, by=stamp.by, date=stamp.date, before=stamp.before)
        return results
    try:
        return _with_helper(scored, out, stamp, helper, described)
    except BrokenProcessPool as error:
        raise InputError(
            "the second process of the build was killed, perhaps because memory ran out; --processes 1 works without it"
        ) from error


def _described(scored: ScoredBoard, helper: Executor) -> "Future[None] | None":
    """Let the second process read the details; None if a submission that it scored killed it (that one is refused)."""
    try:
        return helper.submit(_describe, scored.sketches, scored.cache, lead_board(scored.boards))
    except BrokenProcessPool:
        return None


def _with_helper(scored: ScoredBoard, out: Path, stamp: Stamp, helper: Executor, described: "Future[None]") -> Results:
    """Rank and write a board while another process, which has been given the sketches, draws its pages."""
    begun = [described, helper.submit(_draw_pictures)]
    ranked = scored.ranked()
    check_names(ranked)
    begun.append(helper.submit(_draw_models, ranked))
    text = ranked.to_json()
    lock = lock_of(ranked, text, stamp)
    begun.append(helper.submit(_draw_others, lock))
    pairs, lines = scored.compared()
    described.result()  # or the error that the cache cannot be used: then nothing is written
    written = helper.submit(_write, out)

    def finish() -> Mapping[str, str]:
        for each in begun:
            each.result()  # or the error that is the cause of the next one
        return written.result()

    results = with_pairs(ranked, pairs)
    write_rest(results, Ready(text, pairs.to_json(lines), lock), out, finish)
    return results


def warm_up() -> None:
    """In the other process: load what it will need, while it has nothing else to do."""
    compile_all()
    label_of("mot")  # reads the word lists of all languages, among which words outside the lexicon are looked up


_OWN: list[Drawing] = []
"""In the other process: what it draws."""


def _describe(sketches: Mapping[str, Sketch], cache: Cache, lead: Board | None) -> None:
    _OWN[:] = [Drawing(details_of(sketches, cache), lead)]


def _draw_pictures() -> None:
    _OWN[0].draw_pictures()


def _draw_models(results: Results) -> None:
    _OWN[0].draw_models(results)


def _draw_others(lock: Lock) -> None:
    _OWN[0].draw_others(lock)


def _write(folder: Path) -> Mapping[str, str]:
    return _OWN[0].write(folder)
