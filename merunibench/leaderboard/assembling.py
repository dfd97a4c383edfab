"""Figures of one model -> its rows on one board, one for each way to choose its checkpoint.

What cannot be computed here and now (labels or predictions not at hand) is taken from the committed row, if that was
computed from the same predictions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.leaderboard.cache import Entry
from merunibench.leaderboard.figures import Figures
from merunibench.leaderboard.results import DECIMALS, MEAN, Board, Model, Row, Score
from merunibench.protocols import METRIC_VERSION
from merunibench.report import BENCHMARK_DATASETS
from merunibench.scoring import BEST_OVERALL, BEST_PER_DATASET, LAST, SINGLE, Scored, select_checkpoints
from merunibench.signature import Signature, joint_signature
from merunibench.statistics import interval
from merunibench.tasks import task_order

ON_TEST = "its checkpoint is chosen on the test labels"

Held = Mapping[str, Entry]
"""Data set -> checkpoint -> figures."""


@dataclass(frozen=True)
class Sources:
    """What one model's rows on one board are made from.

    Attributes:
        model: The model.
        checkpoints: Data set -> its checkpoints, of every data set that it has predictions for.
        hashes: Data set -> hash of its predictions.
        held: What has been computed.
        committed: Rows of the committed results by id.
        withheld: Whether the predictions are elsewhere, so that committed scores need no hash to agree with.
    """

    model: Model
    checkpoints: Mapping[str, Sequence[str]]
    hashes: Mapping[str, str]
    held: Held
    committed: Mapping[str, Row] = field(default_factory=dict)
    withheld: bool = False


@dataclass(frozen=True)
class ScoredRow:
    """A row, and what it was made from; nothing where it is carried over.

    Attributes:
        row: The row.
        replicates: Data set, or `mean`, -> the score on each resample, shape (B,).
        figures: Data set -> everything that was computed.
    """

    row: Row
    replicates: Mapping[str, npt.NDArray[np.float64]]
    figures: Mapping[str, Figures]


@lru_cache(maxsize=4096)
def parsed(signature: str) -> Signature:
    """The signature that a text is; models that were scored alike share theirs."""
    return Signature.parse(signature)


_written = lru_cache(maxsize=4096)(str)
"""The text of a signature; the other way round."""


def rows_on(board: Board, label: str, sources: Sources) -> list[ScoredRow]:
    """The rows of a model on a board; none if nothing of it is known there.

    Args:
        board: The board.
        label: Name and hash of its lexicon, as signatures have them.
        sources: What the rows are made from.
    """
    made = (_row(board, label, rule, sources) for rule in _rules(board, sources))
    return [each for each in made if each.row.scores]


def _rules(board: Board, sources: Sources) -> list[str]:
    """How this model's checkpoint can be chosen."""
    if not sources.checkpoints:
        ids = (key.split("/") for key in sources.committed)
        return [rule for model, rule, where in ids if (model, where) == (sources.model.id, board.id)]
    every = {stem for stems in sources.checkpoints.values() for stem in stems}
    if len(every) == 1:
        return [SINGLE]
    return [BEST_PER_DATASET, BEST_OVERALL, LAST] if _common(sources.checkpoints) else [BEST_PER_DATASET]


def _common(checkpoints: Mapping[str, Sequence[str]]) -> list[str]:
    first = next(iter(checkpoints.values()))
    return [stem for stem in first if all(stem in stems for stems in checkpoints.values())]


def _row(board: Board, label: str, rule: str, sources: Sources) -> ScoredRow:
    model = sources.model
    key = f"{model.id}/{rule}/{board.id}"
    before = sources.committed.get(key)
    stems = _choice(rule, sources)
    chosen = {dataset: sources.held[dataset][stem] for dataset, stem in stems.items()}
    scores = {
        dataset: _score(each.scored.selected_by(rule), stems[dataset], sources.hashes.get(dataset))
        for dataset, each in chosen.items()
    }
    scores |= {name: score for name, score in _carried(before, label, sources).items() if name not in scores}
    scores = {dataset: scores[dataset] for dataset in task_order(scores)}
    complete = all(name in scores and scores[name].complete for name in BENCHMARK_DATASETS)
    drawn = {dataset: each.scored.replicates for dataset, each in chosen.items()}
    replicates = {dataset: each for dataset, each in drawn.items() if len(each)}
    mean = round(fmean(scores[name].score for name in BENCHMARK_DATASETS), DECIMALS) if complete else None
    if complete and all(name in replicates for name in BENCHMARK_DATASETS):
        replicates[MEAN] = np.mean([replicates[name] for name in BENCHMARK_DATASETS], axis=0)
    carried_ci = before.mean_ci if before is not None and before.mean == mean else None
    signatures = [parsed(score.signature) for score in scores.values() if score.signature]
    counts = [score.labels_per_sample for score in scores.values() if score.labels_per_sample is not None]
    on_test = rule in (BEST_PER_DATASET, BEST_OVERALL)
    because = model.origin if model.origin != "computed" else ON_TEST if on_test else None
    row = Row(
        id=key,
        model=model.name,
        model_id=model.id,
        origin=model.origin,
        board=board.id,
        lexicon=board.lexicon,
        protocol=board.protocol,
        selection=rule,
        on_test=on_test,
        ranked=because is None,
        unranked_because=because,
        complete=complete,
        mean=mean,
        mean_ci=interval(replicates[MEAN]) if MEAN in replicates else carried_ci,
        labels_per_sample=round(fmean(counts), DECIMALS) if counts else None,
        extractor=_extractor(signatures),
        signature=str(joint_signature(signatures)) if signatures else None,
        scores=scores,
    )
    return ScoredRow(row, replicates, chosen)


def _choice(rule: str, sources: Sources) -> dict[str, str]:
    """Data set -> checkpoint, of the data sets that have been computed; none where the rule needs others too."""
    held = sources.held
    if not held:
        return {}
    if rule == LAST:
        return dict.fromkeys(held, _common(sources.checkpoints)[-1])
    if rule == BEST_OVERALL and set(held) != set(sources.checkpoints):
        return {}
    figures = {dataset: {stem: each.scored.score for stem, each in entry.items()} for dataset, entry in held.items()}
    return select_checkpoints(figures, rule)


def _carried(before: Row | None, label: str, sources: Sources) -> dict[str, Score]:
    """Scores of the committed row that mean the same as they would now, without their ranks."""
    if before is None:
        return {}
    anything = sources.withheld or sources.model.origin == "baseline"
    return {
        dataset: score.model_copy(update={"rank": None})
        for dataset, score in before.scores.items()
        if (anything or score.predictions == sources.hashes.get(dataset)) and _still_valid(score, label)
    }


def _still_valid(score: Score, label: str) -> bool:
    """Whether metric and lexicon are still those that the score was computed with."""
    if score.signature is None:
        return False
    signature = parsed(score.signature)
    return signature.v == METRIC_VERSION and signature.lexicon in (label, "none")


def _score(scored: Scored, checkpoint: str, predictions: str | None) -> Score:
    return Score(
        score=_rounded(scored.score),
        ci=scored.ci,
        chance=_rounded(scored.chance),
        uncorrected=_rounded(scored.uncorrected) if scored.is_corrected else None,
        checkpoint=checkpoint,
        labels_per_sample=_rounded(scored.labels_per_sample),
        out_of_lexicon=_rounded(scored.out_of_lexicon),
        samples=scored.samples,
        missing=scored.missing,
        failed=scored.failed,
        complete=scored.samples == scored.expected_samples,
        predictions=predictions,
        signature=_written(scored.signature),
    )


def _rounded(value: Any) -> Any:  # noqa: ANN401 - a number or None
    return None if value is None else round(value, DECIMALS)


def _extractor(signatures: Sequence[Signature]) -> str | None:
    """Where labels and polarity come from, each origin once."""
    origins = {part for each in signatures for text in (each.labels, each.polarity) for part in text.split("+")}
    return "+".join(sorted(origins)) or None
