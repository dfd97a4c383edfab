"""Rows that no model made: chance level, stuffing, majority, and what the subtitle alone suggests."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from merunibench.baselines import majority, stuffing, text_lexicon_rows
from merunibench.data import GroundTruth, predictions_in_memory
from merunibench.data.discovery import DEFAULT_CHECKPOINT
from merunibench.labels import LabelLists
from merunibench.leaderboard.cache import Cache, Entry
from merunibench.leaderboard.figures import Cell, Figures, cell_of
from merunibench.leaderboard.results import Board, Model
from merunibench.leaderboard.submissions import cell_key
from merunibench.leaderboard.work import Worker
from merunibench.lexicon import Lexicon

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


def answers(
    rule: str, truth: GroundTruth, lexicon: Lexicon | None, subtitles: Mapping[str, str] | None
) -> dict[str, Any] | None:
    """A baseline's answers on one data set: sample name -> labels, or polarity; None where it has none.

    Args:
        rule: The baseline; not chance, which answers nothing.
        truth: The labels, which `majority` alone looks at.
        lexicon: The lexicon of the board; None for sentiment.
        subtitles: What is said in each sample, which the text baseline needs.
    """
    kind, names = truth.task.kind, truth.names.to_pylist()
    if rule == STUFFING:
        rows = stuffing(kind, names, lexicon)
    elif rule == MAJORITY:
        rows = majority(kind, _fields(truth))
    elif subtitles is not None:
        rows = text_lexicon_rows(kind, subtitles)
    else:
        return None
    answer = "polarity" if kind == "sentiment" else "labels"
    return {row["name"]: row[answer] for row in rows}


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
        (board.id, dataset): cell_of(dataset, board.protocol, board.lexicon)
        for board in boards
        for dataset in scorer.truths
    }
    keys = {cell: cell_key(worker, cell, f"{rule} {said[cell.dataset]}") for cell in cells.values()}
    known = cache.load(keys.values())
    fresh: dict[str, Entry] = {}
    for cell, name in keys.items():
        if name not in known:
            figures = _figures(rule, cell, worker, subtitles.get(cell.dataset))
            if figures is not None:
                fresh[name] = {CHECKPOINT: figures}
    cache.store(fresh)
    known |= fresh
    held: dict[str, dict[str, Entry]] = {}
    for (board, dataset), cell in cells.items():
        if keys[cell] in known:
            held.setdefault(board, {})[dataset] = known[keys[cell]]
    return held


def _figures(rule: str, cell: Cell, worker: Worker, subtitles: Mapping[str, str] | None) -> Figures | None:
    scorer = worker.scorer
    if rule == CHANCE:
        return scorer.chance(cell)
    found = answers(rule, scorer.truths[cell.dataset], scorer.lexicons.get(cell.lexicon), subtitles)
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
        several = truth.task.kind == "fine-grained"
        texts = [f"[{', '.join(labels[row])}]" if several else "".join(labels[row]) for row in range(len(names))]
    return dict(sorted(zip(names, texts, strict=True)))
