"""Rows whose chance level is far above the others': answers that fit many samples, whoever is in the clip.

Raw scores rise with every further word; so does the chance level, but no rank and no interval knows.
"""

from collections.abc import Iterable, Sequence
from statistics import median

from merunibench.leaderboard.schema.results import Row

FAR = 0.1
"""So much above the median of the others: twice what the highest of thirty public systems on OV-MERD has, and less than
one constant word adds on MELD (docs/leaderboard.md)."""
FEWEST = 3
"""Other models that a row must be held against."""


def far_above(rows: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    """The rows of one board whose chance level is at least `FAR` above the median of the other models.

    Only models whose predictions are here are looked at. The level of a model with several rows is their median.

    Args:
        rows: The rows of one board.

    Returns:
        Row id -> the data sets on which it is so; rows without any are left out.
    """
    own = [row for row in rows if row.origin == "computed"]
    found: dict[str, list[str]] = {}
    for dataset in dict.fromkeys(name for row in own for name in row.scores):
        levels = [
            (row, chance) for row in own if dataset in row.scores and (chance := row.scores[dataset].chance) is not None
        ]
        of_others = _medians_of_others([(row.model_id, chance) for row, chance in levels])
        for row, chance in levels:
            if row.model_id in of_others and chance - of_others[row.model_id] >= FAR:
                found.setdefault(row.id, []).append(dataset)
    return {key: tuple(datasets) for key, datasets in found.items()}


def _medians_of_others(levels: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Model -> the median level of the other models, of those that have enough others."""
    of_model: dict[str, list[float]] = {}
    for model, level in levels:
        of_model.setdefault(model, []).append(level)
    ordered = sorted((median(each), model) for model, each in of_model.items())
    others = len(ordered) - 1
    if others < FEWEST:
        return {}
    found = {}
    for place, (_, model) in enumerate(ordered):
        # The two middle ones of the others: the list without this place.
        low, high = (at + (at >= place) for at in ((others - 1) // 2, others // 2))
        found[model] = (ordered[low][0] + ordered[high][0]) / 2
    return found
