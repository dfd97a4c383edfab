"""Rows that are not from models: the chance level, and the baselines of `merunibench.baselines`."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from merunibench.baselines import BASELINES, Baseline
from merunibench.data import Predictions
from merunibench.evaluation.worth import baseline_predictions, counts_neutral, known_of
from merunibench.leaderboard.schema.results import Board, Model
from merunibench.leaderboard.scoring.cache import Cache, Entry, cell_key
from merunibench.leaderboard.scoring.cells import Cell, Figures, Scorer

CHECKPOINT = "none"
"""The checkpoint name of baselines, which have none."""

PREFIX = "baseline-"
"""Prefix of the ids of baselines; submissions cannot use it."""
_CHANCE = f"{PREFIX}chance"
_CHANCE_NOTE = "The true labels, shuffled among the samples: expected score, computed in closed form."

Subtitles = Mapping[str, Mapping[str, str] | None]
ByRule = Mapping[tuple[str, Cell], Figures]
"""Baseline id and cell -> figures."""


def models() -> list[Model]:
    """Return the baselines, as the board lists them."""
    chance = Model(id=_CHANCE, name="Chance level", origin="baseline", note=_CHANCE_NOTE)
    plain = [
        {"id": f"{PREFIX}{each.id}", "name": each.title, "note": each.note, "modalities": each.modalities}
        for each in BASELINES.values()
    ]
    return [chance, *(Model.model_validate({**fields, "origin": "baseline"}) for fields in plain)]


def reads_subtitles(model: Model) -> bool:
    """Whether it is a baseline that needs the text spoken in the samples."""
    return model.origin == "baseline" and "text" in model.modalities


class BaselineRows:
    """The baselines in every cell with available labels: figures from the cache, and jobs for the rest.

    Args:
        boards: The boards to score them for.
        scorer: Provides labels and lexicons.
        subtitles: The text spoken in each sample, by data set; None if there is no file.
        cache: Contains earlier figures; `store` adds new ones.
    """

    def __init__(self, boards: Sequence[Board], scorer: Scorer, subtitles: Subtitles, cache: Cache) -> None:
        self._cache = cache
        hashes = {name: _hash(subtitles.get(name)) for name in scorer.truths}
        self._keys: dict[str, dict[Cell, str]] = {}
        for model in models():
            said = hashes if reads_subtitles(model) else dict.fromkeys(hashes, "")
            keys = {cell: cell_key(scorer, cell, f"{model.id} {said[cell.dataset]}") for cell in scorer.cells(boards)}
            self._keys[model.id] = keys
        self._known = cache.load([name for keys in self._keys.values() for name in keys.values()])
        self._fresh: dict[str, Entry] = {}
        wanted: dict[str, list[tuple[str, Cell]]] = {}
        for rule, keys in self._keys.items():
            for cell, name in keys.items():
                if name not in self._known:
                    wanted.setdefault(cell.dataset, []).append((rule, cell))
        self.jobs = [RuleJob(name, tuple(cells), subtitles.get(name)) for name, cells in wanted.items()]

    def take(self, found: ByRule) -> None:
        """Add the results of a job."""
        self._fresh |= {self._keys[rule][cell]: {CHECKPOINT: figures} for (rule, cell), figures in found.items()}

    def store(self) -> None:
        """Write new figures to the cache.

        Raises:
            InputError: the cache cannot be written, or is not a cache.
        """
        self._cache.store(self._fresh)

    def entries(self, model: Model) -> dict[Cell, Entry]:
        """Return a baseline's figures in every cell where it has them."""
        known = self._known | self._fresh
        return {cell: known[name] for cell, name in self._keys[model.id].items() if name in known}


class RuleJob(NamedTuple):
    """Baselines to score on one data set.

    Attributes:
        dataset: The data set.
        cells: Ids of baselines, each with a cell.
        subtitles: The text spoken in each sample; None if there is no file.
    """

    dataset: str
    cells: tuple[tuple[str, Cell], ...]
    subtitles: Mapping[str, str] | None


def do(scorer: Scorer, job: RuleJob) -> ByRule:
    """Score baselines; those with missing inputs get no figures."""
    answers = _Answers(scorer, job)
    found: dict[tuple[str, Cell], Figures] = {}
    for rule, cell in job.cells:
        if rule == _CHANCE:
            found[rule, cell] = scorer.chance(cell)
            continue
        predictions = answers(BASELINES[rule.removeprefix(PREFIX)], cell)
        if predictions is not None:
            found[rule, cell] = scorer.figures(cell, predictions)
    return found


class _Answers:
    """Answers of baselines on a data set; computed once for all lexicons if they are the same."""

    def __init__(self, scorer: Scorer, job: RuleJob) -> None:
        self._truth, self._lexicons = scorer.truths[job.dataset], scorer.lexicons
        self._known = known_of(self._truth, job.subtitles, None, "official")
        self._made: dict[tuple[str, str, bool], Predictions | None] = {}

    def __call__(self, baseline: Baseline, cell: Cell) -> Predictions | None:
        neutral = counts_neutral(cell.protocol)
        key = (baseline.id, cell.lexicon if baseline.by_lexicon else "", neutral)
        if key not in self._made:
            lexicon = self._lexicons.get(cell.lexicon)
            known = replace(self._known, lexicon=lexicon, neutral=neutral)
            self._made[key] = baseline_predictions(baseline, known, self._truth)
        return self._made[key]


def _hash(subtitles: Mapping[str, str] | None) -> str:
    return hashlib.sha256(json.dumps(subtitles, sort_keys=True).encode()).hexdigest()
