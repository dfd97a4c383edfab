"""The samples behind a score: what each contributes, and the figures that follow from their sums."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench.labels import LabelLists
from merunibench.lexicon import Lexicon
from merunibench.protocols import Encoded, Metric, Summary
from merunibench.tasks import Task

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SampleScores:
    """Every sample of one data set, scored under one checkpoint.

    Attributes:
        task: The data set.
        names: Sample names, shape (N,).
        metric: The metric.
        encoded: Truth and answers as the metric takes them.
        present: Whether each sample has a prediction, shape (N,).
        true_labels: True labels of each sample; None for sentiment.
        labels: Predicted labels of each sample; None for sentiment.
    """

    task: Task
    names: pa.Array
    metric: Metric[Any]
    encoded: Encoded[Any]
    present: npt.NDArray[np.bool_]
    true_labels: LabelLists | None = None
    labels: LabelLists | None = None

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def statistics(self) -> FloatArray:
        """What each sample contributes to the score, shape (K, N)."""
        return self.metric.statistics(self.encoded.truth, self.encoded.predicted)

    def blocks(self) -> Iterator[FloatArray]:
        """The rows of `statistics`, in blocks where that saves memory."""
        yield from self.metric.blocks(self.encoded)

    @cached_property
    def sums(self) -> FloatArray:
        """The statistics added up over the samples, shape (K,)."""
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
    def chance(self) -> float:
        """The score's formula at the statistics expected when the predictions are shuffled."""
        return float(
            self.metric.score(self.metric.expected_under_shuffling(self.encoded.truth, self.encoded.predicted))
        )

    def primary(self, scores: npt.ArrayLike) -> FloatArray:
        """Primary figures of uncorrected scores of these predictions, on resamples, say."""
        return self.metric.primary(scores, self.chance)

    def score_of(self, sums: FloatArray) -> FloatArray:
        """Primary scores of sums of the statistics, shape (..., K) -> (...), with the chance level held fixed."""
        return self.primary(self.metric.score(sums))

    def alone(self) -> FloatArray:
        """The score's formula applied to each sample alone, shape (N,), uncorrected; NaN: does not count."""
        return np.asarray(self.metric.score(self.statistics.T), float)

    def costs(self) -> FloatArray:
        """By how much the score would be higher without each sample, shape (N,); NaN where nothing would be left.

        The chance level is held fixed. Samples that cost nothing, or help, have 0 or less.
        """
        return self.score_of((self.sums[:, None] - self.statistics).T) - self.score

    @property
    def bounds(self) -> tuple[float, float]:
        """The primary score of the worst answer, and of a perfect one."""
        low, high = self.primary([self.metric.lowest, 1.0])
        return float(low), float(high)

    def hits(self) -> npt.NDArray[np.integer[Any]]:
        """What each sample gets right, -1 where it does not count: shape (W, N) on wheels, else (N,)."""
        return self.metric.hits(self.encoded.truth, self.encoded.predicted)

    @property
    def true_sectors(self) -> npt.NDArray[np.unsignedinteger[Any]]:
        """Sectors of the truth as bit masks, shape (W, N), whatever else the protocol counts; not for sentiment."""
        return self.metric.sector_masks(self.encoded.truth)

    @property
    def predicted_sectors(self) -> npt.NDArray[np.unsignedinteger[Any]]:
        """Sectors of the answers as bit masks, shape (W, N); not for sentiment."""
        return self.metric.sector_masks(self.encoded.predicted)

    @property
    def wheels(self) -> tuple[int | None, ...]:
        """Wheels whose sectors can be looked at: 1 to W, or None for polarities and other names; empty without."""
        if self.encoded.sectors:
            return tuple(range(1, len(self.encoded.sectors) + 1))
        return (None,) if self.metric.has_names else ()

    def labels_per_sample(self, lexicon: Lexicon) -> float | None:
        """Mean number of labels of the samples that have a prediction; None for sentiment."""
        if self.labels is None or not self.present.any():
            return None
        numbers = self.metric.numbers_of_parts(self.labels.vocabulary, lexicon)
        return float((self.labels.label_counts() * numbers).sum() / self.present.sum())

    def out_of_lexicon(self, lexicon: Lexicon) -> float | None:
        """Share of predicted labels that have no sector on any wheel, `neutral` not counted; None for sentiment."""
        if self.labels is None:
            return None
        vocabulary = self.labels.vocabulary
        neutral = self.metric.are_neutral(vocabulary, lexicon)
        counts = np.where(neutral, 0, self.labels.label_counts())
        unknown = counts[~lexicon.known(vocabulary)].sum()
        return float(unknown / counts.sum()) if counts.sum() else 0.0


def cluster_names(task: Task, names: pa.Array) -> pa.Array:
    """The dialogue or video that each sample comes from, by its name; the sample itself where its name does not tell.

    Args:
        task: The data set.
        names: Sample names, shape (N,).
    """
    if task.cluster is None:
        return names
    if task.cluster.groupindex.keys() != {"unit"}:  # a pattern that Arrow's expressions may not understand
        return pa.array([task.cluster_of(name) for name in names.to_pylist()], names.type)
    found = pc.struct_field(pc.extract_regex(names, pattern=f"(?s){task.cluster.pattern}"), "unit")
    return pc.if_else(pc.fill_null(pc.not_equal(found, ""), fill_value=False), found, names)
