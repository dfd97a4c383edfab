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
from merunibench.leaderboard.page.models import MODEL_FILES, ModelPages
from merunibench.leaderboard.page.site import PAIR_FILES, check_names, front_pages, pair_scripts, remove_others
from merunibench.leaderboard.schema.details import Details
from merunibench.leaderboard.schema.lock import LOCK, Lock, Origin, hash_of
from merunibench.leaderboard.schema.results import PAIRS, Board, Pairs, Results
from merunibench.leaderboard.tables import to_csv, to_latex, to_markdown

CSV, TABLES = "results.csv", "tables"
_TABLE_FILES = (f"{TABLES}/*.md", f"{TABLES}/*.tex", f"{BADGES}/*.svg")
"""Files that belong to a board, or are the badge of a model."""


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
    check_names(results)
    drawing = Drawing(details, lead_board(results.boards))
    text = results.to_json()
    lock = lock_of(results, text, Stamp(by, date, before))
    drawing.draw_models(results)
    drawing.draw_others(lock)
    pairs = Pairs(pairs=results.pairs, packed=results.packed_pairs)
    write_rest(results, Ready(text, pairs.to_json(), lock), out, lambda: drawing.write(out))


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


class Ready(NamedTuple):
    """What is ready to be written.

    Attributes:
        results: The content of `results.json`.
        pairs: The content of `pairs.json`.
        lock: The lock, without the hashes of other files.
    """

    results: str
    pairs: str
    lock: Lock


class Drawing:
    """The pages of a board, with the files of details; its pairs are not needed.

    Args:
        details: Model id -> what its page shows beyond its rows.
        lead: The main board; None for an empty site.
    """

    def __init__(self, details: Mapping[str, Details], lead: Board | None) -> None:
        self._models = ModelPages(details, lead)
        self._results: Results | None = None
        self._others: dict[str, bytes] = {}

    def draw_pictures(self) -> None:
        """Draw the pictures of the models' pages, for which no results are needed."""
        self._models.draw_pictures()

    def draw_models(self, results: Results) -> None:
        """Draw the models' pages."""
        self._models.draw(results)
        self._results = results

    def draw_others(self, lock: Lock) -> None:
        """Draw all other pages.

        Args:
            lock: Who computed the results, and when.
        """
        if self._results is None:
            raise RuntimeError("models are drawn first")
        self._others = dict(front_pages(self._results, self._models.summary, lock))

    def write(self, folder: Path) -> Mapping[str, str]:
        """Write the files, and delete those of models that are no longer there.

        Returns:
            Name of each file of details -> its hash.

        Raises:
            InputError: a file cannot be written.
        """
        if not self._others:
            raise RuntimeError("pages are drawn before they are written")
        names = self._models.write(folder)
        for name, content in self._others.items():
            write_changed(folder / name, content)
        remove_others(folder, names, MODEL_FILES)
        return self._models.summary.hashes


def write_rest(results: Results, ready: Ready, out: Path, finish: Callable[[], Mapping[str, str]]) -> None:
    """Write everything else: results, also as tables, pairs, badges and the lock.

    Args:
        results: The board.
        ready: The files that are ready.
        out: The folder.
        finish: Writes what was drawn, or waits for that, and returns the hashes of the details.

    Raises:
        InputError: a file cannot be written.
    """
    write_text(out / "results.json", ready.results)
    pairs = ready.pairs.encode()
    write_changed(out / PAIRS, pairs)
    names = []
    texts = ((name, content.encode()) for name, content in chain(tables_of(results), badges(results)))
    for name, content in chain(texts, pair_scripts(results)):
        write_changed(out / name, content)
        names.append(name)
    remove_others(out, names, (*PAIR_FILES, *_TABLE_FILES))
    hashes = {PAIRS: hash_of(pairs), **finish()}
    write_changed(out / LOCK, ready.lock.model_copy(update={"files": hashes}).to_json().encode())


def is_locked(name: str) -> bool:
    """Whether the lock contains the hash of a file, which it does for files that do not follow from `results.json`."""
    return name == PAIRS or name.startswith(f"{DETAILS}/")


def lock_of(results: Results, text: str, stamp: Stamp) -> Lock:
    """Return the lock of these results: the previous one if equal, else one with the origin of kept scores.

    Args:
        results: The board.
        text: The content of `results.json`.
        stamp: Who computed the board, and when.

    Returns:
        The lock, without the hashes of other files.
    """
    by, date, before = stamp
    now = Lock(results=hash_of(text.encode()), by=by, date=date)
    if before is None or not (now.by or now.date or before.results != now.results):
        return before.model_copy(update={"files": {}}) if before else now
    if not results.not_recomputed:
        return now
    stood = before.committed if before.by is None and before.date is None else None
    return now.model_copy(update={"committed": stood or Origin(results=before.results, by=before.by, date=before.date)})


def tables_of(results: Results) -> Iterator[tuple[str, str]]:
    """Yield name and content of the files that contain only figures of the results."""
    yield CSV, to_csv(results)
    for board in results.boards:
        yield f"{TABLES}/{board.id}.md", to_markdown(results, board)
        yield f"{TABLES}/{board.id}.tex", to_latex(results, board)
