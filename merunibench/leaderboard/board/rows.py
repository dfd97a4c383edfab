"""Build the rows of a model on a board, one for each way to choose its checkpoint.

Scores that cannot be computed (labels or predictions are not available) are copied from the committed row if it was
computed from the same predictions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.leaderboard.board.tasks import task_means, task_replicates
from merunibench.leaderboard.schema.fields import Interval, metric_part, parsed
from merunibench.leaderboard.schema.results import DECIMALS, MEAN, Board, Model, Row, Score
from merunibench.leaderboard.scoring.cache import Entry
from merunibench.leaderboard.scoring.cells import Cell, cell_of, is_scored
from merunibench.protocols import METRIC_VERSION
from merunibench.report import BENCHMARK_DATASETS
from merunibench.scoring import (
    BEST_OVERALL,
    BEST_PER_DATASET,
    LAST,
    SINGLE,
    Scored,
    select_checkpoints,
    selection_biases,
    shifted,
)
from merunibench.signature import Signature, joint_signature
from merunibench.statistics import interval
from merunibench.tasks import BUILTIN, task_order

ON_TEST = "its checkpoint is chosen on the test labels"
PEOPLE = "its answers were given by people"
VARIANT = "it is a variant of another model on the board"

Held = Mapping[str, Entry]
"""Data set -> checkpoint -> figures."""


@dataclass(frozen=True)
class Contender:
    """A model, and what its rows are made from.

    Attributes:
        model: The model.
        checkpoints: Data set -> its checkpoints, for every data set with predictions.
        entries: Cell -> checkpoint -> figures, as far as computed.
        hashes: Data set -> hash of its predictions.
        committed: Its rows in the committed results.
        withheld: Whether the predictions are withheld, so that committed scores need no matching hash.
    """

    model: Model
    checkpoints: Mapping[str, Sequence[str]]
    entries: Mapping[Cell, Entry]
    hashes: Mapping[str, str] = field(default_factory=dict)
    committed: Sequence[Row] = ()
    withheld: bool = False

    def columns(self, board: Board) -> dict[str, Sequence[str]]:
        """Data set -> its checkpoints, for the data sets that a board scores."""
        return {dataset: stems for dataset, stems in self.checkpoints.items() if is_scored(dataset, board)}

    def held(self, board: Board) -> dict[str, Entry]:
        """Data set -> checkpoint -> figures on a board."""
        cells = {dataset: cell_of(dataset, board) for dataset in self.checkpoints}
        return {dataset: self.entries[cell] for dataset, cell in cells.items() if cell in self.entries}


@dataclass(frozen=True)
class ScoredRow:
    """A row, and what it was made from; empty if it was carried over.

    Attributes:
        row: The row.
        replicates: Data set, kind of task, or `mean` -> the score on each resample, shape (B,).
        held: Data set -> checkpoint -> everything that was computed.
    """

    row: Row
    replicates: Mapping[str, npt.NDArray[np.float64]]
    held: Held

    @cached_property
    def metrics(self) -> dict[str, str]:
        """Data set -> the metric, for the data sets with resamples."""
        scores = self.row.scores
        return {name: metric_part(scores[name].signature or "") for name in BUILTIN if name in self.replicates}


@lru_cache(maxsize=4096)
def _written(signature: Signature, rule: str) -> str:
    """The text of the signature of a checkpoint chosen by this rule."""
    return str(replace(signature, checkpoint=rule))


@lru_cache(maxsize=4096)
def _joint(signatures: tuple[str, ...]) -> str:
    """The text of the signature of a row, from those of its scores; many models share them."""
    return str(joint_signature(list(map(parsed, signatures))))


def rows_on(board: Board, contender: Contender, held: Held) -> list[ScoredRow]:
    """Return the rows of a model on a board, from its figures there; empty if there are none."""
    made = (_row(board, rule, contender, held) for rule in _rules(board, contender))
    return [each for each in made if each.row.scores]


def _rules(board: Board, contender: Contender) -> list[str]:
    """The ways to choose this model's checkpoint."""
    columns = contender.columns(board)
    if not columns:
        return [row.selection for row in contender.committed if row.board == board.id]
    if len({stem for stems in columns.values() for stem in stems}) == 1:
        return [SINGLE]
    return [BEST_PER_DATASET, BEST_OVERALL, LAST] if _common(columns) else [BEST_PER_DATASET]


def _common(checkpoints: Mapping[str, Sequence[str]]) -> list[str]:
    first = next(iter(checkpoints.values()))
    return [stem for stem in first if all(stem in stems for stems in checkpoints.values())]


def _row(board: Board, rule: str, contender: Contender, held: Held) -> ScoredRow:
    model = contender.model
    key = f"{model.id}/{rule}/{board.id}"
    before = next((row for row in contender.committed if row.id == key), None)
    stems = _choice(rule, contender.columns(board), held)
    chosen = {dataset: held[dataset][stem].scored for dataset, stem in stems.items()}
    scores = _carried(before, board, contender) | {
        dataset: _score(each, rule, stems[dataset], contender.hashes.get(dataset)) for dataset, each in chosen.items()
    }
    scores = {dataset: scores[dataset] for dataset in task_order(scores)}
    complete = all(name in scores and scores[name].complete for name in BENCHMARK_DATASETS)
    replicates = {dataset: each.replicates for dataset, each in chosen.items() if len(each.replicates)}
    mean = round(fmean(scores[name].score for name in BENCHMARK_DATASETS), DECIMALS) if complete else None
    if complete and all(name in replicates for name in BENCHMARK_DATASETS):
        replicates[MEAN] = np.mean([replicates[name] for name in BENCHMARK_DATASETS], axis=0)
    replicates |= task_replicates(replicates)
    carried_ci = before.mean_ci if before is not None and before.mean == mean else None
    mean_ci = interval(replicates[MEAN]) if MEAN in replicates else carried_ci
    signatures = tuple(score.signature for score in scores.values() if score.signature)
    counts = [score.labels_per_sample for score in scores.values() if score.labels_per_sample is not None]
    on_test = rule in (BEST_PER_DATASET, BEST_OVERALL)
    because = why_unranked(model, on_test=on_test)
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
        mean_ci=mean_ci,
        **_corrected(rule, mean, mean_ci, held, before),
        labels_per_sample=round(fmean(counts), DECIMALS) if counts else None,
        extractor=extractor_of(list(map(parsed, signatures))),
        signature=_joint(signatures) if signatures else None,
        scores=scores,
        task_means=task_means(scores, replicates, before),
    )
    return ScoredRow(row, replicates, {dataset: held[dataset] for dataset in chosen})


def _corrected(rule: str, mean: float | None, ci: Interval | None, held: Held, before: Row | None) -> dict[str, Any]:
    """The fields of a mean corrected for the choice of checkpoints; carried over with the mean."""
    if mean is None or rule not in (BEST_PER_DATASET, BEST_OVERALL):
        return {}
    if not all(name in held for name in BENCHMARK_DATASETS):
        same = before if before is not None and before.mean == mean else None
        return {name: getattr(same, name, None) for name in ("mean_corrected", "mean_corrected_ci")}
    of_nine = {name: {stem: each.scored for stem, each in held[name].items()} for name in BENCHMARK_DATASETS}
    biases = selection_biases(of_nine, rule)
    bias = fmean(biases.values()) if len(biases) == len(of_nine) else None
    corrected = None if bias is None else round(mean - bias, DECIMALS)
    return {"mean_corrected": corrected, "mean_corrected_ci": shifted(ci, bias)}


def why_unranked(model: Model, *, on_test: bool) -> str | None:
    """Why a row is not ranked. A model has one rank: of one run, with a checkpoint chosen without the test labels."""
    if model.origin != "computed":
        return model.origin
    if model.answers_by == "people":
        return PEOPLE
    return ON_TEST if on_test else VARIANT if model.variant_of else None


def _choice(rule: str, columns: Mapping[str, Sequence[str]], held: Held) -> dict[str, str]:
    """Data set -> checkpoint, for computed data sets; empty if the rule needs others too."""
    if not held or (rule == BEST_OVERALL and set(held) != set(columns)):
        return {}
    if rule == LAST:
        return dict.fromkeys(held, _common(columns)[-1])
    figures = {dataset: {stem: each.scored.score for stem, each in entry.items()} for dataset, entry in held.items()}
    return select_checkpoints(figures, rule)


def _carried(before: Row | None, board: Board, contender: Contender) -> dict[str, Score]:
    """The scores of the committed row that are still valid, without their ranks."""
    anything = contender.withheld or contender.model.origin == "baseline"
    if before is None or (not anything and _chosen_elsewhere(before, board, contender)):
        return {}
    return {
        dataset: score.model_copy(update={"rank": None})
        for dataset, score in before.scores.items()
        if (anything or score.predictions == contender.hashes.get(dataset))
        and _still_valid(score, board.label)
        and (score.samples is None or BUILTIN.meant(BUILTIN[dataset], score.samples) is None)
    }


def _chosen_elsewhere(before: Row, board: Board, contender: Contender) -> bool:
    """Whether the checkpoint of a committed row was chosen over other data sets or predictions than there are now."""
    if before.selection != BEST_OVERALL:
        return False
    now = {dataset: contender.hashes.get(dataset) for dataset in contender.columns(board)}
    return {dataset: score.predictions for dataset, score in before.scores.items()} != now


def _still_valid(score: Score, label: str) -> bool:
    """Whether a score was computed with the current metric and lexicon."""
    if score.signature is None:
        return False
    signature = parsed(score.signature)
    return signature.v == METRIC_VERSION and signature.lexicon in (label, "none")


def _score(scored: Scored, rule: str, checkpoint: str, predictions: str | None) -> Score:
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
        signature=_written(scored.signature, rule),
    )


def _rounded(value: Any) -> Any:  # noqa: ANN401 - a number or None
    return None if value is None else round(value, DECIMALS)


def extractor_of(signatures: Sequence[Signature]) -> str | None:
    """The sources of labels and polarity, without repetition."""
    origins = {part for each in signatures for text in (each.labels, each.polarity) for part in text.split("+")}
    return "+".join(sorted(origins)) or None
