"""Find rows whose chance level is far above that of the others: answers that fit many samples, whatever the clip.

Raw scores rise with every additional word. The chance level rises too, but ranks and intervals do not show it.
"""

from collections.abc import Iterable, Sequence
from statistics import median

from merunibench.leaderboard.schema.results import Row

FAR = 0.1
"""Minimum distance from the median of the others. It is twice the largest distance among thirty public systems on
OV-MERD, and less than one constant word adds on MELD (docs/leaderboard.md)."""
FEWEST = 3
"""Minimum number of other models that a row is compared with."""


def far_above(rows: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    """Return the rows of one board whose chance level is at least `FAR` above the median of the other models.

    Only models whose predictions are available are considered. The level of a model with several rows is their median.

    Args:
        rows: The rows of one board.

    Returns:
        Row id -> the data sets where this is the case; rows without any are omitted.
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
    """Model -> the median level of the other models, for models with enough others."""
    of_model: dict[str, list[float]] = {}
    for model, level in levels:
        of_model.setdefault(model, []).append(level)
    ordered = sorted((median(each), model) for model, each in of_model.items())
    others = len(ordered) - 1
    if others < FEWEST:
        return {}
    found = {}
    for place, (_, model) in enumerate(ordered):
        # The two middle values of the others: the sorted list without this position.
        low, high = (at + (at >= place) for at in ((others - 1) // 2, others // 2))
        found[model] = (ordered[low][0] + ordered[high][0]) / 2
    return found
