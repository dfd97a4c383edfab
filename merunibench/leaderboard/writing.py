"""The files of a board: results, details, tables, page. The same board gives the same bytes."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from merunibench.files import write_text
from merunibench.leaderboard.build import DETAILS
from merunibench.leaderboard.details import ModelDetails
from merunibench.leaderboard.results import Results
from merunibench.leaderboard.tables import to_csv, to_latex, to_markdown
from merunibench.leaderboard.work import uncollected

TABLES = "tables"
_PAGE = "merunibench.leaderboard.page"


@uncollected()
def write(results: Results, details: Mapping[str, ModelDetails], out: Path) -> None:
    """Write everything below a folder; details and tables of models and boards that are gone are removed.

    Raises:
        InputError: a file cannot be written.
    """
    files = {"results.json": results.to_json(), "results.csv": to_csv(results)}
    files |= {f"{DETAILS}/{key}.json": _text(value) for key, value in details.items()}
    for board in results.boards:
        files[f"{TABLES}/{board.id}.md"] = to_markdown(results, board)
        files[f"{TABLES}/{board.id}.tex"] = to_latex(results, board)
    for name, text in files.items():
        if not _holds(out / name, text):
            write_text(out / name, text)
    for folder, endings in ((DETAILS, (".json",)), (TABLES, (".md", ".tex"))):
        for path in sorted((out / folder).glob("*")):
            if path.suffix in endings and f"{folder}/{path.name}" not in files:
                path.unlink()
    if find_spec(_PAGE) is not None:
        import_module(_PAGE).render_site(results, details, out)


def _holds(path: Path, text: str) -> bool:
    """Whether a file is already what it shall be: of a board of hundreds of models, most are."""
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False


def _text(details: ModelDetails) -> str:
    return details.model_dump_json(by_alias=True) + "\n"
