"""The table of the main page: its columns, its rows in order, and the text of every cell. No HTML.

A row is a model with one way to choose its checkpoint. It shows the scores of all boards: strict, and official under
each lexicon, one of which the reader chooses. The strict mean comes first and determines the order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from merunibench.leaderboard.board.chance_marks import far_above
from merunibench.leaderboard.board.evidence import Evidence, evidence, more_words_than_sense
from merunibench.leaderboard.board.standing import lead_board
from merunibench.leaderboard.page import wording
from merunibench.leaderboard.page.bands import bands_of
from merunibench.leaderboard.page.columns import OFFICIAL, STRICT, Column, columns_of
from merunibench.leaderboard.page.marks import LEGEND, Mark, marks_of
from merunibench.leaderboard.schema.lock import Lock
from merunibench.leaderboard.schema.results import MEAN, Board, Dataset, Model, Results, Row
from merunibench.pictures.dots import Axis, axis, strip
from merunibench.tasks import BUILTIN

if TYPE_CHECKING:
    from markupsafe import Markup

_FURTHER = tuple(task.id for task in BUILTIN.values() if not task.benchmark)
"""Data sets beyond the nine."""


@dataclass(frozen=True)
class Cell:
    """A score as text. `part` gives the number of samples where that is not the whole data set.

    `best`: whether it is the highest score of the ranked rows in its column.
    """

    text: str
    ci: str = ""
    chance: str = ""
    place: str = ""
    part: str = ""
    best: bool = False


@dataclass(frozen=True)
class RowView:
    """A row: the text of its cells, and the values that filters use."""

    id: str
    model: Model
    origin: str
    ranked: bool
    name: str
    choice: str
    about: str
    words: str
    marks: tuple[Mark, ...]
    page: str | None
    cells: Mapping[tuple[str, str], Cell]
    place: str
    strip: "Markup"
    texts: Mapping[str, str]
    complete: bool
    later: bool
    parent: str = ""
    variants: int = 0

    @property
    def band(self) -> int:
        """The band of its rank; 0 without one."""
        return int(self.place.split("|")[2]) if self.place.count("|") == 2 else 0

    @property
    def unstated(self) -> bool:
        """Whether its source does not state the lexicon it was scored with."""
        return any(mark.kind == "lexicon not stated" for mark in self.marks)

    @property
    def parameters(self) -> str:
        """Number of parameters in billions, for filters; empty if not stated."""
        return "" if self.model.parameters is None else f"{self.model.parameters / 10**9:g}"


@dataclass(frozen=True)
class TableView:
    """The main table.

    Attributes:
        lead: The board whose mean orders the table; None for an empty site.
        official: The official boards to choose from; the first is shown initially.
        focus: Key of the column that the table is initially sorted by.
        columns: All columns.
        axis: The scale of the interval plots.
        ticks: Key and board of a score column -> the ticks of its scale, separated by spaces.
        scored: Rows with a score in the first column, highest first.
        others: Rows without such a score.
    """

    lead: Board | None
    official: tuple[Board, ...]
    focus: str
    columns: tuple[Column, ...]
    axis: Axis
    ticks: Mapping[tuple[str, str], str]
    scored: tuple[RowView, ...]
    others: tuple[RowView, ...]

    @property
    def pattern(self) -> "Markup":
        """An interval plot whose marks a script moves when the table is sorted by another column."""
        return strip(self.axis, 0.0, (0.0, 0.0))

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        """The marks that occur in the table, and what each means."""
        there = {mark.kind for view in (*self.scored, *self.others) for mark in view.marks}
        return tuple((text, says) for text, says in LEGEND.items() if text in there)

    @property
    def choices(self) -> tuple[Column, ...]:
        """One column for each key that can be shown or hidden; the model column is always shown."""
        return tuple({each.key: each for each in reversed(self.columns) if each.key != "model"}.values())[::-1]


def table_view(results: Results, pages: Mapping[str, str], lock: Lock | None = None) -> TableView:
    """Build the table of a board.

    Args:
        results: The whole board.
        pages: Model id -> address of its page, for models that have one.
        lock: Who computed the results, and when.
    """
    lead = lead_board(results.boards)
    official = tuple(each for each in results.boards if each.protocol == OFFICIAL)
    focus = _focus([row for row in results.rows if lead and row.board == lead.id], results.datasets)
    columns = columns_of(results, lead, official, focus)
    views = _rows(results, evidence(results, lock), lead, official, focus, columns, pages)
    scales = {(each.key, each.board): _scale(views, each.board, each.source) for each in columns if each.group}
    values = [_values(group, lead.id if lead else "", focus) for _, group in views]
    scale = _scale(views, lead.id if lead else "", focus)
    drawn = [replace(view, strip=_strip(_lead_row(group, lead), focus, scale)) for view, group in views]
    has = [bool(each) for each in values]
    return TableView(
        lead=lead,
        official=official,
        focus=STRICT if focus == MEAN else focus,
        columns=columns,
        axis=scale,
        ticks={key: " ".join(f"{tick:g}" for tick in each.ticks) for key, each in scales.items()},
        scored=tuple(view for view, there in zip(drawn, has, strict=True) if there),
        others=tuple(view for view, there in zip(drawn, has, strict=True) if not there),
    )


def _focus(rows: Sequence[Row], datasets: Sequence[Dataset]) -> str:
    """The mean if a computed row has one; otherwise the data set that most rows have a score on."""
    own = [row for row in rows if row.origin == "computed"]
    if not own or any(row.mean is not None for row in own):
        return MEAN
    return max(datasets, key=lambda each: sum(each.id in row.scores for row in own)).id


# --- rows ------------------------------------------------------------------------------------------------------------

_Bands = Mapping[tuple[str, str], int]
"""Id of a row and column -> its band there."""


class _Known(NamedTuple):
    """What is known about all rows beyond their scores."""

    evidence: Evidence
    bands: _Bands


_Group = Mapping[str, Row]
"""Board id -> the row there. The empty id is for a copied row whose lexicon is not stated."""


def _rows(
    results: Results,
    known: Evidence,
    lead: Board | None,
    official: Sequence[Board],
    focus: str,
    columns: Sequence[Column],
    pages: Mapping[str, str],
) -> list[tuple[RowView, _Group]]:
    """Return the rows and what they were made from, in the order of the page."""
    groups = _groups(results, known, official)
    high: dict[str, set[str]] = {}
    for board in results.boards:
        for key, datasets in far_above([row for row in results.rows if row.board == board.id]).items():
            high.setdefault("/".join(key.split("/")[:2]), set()).update(datasets)
    wordy = more_words_than_sense(results, lead.id, official[0].id) if lead and official else {}
    models = {model.id: model for model in results.models}
    counts = {parent: list(known.parents.values()).count(parent) for parent in set(known.parents.values())}
    banded = bands_of(results.rows, dict.fromkeys(each.source for each in columns if each.group))
    views = []
    for key, group in groups.items():
        row = _lead_row(group, lead) or next(iter(group.values()))
        model = models[row.model_id]
        marks = marks_of(group, model, known, wordy.get(key), sorted(high.get(key, ()), key=list(BUILTIN).index))
        views.append(
            (
                replace(
                    _row(row, model, group, columns, pages, _Known(known, banded)),
                    id=key,
                    marks=marks,
                    variants=counts.get(model.id, 0),
                    place=_place(row, lead, focus, banded),
                ),
                group,
            )
        )
    return sorted(views, key=lambda view: _order(view[1], lead, official, focus))


def _groups(results: Results, known: Evidence, official: Sequence[Board]) -> dict[str, dict[str, Row]]:
    """`model id/selection` -> its row on each board. Copied rows belong to the lexicon that was identified for them."""
    sources = {model.id: model.source or "" for model in results.models}
    of_lexicon = {board.lexicon: board.id for board in official}
    found: dict[str, dict[str, Row]] = {}
    for row in results.rows:
        board = row.board
        if board is None:
            board = of_lexicon.get(known.lexicons.get(sources[row.model_id], ""), "")
        found.setdefault(f"{row.model_id}/{row.selection}", {})[board] = row
    return found


def _lead_row(group: _Group, lead: Board | None) -> Row | None:
    return group.get(lead.id) if lead else None


def _scale(views: Iterable[tuple[RowView, _Group]], board: str, column: str) -> Axis:
    """The scale of the interval plots of a column: that of the computed rows, if there are any."""
    values = [(view.origin == "computed", _values(group, board, column)) for view, group in views]
    own = [value for computed, each in values if computed for value in each]
    return axis(own or [value for _, each in values for value in each])


def _values(group: _Group, board: str, focus: str) -> list[float]:
    """The values in a row's interval plot: score and interval; empty without a score."""
    row = group.get(board)
    figure = row.figure(focus) if row else None
    return [] if figure is None else [figure.score, *(figure.ci or ())]


def _place(row: Row, lead: Board | None, focus: str, banded: _Bands) -> str:
    rank = row.rank(focus) if lead and row.board == lead.id else None
    return wording.place(rank, banded.get((row.id, focus)))


def _strip(row: Row | None, column: str, scale: Axis) -> "Markup":
    """Plot a row's score in a column; empty if it is outside the scale, which is that of the models."""
    figure = row.figure(column) if row else None
    shown = figure is not None and scale.holds(figure.score)
    return strip(scale, figure.score if figure and shown else None, figure.ci if figure else None)


def _order(group: _Group, lead: Board | None, official: Sequence[Board], focus: str) -> tuple[object, ...]:
    """Sort key: strict score, computed before copied, official scores, further sets, name; missing scores last."""
    row = _lead_row(group, lead)
    values = [row.value(focus) if row else None]
    values += [group[board.id].value(MEAN) if board.id in group else None for board in official]
    any_row = next(iter(group.values()))
    lead_value, *official_values = ((value is None, -(value or 0.0)) for value in values)
    further = ((value is None, -(value or 0.0)) for value in (row.value(key) if row else None for key in _FURTHER))
    return (lead_value, any_row.origin == "reported", *official_values, *further, any_row.model.casefold(), any_row.id)


def _row(
    row: Row, model: Model, group: _Group, columns: Iterable[Column], pages: Mapping[str, str], known: _Known
) -> RowView:
    source = wording.shown(model.source or "", 70)
    how = "" if row.selection in ("single", "not-stated", "not stated") else wording.selection(row.selection)
    about = (wording.modalities(model), wording.size(model.parameters), source)
    words = " ".join((model.id, *model.authors[:4], model.base_model or "", row.selection))
    unknown = row.origin == "reported" and "" in group
    return RowView(
        id="",
        model=model,
        origin=row.origin,
        ranked=row.ranked,
        name=wording.shown(row.model),
        choice=how,
        about=" · ".join(filter(None, about)) or ("" if how else wording.shown(model.note or "", 90)),
        words=wording.shown(words, 200).lower(),
        marks=(),
        page=pages.get(model.id),
        cells={
            (each.key, each.board): _cell(group, each, known.bands, unknown=unknown) for each in columns if each.group
        },
        place="",
        strip=strip(Axis(()), None),
        texts={
            "lift": wording.gain(row.lift),
            "labels": wording.number(row.labels_per_sample, 1),
            "selection": wording.selection(row.selection),
            "extractor": wording.shown(row.extractor or wording.NOTHING, 60),
            "modalities": wording.modalities(model) or wording.NOTHING,
            "parameters": wording.NOTHING if model.parameters is None else f"{model.parameters / 10**9:.3g}",
            "date": wording.shown(model.date or wording.NOTHING, 10),
            "signature": row.signature or wording.NOTHING,
        },
        complete=row.complete,
        later=not row.shown or unknown,
        parent=known.evidence.parents.get(model.id, ""),
    )


def _cell(group: _Group, column: Column, banded: _Bands, *, unknown: bool) -> Cell:
    """Format a score. A copied one without a lexicon is shown in the first official column, and its mark says so."""
    row = group.get(column.board) or (group.get("") if unknown and column.role == OFFICIAL else None)
    figure = row.figure(column.source) if row else None
    if row is None or figure is None:
        return Cell(wording.NOTHING)
    score = row.scores.get(column.source)
    chance = _mean_chance(row) if column.source == MEAN else None
    if score is not None and score.chance is not None:
        chance = wording.chance(score.chance, row.protocol, column.group)
    incomplete = score is not None and score.complete is False and score.samples is not None
    part = f"{score.samples} of {BUILTIN[column.source].samples} samples" if score is not None and incomplete else ""
    return Cell(
        text=wording.figure(figure.score),
        ci="" if figure.ci is None else wording.interval(figure.ci),
        chance="" if chance is None else wording.figure(chance),
        place=wording.place(figure.rank, banded.get((row.id, column.source))),
        part=part,
        best=figure.rank is not None and figure.rank.rank == 1 < figure.rank.of,
    )


def _mean_chance(row: Row) -> float | None:
    """The mean chance level on the scale of the scores, for a complete row in which all are known."""
    scores = [(row.scores.get(task.id), task.kind) for task in BUILTIN.values() if task.benchmark]
    known = [
        wording.chance(score.chance, row.protocol, kind)
        for score, kind in scores
        if score is not None and score.chance is not None
    ]
    return sum(known) / len(known) if row.mean is not None and len(known) == len(scores) else None
