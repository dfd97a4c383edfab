"""What a score is worth: the baselines that understand nobody, and the score of the same answers in head words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any


@dataclass(frozen=True)
class BaselineScore:
    """A baseline on one data set, scored as the model was.

    Attributes:
        id: The baseline.
        title: Its name for people.
        told: Which true labels it was told; empty for none.
        shallow: Whether a model must beat it to have understood something.
        score: Its primary score.
        uncorrected: That before any correction for chance.
        chance: What its answers score when shuffled among the samples.
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
    """What people's labels in another data set score as answers: a reference, no system.

    Attributes:
        source: The data set whose labels they are.
        samples: Number of samples that both data sets have, on which these two scores are.
        score: The primary score of the labels.
        model: That of the model on the same samples.
        chance: What the labels score when shuffled among the samples.
    """

    source: str
    samples: int
    score: float
    model: float
    chance: float


@dataclass(frozen=True)
class Worth:
    """The figures beside the score of one data set.

    Attributes:
        dataset: Data set id.
        title: The data set's name as papers print it.
        score: The model's primary score.
        baselines: The baselines that could be scored.
        left_out: Baseline -> why it could not.
        head_words: The score of the same answers where every label is replaced by the name of its sector on one wheel,
            for each wheel; empty for sentiment.
        references: What people said of the same clips in other data sets whose labels are at hand.
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
        """The shallow baseline that scores most; None if there is none."""
        return max((each for each in self.baselines if each.shallow), key=lambda each: each.score, default=None)

    @property
    def lift(self) -> float | None:
        """The score less that of the best shallow baseline."""
        best = self.best_shallow
        return None if best is None else self.score - best.score

    @property
    def in_head_words(self) -> float | None:
        """Mean of `head_words`; None for sentiment."""
        return fmean(self.head_words) if self.head_words else None

    @property
    def surviving(self) -> float | None:
        """The share of the score that is left in head words; None for sentiment, or where the score is not above 0."""
        return self.in_head_words / self.score if self.in_head_words is not None and self.score > 0 else None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
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
