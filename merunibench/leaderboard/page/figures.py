"""The figures below the table, drawn once for the ranked rows that are shown initially. No HTML.

Every element records its row. A script dims the rows that are filtered out and redraws nothing, so the scale is the
same under every filter, without scripts, and in print.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from merunibench.leaderboard.page import wording
from merunibench.leaderboard.page.boards import RowView, TableView
from merunibench.leaderboard.schema.results import MEAN, Comparisons, Dataset, Results, Row, Score
from merunibench.pictures.dots import Axis, Dot, Frame, axis, dots, ends
from merunibench.pictures.matrix import Contender, matrix
from merunibench.pictures.scatter import Point, scatter

if TYPE_CHECKING:
    from markupsafe import Markup

MOST_COMPARED, MOST_LINES = 30, 12
"""Maximum number of rows of the matrix, and of lines in a panel."""

_FEWEST = 2
_PLOT, _LONGEST = 230, 17


class Panel(NamedTuple):
    """One data set: title, kind of task, figure, and the number of ranked rows, of which it shows the first."""

    title: str
    kind: str
    picture: "Markup"
    of: int


class Figures(NamedTuple):
    """The figures; `column` names the score of the first two. A figure is None if there is too little data."""

    column: str
    scatter: "Markup | None"
    matrix: "Markup | None"
    compared: int
    panels: tuple[Panel, ...]


def figures(table: TableView, results: Results) -> Figures:
    """Draw the figures of the board that orders the table."""
    known = {
        f"{row.model_id}/{row.selection}": row for row in results.rows if table.lead and row.board == table.lead.id
    }
    first = [view for view in (*table.scored, *table.others) if view.id in known and not view.parent and not view.later]
    labels = _labels([view for view in first if view.ranked or view.origin == "baseline"])
    ranked = {view.id: known[view.id] for view in first if view.ranked}
    rules = {view.id: known[view.id] for view in first if view.origin == "baseline"}
    source = _source(table, results, ranked)
    drawn, compared = _matrix(results, source, ranked, labels)
    return Figures(
        column=_titled(table, source, results.datasets),
        scatter=_scatter(table, source, results.datasets, {**ranked, **rules}, labels),
        matrix=drawn,
        compared=compared,
        panels=tuple(_panels(results.datasets, ranked, labels)),
    )


def _labels(views: Sequence[RowView]) -> dict[str, str]:
    """Names for the figures. Rows that share a name are distinguished by how the checkpoint was chosen."""
    names = [view.name for view in views]
    return {
        view.id: view.name if names.count(view.name) == 1 else f"{view.texts['selection']}, {view.name}"
        for view in views
    }


def _source(table: TableView, results: Results, ranked: Mapping[str, Row]) -> str:
    """The score that orders the table; if too few ranked rows have it, that of the data set that most rows have."""
    focus = next((column.source for column in table.columns if column.key == table.focus), MEAN)
    counts = {each.id: sum(each.id in row.scores for row in ranked.values()) for each in results.datasets}
    if sum(row.value(focus) is not None for row in ranked.values()) >= _FEWEST or not counts:
        return focus
    most = max(counts, key=lambda each: counts[each])
    return most if counts[most] >= _FEWEST else focus


def _titled(table: TableView, source: str, datasets: Sequence[Dataset]) -> str:
    protocol = table.lead.protocol if table.lead else ""
    title = next((each.title for each in datasets if each.id == source), "")
    return f"{protocol} score on {title}" if title else f"{protocol} mean of nine"


def _scatter(
    table: TableView, source: str, datasets: Sequence[Dataset], rows: Mapping[str, Row], labels: Mapping[str, str]
) -> "Markup | None":
    points = []
    for key, row in rows.items():
        figure = row.figure(source)
        count = figure.labels_per_sample if isinstance(figure, Score) else row.labels_per_sample
        if figure is not None and count is not None:
            points.append(Point(key, labels[key], count, figure.score, hollow=row.origin == "baseline"))
    if not points:
        return None
    up = _titled(table, source, datasets)
    return scatter(points, "labels per sample", up[:1].upper() + up[1:])


def _matrix(
    results: Results, source: str, ranked: Mapping[str, Row], labels: Mapping[str, str]
) -> tuple["Markup | None", int]:
    """Draw the first rows; also return how many ranked rows were compared."""
    of_id = {row.id: key for key, row in ranked.items()}
    board = next((row.board for row in ranked.values()), None)
    tests = next((each for each in results.comparisons if (each.board, each.dataset) == (board, source)), None)
    places = {name: place for place, name in enumerate(tests.rows) if name in of_id} if tests else {}
    if tests is None or len(places) < _FEWEST:
        return None, 0
    shown = list(places)[:MOST_COMPARED]
    contenders = [_contender(of_id[name], ranked[of_id[name]], source, labels) for name in shown]
    levels = [[_level(tests, places[row], places[column]) for column in shown] for row in shown]
    return matrix("Paired tests, row against column", contenders, levels), len(places)


def _contender(key: str, row: Row, source: str, labels: Mapping[str, str]) -> Contender:
    rank = row.rank(source)
    return Contender(key, labels[key], str(rank.rank) if rank else "")


def _level(tests: Comparisons, row: int, column: int) -> int:
    """The significance level of the difference between two rows; negative if the row is lower."""
    if row == column:
        return 0
    level = int(tests.levels[max(row, column)][min(row, column)])
    return level if row < column else -level


def _panels(datasets: Sequence[Dataset], ranked: Mapping[str, Row], labels: Mapping[str, str]) -> list[Panel]:
    """Draw a panel for each data set, all on one scale, with the highest-scoring ranked rows."""
    lines: dict[str, list[tuple[str, list[Dot]]]] = {}
    counts: dict[str, int] = {}
    for dataset in datasets:
        there = sorted(
            ((key, row.scores[dataset.id], row) for key, row in ranked.items() if dataset.id in row.scores),
            key=lambda each: -each[1].score,
        )
        counts[dataset.id] = len(there)
        lines[dataset.id] = [
            (labels[key], [Dot(score.score, dataset.title, ci=score.ci, mark=_chance(score, row, dataset), id=key)])
            for key, score, row in there[:MOST_LINES]
        ]
    scale = _scale([dot for each in lines.values() for _, (dot,) in each])
    frame = Frame(_PLOT, _LONGEST, scale)
    return [
        Panel(
            each.title,
            each.kind,
            dots(f"{each.title}: scores with 95 % intervals and chance levels", lines[each.id], frame=frame),
            counts[each.id],
        )
        for each in datasets
        if lines[each.id]
    ]


def _chance(score: Score, row: Row, dataset: Dataset) -> float | None:
    return None if score.chance is None else wording.chance(score.chance, row.protocol, dataset.kind)


def _scale(drawn: Sequence[Dot]) -> Axis:
    return axis([value for dot in drawn for value in ends(dot)])
