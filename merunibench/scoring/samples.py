"""The samples of a score: their statistics, and the figures computed from the sums."""

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
    """All samples of one data set, scored for one checkpoint.

    Attributes:
        task: The data set.
        names: Sample names, shape (N,).
        metric: The metric.
        encoded: Truth and answers, encoded for the metric.
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
        """The statistics of each sample, shape (K, N)."""
        return self.metric.statistics(self.encoded.truth, self.encoded.predicted)

    def blocks(self) -> Iterator[FloatArray]:
        """Yield the rows of `statistics`, in blocks if that saves memory."""
        yield from self.metric.blocks(self.encoded)

    @cached_property
    def sums(self) -> FloatArray:
        """Sums of the statistics over the samples, shape (K,)."""
        return np.concatenate([block.sum(axis=1) for block in self.blocks()])

    @cached_property
    def score(self) -> float:
        """The primary score: 0..1, or corrected for chance, at most 1."""
        return float(self.primary(self.metric.score(self.sums)))

    @cached_property
    def summary(self) -> Summary:
        """All reported figures, before any correction for chance."""
        return self.metric.summary(self.sums)

    @cached_property
    def chance(self) -> float:
        """The chance level: the score of the statistics expected if the predictions are shuffled."""
        return float(
            self.metric.score(self.metric.expected_under_shuffling(self.encoded.truth, self.encoded.predicted))
        )

    def primary(self, scores: npt.ArrayLike) -> FloatArray:
        """Convert uncorrected scores of these predictions (for example on resamples) to primary scores."""
        return self.metric.primary(scores, self.chance)

    def score_of(self, sums: FloatArray) -> FloatArray:
        """Compute primary scores from sums of the statistics, shape (..., K) -> (...), with a fixed chance level."""
        return self.primary(self.metric.score(sums))

    def alone(self) -> FloatArray:
        """Compute the uncorrected score of each single sample, shape (N,); NaN if it does not count."""
        return np.asarray(self.metric.score(self.statistics.T), float)

    def costs(self) -> FloatArray:
        """Compute how much higher the score would be without each sample, shape (N,); NaN if no sample would count.

        The chance level is fixed. Samples that do not lower the score have 0 or less.
        """
        return self.score_of((self.sums[:, None] - self.statistics).T) - self.score

    @property
    def bounds(self) -> tuple[float, float]:
        """The primary score of the worst answer, and of a perfect one."""
        low, high = self.primary([self.metric.lowest, 1.0])
        return float(low), float(high)

    def hits(self) -> npt.NDArray[np.integer[Any]]:
        """Return the hits of each sample, -1 if it does not count: shape (W, N) for wheels, else (N,)."""
        return self.metric.hits(self.encoded.truth, self.encoded.predicted)

    @property
    def true_sectors(self) -> npt.NDArray[np.unsignedinteger[Any]]:
        """Sectors of the truth as bit masks, shape (W, N), without other elements; not for sentiment."""
        return self.metric.sector_masks(self.encoded.truth)

    @property
    def predicted_sectors(self) -> npt.NDArray[np.unsignedinteger[Any]]:
        """Sectors of the answers as bit masks, shape (W, N); not for sentiment."""
        return self.metric.sector_masks(self.encoded.predicted)

    @property
    def wheels(self) -> tuple[int | None, ...]:
        """Numbers of the wheels, 1 to W; a single None for polarities and classes; empty for other answers."""
        if self.encoded.sectors:
            return tuple(range(1, len(self.encoded.sectors) + 1))
        return (None,) if self.metric.has_names else ()

    def labels_per_sample(self, lexicon: Lexicon) -> float | None:
        """Return the mean number of labels of the samples with a prediction; None for sentiment."""
        if self.labels is None or not self.present.any():
            return None
        numbers = self.metric.numbers_of_parts(self.labels.vocabulary, lexicon)
        return float((self.labels.label_counts() * numbers).sum() / self.present.sum())

    def out_of_lexicon(self, lexicon: Lexicon) -> float | None:
        """Return the share of predicted labels without a sector on any wheel, except `neutral`; None for sentiment."""
        if self.labels is None:
            return None
        vocabulary = self.labels.vocabulary
        neutral = self.metric.are_neutral(vocabulary, lexicon)
        counts = np.where(neutral, 0, self.labels.label_counts())
        unknown = counts[~lexicon.known(vocabulary)].sum()
        return float(unknown / counts.sum()) if counts.sum() else 0.0


def cluster_names(task: Task, names: pa.Array) -> pa.Array:
    """Return the dialogue or video of each sample by its name; the sample's name if it does not contain one.

    Args:
        task: The data set.
        names: Sample names, shape (N,).
    """
    if task.cluster is None:
        return names
    if task.cluster.groupindex.keys() != {"unit"}:  # a pattern that Arrow may not support
        return pa.array([task.cluster_of(name) for name in names.to_pylist()], names.type)
    found = pc.struct_field(pc.extract_regex(names, pattern=f"(?s){task.cluster.pattern}"), "unit")
    return pc.if_else(pc.fill_null(pc.not_equal(found, ""), fill_value=False), found, names)
