"""Rows that no model made: the chance level, and the baselines of `merunibench.baselines`."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from merunibench.baselines import BASELINES
from merunibench.evaluation.worth import baseline_predictions, known_of
from merunibench.leaderboard.schema.results import Board, Model
from merunibench.leaderboard.scoring.cache import Cache, Entry, cell_key
from merunibench.leaderboard.scoring.cells import Cell, Figures, Scorer

CHECKPOINT = "none"
"""A rule has no checkpoint."""

PREFIX = "baseline-"
"""With which the ids of rules begin, and those of no submission."""
_CHANCE = f"{PREFIX}chance"
_CHANCE_NOTE = "The true labels, shuffled among the samples: expected score, in closed form."

Subtitles = Mapping[str, Mapping[str, str] | None]


def models() -> list[Model]:
    """The baselines, as the board lists them."""
    chance = Model(id=_CHANCE, name="Chance level", origin="baseline", note=_CHANCE_NOTE)
    plain = [
        {"id": f"{PREFIX}{each.id}", "name": each.title, "note": each.note, "modalities": each.modalities}
        for each in BASELINES.values()
    ]
    return [chance, *(Model.model_validate({**fields, "origin": "baseline"}) for fields in plain)]


def reads_subtitles(model: Model) -> bool:
    """Whether it is a baseline that needs what is said in the samples."""
    return model.origin == "baseline" and "text" in model.modalities


def score(
    model: Model, boards: Sequence[Board], scorer: Scorer, subtitles: Subtitles, cache: Cache
) -> dict[Cell, Entry]:
    """A baseline in every cell whose labels are at hand."""
    said = {name: _hash(subtitles.get(name)) if reads_subtitles(model) else "" for name in scorer.truths}
    keys = {cell: cell_key(scorer, cell, f"{model.id} {said[cell.dataset]}") for cell in scorer.cells(boards)}
    known = cache.load(keys.values())
    fresh: dict[str, Entry] = {}
    for cell, name in keys.items():
        figures = None if name in known else _figures(model.id, cell, scorer, subtitles)
        if figures is not None:
            fresh[name] = {CHECKPOINT: figures}
    cache.store(fresh)
    known |= fresh
    return {cell: known[name] for cell, name in keys.items() if name in known}


def _figures(rule: str, cell: Cell, scorer: Scorer, subtitles: Subtitles) -> Figures | None:
    """A baseline in one cell; None where it lacks what it needs."""
    if rule == _CHANCE:
        return scorer.chance(cell)
    truth = scorer.truths[cell.dataset]
    known = known_of(truth, subtitles.get(cell.dataset), scorer.lexicons.get(cell.lexicon), cell.protocol)
    predictions = baseline_predictions(BASELINES[rule.removeprefix(PREFIX)], known, truth)
    return None if predictions is None else scorer.figures(cell, predictions)


def _hash(subtitles: Mapping[str, str] | None) -> str:
    return hashlib.sha256(json.dumps(subtitles, sort_keys=True).encode()).hexdigest()
