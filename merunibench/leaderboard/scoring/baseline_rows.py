"""Rows that no model made: the chance level, and the baselines of `merunibench.baselines`."""

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
"""A rule has no checkpoint."""

PREFIX = "baseline-"
"""With which the ids of rules begin, and those of no submission."""
_CHANCE = f"{PREFIX}chance"
_CHANCE_NOTE = "The true labels, shuffled among the samples: expected score, in closed form."

Subtitles = Mapping[str, Mapping[str, str] | None]
ByRule = Mapping[tuple[str, Cell], Figures]
"""Id of a baseline and cell -> its figures."""


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


class BaselineRows:
    """The baselines in every cell whose labels are at hand: what the cache knows of them, and the rest as jobs.

    Args:
        boards: The boards to score them for.
        scorer: Has labels and lexicons.
        subtitles: What is said in each sample, by data set; None where there is no file.
        cache: What is known from before; what is new is added by `store`.
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
        """Add what a job found."""
        self._fresh |= {self._keys[rule][cell]: {CHECKPOINT: figures} for (rule, cell), figures in found.items()}

    def store(self) -> None:
        """Keep what is new.

        Raises:
            InputError: the cache cannot be written, or is none.
        """
        self._cache.store(self._fresh)

    def entries(self, model: Model) -> dict[Cell, Entry]:
        """A baseline in every cell in which it has figures."""
        known = self._known | self._fresh
        return {cell: known[name] for cell, name in self._keys[model.id].items() if name in known}


class RuleJob(NamedTuple):
    """Baselines to score on one data set.

    Attributes:
        dataset: The data set.
        cells: Ids of baselines, each with a cell.
        subtitles: What is said in each sample; None where there is no file.
    """

    dataset: str
    cells: tuple[tuple[str, Cell], ...]
    subtitles: Mapping[str, str] | None


def do(scorer: Scorer, job: RuleJob) -> ByRule:
    """Score baselines; those that lack what they need have no figures."""
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
    """What baselines answer on a data set; once for all lexicons where that is the same."""

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
