"""One table of the main page: which columns, which rows in which order, what every cell says. No HTML."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from merunibench.kinds import KINDS
from merunibench.leaderboard.chance_marks import far_above
from merunibench.leaderboard.page import wording
from merunibench.leaderboard.published import PUBLISHED_PROTOCOL
from merunibench.leaderboard.results import MEAN, Board, Dataset, Interval, Model, Rank, Results, Row
from merunibench.protocols import PROTOCOLS, Protocol
from merunibench.tasks import title_of

Sort = Literal["number", "text", ""]

UNSTATED = "published"
"""Id of the table of published rows whose lexicon is not stated."""


@dataclass(frozen=True)
class Column:
    """A column: its key in addresses, its head, how it sorts, the kind of task it scores, whether it shows at first."""

    key: str
    title: str
    sort: Sort = "text"
    kind: str = ""
    shown: bool = True


@dataclass(frozen=True)
class Cell:
    """A score as text; `part` says of how many samples it is where that is not the whole data set."""

    key: str
    text: str
    ci: str = ""
    chance: str = ""
    place: str = ""
    part: str = ""


@dataclass(frozen=True)
class RowView:
    """A row: what its cells say, and what filters look at."""

    row: Row
    model: Model
    name: str
    about: str
    words: str
    tag: str
    page: str | None
    cells: tuple[Cell, ...]
    rank: tuple[str, ...]
    texts: Mapping[str, str]
    high_chance: str = ""
    """The data sets on which its chance level is far above that of the others."""

    @property
    def parameters(self) -> str:
        """In billions, for filters; empty where not stated."""
        return "" if self.model.parameters is None else f"{self.model.parameters / 10**9:g}"


@dataclass(frozen=True)
class BoardView:
    """A table: rows with a score in the column it is first sorted by, rows without one, and published rows."""

    id: str
    title: str
    name: str
    lexicon: str
    about: str
    corrected: bool
    compared: bool
    focus: str
    columns: tuple[Column, ...]
    kinds: tuple[tuple[str, str, int], ...]
    scored: tuple[RowView, ...]
    others: tuple[RowView, ...]
    reported: tuple[RowView, ...]


def board_views(results: Results, pages: Mapping[str, str]) -> list[BoardView]:
    """The tables in the board's order, then that of published rows whose lexicon is not stated.

    Args:
        results: The whole board.
        pages: Model id -> address of its page, of those models that have one.
    """
    models = {model.id: model for model in results.models}
    views = []
    for board in (*results.boards, None):
        rows = [row for row in results.rows if row.board == (board.id if board else None)]
        if board is not None or rows:
            views.append(_view(board, rows, models, results.datasets, pages))
    return views


def _view(
    board: Board | None,
    rows: Sequence[Row],
    models: Mapping[str, Model],
    datasets: Sequence[Dataset],
    pages: Mapping[str, str],
) -> BoardView:
    sets = [each for each in datasets if each.benchmark or any(each.id in row.scores for row in rows)]
    focus = _focus(rows, sets)
    high = far_above(rows)
    views = [
        replace(_row(row, models[row.model_id], sets, focus, pages), high_chance=_titles(high.get(row.id, ())))
        for row in _ordered(rows, focus)
    ]
    computed = [view for view in views if view.row.origin != "reported"]
    protocol = PROTOCOLS[PUBLISHED_PROTOCOL if board is None else board.protocol]
    kinds = {each.kind: _metric_of(protocol, each.kind) for each in sets}
    lexicon = "not stated" if board is None else board.label
    return BoardView(
        id=UNSTATED if board is None else board.id,
        title="Published figures, lexicon not stated" if board is None else board.title,
        name="Published" if board is None else f"{board.protocol.capitalize()} · {board.lexicon}",
        lexicon=lexicon,
        about=_about(board),
        corrected=board is not None and protocol.is_corrected,
        compared=board is not None,
        focus=focus,
        columns=_columns(sets),
        kinds=tuple((k, title, sum(each.kind == k for each in sets)) for k, title in kinds.items()),
        scored=tuple(view for view in computed if view.row.value(focus) is not None),
        others=tuple(view for view in computed if view.row.value(focus) is None),
        reported=tuple(view for view in views if view.row.origin == "reported"),
    )


def _about(board: Board | None) -> str:
    if board is None:
        return "copied from papers; not ranked"
    protocol = PROTOCOLS[board.protocol]
    return "this project’s own lexicon" if protocol.any_lexicon and board.lexicon == "builtin" else protocol.about


def _metric_of(protocol: Protocol, kind: str) -> str:
    """What the score of a kind of task is called, as the head of its columns."""
    metric = protocol[kind]
    title = KINDS[kind].title.replace("-", "\u2011")
    return f"{title} ·\u00a0{metric.column_title}"


def _columns(sets: Sequence[Dataset]) -> tuple[Column, ...]:
    return (
        Column("rank", "Rank", ""),
        Column("model", "Model"),
        Column("strip", "95 % interval", ""),
        Column(MEAN, "Mean", "number", MEAN),
        *(Column(each.id, each.title, "number", each.kind) for each in sets),
        Column("lift", "Lift", "number"),
        Column("labels", "Labels", "number"),
        Column("selection", "Checkpoint"),
        Column("extractor", "Extractor", shown=False),
        Column("modalities", "Modalities", shown=False),
        Column("parameters", "Parameters, B", "number", shown=False),
        Column("date", "Date", shown=False),
        Column("signature", "Signature", shown=False),
    )


def _focus(rows: Iterable[Row], sets: Sequence[Dataset]) -> str:
    """The mean where a computed row has one; else the data set that most rows have a score on."""
    own = [row for row in rows if row.origin != "reported"]
    if not own or any(row.mean is not None for row in own):
        return MEAN
    return max(sets, key=lambda each: sum(each.id in row.scores for row in own)).id


def _ordered(rows: Iterable[Row], focus: str) -> list[Row]:
    """Highest score first; equal ones, and those without, by name."""

    def key(row: Row) -> tuple[bool, float, str, str]:
        value = row.value(focus)
        return (value is None, -(value or 0.0), row.model.casefold(), row.id)

    return sorted(rows, key=key)


def _row(row: Row, model: Model, sets: Sequence[Dataset], focus: str, pages: Mapping[str, str]) -> RowView:
    own = row.origin == "computed"
    source = wording.shown(model.source or "", 70)
    about = " · ".join(filter(None, (wording.modalities(model), wording.size(model.parameters), source)))
    missing = sum(each.benchmark for each in sets) - sum(each.id in row.scores for each in sets if each.benchmark)
    incomplete = f"{len(row.scores)} of {len(row.scores) + missing} data sets" if own and not row.complete else ""
    words = " ".join((model.id, *model.authors[:4], model.base_model or "", row.selection))
    return RowView(
        row=row,
        model=model,
        name=wording.shown(row.model),
        about=" · ".join(filter(None, (about, incomplete))) or wording.shown(model.note or "", 90),
        words=wording.shown(words, 200).lower(),
        tag=_tag(row, model),
        page=pages.get(model.id),
        cells=(_mean(row, sets), *(_score(row, each) for each in sets)),
        rank=tuple(wording.place(row.rank(focus)).split("|")),
        texts={
            "lift": wording.gain(row.lift),
            "labels": wording.number(row.labels_per_sample),
            "selection": wording.selection(row.selection),
            "extractor": wording.shown(row.extractor or wording.NOTHING, 60),
            "modalities": wording.modalities(model) or wording.NOTHING,
            "parameters": wording.NOTHING if model.parameters is None else f"{model.parameters / 10**9:.3g}",
            "date": wording.shown(model.date or wording.NOTHING, 10),
            "signature": row.signature or wording.NOTHING,
        },
    )


def _titles(datasets: Iterable[str]) -> str:
    return ", ".join(map(title_of, datasets))


def _tag(row: Row, model: Model) -> str:
    """Why a row stands outside the ranks, in two words."""
    if row.origin == "baseline":
        return "baseline"
    if row.origin == "reported":
        return wording.shown(model.grade or "reported", 20)
    if row.on_test:
        return "chosen on test"
    return "" if row.ranked else wording.shown(row.unranked_because or "not ranked", 40)


def _mean(row: Row, sets: Sequence[Dataset]) -> Cell:
    scores = [row.scores.get(each.id) for each in sets if each.benchmark]
    chances = [score.chance for score in scores if score is not None and score.chance is not None]
    chance = sum(chances) / len(chances) if row.mean is not None and len(chances) == len(scores) else None
    return _cell(MEAN, row.mean, row.mean_ci, chance, row.mean_rank)


def _score(row: Row, dataset: Dataset) -> Cell:
    score = row.scores.get(dataset.id)
    if score is None:
        return Cell(dataset.id, wording.NOTHING)
    cell = _cell(dataset.id, score.score, score.ci, score.chance, score.rank)
    if score.complete is not False or score.samples is None:
        return cell
    return replace(cell, part=f"{score.samples} of {dataset.samples} samples")


def _cell(key: str, value: float | None, ci: Interval | None, chance: float | None, rank: Rank | None) -> Cell:
    return Cell(
        key=key,
        text=wording.figure(value),
        ci="" if ci is None else wording.interval(ci),
        chance="" if chance is None else wording.figure(chance),
        place=wording.place(rank),
    )
