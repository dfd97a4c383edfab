"""The page of one model: what its template cannot read off results and details. No HTML."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from merunibench.leaderboard.page import wording
from merunibench.leaderboard.schema.details import Details
from merunibench.leaderboard.schema.results import Dataset, Results, Row, Score
from merunibench.protocols import PROTOCOLS

_WIDE = 160
"""Width of the strips in the tables, in their own units; they run from 0 or -100 to 100 percent."""


class Strip(NamedTuple):
    """The marks of a strip as paths of SVG, empty where there is nothing to mark; and the place of its dot."""

    chance: str
    whisker: str
    dot: float


def model_values(results: Results, rows: Sequence[Row], details: Details) -> dict[str, Any]:
    """What the template needs beside the model.

    Args:
        results: The whole board.
        rows: The model's rows on all boards.
        details: What its page shows beyond them.

    Returns:
        `tables`: title -> rows; `lost_on` and `lost_in`: id -> title of the boards and data sets whose losses can be
        chosen; `details`: as given; `strip`: see there.
    """
    titles = {board.id: board.title for board in results.boards}
    tables: dict[str, list[Row]] = {}
    corrected = {board.id for board in results.boards if PROTOCOLS[board.protocol].is_corrected}
    for row in sorted(rows, key=lambda row: (row.board not in corrected, not row.ranked)):  # what counts most, first
        tables.setdefault(titles.get(row.board or "", "Lexicon not stated"), []).append(row)
    boards, datasets = ({key[place] for key in details.parts} for place in (0, 1))
    return {
        "tables": tables,
        "lost_on": {key: title for key, title in titles.items() if key in boards},
        "lost_in": {each.id: each.title for each in results.datasets if each.id in datasets},
        "details": details,
        "strip": strip,
    }


def strip(row: Row, dataset: Dataset, score: Score) -> Strip:
    """Places on a line from 0 to 1; where something lies below 0, from -1."""
    ci, chance = score.ci, score.chance
    if chance is not None:
        chance = wording.chance(chance, row.protocol, dataset.kind)
    start = -1.0 if min(score.score, *(ci or ()), 0.0) < 0 else 0.0

    def x(value: float) -> float:
        return round(4 + (_WIDE - 8) * (value - start) / (1 - start), 1)

    return Strip(
        chance="" if chance is None else f"M{x(chance)} 6V18",
        whisker="" if ci is None else f"M{x(ci[0])} 12H{x(ci[1])}",
        dot=x(score.score),
    )
