"""What a clip can be asked for in training, and the answer that its row gives: the authors' label types.

A type takes columns of a row (`NEEDED`). Their `caption` is not among them: it asks one of four questions of a picture
or a sound alone, which is `qa` with a question of one's own. Neither is `hybird`, which is several types at once.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, get_args

from merunibench._text import shown
from merunibench.errors import InputError
from merunibench.models.affectgpt.prompt import QUESTIONS

Question = Literal[
    "description", "ovlabel", "onehot_w_candidates", "onehot_wo_candidates", "valence", "sentiment", "qa"
]

TAKEN: tuple[Question, ...] = get_args(Question)

NEEDED: Mapping[Question, tuple[str, ...]] = {
    "description": ("description",),
    "ovlabel": ("labels",),
    "onehot_w_candidates": ("label",),
    "onehot_wo_candidates": ("label",),
    "valence": ("label",),
    "sentiment": ("label",),
    "qa": ("question", "answer"),
}
"""Question -> the columns that it is answered from."""

_SPLITTING = str.maketrans({"'": ",", '"': ","})
_ASKED: Mapping[Question, str] = {
    "description": QUESTIONS["description"],
    "ovlabel": QUESTIONS["ovlabel"],
    "onehot_w_candidates": (
        "Please select the label that can best describe the person's emotional state from the provided candidate "
        "labels: {words}."
    ),
    "onehot_wo_candidates": "Please recognize the character's most likely emotional state.",
    "valence": (
        "Please identify the overall positive or negative emotional polarity of the main characters. The output should "
        "be a ﬂoating-point number ranging from {low} to {high}. Here, {low} indicates extremely negative "
        "emotions, 0 indicates neutral emotions, and {high} indicates extremely positive emotions. Please provide your "
        "judgment as a ﬂoating-point number."  # with the ligature, as it was trained
    ),
    "sentiment": (
        "Please select the most likely sentiment label that can best describe the person's emotional state: positive, "
        "negative, neutral."
    ),
    "qa": "",
}
_SIGNS = {1: "positive", 0: "neutral", -1: "negative"}


class Range(NamedTuple):
    """What the labels of a whole set are drawn from: words in order (upstream: in a random one), and numbers."""

    words: list[str]
    low: float
    high: float


def range_of(labels: Iterable[Any]) -> Range:
    """The range of a column `label`; what is empty or no number does not count."""
    present = [label for label in labels if label is not None and str(label).strip()]
    numbers = [number for label in present if math.isfinite(number := _float(label))]
    return Range(
        sorted({str(label).strip() for label in present}), min(numbers, default=0.0), max(numbers, default=0.0)
    )


def render(question: Question, row: Mapping[str, Any], known: Range) -> tuple[str, str]:
    """What is asked, and what is to be answered.

    No answer has blanks around it: with one at its end, another token would follow than the one that stops.

    Args:
        question: The label type.
        row: The columns that it needs; `labels` as words.
        known: What labels there are in the set.

    Raises:
        InputError: a label is no number, where one is needed.
    """
    label = str(row.get("label", "")).strip()
    asked = _ASKED[question].format(words=",".join(known.words), low=known.low, high=known.high)
    match question:
        case "description":
            answer = row["description"].strip()
        case "ovlabel":
            answer = f"The character's emotional state is {', '.join(row['labels'])}."
        case "onehot_w_candidates":
            answer = f"The most likely label is {label}."
        case "onehot_wo_candidates":
            answer = f"The character's emotional state is {label}."
        case "valence":
            answer = f"The valence score is {_number(label):.2f}."
        case "sentiment":
            number = _number(label)
            answer = f"The character's sentiment state is {_SIGNS[(number > 0) - (number < 0)]}."
        case "qa":
            asked, answer = row["question"], row["answer"].strip()
    return asked, answer


def open_labels(cell: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a cell holds
    """Labels of a cell: a list, or text as the authors read `openset`: outer brackets off, split at quotes and commas.

    Raises:
        InputError: it is neither.

    Example:
        >>> open_labels("['happy', 'not sad']"), open_labels("[]")
        (('happy', 'not sad'), ('neutral',))
    """
    if cell is None or isinstance(cell, str):
        bare = (cell or "").strip().removeprefix("[").removesuffix("]")
        cell = bare.translate(_SPLITTING).split(",")
    if not isinstance(cell, list | tuple) or not all(isinstance(label, str) for label in cell):
        raise InputError(f"labels must be a list of words, not {shown(cell)}")
    return tuple(label.strip() for label in cell if label.strip()) or ("neutral",)


def _number(label: str) -> float:
    number = _float(label)
    if not math.isfinite(number):
        raise InputError(f"label {shown(label)} is no number")
    return number


def _float(label: object) -> float:
    try:
        return float(str(label))
    except ValueError:
        return math.nan
