"""The kinds of tasks: what a true label is, and what a model has to answer.

How a kind is scored is a protocol's business (`merunibench.protocols`): it has a metric for each kind.
"""

from dataclasses import dataclass
from typing import Literal

from merunibench._registry import Registry

Truth = Literal["class", "labels", "value", "preference"]
Answer = Literal["labels", "polarity", "score", "preference"]


@dataclass(frozen=True)
class Kind:
    """A kind of task.

    Attributes:
        id: Identifier in signatures, reports and options (`fine-grained`).
        title: Name for people (`Fine-grained`).
        truth: What a true label is: one class word, a list of labels, a real number (the sentiment, a score),
            or which of two descriptions people prefer.
        answer: What a prediction has to give: labels, the polarity of a sentiment, a number, or a preference.
    """

    id: str
    title: str
    truth: Truth
    answer: Answer = "labels"

    @property
    def has_sectors(self) -> bool:
        """Whether answers are words with sectors on emotion wheels, so that a lexicon takes part."""
        return self.answer == "labels"


KINDS = Registry(
    "kind of task",
    (
        Kind("basic", "Basic", "class"),
        Kind("fine-grained", "Fine-grained", "labels"),
        Kind("sentiment", "Sentiment", "value", "polarity"),
        Kind("classes", "Classes", "class"),
        Kind("score", "Score", "value", "score"),
        Kind("preference", "Preference", "preference", "preference"),
    ),
    name=lambda kind: kind.id,
)
"""Every kind of task, by id."""

NEUTRAL = "neutral"
"""The label, and the polarity, of no emotion."""

POLARITIES = {"positive": 1, NEUTRAL: 0, "negative": -1}
"""Polarity words and their numbers."""

POLARITY_OF = {number: word for word, number in POLARITIES.items()}
"""Numbers and their polarity words."""

PREFERENCES = {"a1": 1, "a2": -1, "same": 0}
"""Which of two descriptions is preferred, and the numbers of these words."""

PREFERENCE_OF = {number: word for word, number in PREFERENCES.items()}
"""Numbers and what they prefer."""
