"""Split a list into items: lower case, without values, surrounding punctuation and words meaning "none"."""

import re
from collections.abc import Sequence
from functools import cache

from merunibench.extraction.pairs import MEASURES, Pair, is_value, labels_meant, split_pair
from merunibench.languages import NOTHING, answer_words

OPTION = re.compile(r"^\(?(?:(?:option|choice)\s+)?([A-Ha-h])(?:[).:、]|\s-)\s*(?=\S)")
_ASIDE = re.compile(r"[(\[（][^()\[\]（）]{0,200}[)\]）]")

SPLIT = re.compile(
    r"(?!(?<=\s)\s)(?:\s*[,;/|、，；،؛\n+&#]\s*(?:(?:and|or)\s+)?|\s+(?:and|&)\s+|\s+(?:y|e|und|et|и|و|और)\s+)"
)
"""Separator of items. It never matches from within a run of blanks, which would take quadratic time."""

_MARKS = "\u0300-\u036f\u064b-\u0652\u0900-\u0903\u093a-\u094f"
"""Combining marks, which belong to the letter before them."""
EDGES = re.compile(rf"^\W+|(?<![^\w{_MARKS}])[^\w{_MARKS}]+$")

_MARKUP = re.compile(r"[{}\[\]<>\":=|%\d\\]")

PROSE = re.compile(
    r"\b(?:is|are|was|were|be|has|have|not|no|n't|but|because|while|with|maybe|perhaps|suggests?|he|she|they|his|her|shows?|looks?|"
    r"seems?|that|which|may|might|than|though|as|from|without|initially|then|never|hardly)\b|n't\b",
    re.IGNORECASE,
)

_DENYING_VALUE = re.compile(r"(?<=[:=|(-])\s*(?:no|not (?:present|detected|observed|applicable))\b", re.IGNORECASE)
_FRACTION = re.compile(r"(?<=\d)\s?/\s?(?=\d)")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_TICKS = "✓✔✅☑✗✘❌☐"
_BEHIND_TICK, _BEFORE_TICK = re.compile(rf"(?<=[{_TICKS}])\s+(?=\w)"), re.compile(rf"(?<=\w)\s+(?=[{_TICKS}])")
_VALUE_SIGNS = "([（0123456789"

_MOST_WORDS = 4


@cache
def empty_words() -> frozenset[str]:
    """Return the words meaning "none" in all languages."""
    return answer_words("none").union(("",), NOTHING)


def says_nothing(text: str) -> bool:
    """Return whether a text is only a word meaning "none".

    Example:
        >>> says_nothing("None."), says_nothing("Ninguna"), says_nothing("calm")
        (True, True, False)
    """
    bare = EDGES.sub("", text).lower()
    return bare in empty_words() and (bare != "" or text.isascii())


def is_none(text: str) -> bool:
    """Return whether a text says in another language than English that there is no emotion: `Ninguna.`, 无."""
    return EDGES.sub("", text).lower() in answer_words("none")


def labels_of(items: Sequence[str | Pair]) -> list[str] | None:
    """Return the distinct lower-case labels of a list's items; None if an item is too long or contains markup."""
    pairs = []
    for item in items:
        if isinstance(item, str) and item.isalpha():  # most are: one word, and no value
            label = item.lower()
            if label not in empty_words():
                pairs.append(Pair(label))
            continue
        pair = split_pair(OPTION.sub("", item.strip())) if isinstance(item, str) else item
        label = EDGES.sub("", pair.label).lower() or pair.label.strip()  # emoji have no letters
        measured = pair.value is not None and label in MEASURES
        if label not in empty_words() and not is_value(label) and not measured:
            pairs.append(pair._replace(label=label))
    labels = labels_meant(pairs)
    if any(len(label.split()) > _MOST_WORDS or _MARKUP.search(label) for label in labels):
        return None
    return list(dict.fromkeys(labels))


def items_of(text: str) -> list[str] | None:
    """Split a list on one line; None if a part is too long to be a label, or looks like a sentence."""
    if any(sign in text for sign in _VALUE_SIGNS):
        text = _within_brackets(text)
        text = _ASIDE.sub(lambda aside: aside.group() if _is_measure(aside.group()) else " ", text)
        text = _FRACTION.sub(" out of ", _DECIMAL_COMMA.sub(".", text))
    if not text.isascii() and any(tick in text for tick in _TICKS):
        # Nothing else separates `✅ calm ❌ angry`, or `calm ✅ angry ❌`.
        text = (_BEFORE_TICK if text.lstrip()[:1] in _TICKS else _BEHIND_TICK).sub(", ", text)
    if ". " in text.strip().rstrip(".") or PROSE.search(_DENYING_VALUE.sub(" ", text)):
        return None
    return labels_of(SPLIT.split(text))


def _within_brackets(text: str) -> str:
    """Return the text in brackets if there is no text outside them: `(curious, amused)`, `-1 (negative)`."""
    if any(map(str.isalpha, _ASIDE.sub("", text))) or not _ASIDE.search(text):
        return text
    return ", ".join(aside[1:-1] for aside in _ASIDE.findall(text)) or text


def _is_measure(aside: str) -> bool:
    """Return whether the text in brackets is a value, possibly with the name of what it measures."""
    return split_pair(f"label {aside}").value is not None
