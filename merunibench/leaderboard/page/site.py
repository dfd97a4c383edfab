"""Write the site: the main page, questions, method, refused submissions, pages of models, and shared static files."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.files import write_changed
from merunibench.leaderboard.board.citing import BENCHMARK, board_bibtex
from merunibench.leaderboard.board.standing import lead_board, without_scores
from merunibench.leaderboard.page import wording
from merunibench.leaderboard.page.boards import TableView, table_view
from merunibench.leaderboard.page.environment import page_templates, shared_values
from merunibench.leaderboard.page.figures import MOST_COMPARED, MOST_LINES, figures
from merunibench.leaderboard.page.models import MODEL_FILES, ModelPages, Summary, page_of
from merunibench.leaderboard.page.pairs import packed_figures, packed_pairs
from merunibench.leaderboard.page.questions import questions
from merunibench.leaderboard.schema.details import Details
from merunibench.leaderboard.schema.lock import Lock
from merunibench.leaderboard.schema.results import Results
from merunibench.pictures import dress
from merunibench.pictures.emblem import emblem, shared_ground
from merunibench.protocols import PROTOCOLS

PAIR_FILES = ("pairs/*/*.js",)
"""Files that belong to rows."""
_LONGEST_NAME = 200


def render_site(results: Results, details: Mapping[str, Details], folder: Path, lock: Lock | None = None) -> list[Path]:
    """Write the whole site and the files of details; equal input gives equal bytes.

    Args:
        results: The whole board.
        details: Model id -> what its page shows; a model without details has no page.
        folder: Will contain `index.html`. Pages of removed models are deleted from `models/`, figures of removed rows
            from `pairs/`.
        lock: Who computed the results, and when.

    Returns:
        The files of the site, including those that existed before.

    Raises:
        InputError: an id is not a valid file name, or a file cannot be written.
    """
    check_names(results)
    pages = ModelPages(details, lead_board(results.boards))
    pages.draw(results)
    names = pages.write(folder)
    for name, content in chain(front_pages(results, pages.summary, lock), pair_scripts(results)):
        write_changed(folder / name, content)
        names.append(name)
    remove_others(folder, names, (*MODEL_FILES, *PAIR_FILES))
    return [folder / name for name in names]


def remove_others(folder: Path, names: Iterable[str], patterns: Sequence[str]) -> None:
    """Delete what earlier boards left: files that match a pattern and are not among these names."""
    kept = set(names)
    for pattern in patterns:
        for path in folder.glob(pattern):
            if path.relative_to(folder).as_posix() not in kept:
                path.unlink()


def front_pages(results: Results, summary: Summary, lock: Lock | None) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the pages that are not those of a model, with styles, scripts and fonts.

    Args:
        results: The whole board.
        summary: What the main pages show of the details of models.
        lock: Who computed the results, and when.
    """
    pages = {model.id: page_of(model.id) for model in results.models if model.id in summary.ids}
    table = table_view(results, pages, lock)
    shared = shared_values(results)

    def draw(name: str, template: str, **values: object) -> tuple[str, bytes]:
        return name, page_templates().get_template(template).render(**shared, **values).encode()

    front = {
        "table": table,
        "counts": _counts(results),
        "modalities": _modalities(table),
        "emblems": {key: emblem(each, shared=True) for key, each in summary.hits.items()},
        "ground": shared_ground(),
        "waiting": [(model, pages.get(model.id)) for model in without_scores(results)],
    }
    drawn = {"figures": figures(table, results), "most_compared": MOST_COMPARED, "most_lines": MOST_LINES}
    asked = questions(results, summary.lost)
    yield draw("index.html", "index.html", here="index.html", root="", **front, **drawn)
    yield draw(
        "method.html",
        "method.html",
        here="method.html",
        root="",
        protocols=PROTOCOLS,
        cite=(BENCHMARK, board_bibtex(results)),
    )
    yield draw("submit.html", "submit.html", here="submit.html", root="")
    yield draw("questions.html", "questions.html", here="questions.html", root="", questions=asked)
    yield draw("refused.html", "refused.html", here="refused.html", root="", gaps=_gaps(results))
    yield from _static()


def pair_scripts(results: Results) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the scripts that the main page loads when rows are compared."""
    for board in results.boards:
        yield f"pairs/{board.id}.js", packed_pairs(results, board.id).encode()
    yield from ((name, text.encode()) for name, text in packed_figures(results))


class _Gap(NamedTuple):
    """Models whose scores on the same data sets were not recomputed, for the same reason."""

    models: tuple[str, ...]
    datasets: tuple[str, ...]
    reason: str


def _gaps(results: Results) -> list[_Gap]:
    """Return what was not recomputed, in the order of the results; models with the same gaps are grouped."""
    names = {model.id: model.name for model in results.models}
    titles = {each.id: each.title for each in results.datasets}
    sets: dict[tuple[str, str], list[str]] = {}
    for gap in results.not_recomputed:
        sets.setdefault((gap.model_id, gap.reason), []).append(titles.get(gap.dataset, gap.dataset))
    alike: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for (model, reason), datasets in sets.items():
        alike.setdefault((tuple(datasets), reason), []).append(names.get(model, model))
    return [_Gap(tuple(models), datasets, reason) for (datasets, reason), models in alike.items()]


def check_names(results: Results) -> None:
    """Check that ids are safe file names: none may lead out of the folder.

    Raises:
        InputError: one is not.
    """
    for name in [*(model.id for model in results.models), *(board.id for board in results.boards)]:
        if not re.fullmatch(r"[\w+-][\w.+-]*", name, re.ASCII) or len(name) > _LONGEST_NAME:
            raise InputError(f"the id {wording.shown(name)!r} in the results is not a valid file name")


def _counts(results: Results) -> str:
    models = sum(
        model.origin == "computed" and model.variant_of is None and model.answers_by is None for model in results.models
    )
    refused = len(results.refused)
    said = f"{models} {'model' if models == 1 else 'models'}"
    if not refused:
        return f"{said}."
    return f"{said}; {refused}\u00a0{'submission' if refused == 1 else 'submissions'} refused."


def _modalities(table: TableView) -> list[str]:
    found = {view.texts["modalities"] for view in (*table.scored, *table.others)}
    return sorted(found - {wording.NOTHING}, key=lambda text: (len(text), text))


def _static() -> Iterator[tuple[str, bytes]]:
    """Yield styles, scripts and fonts."""
    for source in (dress.folder(), resource("leaderboard", "page", "static")):
        for path in sorted(source.rglob("*")):
            if path.is_file():
                yield f"static/{path.relative_to(source).as_posix()}", path.read_bytes()
