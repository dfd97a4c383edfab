"""Context for a score: the shallow baselines, and the score of the same answers in head words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any


@dataclass(frozen=True)
class BaselineScore:
    """A baseline on one data set, scored like the model.

    Attributes:
        id: The baseline.
        title: Its display name.
        told: Which true labels it was given; empty for none.
        shallow: Whether a model must beat it to show understanding.
        score: Its primary score.
        uncorrected: Its score before chance correction.
        chance: The expected score of its answers when shuffled among the samples.
    """

    id: str
    title: str
    told: str
    shallow: bool
    score: float
    uncorrected: float
    chance: float


@dataclass(frozen=True)
class Reference:
    """The score of people's labels from another data set, used as answers: a human reference, not a system.

    Attributes:
        source: The data set that the labels are from.
        samples: Number of samples in both data sets, on which the next two scores are computed.
        score: The primary score of the labels.
        model: The score of the model on the same samples.
        chance: The expected score of the labels when shuffled among the samples.
    """

    source: str
    samples: int
    score: float
    model: float
    chance: float


@dataclass(frozen=True)
class Worth:
    """Context for the score of one data set.

    Attributes:
        dataset: Data set id.
        title: The data set's name as in papers.
        score: The model's primary score.
        baselines: The baselines that could be scored.
        left_out: Baseline -> why it could not be scored.
        head_words: For each wheel, the score of the same answers with every label replaced by the name of its sector;
            empty for sentiment.
        references: People's labels for the same clips in other data sets whose labels are available.
    """

    dataset: str
    title: str
    score: float
    baselines: tuple[BaselineScore, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    head_words: tuple[float, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def best_shallow(self) -> BaselineScore | None:
        """The shallow baseline with the highest score, or None."""
        return max((each for each in self.baselines if each.shallow), key=lambda each: each.score, default=None)

    @property
    def lift(self) -> float | None:
        """The score minus that of the best shallow baseline."""
        best = self.best_shallow
        return None if best is None else self.score - best.score

    @property
    def in_head_words(self) -> float | None:
        """Mean of `head_words`; None for sentiment."""
        return fmean(self.head_words) if self.head_words else None

    @property
    def surviving(self) -> float | None:
        """The share of the score that remains in head words; None for sentiment, or if the score is not above 0."""
        return self.in_head_words / self.score if self.in_head_words is not None and self.score > 0 else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        best = self.best_shallow
        return {
            "baselines": {each.id: {k: v for k, v in vars(each).items() if k != "id"} for each in self.baselines},
            "left_out": dict(self.left_out),
            "best_shallow": best.id if best else None,
            "lift_over_shallow": self.lift,
            "head_words": {
                "wheels": list(self.head_words),
                "mean": self.in_head_words,
                "surviving": self.surviving,
            }
            if self.head_words
            else None,
            "references": [vars(each) for each in self.references],
        }
