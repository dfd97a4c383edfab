"""Rows that no model made: the chance level, and the baselines of `merunibench.baselines`."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from merunibench.baselines import BASELINES, Known
from merunibench.data import GroundTruth, predictions_in_memory
from merunibench.data.discovery import DEFAULT_CHECKPOINT
from merunibench.labels import LabelLists
from merunibench.leaderboard.cache import Cache, Entry, cell_key
from merunibench.leaderboard.figures import Cell, Figures, Scorer
from merunibench.leaderboard.results import Board, Model

CHECKPOINT = "none"
"""A rule has no checkpoint."""

_PREFIX = "baseline-"
_CHANCE = f"{_PREFIX}chance"
_CHANCE_NOTE = "The true labels, shuffled among the samples: expected score, in closed form."

Subtitles = Mapping[str, Mapping[str, str] | None]


def models() -> list[Model]:
    """The baselines, as the board lists them."""
    chance = Model(id=_CHANCE, name="Chance level", origin="baseline", note=_CHANCE_NOTE)
    plain = [
        {"id": f"{_PREFIX}{each.id}", "name": each.title, "note": each.note, "modalities": each.modalities}
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
    known = Known(truth.task.kind, _fields(truth), subtitles.get(cell.dataset), scorer.lexicons.get(cell.lexicon))
    rows = BASELINES[rule.removeprefix(_PREFIX)].answer(known)
    if rows is None:
        return None
    answer = truth.task.of_kind.answer
    source = predictions_in_memory({cell.dataset: {row["name"]: row[answer] for row in rows}})
    return scorer.figures(cell, source.load(cell.dataset, DEFAULT_CHECKPOINT))


def _hash(subtitles: Mapping[str, str] | None) -> str:
    return hashlib.sha256(json.dumps(subtitles, sort_keys=True).encode()).hexdigest()


def _fields(truth: GroundTruth) -> dict[str, str]:
    """Sample name -> label field, as `majority` takes it; by name, so that ties do not depend on a file's order."""
    names = truth.names.to_pylist()
    if truth.values is not None:
        texts = [repr(value) for value in truth.values.tolist()]
    else:
        labels = truth.labels or LabelLists.empty(len(names))
        several = truth.task.of_kind.truth == "labels"
        texts = [f"[{', '.join(labels[row])}]" if several else "".join(labels[row]) for row in range(len(names))]
    return dict(sorted(zip(names, texts, strict=True)))
