"""The columns of the main table: means, tasks, data sets of one board at a time, and properties of the models."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from merunibench.kinds import KINDS
from merunibench.leaderboard.schema.results import MEAN, Board, Results
from merunibench.protocols import PROTOCOLS
from merunibench.tasks import benchmark_tasks

Sort = Literal["number", "text", ""]

STRICT, OFFICIAL = "strict", "official"
"""Keys of the two means: that of the main board, and that of the chosen official board."""


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        key: Its key in addresses. Columns with the same key differ in their board; only one of them is shown.
        title: Its heading.
        under: The second line of the heading: the metric, or what the value refers to.
        sort: How it sorts.
        group: `mean`, `task`, or the kind of task of its data set; empty if it contains no score.
        board: Id of the board whose scores it contains; empty for none.
        role: `strict` or `official`, the role of that board on the page.
        shown: Whether it is shown initially.
        narrow: CSS class of its width.
        source: Column of the results: the id of a data set, a kind of task, or `mean`.
    """

    key: str
    title: str
    under: str = ""
    sort: Sort = "text"
    group: str = ""
    board: str = ""
    role: str = ""
    shown: bool = True
    narrow: str = ""
    source: str = ""


def columns_of(results: Results, lead: Board | None, official: Sequence[Board], focus: str) -> tuple[Column, ...]:
    """Return all columns, in the order of the table.

    Args:
        results: The whole board.
        lead: The board whose mean orders the table.
        official: The official boards.
        focus: Column of the results that the table is initially sorted by.
    """
    boards = [(board, OFFICIAL) for board in official]
    if lead is not None and lead not in official:
        boards.insert(0, (lead, STRICT))
    means = [_mean_column(board, role, first=board in official[:1]) for board, role in boards]
    scores = [
        replace(
            column,
            board=board.id,
            role=role,
            under=_under(board, column.group if column.group != "task" else column.key),
        )
        for column in _score_columns(results, focus)
        for board, role in boards
    ]
    first = boards[0][0].id if boards else ""
    return (
        Column("rank", "Rank", "95 %", "", narrow="rank"),
        Column("model", "Model", narrow="model"),
        *means,
        Column("strip", "", sort="", narrow="strip"),
        Column("lift", "Lift", "vs. baselines", "number", narrow="small"),
        Column("labels", "Labels", "per sample", "number", narrow="small"),
        *(replace(column, shown=column.shown and column.board == first) for column in scores),
        *(Column(key, title, sort=sort, shown=False, narrow=narrow) for key, title, sort, narrow in _FURTHER),
    )


_FURTHER: tuple[tuple[str, str, Sort, str], ...] = (
    ("selection", "Checkpoint", "text", "text"),
    ("extractor", "Extractor", "text", "text"),
    ("modalities", "Modalities", "text", "text"),
    ("parameters", "Parameters, B", "number", "text"),
    ("date", "Date", "text", "text"),
    ("signature", "Signature", "text", "signature"),
)


def _mean_column(board: Board, role: str, *, first: bool) -> Column:
    title, under = ("Strict", "mean of nine") if role == STRICT else ("Official", board.lexicon)
    return Column(role, title, under, "number", "mean", board.id, role, role == STRICT or first, "score", MEAN)


def _score_columns(results: Results, focus: str) -> list[Column]:
    """Return the three tasks, the nine data sets, and other sets that some row has."""
    tasks = [
        Column(kind.id, kind.title, sort="number", group="task", narrow="score", source=kind.id)
        for kind in KINDS.values()
        if any(task.kind == kind.id for task in benchmark_tasks())
    ]
    own = {name for row in results.rows if row.origin == "computed" for name in row.scores}
    sets = [
        Column(
            each.id,
            each.title,
            sort="number",
            group=each.kind,
            shown=each.id in own and (focus != MEAN or not each.benchmark),
            narrow="score",
            source=each.id,
        )
        for each in results.datasets
    ]
    return [*(replace(each, shown=focus == MEAN) for each in tasks), *sets]


def _under(board: Board, kind: str) -> str:
    """The metric of a column: the second line of its heading."""
    return PROTOCOLS[board.protocol][kind].column_title.replace("-", "\u2011")
