"""Scores as HTML, without a template: there are fifty in each row of the main table, and in the tables of a model."""

import re
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from merunibench.leaderboard.page import wording
from merunibench.leaderboard.page.columns import Column
from merunibench.leaderboard.schema.results import Dataset, Row, Score
from merunibench.pictures.dots import Axis, strip

if TYPE_CHECKING:
    from merunibench.leaderboard.page.boards import Cell

_PLAIN = re.compile(r"[\w .,|–−]*").fullmatch
"""Matches text in which nothing needs to be escaped, as in nearly all cells: they contain numbers."""


def score_cell(cell: "Cell", column: Column, focus: str) -> Markup:
    """Return the HTML of a score.

    Args:
        cell: Its text.
        column: Its column.
        focus: Key of the column that the table is initially sorted by.
    """
    classes = f"n {column.narrow}{' focus' if column.key == focus else ''}{' best' if cell.best else ''}"
    data = "".join(
        f' {name}="{_escaped(text)}"'
        for name, text in (("data-ci", cell.ci), ("data-chance", cell.chance), ("data-r", cell.place))
        if text
    )
    part = f'<abbr title="{_escaped(cell.part)}">†</abbr>' if cell.part else ""
    hidden = "" if column.shown else " hidden"
    html = f'<td class="{_escaped(classes)}"{data}{hidden}>{_escaped(cell.text)}{part}</td>'
    return Markup(html)  # noqa: S704 - every text in it is escaped


_WHOLE, _SIGNED = Axis((0.0, 100.0)), Axis((-100.0, 100.0))
"""Scales of the strips: corrected scores may lie below 0."""


def score_row(dataset: Dataset, row: Row, ranked: bool, corrected: bool) -> Markup:
    """Return the HTML of a row of a model's table.

    Args:
        dataset: The data set.
        row: The model on a board.
        ranked: Whether the table has a column of ranks.
        corrected: Whether the scores are corrected for chance, so that there is no column of chance levels.
    """
    score, chance = row.scores[dataset.id], None
    if score.chance is not None:
        chance = wording.chance(score.chance, row.protocol, dataset.kind)
    part = f'<abbr title="{score.samples} samples, not the whole data set">†</abbr>' if score.complete is False else ""
    has_rank = score.rank is not None and score.rank.of > 1
    place = f"{score.rank.rank} of {score.rank.of}" if score.rank is not None and has_rank else wording.NOTHING
    cells = [f"{wording.figure(score.score)}{part}", wording.interval(score.ci)]
    further = [] if corrected else [wording.figure(chance)]
    further += [wording.number(score.labels_per_sample), *([place] if ranked else [])]
    before, after = ("".join(f'<td class="n">{cell}</td>' for cell in each) for each in (cells, further))
    drawn = f'<td class="bar">{_strip(score, chance)}</td>'
    html = f'<tr><th scope="row">{_escaped(dataset.title)}</th>{before}{drawn}\n{after}</tr>'
    return Markup(html)  # noqa: S704 - everything else in it is numbers


def _strip(score: Score, chance: float | None) -> Markup:
    """Draw a score on a line from 0 to 1, or from -1 if any part is below 0. The stroke is the chance level."""
    below = min(score.score, *(score.ci or ()), 0.0) < 0
    return strip(_SIGNED if below else _WHOLE, score.score, score.ci, chance)


def _escaped(text: str) -> str:
    return text if _PLAIN(text) else str(escape(text))
