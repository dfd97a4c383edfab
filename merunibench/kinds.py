"""The kinds of tasks: the form of true labels, and of a model's answers.

Protocols (`merunibench.protocols`) define how a kind is scored; each has a metric for every kind.
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
        title: Display name (`Fine-grained`).
        truth: Form of a true label: one class word, a list of labels, a real number (the sentiment, a score), or the
            human preference between two descriptions.
        answer: Form of a prediction: labels, the polarity of a sentiment, a number, or a preference.
    """

    id: str
    title: str
    truth: Truth
    answer: Answer = "labels"

    @property
    def has_sectors(self) -> bool:
        """Whether answers are words with sectors on emotion wheels, so that a lexicon is used."""
        return self.answer == "labels"

    @property
    def is_read(self) -> bool:
        """Whether answers can be extracted from text; others must be given in the column that `answer` names."""
        return self.answer in ("labels", "polarity")


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
"""The label and the polarity for no emotion."""

POLARITIES = {"positive": 1, NEUTRAL: 0, "negative": -1}
"""Polarity words and their numbers."""

POLARITY_OF = {number: word for word, number in POLARITIES.items()}
"""Numbers and their polarity words."""

PREFERENCES = {"a1": 1, "a2": -1, "same": 0}
"""Words for the preferred one of two descriptions, and their numbers."""

PREFERENCE_OF = {number: word for word, number in PREFERENCES.items()}
"""Numbers and their preference words."""
