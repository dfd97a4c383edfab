"""Write the files of a board: results, details, page, badges and tables. Equal boards give equal bytes."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from merunibench._gc import gc_paused
from merunibench.files import write_changed, write_text
from merunibench.leaderboard.board.citing import BADGES, badges
from merunibench.leaderboard.board.inputs import DETAILS
from merunibench.leaderboard.board.standing import lead_board
from merunibench.leaderboard.page.models import ModelPages
from merunibench.leaderboard.page.site import SITE_FILES, check_names, front_pages, pair_scripts, remove_others
from merunibench.leaderboard.schema.details import Details
from merunibench.leaderboard.schema.lock import LOCK, Lock, Origin, hash_of
from merunibench.leaderboard.schema.results import PAIRS, Board, Pairs, Results
from merunibench.leaderboard.tables import to_csv, to_latex, to_markdown

TABLES = "tables"
_OWN_FILES = (f"{DETAILS}/*.json", f"{TABLES}/*.md", f"{TABLES}/*.tex", f"{BADGES}/*.svg")
"""Files beside the site that belong to a model or board."""


@gc_paused()
def write(
    results: Results,
    details: Mapping[str, Details],
    out: Path,
    *,
    by: str | None = None,
    date: str | None = None,
    before: Lock | None = None,
) -> None:
    """Write everything below a folder; details and tables of removed models and boards are deleted.

    Args:
        results: The board.
        details: Model id -> what its page shows beyond its rows.
        out: The folder.
        by: Who computed the board, for its lock.
        date: When, as an ISO date; never read off a clock, so that equal boards give equal bytes.
        before: The lock of the committed results that the board was built on.

    Raises:
        InputError: a file cannot be written.
    """
    drawing = Drawing(details, lead_board(results.boards))
    drawing.draw(results, Stamp(by, date, before))
    write_rest(results, out, lambda: drawing.write(out))


class Stamp(NamedTuple):
    """Who computes a board and when, for its lock.

    Attributes:
        by: Who.
        date: When, as an ISO date.
        before: The lock of the committed results that the board was built on.
    """

    by: str | None = None
    date: str | None = None
    before: Lock | None = None


class Drawn(NamedTuple):
    """What was written of a board without its pairs.

    Attributes:
        names: The names of the files.
        lock: The lock, still without the hash of the pairs.
    """

    names: list[str]
    lock: Lock


class Drawing:
    """Results, pages and details of a board: all that does not depend on pairs.

    Args:
        details: Model id -> what its page shows beyond its rows.
        lead: The main board; None for an empty site.
    """

    def __init__(self, details: Mapping[str, Details], lead: Board | None) -> None:
        self._models = ModelPages(details, lead)
        self._results: tuple[str, Lock] | None = None
        self._others: dict[str, bytes] = {}

    def draw_pictures(self) -> None:
        """Draw the pictures of the models' pages, for which no results are needed."""
        self._models.draw_pictures()

    def draw(self, results: Results, stamp: Stamp) -> None:
        """Draw the pages.

        Raises:
            InputError: an id in the results is not a valid file name.
        """
        check_names(results)
        self._models.draw(results)
        text = results.to_json()
        lock = _lock(results, text, self._models.summary.hashes, stamp)
        self._others = dict(front_pages(results, self._models.summary, lock))
        self._results = text, lock

    def write(self, folder: Path) -> Drawn:
        """Write the files.

        Raises:
            InputError: a file cannot be written.
        """
        if self._results is None:
            raise RuntimeError("pages are drawn before they are written")
        text, lock = self._results
        write_text(folder / "results.json", text)
        names = self._models.write(folder)
        for name, content in self._others.items():
            write_changed(folder / name, content)
        return Drawn([*names, *self._others], lock)


def write_rest(results: Results, out: Path, finish: Callable[[], Drawn]) -> None:
    """Write pairs, tables, badges and the lock.

    Args:
        results: The board.
        out: The folder.
        finish: Writes everything else, or waits for that.

    Raises:
        InputError: a file cannot be written.
    """
    pairs = Pairs(pairs=results.pairs, packed=results.packed_pairs).to_json().encode()
    write_changed(out / PAIRS, pairs)
    texts = ((name, content.encode()) for name, content in chain(tables_of(results), badges(results)))
    names = []
    for name, content in chain(pair_scripts(results), texts):
        write_changed(out / name, content)
        names.append(name)
    drawn = finish()
    lock = drawn.lock.model_copy(update={"files": {**drawn.lock.files, PAIRS: hash_of(pairs)}})
    write_text(out / LOCK, lock.to_json())
    remove_others(out, [*names, *drawn.names], (*SITE_FILES, *_OWN_FILES))


def is_locked(name: str) -> bool:
    """Whether the lock contains the hash of a file, which it does for files that do not follow from `results.json`."""
    return name == PAIRS or name.startswith(f"{DETAILS}/")


def _lock(results: Results, text: str, hashes: Mapping[str, str], stamp: Stamp) -> Lock:
    """Return the lock of these results: the previous one if equal, else one with the origin of kept scores.

    Args:
        results: The board.
        text: The content of `results.json`.
        hashes: Name of each file of details -> its hash.
        stamp: Who computed the board, and when.
    """
    by, date, before = stamp
    now = Lock(results=hash_of(text.encode()), by=by, date=date, files=dict(hashes))
    if before is None or not (now.by or now.date or before.results != now.results):
        return before.model_copy(update={"files": now.files}) if before else now
    if not results.not_recomputed:
        return now
    stood = before.committed if before.by is None and before.date is None else None
    return now.model_copy(update={"committed": stood or Origin(results=before.results, by=before.by, date=before.date)})


def tables_of(results: Results) -> Iterator[tuple[str, str]]:
    """Yield name and content of the files that contain only figures of the results."""
    yield "results.csv", to_csv(results)
    for board in results.boards:
        yield f"{TABLES}/{board.id}.md", to_markdown(results, board)
        yield f"{TABLES}/{board.id}.tex", to_latex(results, board)
