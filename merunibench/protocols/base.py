"""Base classes of protocols and metrics.

Every score is a formula over sums of per-sample statistics (the number of samples that count on a wheel, their hits,
their precisions, …). The score applies the formula to the sums over all samples, the bootstrap to the sums over
resampled ones, and the chance level to the sums expected when the answers are shuffled.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from merunibench.errors import InputError
from merunibench.kinds import NEUTRAL, Kind
from merunibench.labels import LabelLists
from merunibench.lexicon import Level, Lexicon
from merunibench.protocols.arithmetic import FloatArray, Masks, Summary, correct_for_chance
from merunibench.words import Words

CORRECTED = "corrected"
"""Key of the chance-corrected score in a report."""

Side = TypeVar("Side")
"""A metric's representation of the truth, or of the answers, of N samples."""

Rows = Mapping[str, Sequence[Any]]
"""Columns of a per-sample file, N values each."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Samples:
    """Truth and answers of N samples of one data set, which a metric encodes.

    Attributes:
        kind: Kind of the task.
        present: Whether each sample has a prediction, shape (N,).
        true_labels: True labels; None if the truth is a value.
        labels: Predicted labels; empty for samples without a prediction.
        values: True values, shape (N,); None if the truth is labels.
        polarity: Predicted polarities, shape (N,): 1, 0, -1, or `NO_POLARITY`.
        numbers: Predicted numbers, NaN for none, shape (N, M): a score (M = 1), or preferences in both orders (M = 2).
    """

    kind: Kind
    present: npt.NDArray[np.bool_]
    true_labels: LabelLists | None = None
    labels: LabelLists | None = None
    values: npt.NDArray[np.float64] | None = None
    polarity: npt.NDArray[np.int8] | None = None
    numbers: FloatArray | None = None


@dataclass(frozen=True)
class Encoded(Generic[Side]):
    """Truth and answers of N samples in a metric's representation.

    Attributes:
        truth: The truth.
        predicted: The answers.
        sectors: Names of the sectors of the bits on each wheel; empty for metrics without wheels.
    """

    truth: Side
    predicted: Side
    sectors: tuple[tuple[str, ...], ...] = ()


class Metric(ABC, Generic[Side]):
    """The metric of one kind of task under one protocol. K is the number of statistics per sample.

    Attributes:
        score_key: Key of the uncorrected score in the summary's metrics.
        title: Name of the score in tables.
        chance_corrected: Whether the primary figure is the score corrected for chance, not the score itself.
        has_names: Whether truth and answer are single names (polarity, class), so that a confusion matrix exists.
        lowest: The lowest possible uncorrected score; the highest is 1.
    """

    score_key: ClassVar[str]
    title: ClassVar[str]
    chance_corrected: ClassVar[bool] = False
    has_names: ClassVar[bool] = False
    lowest: ClassVar[float] = 0.0

    def fitted(self, truth: Side) -> "Metric[Side]":  # noqa: ARG002
        """Return this metric adapted to the truth: itself, unless it depends on the number of wheels."""
        return self

    @abstractmethod
    def encode(self, samples: Samples, lexicon: Lexicon, level: Level) -> Encoded[Side]:
        """Encode truth and answers for this metric, by the sectors of a lexicon at a wheel level."""

    @abstractmethod
    def statistics(self, truth: Side, predicted: Side) -> FloatArray:
        """Return the statistics of each sample, shape (K, N)."""

    @abstractmethod
    def expected_under_shuffling(self, truth: Side, predicted: Side) -> FloatArray:
        """Return the expected sums of the statistics if answers are shuffled among counted samples, shape (K,)."""

    def expected_of(self, truth: Side, predicted: Side, members: npt.NDArray[np.bool_]) -> FloatArray:  # noqa: ARG002
        """Return the sums over some samples (mask of shape (N,)) expected under shuffling of all; shape (K,).

        Metrics with chance correction override this. For the others, the result is that of all samples and is not used.
        """
        return self.expected_under_shuffling(truth, predicted)

    @abstractmethod
    def score(self, sums: FloatArray) -> FloatArray:
        """Compute the uncorrected score from sums of statistics, shape (..., K) -> (...); NaN if no sample counts."""

    @abstractmethod
    def summary(self, sums: FloatArray) -> Summary:
        """Compute all reported figures from the sums over a data set, shape (K,), without correction for chance."""

    @abstractmethod
    def hits(self, truth: Side, predicted: Side) -> npt.NDArray[np.integer[Any]]:
        """Return the hits of each sample, -1 if it does not count: shape (W, N) for wheels, else (N,)."""

    @abstractmethod
    def rows(self, encoded: Encoded[Side]) -> Iterator[Row]:
        """Yield each sample's truth and answer for a per-sample file, from which `decode` can restore them."""

    @abstractmethod
    def decode(self, rows: Rows, kind: Kind) -> Encoded[Side]:
        """Restore truth and answers from the columns of a per-sample file; sectors may have other bits.

        Raises:
            KeyError, TypeError, ValueError: A column is missing, or has other content.
        """

    def part(self, side: Side, samples: npt.NDArray[np.bool_]) -> Side:
        """Return the truth, or the answers, of the samples selected by a mask of shape (N,)."""
        chosen: Side = side[..., samples]  # type: ignore[index]  # arrays, unless a metric says otherwise
        return chosen

    def blocks(self, encoded: Encoded[Side]) -> Iterator[FloatArray]:
        """Yield the rows of `statistics`, in blocks if that saves memory."""
        yield self.statistics(encoded.truth, encoded.predicted)

    def sector_masks(self, side: Side) -> Masks:
        """Return only the sectors as bit masks, shape (W, N), without other elements that the protocol counts.

        Raises:
            TypeError: The metric has no sectors (`Encoded.sectors` is empty).
        """
        raise TypeError(f"{type(self).__name__} has no sectors: {type(side).__name__}")

    def are_neutral(self, labels: Words, lexicon: Lexicon) -> npt.NDArray[np.bool_]:  # noqa: ARG002
        """Return which labels count as `neutral`, independent of the lexicon; shape (V,)."""
        return labels.equal(NEUTRAL)

    def numbers_of_parts(self, labels: Words, lexicon: Lexicon) -> npt.NDArray[np.int64]:  # noqa: ARG002
        """Return the number of labels that each label counts as, shape (V,)."""
        return np.ones(len(labels), np.int64)

    @property
    def primary_key(self) -> str:
        """Key of the primary figure in a report."""
        return CORRECTED if self.chance_corrected else self.score_key

    @property
    def primary_title(self) -> str:
        """Name of the primary figure in tables."""
        return CORRECTED if self.chance_corrected else self.title

    @property
    def column_title(self) -> str:
        """Heading of a column of primary figures: `macro F, corrected`."""
        return f"{self.title}, {CORRECTED}" if self.chance_corrected else self.title

    def primary(self, scores: npt.ArrayLike, chance: npt.ArrayLike) -> FloatArray:
        """Convert uncorrected scores to primary figures: corrected for chance, or unchanged."""
        return correct_for_chance(scores, chance) if self.chance_corrected else np.asarray(scores, float)

    def primary_metrics(self, score: float, summary: Summary) -> dict[str, float]:
        """Return metric key -> value: first the corrected score, if any, then the summary's metrics."""
        return {**({CORRECTED: score} if self.chance_corrected else {}), **summary.metrics}


@dataclass(frozen=True)
class Protocol:
    """A set of metrics, one for each kind of task.

    Attributes:
        name: Name in options and signatures.
        about: Short description for the heading of a table.
        metrics: Kind of task -> its metric.
        any_lexicon: Whether boards show it under every lexicon; else only under the builtin one.
        signed: Name in signatures, including the version (`strict@2`); empty if equal to `name`.
        on_boards: Whether boards show it; former versions exist only to reproduce earlier results.
    """

    name: str
    about: str
    metrics: Mapping[str, Metric[Any]]
    any_lexicon: bool = True
    signed: str = ""
    on_boards: bool = True

    @property
    def signature(self) -> str:
        """Its name in signatures."""
        return self.signed or self.name

    @property
    def is_corrected(self) -> bool:
        """Whether all primary figures are corrected for chance."""
        return all(metric.chance_corrected for metric in self.metrics.values())

    def scores(self, kind: str) -> bool:
        """Return whether tasks of a kind are scored."""
        return kind in self.metrics

    def must_score(self, kind: str) -> None:
        """Check that a kind of task is scored.

        Raises:
            InputError: The protocol does not score this kind.
        """
        if not self.scores(kind):
            raise InputError(f"protocol {self.name} does not score {kind} tasks, only {', '.join(self.metrics)}")

    def __getitem__(self, kind: str) -> Metric[Any]:
        """Return the metric of a kind of task.

        Raises:
            InputError: The protocol does not score this kind.
        """
        self.must_score(kind)
        return self.metrics[kind]
