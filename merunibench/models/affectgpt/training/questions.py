"""Questions and answers in training: the authors' label types.

Their `caption` is not supported, which asks one of four questions about only a picture or a sound; use `qa` with your
own question instead. Neither is `hybird`, which combines several types.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from merunibench._text import short_repr
from merunibench.errors import MediaError
from merunibench.models.affectgpt.prompt import QUESTIONS

Question = Literal[
    "description", "ovlabel", "onehot_w_candidates", "onehot_wo_candidates", "valence", "sentiment", "qa"
]

_TYPES: Mapping[Question, tuple[str, str, str]] = {
    "description": ("description", QUESTIONS["description"], "{description}"),
    "ovlabel": ("labels", QUESTIONS["ovlabel"], "The character's emotional state is {labels}."),
    "onehot_w_candidates": (
        "label",
        (
            "Please select the label that can best describe the person's emotional state from the provided candidate "
            "labels: {candidates}."
        ),
        "The most likely label is {label}.",
    ),
    "onehot_wo_candidates": (
        "label",
        "Please recognize the character's most likely emotional state.",
        "The character's emotional state is {label}.",
    ),
    "valence": (
        "label",
        (
            "Please identify the overall positive or negative emotional polarity of the main characters. The output "
            "should be a ﬂoating-point number ranging from {low} to {high}. Here, {low} indicates extremely negative "
            "emotions, 0 indicates neutral emotions, and {high} indicates extremely positive emotions. Please provide "
            "your judgment as a ﬂoating-point number."
        ),  # with the ligature, as in training
        "The valence score is {number:.2f}.",
    ),
    "sentiment": (
        "label",
        (
            "Please select the most likely sentiment label that can best describe the person's emotional state: "
            "positive, negative, neutral."
        ),
        "The character's sentiment state is {sign}.",
    ),
    "qa": ("question answer", "{question}", "{answer}"),
}
"""Question -> the columns that it needs, its text, and its answer."""

NEEDED: Mapping[Question, Sequence[str]] = {question: columns.split() for question, (columns, _, _) in _TYPES.items()}
"""Question -> the columns that it needs."""


def render(question: Question, row: Mapping[str, str], scale: Mapping[str, Any]) -> tuple[str, str]:
    """Return the text of a question and its answer.

    Answers are stripped, because a space at the end would change the token that stops generation.

    Args:
        question: The label type.
        row: The columns that it needs.
        scale: The result of `scale_of` for the set.

    Raises:
        MediaError: a label must be a number and is not.
    """
    values: dict[str, Any] = {**scale, **{column: value.strip() for column, value in row.items()}}
    if question in {"valence", "sentiment"}:
        number = values["number"] = _number(row["label"])
        if not math.isfinite(number):
            raise MediaError(f"label {short_repr(values['label'])} is not a number")
        values["sign"] = "positive" if number > 0 else "negative" if number < 0 else "neutral"
    _, asked, answer = _TYPES[question]
    return asked.format(**values), answer.format(**values)


def scale_of(labels: Iterable[str]) -> dict[str, Any]:
    """Return the candidate labels of a set, sorted (upstream: in random order), and their lowest and highest number."""
    words = {label.strip() for label in labels} - {""}
    numbers = sorted(number for number in map(_number, words) if math.isfinite(number)) or [0.0]
    return {"candidates": ",".join(sorted(words)), "low": numbers[0], "high": numbers[-1]}


def _number(label: str) -> float:
    try:
        return float(label)
    except ValueError:
        return math.nan
