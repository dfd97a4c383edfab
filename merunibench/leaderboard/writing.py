"""The files of a board: results, details, tables, page. The same board gives the same bytes."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from merunibench._gc import gc_paused
from merunibench.files import write_changed, write_text
from merunibench.leaderboard.details import Details
from merunibench.leaderboard.inputs import DETAILS
from merunibench.leaderboard.page import render_site
from merunibench.leaderboard.results import Results
from merunibench.leaderboard.tables import to_csv, to_latex, to_markdown

TABLES = "tables"


@gc_paused()
def write(results: Results, details: Mapping[str, Details], out: Path) -> None:
    """Write everything below a folder; details and tables of models and boards that are gone are removed.

    Raises:
        InputError: a file cannot be written.
    """
    write_text(out / "results.json", results.to_json())
    files = set()
    for name, text in _files(results, details):
        write_changed(out / name, text.encode())
        files.add(out / name)
    for folder, endings in ((DETAILS, (".json",)), (TABLES, (".md", ".tex"))):
        for path in set((out / folder).glob("*")).difference(files):
            if path.suffix in endings:
                path.unlink()
    render_site(results, details, out)


def _files(results: Results, details: Mapping[str, Details]) -> Iterator[tuple[str, str]]:
    """Name and content of what is made from the results, but for the page; a file at a time: they are large."""
    yield "results.csv", to_csv(results)
    for key, value in details.items():
        yield f"{DETAILS}/{key}.json", value.to_json()
    for board in results.boards:
        yield f"{TABLES}/{board.id}.md", to_markdown(results, board)
        yield f"{TABLES}/{board.id}.tex", to_latex(results, board)
