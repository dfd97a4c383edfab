"""The templates of the pages, with what all of them use: content policy, style sheets, filters that format values."""

from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from typing import TYPE_CHECKING, Any

from merunibench._resources import resource
from merunibench.leaderboard.page import wording
from merunibench.leaderboard.page.cells import score_cell, score_row
from merunibench.leaderboard.schema.results import Results
from merunibench.pictures import dress
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


@cache
def page_templates() -> "Environment":
    """Return the templates, compiled once per process."""
    environment = templates(resource("leaderboard", "page", "templates"), last_newline=False)
    environment.globals.update(policy=POLICY, sheets=_SHEETS, paper=PAPER)
    environment.filters.update(
        shown=wording.shown,
        web_address=wording.web_address,
        figure=wording.figure,
        interval=wording.interval,
        number=wording.number,
        place=wording.place,
        selection=wording.selection,
        chance=wording.chance,
        score=score_cell,
        score_row=score_row,
    )
    return environment


def shared_values(results: Results) -> dict[str, Any]:
    """Return the values that every page needs, by name."""
    return {"results": results, "repository": _repository(), "changed": _changed(results)}


def compile_all() -> None:
    """Compile all templates in advance."""
    environment = page_templates()
    for name in environment.list_templates(extensions=["html"]):
        environment.get_template(name)


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
