"""Write the site: the main page, one page per model, method, refused submissions, and shared static files."""

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, metadata
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.files import write_changed
from merunibench.leaderboard.board.standing import without_scores
from merunibench.leaderboard.page import wording
from merunibench.leaderboard.page.boards import TableView, table_view
from merunibench.leaderboard.page.figures import MOST_COMPARED, MOST_LINES, figures
from merunibench.leaderboard.page.losses import confusions, hits, stored
from merunibench.leaderboard.page.models import model_values
from merunibench.leaderboard.page.pairs import packed_figures, packed_pairs
from merunibench.leaderboard.page.questions import questions
from merunibench.leaderboard.schema.details import Details
from merunibench.leaderboard.schema.lock import Lock
from merunibench.leaderboard.schema.results import Results, Row
from merunibench.pictures import dress
from merunibench.pictures.emblem import emblem, shared_ground
from merunibench.protocols import PROTOCOLS
from merunibench.report.templates import templates

if TYPE_CHECKING:
    from jinja2 import Environment


POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; font-src 'self' file:; img-src 'self' file:; "
    "base-uri 'none'; form-action 'none'"
)
"""What a page may load: the site's own files. `file:` is needed because, in
some browsers, files of one folder have different origins."""

PAPER = "https://arxiv.org/abs/2501.16566"
"""The paper of the benchmark."""

_SHEETS = (
    *dress.SHEETS,
    "controls.css",
    "table.css",
    "comparing.css",
    "rows.css",
    "figures.css",
    "model.css",
    "print.css",
)

_LONGEST_NAME = 200


def render_site(results: Results, details: Mapping[str, Details], folder: Path, lock: Lock | None = None) -> list[Path]:
    """Write the whole site; equal input gives equal bytes.

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
    _check_names([model.id for model in results.models] + [board.id for board in results.boards])
    files = []
    for name, content in chain(_pages(results, details, lock), _static()):
        write_changed(folder / name, content)
        files.append(folder / name)
    for path in {*(folder / "models").glob("*.html"), *(folder / "pairs").glob("*/*.js")}.difference(files):
        path.unlink()
    return files


def _pages(results: Results, details: Mapping[str, Details], lock: Lock | None) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every rendered file, one at a time, since together they are large."""
    pages = {model.id: f"models/{model.id}.html" for model in results.models if model.id in details}
    table = table_view(results, pages, lock)
    held = {key: stored(each, table.lead.id) for key, each in details.items()} if table.lead else {}
    lost = {key: confusions(each) for key, each in held.items()}
    shares = {key: found for key, each in lost.items() if any(found := hits(each))}
    marks = {key: emblem(each, shared=True) for key, each in shares.items()}
    environment = _environment(results)

    def draw(name: str, template: str, **values: object) -> tuple[str, bytes]:
        return name, environment.get_template(template).render(**values).encode()

    front = {
        "table": table,
        "counts": _counts(results),
        "modalities": _modalities(table),
        "emblems": marks,
        "ground": shared_ground(),
        "waiting": [(model, pages.get(model.id)) for model in without_scores(results)],
    }
    drawn = {"figures": figures(table, results), "most_compared": MOST_COMPARED, "most_lines": MOST_LINES}
    yield draw("index.html", "index.html", here="index.html", root="", **front, **drawn)
    yield draw("method.html", "method.html", here="method.html", root="", protocols=PROTOCOLS)
    yield draw("submit.html", "submit.html", here="submit.html", root="")
    yield draw("questions.html", "questions.html", here="questions.html", root="", questions=questions(results, lost))
    yield draw("refused.html", "refused.html", here="refused.html", root="", gaps=_gaps(results))
    rows: dict[str, list[Row]] = {}
    for row in results.rows:
        rows.setdefault(row.model_id, []).append(row)
    for model in results.models:
        if model.id in pages:
            known = details[model.id], held.get(model.id, {}), lost.get(model.id, [])
            mark = emblem(shares[model.id]) if model.id in shares else None
            values = model_values(results, rows.get(model.id, []), *known)
            yield draw(pages[model.id], "model.html", here="", root="../", model=model, emblem=mark, **values)
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


def _check_names(ids: Iterable[str]) -> None:
    """Check that ids are safe file names: none may lead out of the folder."""
    for name in ids:
        if not re.fullmatch(r"[\w+-][\w.+-]*", name, re.ASCII) or len(name) > _LONGEST_NAME:
            raise InputError(f"the id {wording.shown(name)!r} in the results is not a valid file name")


def _environment(results: Results) -> "Environment":
    environment = templates(resource("leaderboard", "page", "templates"), last_newline=False)
    environment.globals.update(
        results=results, policy=POLICY, sheets=_SHEETS, repository=_repository(), paper=PAPER, changed=_changed(results)
    )
    environment.filters.update(
        shown=wording.shown,
        web_address=wording.web_address,
        figure=wording.figure,
        interval=wording.interval,
        number=wording.number,
        place=wording.place,
        selection=wording.selection,
        chance=wording.chance,
        inert=inert,
    )
    return environment


def inert(text: str) -> str:
    r"""Return JSON that is safe inside a `script` element of type `application/json`: nothing in it ends the element.

    Example:
        >>> str(inert('{"word":"</script>"}'))
        '{"word":"\\u003c/script\\u003e"}'
    """
    from markupsafe import Markup

    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - inert


def _repository() -> str | None:
    """Return the address of the project's repository, if the package metadata has one."""
    try:
        urls = metadata("merunibench").get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    known = dict(url.split(", ", 1) for url in urls if ", " in url)
    return wording.web_address(known.get("Repository"))


def _changed(results: Results) -> str:
    """Return the newest date of a submission; empty if there is none."""
    dates = [model.date for model in results.models if model.origin == "computed" and model.date]
    return wording.shown(max(dates, default=""), 10)


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
