"""Rows that no model made: chance level, stuffing, majority, and what the subtitle alone suggests."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from merunibench.baselines import majority, stuffing, text_lexicon_rows
from merunibench.data import GroundTruth, predictions_in_memory
from merunibench.data.discovery import DEFAULT_CHECKPOINT
from merunibench.kinds import KINDS
from merunibench.labels import LabelLists
from merunibench.leaderboard.cache import Cache, Entry
from merunibench.leaderboard.figures import Cell, Figures, cell_of, is_scored
from merunibench.leaderboard.jobs import Worker, cell_key
from merunibench.leaderboard.results import Board, Model

CHECKPOINT = "none"
"""A rule has no checkpoint."""
CHANCE, STUFFING, MAJORITY, TEXT = "baseline-chance", "baseline-stuffing", "baseline-majority", "baseline-text-lexicon"


class _Rule(NamedTuple):
    name: str
    note: str
    modalities: tuple[str, ...] = ()


_RULES: Mapping[str, _Rule] = {
    CHANCE: _Rule("Chance level", "The true labels, shuffled among the samples: expected score, in closed form."),
    STUFFING: _Rule("Stuffing", "Names every sector of every wheel on every sample; sentiment: always positive."),
    MAJORITY: _Rule("Majority", "The most frequent truth of the data set on every sample."),
    TEXT: _Rule(
        "Text lexicon", "Labels by a small table of everyday cue words; it reads the subtitle alone.", ("text",)
    ),
}


def models() -> list[Model]:
    """The baselines, as the board lists them."""
    return [Model.model_validate({"id": key, "origin": "baseline", **rule._asdict()}) for key, rule in _RULES.items()]


class _Answers:
    """A baseline's answers on data sets, as far as it has any."""

    def __init__(self, rule: str, worker: Worker, subtitles: Mapping[str, Mapping[str, str] | None]) -> None:
        self.rule, self.worker, self.subtitles = rule, worker, subtitles
        self._stuffed: dict[tuple[str, str], Any] = {}

    def on(self, cell: Cell) -> dict[str, Any] | None:
        """Sample name -> labels, or polarity; None where there are none, for want of subtitles."""
        truth = self.worker.scorer.truths[cell.dataset]
        kind, names = truth.task.kind, truth.names.to_pylist()
        subtitles = self.subtitles.get(cell.dataset)
        if self.rule == STUFFING:
            return dict.fromkeys(names, self._stuffing(kind, cell.lexicon))
        if self.rule == MAJORITY:
            rows = majority(kind, _fields(truth))
        elif subtitles is not None:
            rows = text_lexicon_rows(kind, subtitles)
        else:
            return None
        return {row["name"]: row[_answer(kind)] for row in rows}

    def _stuffing(self, kind: str, lexicon: str) -> Any:  # noqa: ANN401 - labels, or a polarity
        """One answer for all samples: the words that reach every sector are looked for once a lexicon."""
        key = (_answer(kind), lexicon)
        if key not in self._stuffed:
            (row,) = stuffing(kind, ["any"], self.worker.scorer.lexicons.get(lexicon))
            self._stuffed[key] = row[_answer(kind)]
        return self._stuffed[key]


def _answer(kind: str) -> str:
    return KINDS[kind].answer


def score(
    rule: str,
    boards: Sequence[Board],
    worker: Worker,
    subtitles: Mapping[str, Mapping[str, str] | None],
    cache: Cache,
) -> dict[str, dict[str, Entry]]:
    """A baseline on every data set whose labels are at hand: board id -> data set -> figures."""
    scorer = worker.scorer
    said = {dataset: _hash(subtitles.get(dataset)) if rule == TEXT else "" for dataset in scorer.truths}
    cells = {
        (board.id, dataset): cell_of(dataset, board)
        for board in boards
        for dataset in scorer.truths
        if is_scored(dataset, board)
    }
    keys = {cell: cell_key(worker, cell, f"{rule} {said[cell.dataset]}") for cell in cells.values()}
    known = cache.load(keys.values())
    answers = _Answers(rule, worker, subtitles)
    fresh: dict[str, Entry] = {}
    for cell, name in keys.items():
        if name not in known:
            figures = _figures(answers, cell)
            if figures is not None:
                fresh[name] = {CHECKPOINT: figures}
    cache.store(fresh)
    known |= fresh
    held: dict[str, dict[str, Entry]] = {}
    for (board, dataset), cell in cells.items():
        if keys[cell] in known:
            held.setdefault(board, {})[dataset] = known[keys[cell]]
    return held


def _figures(answers: _Answers, cell: Cell) -> Figures | None:
    scorer = answers.worker.scorer
    if answers.rule == CHANCE:
        return scorer.chance(cell)
    found = answers.on(cell)
    if found is None:
        return None
    source = predictions_in_memory({cell.dataset: found})
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
