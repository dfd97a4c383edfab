"""The score of one checkpoint on one data set.

Reports, comparisons, and the cache and rows of the leaderboard all use this record. No other module computes a chance
level or writes a signature.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from statistics import stdev
from typing import Any

import numpy as np

from merunibench._html import table
from merunibench.data import Account, GroundTruth, Predictions
from merunibench.errors import InputError
from merunibench.protocols import CORRECTED, METRIC_VERSION, PROTOCOLS, protocol_signed
from merunibench.scoring.align import Aligned, align, refuse_silence
from merunibench.scoring.further import further_figures
from merunibench.scoring.label_remarks import label_remarks
from merunibench.scoring.resampling import resampled_score, units_by
from merunibench.scoring.samples import FloatArray, SampleScores
from merunibench.scoring.settings import Settings
from merunibench.signature import Signature
from merunibench.statistics import BootstrapCounts
from merunibench.statistics.intervals import VERSION
from merunibench.tasks import Task, get_task

Interval = tuple[float, float]
Wheel = Mapping[str, float | None]


def _none() -> FloatArray:
    return np.empty(0)


@dataclass(frozen=True, kw_only=True)
class Scored:
    """The score of one checkpoint on one data set. Scores are fractions.

    Attributes:
        task: The data set; not part of `to_dict`, which has its id and kind.
        dataset: Its id.
        kind: Its kind.
        signature: The settings of the score.
        checkpoint: The checkpoint.
        primary: Key of the primary metric.
        score: The primary score, 0..1; at most 1 if the protocol corrects for chance.
        uncorrected: The score before correction, 0..1; equal to `score` without correction.
        ci: The 95 % interval of `score`; None without resampling.
        units: Number of resampled samples, dialogues or videos; None without resampling.
        chance: Expected uncorrected score if the predictions are shuffled among the samples that count.
        metrics: Metric key -> value.
        wheels: Metric key -> value on each wheel; None if no sample counts. Empty for sentiment.
        samples: Number of ground-truth samples.
        expected_samples: Number of samples of the official set; 0 if none is published.
        scored: Number of samples that count, for each wheel.
        missing: Number of samples without a prediction, or whose row contains no answer.
        failed: Number of samples whose prediction is marked as failed.
        extra: Number of predictions without a ground truth, which are ignored.
        labels_per_sample: Mean number of predicted labels; None for sentiment.
        out_of_lexicon: Share of predicted labels without any sector, except `neutral`; None for sentiment.
        selection_bias: Estimated bias of the score because this checkpoint was selected by the test labels; None
            without such a selection, or without resampling. Not part of `to_dict`, because it depends on the selection.
        further: Figures by other conventions; empty for several runs. Not part of `to_dict`.
        remarks: Remarks on unusual predictions.
        account: Origin of the answers, and why some rows have none; not part of `to_dict`.
        checkpoints: The scores of all checkpoints, if this is the selected one.
        replicates: The primary score on each bootstrap resample, shape (B,); empty without resampling.
        samples_scored: The samples of the score; not written to files.
        runs: The score of each run of the model, of which `score` is the mean; empty for a single run.
        run_samples: The samples of each run.
    """

    task: Task = field(repr=False, compare=False)
    dataset: str
    kind: str
    signature: Signature
    checkpoint: str
    primary: str
    score: float
    uncorrected: float
    ci: Interval | None = None
    units: int | None = None
    chance: float
    metrics: Mapping[str, float]
    wheels: tuple[Wheel, ...]
    samples: int
    expected_samples: int
    scored: tuple[int, ...]
    missing: int
    failed: int
    extra: int
    labels_per_sample: float | None
    out_of_lexicon: float | None
    selection_bias: float | None = field(default=None, compare=False)
    further: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    remarks: tuple[str, ...] = field(default=(), compare=False)
    account: Account | None = field(default=None, repr=False, compare=False)
    checkpoints: Mapping[str, "Scored"] = field(default_factory=dict, repr=False)
    replicates: FloatArray = field(default_factory=_none, repr=False, compare=False)
    samples_scored: SampleScores | None = field(default=None, repr=False, compare=False)
    runs: tuple[float, ...] = field(default=(), compare=False)
    run_samples: tuple[SampleScores, ...] = field(default=(), repr=False, compare=False)

    @property
    def title(self) -> str:
        """The data set's name as printed in papers."""
        return self.task.title

    @property
    def evaluated(self) -> int:
        """Number of scored samples: all, or under `skip` those with a prediction."""
        return self.signature.n

    @property
    def of_samples(self) -> str:
        """Number of scored samples as text: `40`, or `37 of 40`."""
        return f"{self.evaluated} of {self.samples}" if self.evaluated != self.samples else str(self.samples)

    @property
    def lift(self) -> float:
        """Score above chance."""
        return self.uncorrected - self.chance

    @property
    def corrected(self) -> float | None:
        """The score minus its selection bias."""
        return None if self.selection_bias is None else self.score - self.selection_bias

    @property
    def corrected_ci(self) -> Interval | None:
        """The interval minus the selection bias."""
        return shifted(self.ci, self.selection_bias)

    @property
    def any_samples(self) -> SampleScores | None:
        """The samples of the score, or of its first run; None if they are not available."""
        return self.run_samples[0] if self.run_samples else self.samples_scored

    @property
    def run_deviation(self) -> float | None:
        """Standard deviation of the score between runs; None for a single run."""
        return stdev(self.runs) if len(self.runs) > 1 else None

    @property
    def is_corrected(self) -> bool:
        """Whether the score is corrected for chance."""
        return self.primary == CORRECTED

    @property
    def primary_title(self) -> str:
        """Name of the score in tables."""
        return protocol_signed(self.signature.protocol)[self.kind].primary_title

    @property
    def is_complete(self) -> bool:
        """Whether every sample of the official set was scored."""
        scored_all = self.missing + self.failed == 0 or self.signature.missing == "zero"
        return scored_all and self.samples == self.expected_samples

    def selected_by(self, rule: str) -> "Scored":
        """Return the score with another selection rule in its signature."""
        return replace(self, signature=replace(self.signature, checkpoint=rule))

    def resampled(self, settings: Settings, draws: BootstrapCounts | None = None) -> "Scored":
        """Return the score with its interval and replicates.

        Args:
            settings: Number of resamples, seed and units; must be those of the signature.
            draws: Caches draws for other systems on the same samples.
        """
        samples = self.run_samples or ((self.samples_scored,) if self.samples_scored is not None else ())
        if not samples:
            raise ValueError(f"{self.dataset}: no samples to resample")
        found = resampled_score(samples, settings.bootstrap, settings.seed, by=settings.units, draws=draws)
        if found is None or found.interval is None:
            return self
        low, high, method = found.interval
        return replace(
            self,
            ci=(low, high),
            units=found.units,
            replicates=found.replicates,
            signature=replace(self.signature, interval=f"{method}@{VERSION}"),
        )

    def alone(self) -> "Scored":
        """Return the figures without samples and replicates."""
        return replace(self, samples_scored=None, run_samples=(), replicates=_none())

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain data for JSON, without remarks, other checkpoints, replicates and samples."""
        values = {name: getattr(self, name) for name in _WRITTEN}
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        titled = {"title": self.title} if self.task.own else {}
        return {**plain, **titled, "signature": str(self.signature)}

    def _repr_html_(self) -> str:
        figures = {key: f"{100 * value:.2f}" for key, value in self.metrics.items()}
        ci = "–" if self.ci is None else f"{100 * self.ci[0]:.2f} to {100 * self.ci[1]:.2f}"
        rows = [
            [self.primary_title, f"{100 * self.score:.2f}"],
            ["95 % CI", ci],
            ["chance", f"{100 * self.chance:.2f}"],
            *([key, value] for key, value in figures.items() if key != self.primary),
            ["samples", self.of_samples],
            ["checkpoint", self.checkpoint],
        ]
        return table(f"{self.title}, in percent", ["Figure", "Value"], rows, [str(self.signature)])

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], replicates: FloatArray) -> "Scored":
        """Restore a score from the result of `to_dict` and its replicates."""
        tuples = {name: tuple(plain[name]) for name in ("wheels", "scored")}
        ci = None if plain["ci"] is None else (plain["ci"][0], plain["ci"][1])
        signature = _parsed(plain["signature"])
        task = get_task(plain["dataset"])
        return cls(task=task, **{**plain, **tuples, "ci": ci, "signature": signature}, replicates=replicates)


_parsed = lru_cache(maxsize=4096)(Signature.parse)
"""Cached, because models that were scored with the same settings have the same signature."""


def shifted(ci: Interval | None, bias: float | None) -> Interval | None:
    """Subtract a bias from an interval; None if either is None."""
    if ci is None or bias is None:
        return None
    return round(ci[0] - bias, 10), round(ci[1] - bias, 10)


_NOT_WRITTEN = (
    "task",
    "selection_bias",
    "further",
    "remarks",
    "account",
    "checkpoints",
    "replicates",
    "samples_scored",
    "runs",
    "run_samples",
)
_WRITTEN = tuple(each.name for each in fields(Scored) if each.name not in _NOT_WRITTEN)


def score_predictions(
    truth: GroundTruth,
    predictions: Predictions,
    settings: Settings,
    checkpoint: str = "predictions",
    *,
    beside: bool = True,
) -> Scored:
    """Score one checkpoint's predictions on one data set.

    Args:
        truth: The ground truth.
        predictions: The predictions.
        settings: Settings of the score; its `checkpoint` is the selection rule of this checkpoint.
        checkpoint: The checkpoint's name.
        beside: Whether to compute the additional figures (`further`) and remarks on labels; both are empty if not.

    Raises:
        InputError: Predictions are missing under `missing="error"` or belong to another data set; or no sample counts;
            or most answers are empty, and `missing` is not "zero".
    """
    aligned = align(truth, predictions, settings.missing)
    refuse_silence(predictions, settings.missing)
    task, samples = truth.task, _samples(aligned, settings)
    metric = PROTOCOLS[settings.protocol][task.kind]
    if np.isnan(samples.score):
        under = f" under lexicon {settings.lexicon.label}" if task.has_sectors else ""
        raise InputError(f"{truth.path}: no sample of {task.id} counts{under}: nothing to score")
    on_labels = label_remarks(samples.labels, settings.lexicon) if beside else ()
    return Scored(
        task=task,
        dataset=task.id,
        kind=task.kind,
        checkpoint=checkpoint,
        primary=metric.primary_key,
        score=samples.score,
        uncorrected=samples.summary.metrics[metric.score_key],
        chance=samples.chance,
        metrics=metric.primary_metrics(samples.score, samples.summary),
        wheels=samples.summary.wheels,
        samples=len(truth),
        expected_samples=task.samples,
        scored=samples.summary.scored,
        missing=aligned.missing,
        failed=aligned.failed,
        extra=aligned.extra,
        labels_per_sample=samples.labels_per_sample(settings.lexicon),
        out_of_lexicon=samples.out_of_lexicon(settings.lexicon),
        signature=_signature(aligned, predictions, settings),
        further=further_figures(samples) if beside else {},
        remarks=(*predictions.remarks, *aligned.remarks, *on_labels),
        account=predictions.account,
        samples_scored=samples,
    )


def _samples(aligned: Aligned, settings: Settings) -> SampleScores:
    task = aligned.truth.task
    metric = PROTOCOLS[settings.protocol][task.kind]
    encoded = metric.encode(aligned.samples, settings.lexicon, settings.level)
    return SampleScores(
        task=task,
        names=aligned.truth.names,
        metric=metric.fitted(encoded.truth),
        encoded=encoded,
        present=aligned.samples.present,
        true_labels=aligned.truth.labels,
        labels=aligned.samples.labels,
    )


def _signature(aligned: Aligned, predictions: Predictions, settings: Settings) -> Signature:
    truth = aligned.truth
    task = truth.task
    return Signature(
        data=task.signed,
        kind=task.kind,
        protocol=PROTOCOLS[settings.protocol].signature,
        lexicon=settings.lexicon.label if task.has_sectors else "none",
        level=str(settings.level) if task.has_sectors else "none",
        labels=predictions.labels_from,
        polarity=predictions.polarity_from,
        checkpoint=settings.checkpoint,
        missing=settings.missing,
        n=len(truth),
        gt=truth.sha256[:8],
        v=METRIC_VERSION,
        bootstrap=settings.bootstrap,
        seed=settings.seed,
        units=units_by(settings.units, task),
    )
