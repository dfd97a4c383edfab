"""Write the files of a board: results, details, page, badges and tables. Equal boards give equal bytes."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from merunibench._gc import gc_paused
from merunibench.files import write_changed, write_text
from merunibench.leaderboard.board.citing import BADGES, badges
from merunibench.leaderboard.board.inputs import DETAILS
from merunibench.leaderboard.page import render_site
from merunibench.leaderboard.schema.details import Details
from merunibench.leaderboard.schema.lock import LOCK, Lock, Origin, hash_of
from merunibench.leaderboard.schema.results import PAIRS, Pairs, Results
from merunibench.leaderboard.tables import to_csv, to_latex, to_markdown

TABLES = "tables"


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
    text = results.to_json()
    write_text(out / "results.json", text)
    digest = hash_of(text.encode())
    files, hashes = set(), {}
    for name, text in _files(results, details):
        content = text.encode()
        write_changed(out / name, content)
        files.add(out / name)
        if is_locked(name):
            hashes[name] = hash_of(content)
    lock = _lock(results, Lock(results=digest, by=by, date=date, files=hashes), before)
    write_text(out / LOCK, lock.to_json())
    for folder, endings in ((DETAILS, (".json",)), (TABLES, (".md", ".tex")), (BADGES, (".svg",))):
        for path in set((out / folder).glob("*")).difference(files):
            if path.suffix in endings:
                path.unlink()
    render_site(results, details, out, lock)


def is_locked(name: str) -> bool:
    """Whether the lock contains the hash of a file, which it does for files that do not follow from `results.json`."""
    return name == PAIRS or name.startswith(f"{DETAILS}/")


def _lock(results: Results, now: Lock, before: Lock | None) -> Lock:
    """Return the lock of these results: the previous one if equal, else one with the origin of kept scores."""
    if before is None or not (now.by or now.date or before.results != now.results):
        return before.model_copy(update={"files": now.files}) if before else now
    if not results.not_recomputed:
        return now
    stood = before.committed if before.by is None and before.date is None else None
    return now.model_copy(update={"committed": stood or Origin(results=before.results, by=before.by, date=before.date)})


def _files(results: Results, details: Mapping[str, Details]) -> Iterator[tuple[str, str]]:
    """Yield name and content of the files made from the results, except the site, one at a time: they are large."""
    yield PAIRS, Pairs(pairs=results.pairs, packed=results.packed_pairs).to_json()
    for key, value in details.items():
        yield f"{DETAILS}/{key}.json", value.to_json()
    yield from tables_of(results)
    yield from badges(results)


def tables_of(results: Results) -> Iterator[tuple[str, str]]:
    """Yield name and content of the files that contain only figures of the results."""
    yield "results.csv", to_csv(results)
    for board in results.boards:
        yield f"{TABLES}/{board.id}.md", to_markdown(results, board)
        yield f"{TABLES}/{board.id}.tex", to_latex(results, board)
