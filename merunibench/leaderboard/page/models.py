"""The values of a model's page that its template cannot take directly from results and details. No HTML."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from merunibench.leaderboard.page import wording
from merunibench.leaderboard.page.losses import Stored, confusions
from merunibench.leaderboard.schema.details import Details
from merunibench.leaderboard.schema.results import Dataset, Results, Row, Score
from merunibench.pictures.dots import Axis, strip
from merunibench.pictures.heat import heat_map
from merunibench.protocols import PROTOCOLS
from merunibench.report.error_analysis.maps import confusion_map
from merunibench.report.error_analysis.result import Confusion

if TYPE_CHECKING:
    from markupsafe import Markup

_WHOLE, _SIGNED = Axis((0.0, 100.0)), Axis((-100.0, 100.0))
"""Scales of the strips: corrected scores may lie below 0."""


_SMALL = 14
"""Maximum number of columns of the picture of one data set."""


def model_values(
    results: Results, rows: Sequence[Row], details: Details, held: Stored, lost: Sequence[Confusion]
) -> dict[str, Any]:
    """Return what the template needs in addition to the model.

    Args:
        results: The whole board.
        rows: The model's rows on all boards.
        details: What its page shows beyond them.
        held: The counts of its confusions on the board that leads.
        lost: Where it loses, over all data sets of the board that leads.

    Returns:
        `tables`: title -> rows; `placed`: ids of rows that have a place among others somewhere;
        `corrected_rows`: ids of rows whose scores are corrected for chance; `lost_on` and
        `lost_in`: id -> title of the boards and data sets whose losses can be chosen; `details`: as given; `strip`:
        draws a score; `maps`: title -> picture of where it loses; `small_maps`: the same of each data set.
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
        "strip": _drawn,
        "corrected_rows": {row.id for row in rows if row.board in corrected},
        "placed": {row.id for row in rows if _has_a_place(row)},
        "maps": {each.title: heat_map(confusion_map(each), f"lost-{at}") for at, each in enumerate(lost)},
        "small_maps": _small_maps(results.datasets, held),
    }


def _small_maps(datasets: Sequence[Dataset], held: Stored) -> "dict[str, Markup]":
    """Return pictures by data set of where the model loses, on the first wheel or in polarity, if small enough."""
    found = {}
    for dataset in datasets:
        first = next(iter(confusions(held, dataset.id)), None)
        if first is not None and len(first.columns) <= _SMALL:
            found[dataset.title] = heat_map(confusion_map(first), f"lost-{dataset.id}")
    return found


def _has_a_place(row: Row) -> bool:
    ranks = (row.mean_rank, *(score.rank for score in row.scores.values()))
    return any(rank is not None and rank.of > 1 for rank in ranks)


def _drawn(row: Row, dataset: Dataset, score: Score) -> "Markup":
    """Draw a score on a line from 0 to 1, or from -1 if any part is below 0. The stroke is the chance level."""
    below = min(score.score, *(score.ci or ()), 0.0) < 0
    level = None if score.chance is None else wording.chance(score.chance, row.protocol, dataset.kind)
    return strip(_SIGNED if below else _WHOLE, score.score, score.ci, level)
