"""How often a model hit each sector of the five wheels, over all data sets: from the details of its page."""

import json

from merunibench.leaderboard.schema.details import Details
from merunibench.lexicon.wheels import WHEELS


def hits(details: Details, board: str) -> list[dict[str, float]]:
    """For each wheel: sector -> the share of its samples that were hit; empty where nothing is known.

    Args:
        details: What the model's page shows; of each board one row is described.
        board: The board.
    """
    hit: list[dict[str, float]] = [{} for _ in range(WHEELS)]
    total: list[dict[str, float]] = [{} for _ in range(WHEELS)]
    for (where, _), text in details.parts.items():
        if where != board:
            continue
        for confusion in json.loads(text)["losses"]["confusions"]:
            if confusion["wheel"] is None:
                continue
            wheel = confusion["wheel"] - 1
            for name, counts in zip(confusion["rows"], confusion["counts"], strict=True):
                total[wheel][name] = total[wheel].get(name, 0.0) + sum(counts)
                if name in confusion["columns"]:
                    hit[wheel][name] = hit[wheel].get(name, 0.0) + counts[confusion["columns"].index(name)]
    return [
        {name: hit[wheel].get(name, 0.0) / all_ for name, all_ in total[wheel].items() if all_ > 0}
        for wheel in range(WHEELS)
    ]
