"""Split labels from the values next to them: `happy (80%)`, `angry: no`, `joy = 0.7`.

A value is a number, a percentage, yes or no, high or low. It is not part of the label. Zero, no and false drop the
label. Of several polarities with values, only the one with the largest value counts. The words for yes, no, high and
low in other languages are in the language files (see `merunibench.languages`).
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from merunibench.kinds import POLARITIES
from merunibench.languages import answer_words

_HIGH, _LOW = 0.9, 0.2
_LARGEST = 10**300
"""Larger numbers are clipped to it, because JSON can contain integers too large for a float."""
_ENGLISH: Mapping[str, float] = {
    **dict.fromkeys(("yes", "true", "y", "present", "detected", "✓", "✔", "✅", "☑", "x"), 1.0),
    **dict.fromkeys(("very high", "strong", "high"), _HIGH),
    **dict.fromkeys(("medium", "moderate", "mid"), 0.5),
    **dict.fromkeys(("low", "weak", "mild", "slight"), _LOW),
    **dict.fromkeys(
        ("no", "false", "n", "none", "zero", "nil", "absent", "not present", "not detected", "not observed"), 0.0
    ),
    **dict.fromkeys(("not applicable", "n/a", "na", "very low", "✗", "✘", "❌", "☐", "-", "–", "—"), 0.0),
}
_LEVELS = {"yes": 1.0, "high": _HIGH, "medium": 0.5, "low": _LOW, "no": 0.0}
"""Lists of `[answers]` -> the value of their words."""
_NUMBER = r"[+-]?(?:\d{1,6}(?:[.,]\d{1,20})?|[.,]\d{1,20})(?:\s?%|\s?/\s?\d{1,4}|\s?out of\s?\d{1,4})?"
_STARS = r"[★⭐]{1,10}☆{0,10}|☆{1,10}"
MEASURES = frozenset(
    (
        "confidence",
        "certainty",
        "probability",
        "likelihood",
        "score",
        "intensity",
        "strength",
        "level",
        "valence",
        "arousal",
    )
)
"""Words that are not labels if a value is next to them."""
_MEASURE = (
    r"(?:\b(?:confidence|certainty|probability|prob|likelihood|score|intensity|strength|level|weight|置信度|强度|概率)\b"
    r"\s*+(?:(?:of|is)\s*+)?(?:[:=]\s*+)?)"
)
_BETWEEN = r"(?:\s*+(?:[:=|(\[,]|->|→)\s*+|\s++(?:[-–—]++\s++)?)"
"""Between a label and its value. Runs of blanks are matched possessively (`*+`), because backtracking into them cannot
succeed and would take quadratic time."""
_BEFORE = re.compile(rf"(?P<value>{_NUMBER})\s*+(?:[:=]\s*+)?(?P<label>[^\W\d_].{{0,80}})", re.IGNORECASE)
_TICKED = re.compile(r"(?:\[([ xX✓✔])\]|([✓✔✅☑✗✘❌☐]))\s*(?=\S)")
_LETTER = re.compile(r"[^\W\d_]")


class Level(float):
    """A value in words, such as `high`."""

    __slots__ = ()


class Pair(NamedTuple):
    """A label and the value next to it: 0 to 1, or any number; None for no value."""

    label: str
    value: float | None = None


class _Values(NamedTuple):
    """The words that are values, and the patterns built from them."""

    words: Mapping[str, float]
    only: re.Pattern[str]
    behind: re.Pattern[str]


@cache
def _values() -> _Values:
    words = {**{word: level for name, level in _LEVELS.items() for word in answer_words(name)}, **_ENGLISH}
    value = rf"(?:{_NUMBER}|{_STARS}|{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})"
    behind = rf"(?P<label>[^:=|(\[]{{1,80}}?){_BETWEEN}{_MEASURE}?(?P<value>{value})\s*+{_MEASURE}?[)\]]?\s*+[.,;]?"
    return _Values(words, re.compile(rf"\s*+{value}\s*+", re.IGNORECASE), re.compile(behind, re.IGNORECASE))


def split_pair(item: str) -> Pair:
    """Split one item into its label and its value.

    Example:
        >>> split_pair("happy (80%)"), split_pair("angry: no"), split_pair("calm")
        (Pair(label='happy', value=0.8), Pair(label='angry', value=0.0), Pair(label='calm', value=None))
    """
    if item.isalpha() or (item.replace(" ", "").isalpha() and item.lower().rpartition(" ")[2] not in _values().words):
        return Pair(item)
    ticked = _TICKED.match(item)
    if ticked:
        return Pair(item[ticked.end() :], 0.0 if ticked[1] == " " else value_of(ticked[1] or ticked[2]))
    found = _values().behind.fullmatch(item) or _BEFORE.fullmatch(item)
    if found is None or not _LETTER.search(found["label"]):
        return Pair(item)
    return Pair(found["label"].strip(), value_of(found["value"]))


def is_value(text: str) -> bool:
    """Return whether a text is only a value."""
    return _values().only.fullmatch(text) is not None


def value_of(value: Any) -> float | None:  # noqa: ANN401 - a number, a truth value or text, as JSON has them
    """Return a value as a number; None if it is not a value."""
    if isinstance(value, bool | int | float):
        return float(max(-_LARGEST, min(value, _LARGEST)))
    if value is None:
        return 0.0
    if not isinstance(value, str) or not is_value(value):
        return None
    text = value.strip().lower()
    if text in _values().words:
        return Level(_values().words[text])
    return _number(text)


def _number(text: str) -> float:
    """Convert a number, a share (`80 %`, `4/5`, `4 out of 5`) or stars to a number."""
    if text[0] in "★⭐☆":
        return 1 - text.count("☆") / len(text)
    number, *rest = re.split(r"\s?(?:%|/|out of)\s?", text.replace(",", "."))
    if "%" in text:
        return float(number) / 100
    return float(number) / (float(rest[0]) or 1.0) if rest and rest[0] else float(number)


def labels_meant(pairs: Iterable[Pair]) -> list[str]:
    """Return the labels that apply, in order: without those with value 0, and only the strongest polarity.

    If a label is rated high, those rated low are dropped.
    """
    pairs = [pair for pair in pairs if pair.value is None or pair.value > 0]
    if any(pair.value == _HIGH and isinstance(pair.value, Level) for pair in pairs):
        pairs = [pair for pair in pairs if not (pair.value == _LOW and isinstance(pair.value, Level))]
    valued = [pair for pair in pairs if pair.label.lower() in POLARITIES and pair.value is not None]
    if len(valued) > 1:
        largest = max(pair.value or 0.0 for pair in valued)
        chosen = [pair for pair in valued if pair.value == largest]
        dropped = set(valued) - (set(chosen) if len(chosen) == 1 else set())
        pairs = [pair for pair in pairs if pair not in dropped]
    return [pair.label for pair in pairs]
