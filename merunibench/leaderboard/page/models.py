"""The page of each model, and the files of details: they are most of a site, and do not depend on each other."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from merunibench.files import write_changed
from merunibench.leaderboard.board.inputs import DETAILS
from merunibench.leaderboard.page.environment import page_templates, shared_values
from merunibench.leaderboard.page.losses import Stored, confusions, first_wheel, hits, stored
from merunibench.leaderboard.schema.details import Details
from merunibench.leaderboard.schema.lock import hash_of
from merunibench.leaderboard.schema.results import Board, Results, Row
from merunibench.pictures.emblem import emblem
from merunibench.pictures.heat import heat_map
from merunibench.protocols import PROTOCOLS
from merunibench.report.error_analysis.maps import confusion_map
from merunibench.report.error_analysis.result import Confusion
from merunibench.tasks import task_order, title_of

if TYPE_CHECKING:
    from markupsafe import Markup

MODEL_FILES = ("models/*.html", "models/*.js", f"{DETAILS}/*.json")
"""Files that belong to a model."""
_SMALL = 14
"""Maximum number of columns of the picture of one data set."""


class Summary(NamedTuple):
    """What other pages and the lock need of the details of all models.

    Attributes:
        ids: The models that have a page.
        lost: Model id -> where it loses, over all data sets of the main board.
        hits: Model id -> its hits on each of the five wheels, for those with any.
        hashes: Name of each file of details -> the hash of its content.
    """

    ids: frozenset[str]
    lost: Mapping[str, Sequence[Confusion]]
    hits: Mapping[str, Sequence[Mapping[str, float]]]
    hashes: Mapping[str, str]


class ModelPages:
    """The pages and details of all models. What does not depend on the results is drawn before there are any.

    Args:
        details: Model id -> its details.
        lead: The main board; None for an empty site.

    Attributes:
        summary: What other pages need of the details.
    """

    def __init__(self, details: Mapping[str, Details], lead: Board | None) -> None:
        self._details = details
        self._held = {key: stored(each, lead.id) if lead else {} for key, each in details.items()}
        lost = {key: confusions(each) for key, each in self._held.items()}
        shares = {key: found for key, each in lost.items() if any(found := hits(each))}
        hashes = {_file_of(key): hash_of(each.to_json().encode()) for key, each in details.items()}
        self.summary = Summary(frozenset(details), lost, shares, hashes)
        self._pictures: dict[str, _Pictures] = {}
        self._pages: dict[str, str] = {}

    def draw_pictures(self) -> None:
        """Draw the pictures of all pages."""
        for key, lost in self.summary.lost.items():
            self._pictures[key] = _pictures(lost, self._held[key])

    def draw(self, results: Results) -> None:
        """Draw the pages: those of the models of the results that have details."""
        if not self._pictures:
            self.draw_pictures()
        rows: dict[str, list[Row]] = {}
        for row in results.rows:
            rows.setdefault(row.model_id, []).append(row)
        template, shared = page_templates().get_template("model.html"), shared_values(results)
        pages: dict[str, str] = {}
        for model in results.models:
            if model.id not in self._details:
                continue
            details, shares = self._details[model.id], self.summary.hits.get(model.id)
            mark = emblem(shares) if shares else None
            values = _values(results, rows.get(model.id, []), details) | self._pictures[model.id]._asdict()
            pages[model.id] = template.render(here="", root="../", model=model, emblem=mark, **shared, **values)
        self._pages = pages

    def write(self, folder: Path) -> list[str]:
        """Write pages and details, and return their names.

        Raises:
            InputError: a file cannot be written.
        """
        written = []
        for name, content in self._files():
            write_changed(folder / name, content.encode())
            written.append(name)
        return written

    def _files(self) -> Iterator[tuple[str, str]]:
        """Yield name and content of every file, one at a time, since together they are large."""
        for key, details in self._details.items():
            yield _file_of(key), details.to_json()
        for key, page in self._pages.items():
            yield page_of(key), page
            if self._details[key].parts:
                yield f"models/{key}.js", _script(self._details[key])


def _file_of(model_id: str) -> str:
    return f"{DETAILS}/{model_id}.json"


def page_of(model_id: str) -> str:
    """Return the address of a model's page."""
    return f"models/{model_id}.html"


def _script(details: Details) -> str:
    """Return the script that passes the details to the page; pages opened from a folder cannot read JSON."""
    parts = details.parts_json().replace("<", "\\u003c")
    parts = parts.replace('"__proto__":', '["__proto__"]:')  # a name like any other
    return f"(window.mub = window.mub ?? {{}}).parts = {parts};\n"


def _values(results: Results, rows: Sequence[Row], details: Details) -> dict[str, Any]:
    """Return what the template needs in addition to the model and its pictures.

    Args:
        results: The whole board.
        rows: The model's rows on all boards.
        details: What its page shows beyond them.

    Returns:
        `tables`: title -> rows; `placed`: ids of rows that have a place among others somewhere;
        `corrected_rows`: ids of rows whose scores are corrected for chance; `lost_on` and
        `lost_in`: id -> title of the boards and data sets whose losses can be chosen; `details`: as given.
    """
    titles = {board.id: board.title for board in results.boards}
    tables: dict[str, list[Row]] = {}
    corrected = {board.id for board in results.boards if PROTOCOLS[board.protocol].is_corrected}
    for row in sorted(rows, key=lambda row: (row.board not in corrected, not row.ranked)):  # the most important first
        tables.setdefault(titles.get(row.board or "", "Lexicon not stated"), []).append(row)
    boards, datasets = ({key[place] for key in details.parts} for place in (0, 1))
    return {
        "tables": tables,
        "lost_on": {key: titles[key] for key in sorted(titles, key=lambda key: key not in corrected) if key in boards},
        "lost_in": {each.id: each.title for each in results.datasets if each.id in datasets},
        "details": details,
        "kept": _kept(results, rows),
        "corrected_rows": {row.id for row in rows if row.board in corrected},
        "placed": {row.id for row in rows if _has_a_place(row)},
    }


def _kept(results: Results, rows: Sequence[Row]) -> dict[str, list[str]]:
    """Reason -> the data sets on which rows of a model have scores that were not recomputed for this reason."""
    found: dict[str, list[str]] = {}
    for gap in results.not_recomputed:
        if any(map(gap.is_about, rows)):
            found.setdefault(gap.reason, []).append(title_of(gap.dataset))
    return found


class _Pictures(NamedTuple):
    """Where a model loses, on the main board.

    Attributes:
        maps: Title -> picture over all data sets.
        small_maps: Title of each data set -> picture on the first wheel or in polarity, if small enough.
    """

    maps: "dict[str, Markup]"
    small_maps: "dict[str, Markup]"


def _pictures(lost: Sequence[Confusion], held: Stored) -> _Pictures:
    maps = {each.title: heat_map(confusion_map(each), f"lost-{at}") for at, each in enumerate(lost)}
    small = {}
    for dataset in task_order(held):
        for first in confusions({dataset: first_wheel(held[dataset])}):
            if len(first.columns) <= _SMALL:
                small[title_of(dataset)] = heat_map(confusion_map(first), f"lost-{dataset}")
    return _Pictures(maps, small)


def _has_a_place(row: Row) -> bool:
    ranks = (row.mean_rank, *(score.rank for score in row.scores.values()))
    return any(rank is not None and rank.of > 1 for rank in ranks)
