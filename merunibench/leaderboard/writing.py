"""The files of a board: results, details, tables, page. The same board gives the same bytes."""

from collections.abc import Mapping
from pathlib import Path

from merunibench.files import write_changed
from merunibench.leaderboard.build import DETAILS
from merunibench.leaderboard.details import Details
from merunibench.leaderboard.page import render_site
from merunibench.leaderboard.results import Results
from merunibench.leaderboard.tables import to_csv, to_latex, to_markdown
from merunibench.leaderboard.work import uncollected

TABLES = "tables"


@uncollected()
def write(results: Results, details: Mapping[str, Details], out: Path) -> None:
    """Write everything below a folder; details and tables of models and boards that are gone are removed.

    Raises:
        InputError: a file cannot be written.
    """
    files = {"results.json": results.to_json(), "results.csv": to_csv(results)}
    files |= {f"{DETAILS}/{key}.json": value.to_json() for key, value in details.items()}
    for board in results.boards:
        files[f"{TABLES}/{board.id}.md"] = to_markdown(results, board)
        files[f"{TABLES}/{board.id}.tex"] = to_latex(results, board)
    for name, text in files.items():
        write_changed(out / name, text.encode())
    for folder, endings in ((DETAILS, (".json",)), (TABLES, (".md", ".tex"))):
        for path in sorted((out / folder).glob("*")):
            if path.suffix in endings and f"{folder}/{path.name}" not in files:
                path.unlink()
    render_site(results, details, out)
