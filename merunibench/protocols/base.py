"""What a protocol and a metric are.

Every score is a formula over sums of per-sample statistics (how many samples count on a wheel, their hits, their
precisions, …). The score applies the formula to the sums over all samples, the bootstrap to the sums over resampled
ones, the chance level to the sums expected when the answers are shuffled.
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
"""What a metric takes as the truth of N samples, and as their answers."""

Rows = Mapping[str, Sequence[Any]]
"""Columns of a per-sample file, N values each."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Samples:
    """N samples of one data set, truth and answer side by side: what a metric encodes.

    Attributes:
        kind: Kind of the task.
        present: Whether each sample has a prediction, shape (N,).
        true_labels: True labels; None where the truth is a value.
        labels: Predicted labels; empty where there is no prediction.
        values: True values, shape (N,); None where the truth is labels.
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
    """Truth and answers of N samples as a metric takes them.

    Attributes:
        truth: The truths.
        predicted: The answers.
        sectors: Names of the sectors behind the bits of each wheel; empty without wheels.
    """

    truth: Side
    predicted: Side
    sectors: tuple[tuple[str, ...], ...] = ()


class Metric(ABC, Generic[Side]):
    """How one kind of task is scored under one protocol. K is the number of statistics of a sample.

    Attributes:
        score_key: Key of the uncorrected score among the summary's metrics.
        title: What tables call the score.
        chance_corrected: Whether the primary figure is the score corrected for chance, not the score itself.
        has_names: Whether a truth, and an answer, is one name (a polarity, a class), so that names can be confused.
        lowest: The lowest uncorrected score there is; the highest is 1.
    """

    score_key: ClassVar[str]
    title: ClassVar[str]
    chance_corrected: ClassVar[bool] = False
    has_names: ClassVar[bool] = False
    lowest: ClassVar[float] = 0.0

    def fitted(self, truth: Side) -> "Metric[Side]":  # noqa: ARG002
        """This metric for truths such as these: itself, unless it must be told their number of wheels."""
        return self

    @abstractmethod
    def encode(self, samples: Samples, lexicon: Lexicon, level: Level) -> Encoded[Side]:
        """Truth and answers as this metric takes them, by the sectors of a lexicon at a wheel level."""

    @abstractmethod
    def statistics(self, truth: Side, predicted: Side) -> FloatArray:
        """What each sample contributes, shape (K, N)."""

    @abstractmethod
    def expected_under_shuffling(self, truth: Side, predicted: Side) -> FloatArray:
        """Sums of the statistics expected if the answers were shuffled among the samples that count, shape (K,)."""

    def expected_of(self, truth: Side, predicted: Side, members: npt.NDArray[np.bool_]) -> FloatArray:  # noqa: ARG002
        """Sums over some samples, mask of shape (N,), as in `expected_under_shuffling` of all; shape (K,).

        Metrics that are corrected for chance say it; of others it is that of all samples, and nothing depends on it.
        """
        return self.expected_under_shuffling(truth, predicted)

    @abstractmethod
    def score(self, sums: FloatArray) -> FloatArray:
        """The uncorrected score of sums of statistics, shape (..., K) -> (...); NaN where no sample counts."""

    @abstractmethod
    def summary(self, sums: FloatArray) -> Summary:
        """Every reported figure of the sums over a data set, shape (K,), before any correction for chance."""

    @abstractmethod
    def hits(self, truth: Side, predicted: Side) -> npt.NDArray[np.integer[Any]]:
        """What each sample gets right, -1 where it does not count: shape (W, N) on wheels, else (N,)."""

    @abstractmethod
    def rows(self, encoded: Encoded[Side]) -> Iterator[Row]:
        """What a per-sample file says of each sample's truth and answer: enough for `decode`."""

    @abstractmethod
    def decode(self, rows: Rows, kind: Kind) -> Encoded[Side]:
        """Truth and answers again from the columns of a per-sample file; which bit a sector has may differ.

        Raises:
            KeyError, TypeError, ValueError: a column is missing, or holds something else.
        """

    def part(self, side: Side, samples: npt.NDArray[np.bool_]) -> Side:
        """The truths, or the answers, of the chosen samples alone, mask of shape (N,)."""
        chosen: Side = side[..., samples]  # type: ignore[index]  # arrays, unless a metric says otherwise
        return chosen

    def blocks(self, encoded: Encoded[Side]) -> Iterator[FloatArray]:
        """The rows of `statistics`, in blocks where that saves memory."""
        yield self.statistics(encoded.truth, encoded.predicted)

    def sector_masks(self, side: Side) -> Masks:
        """The sectors alone as bit masks, shape (W, N), whatever else the protocol counts; without, `sectors` is empty.

        Raises:
            TypeError: the metric knows no sectors.
        """
        raise TypeError(f"{type(self).__name__} knows no sectors: {type(side).__name__}")

    def are_neutral(self, labels: Words, lexicon: Lexicon) -> npt.NDArray[np.bool_]:  # noqa: ARG002
        """Which labels count as `neutral`, so that no lexicon need know them; shape (V,)."""
        return labels.equal(NEUTRAL)

    def numbers_of_parts(self, labels: Words, lexicon: Lexicon) -> npt.NDArray[np.int64]:  # noqa: ARG002
        """As how many labels each counts, shape (V,)."""
        return np.ones(len(labels), np.int64)

    @property
    def primary_key(self) -> str:
        """Key of the primary figure in a report."""
        return CORRECTED if self.chance_corrected else self.score_key

    @property
    def primary_title(self) -> str:
        """What tables call the primary figure."""
        return CORRECTED if self.chance_corrected else self.title

    @property
    def column_title(self) -> str:
        """Head of a column of primary figures: `macro F, corrected`."""
        return f"{self.title}, {CORRECTED}" if self.chance_corrected else self.title

    def primary(self, scores: npt.ArrayLike, chance: npt.ArrayLike) -> FloatArray:
        """Primary figures of uncorrected scores: corrected for the chance level, or as they are."""
        return correct_for_chance(scores, chance) if self.chance_corrected else np.asarray(scores, float)

    def primary_metrics(self, score: float, summary: Summary) -> dict[str, float]:
        """Metric key -> value: the summary's, and the corrected score before them where there is one."""
        return {**({CORRECTED: score} if self.chance_corrected else {}), **summary.metrics}


@dataclass(frozen=True)
class Protocol:
    """A way to score every kind of task.

    Attributes:
        name: Name in options and signatures.
        about: A few words for the head of a table.
        metrics: Kind of task -> its metric.
        any_lexicon: Whether boards show it under every lexicon; else under the builtin one alone.
        signed: Name in signatures, which tells the version (`strict@2`); empty if it is the name.
        on_boards: Whether boards show it; former versions are there to compute again what they gave.
    """

    name: str
    about: str
    metrics: Mapping[str, Metric[Any]]
    any_lexicon: bool = True
    signed: str = ""
    on_boards: bool = True

    @property
    def signature(self) -> str:
        """What signatures call it."""
        return self.signed or self.name

    @property
    def is_corrected(self) -> bool:
        """Whether all primary figures are corrected for chance."""
        return all(metric.chance_corrected for metric in self.metrics.values())

    def scores(self, kind: str) -> bool:
        """Whether tasks of a kind are scored."""
        return kind in self.metrics

    def must_score(self, kind: str) -> None:
        """Refuse a kind of task that has no metric here.

        Raises:
            InputError: the protocol does not score this kind.
        """
        if not self.scores(kind):
            raise InputError(f"protocol {self.name} does not score {kind} tasks, only {', '.join(self.metrics)}")

    def __getitem__(self, kind: str) -> Metric[Any]:
        """The metric of a kind of task.

        Raises:
            InputError: the protocol does not score this kind.
        """
        self.must_score(kind)
        return self.metrics[kind]
