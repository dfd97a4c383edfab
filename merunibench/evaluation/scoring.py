"""One data set's predictions against its ground truth: aligned by name, turned into sector sets, scored.

This is the one place where files (data), words (lexicon) and formulas (metrics) meet; `evaluate` calls it for every
checkpoint and data set.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench.data import GroundTruth, Predictions
from merunibench.errors import InputError
from merunibench.evaluation.sets import categories, element_sets
from merunibench.evaluation.units import cluster_numbers
from merunibench.labels import LabelLists
from merunibench.lexicon import Level, Lexicon
from merunibench.metrics import (
    CORRECTED,
    NEUTRAL_BIT,
    NO_POLARITY,
    PROTOCOLS,
    ElementSets,
    Metric,
    Summary,
    correct_for_chance,
)

Missing = Literal["error", "zero", "skip"]
"""What is done about samples without a prediction: refuse, count as wrong, leave out."""

_LISTED = 10


@dataclass(frozen=True)
class SampleScores:
    """Every sample of one data set, scored under one checkpoint.

    Attributes:
        truth: The ground truth scored against: all of it, or under `skip` what has a prediction.
        labels: Predicted labels of each sample; None for sentiment.
        true: What the metric takes as truth: sector sets (5, N), element sets (strict), or values (N,).
        predicted: Likewise predicted: sector sets (5, N), element sets, or polarities (N,).
        present: Whether each sample has a prediction, shape (N,).
        sectors_of_wheels: Names of the sectors behind the bits, for each wheel; empty for sentiment.
        metric: The metric.
        missing: Number of ground-truth samples that the predictions do not name.
        failed: Number whose prediction is marked as failed.
        extra: Number of predictions that the ground truth does not name; they are ignored.
        samples: Number of ground-truth samples, whether scored or not.
        labels_from: Where the predicted labels come from, for the signature.
        polarity_from: Likewise the predicted polarities.
        remarks: What was odd about the predictions' file.
    """

    truth: GroundTruth
    labels: LabelLists | None
    true: Any
    predicted: Any
    present: npt.NDArray[np.bool_]
    sectors_of_wheels: tuple[tuple[str, ...], ...]
    metric: Metric
    missing: int
    failed: int
    extra: int
    samples: int
    labels_from: str
    polarity_from: str
    remarks: tuple[str, ...] = ()

    @cached_property
    def quantities(self) -> npt.NDArray[np.float64]:
        """What each sample contributes to the score, shape (K, N)."""
        return self.metric.quantities(self.true, self.predicted)

    def blocks(self) -> Iterator[npt.NDArray[np.float64]]:
        """The rows of `quantities`, wheel by wheel where that can be done: a fifth of the memory."""
        if isinstance(self.true, np.ndarray) and self.true.ndim == 2:
            for true, predicted in zip(self.true, self.predicted, strict=True):
                yield self.metric.quantities(true[None], predicted[None])
        else:
            yield self.quantities

    @cached_property
    def sums(self) -> npt.NDArray[np.float64]:
        """The quantities added up over the samples, shape (K,)."""
        return np.concatenate([block.sum(axis=1) for block in self.blocks()])

    @cached_property
    def score(self) -> float:
        """The primary score: 0..1, or corrected for chance, at most 1."""
        return float(self.primary(self.metric.score(self.sums)))

    @cached_property
    def summary(self) -> Summary:
        """Every reported figure, before any correction for chance."""
        return self.metric.summary(self.sums)

    @cached_property
    def metrics(self) -> dict[str, float]:
        """Metric key -> value; the corrected score among them under a protocol that corrects."""
        corrected = {CORRECTED: self.score} if self.metric.chance_corrected else {}
        return {**corrected, **self.summary.metrics}

    @cached_property
    def chance(self) -> float:
        """The score's formula at the quantities expected when the predictions are shuffled."""
        return float(self.metric.score(self.metric.expected(self.true, self.predicted)))

    def primary(self, scores: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Primary figures of scores of these predictions (on resamples, say): corrected for chance, or as they are."""
        return correct_for_chance(scores, self.chance) if self.metric.chance_corrected else np.asarray(scores, float)

    @property
    def labels_per_sample(self) -> float | None:
        """Mean number of labels of the samples that have a prediction; None for sentiment."""
        if self.labels is None or not self.present.any():
            return None
        return float(self.labels.counts()[self.present].mean())

    @property
    def true_sectors(self) -> npt.NDArray[np.unsignedinteger[Any]]:
        """Sectors of the truth as bit masks, shape (5, N), whatever else the protocol counts; not for sentiment."""
        return _sectors_alone(self.true)

    @property
    def predicted_sectors(self) -> npt.NDArray[np.unsignedinteger[Any]]:
        """Predicted sectors, likewise."""
        return _sectors_alone(self.predicted)

    def hits(self) -> npt.NDArray[np.integer[Any]]:
        """Number of sectors (strict: elements) that truth and prediction share, -1 where the sample does not count.

        Shape (5, N); for sentiment (N,): 1 if the polarity is right, else 0.
        """
        if isinstance(self.true, ElementSets):
            return np.where(self.true.sizes() > 0, self.true.common(self.predicted), -1)
        if self.labels is None:
            # Under the official protocol a neutral prediction counts as negative, under the strict one as neither.
            guess = self.predicted if self.metric.chance_corrected else np.where(self.predicted > 0, 1, -1)
            return np.where(self.true != 0, (np.sign(self.true) == guess) & self.present, -1)
        return np.where(self.true != 0, np.bitwise_count(self.true & self.predicted).astype(np.int8), -1)

    def with_separators(self) -> float:
        """Share of predicted labels that hold a comma, semicolon or bar: several labels in one, most likely."""
        if self.labels is None or not len(self.labels.codes):
            return 0.0
        joined = self.labels.vocabulary.containing(",;|")
        if not joined.any():
            return 0.0
        counts = self.labels.label_counts()
        return float(counts[joined].sum() / max(counts.sum(), 1))

    def out_of_lexicon(self, lexicon: Lexicon) -> float | None:
        """Share of predicted labels that have no sector on any wheel, `neutral` not counted; None for sentiment."""
        if self.labels is None:
            return None
        vocabulary = self.labels.vocabulary
        counts = np.where(vocabulary.equal("neutral"), 0, self.labels.label_counts())
        unknown = counts[~lexicon.known(vocabulary)].sum()
        return float(unknown / counts.sum()) if counts.sum() else 0.0

    @cached_property
    def clusters(self) -> npt.NDArray[np.int64]:
        """Number of the dialogue or video of each sample, shape (N,); every sample its own where there are none."""
        return cluster_numbers(self.truth.task, self.truth.names.to_pylist())


def _sectors_alone(sets: Any) -> npt.NDArray[np.unsignedinteger[Any]]:  # noqa: ANN401 - masks or element sets
    masks: npt.NDArray[np.unsignedinteger[Any]] = sets.sectors & ~NEUTRAL_BIT if isinstance(sets, ElementSets) else sets
    return masks


def score_samples(
    truth: GroundTruth,
    predictions: Predictions,
    lexicon: Lexicon,
    *,
    protocol: str,
    level: Level,
    missing: Missing,
) -> SampleScores:
    """Score one data set.

    Raises:
        InputError: predictions are missing under `missing="error"`, or belong to another data set, or no sample counts.
    """
    rows, missing_count, failed_count, extra = _align(truth, predictions, missing)
    samples = len(truth)
    if (rows < 0).all():
        raise InputError(f"{predictions.where}: no sample of {truth.task.id} has a prediction: nothing to score")
    if missing == "skip" and (rows < 0).any():
        truth, rows = truth.subset(np.flatnonzero(rows >= 0)), rows[rows >= 0]
    metric = PROTOCOLS[protocol][truth.task.kind]
    labels = None if predictions.labels is None else predictions.labels.take(rows)
    true, predicted = _sets(truth, predictions, rows, lexicon, level, strict=protocol == "strict")
    scores = SampleScores(
        truth=truth,
        labels=labels,
        true=true,
        predicted=predicted,
        present=rows >= 0,
        sectors_of_wheels=() if labels is None else lexicon.sectors_of_wheels[level],
        metric=metric,
        missing=missing_count,
        failed=failed_count,
        extra=extra,
        samples=samples,
        labels_from=predictions.labels_from,
        polarity_from=predictions.polarity_from,
        remarks=predictions.remarks,
    )
    if np.isnan(scores.score):
        under = "" if labels is None else f" under lexicon {lexicon.label}"
        raise InputError(f"{truth.path}: no sample of {truth.task.id} counts{under}: nothing to score")
    return scores


def _sets(
    truth: GroundTruth,
    predictions: Predictions,
    rows: npt.NDArray[np.int64],
    lexicon: Lexicon,
    level: Level,
    *,
    strict: bool,
) -> tuple[Any, Any]:
    """What the metric takes as truth and as prediction."""
    if truth.values is not None:
        return truth.values, _polarities(predictions, rows)
    if truth.labels is None or predictions.labels is None:  # pragma: no cover - the loaders see to it
        raise TypeError(f"{truth.task.id}: no labels")
    labels = predictions.labels.take(rows)
    if not strict:
        return lexicon.sector_sets(truth.labels, level), lexicon.sector_sets(labels, level)
    true, predicted = element_sets(truth.labels, labels, rows >= 0, lexicon, level)
    if truth.task.kind == "basic":
        true = replace(true, groups=categories(truth.labels))
    return true, predicted


def _align(
    truth: GroundTruth, predictions: Predictions, policy: Missing
) -> tuple[npt.NDArray[np.int64], int, int, int]:
    """Row of each sample's prediction, -1 for none, shape (N,); how many are missing, failed, and superfluous."""
    if truth.names.equals(predictions.names):
        rows = np.arange(len(truth))
    else:
        found = pc.index_in(truth.names, value_set=predictions.names)
        rows = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    absent = rows < 0
    matched = len(rows) - int(absent.sum())
    extra = len(predictions.names) - matched
    if 10 * matched < min(len(rows), len(predictions.names)):
        raise InputError(
            f"{predictions.where}: only {matched} of its {len(predictions.names)} sample names (such as "
            f"{predictions.names[0].as_py()!r}) are in the ground truth of {truth.task.id} (such as "
            f"{truth.names[0].as_py()!r}): are these predictions of another data set?"
        )
    failed = predictions.failed[rows] & ~absent
    if policy == "error" and (absent | failed).any():
        raise InputError(_missing_message(truth, predictions, absent, failed))
    return np.where(failed, -1, rows), int(absent.sum()), int(failed.sum()), extra


def _missing_message(
    truth: GroundTruth, predictions: Predictions, absent: npt.NDArray[np.bool_], failed: npt.NDArray[np.bool_]
) -> str:
    parts = [
        f"{int(mask.sum())} of {len(truth)} samples of {truth.task.id} {what}: {_first_names(truth.names, mask)}"
        for mask, what in ((absent, "have no prediction"), (failed, "are marked as failed"))
        if mask.any()
    ]
    advice = "predict them, or choose --missing zero (count as wrong) or --missing skip (leave out)"
    return f"{predictions.where}: {'; '.join(parts)}; {advice}"


def _first_names(names: pa.Array, mask: npt.NDArray[np.bool_]) -> str:
    chosen: Sequence[str] = names.take(pa.array(np.flatnonzero(mask)[:_LISTED])).to_pylist()
    return ", ".join(chosen) + (", …" if int(mask.sum()) > _LISTED else "")


def _polarities(predictions: Predictions, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
    """Predicted polarity of each sample."""
    if predictions.polarity is None:  # pragma: no cover - the loader sees to it
        raise TypeError(f"{predictions.where}: no polarity")
    return np.where(rows < 0, NO_POLARITY, predictions.polarity[rows]).astype(np.int8)
