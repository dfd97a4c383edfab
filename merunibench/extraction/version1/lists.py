"""Read answers that are lists: the official stem, headed lists, bullets, numbers, JSON, plain commas.

A text that is not such a list gives None and is read as a description. Items are taken as written; the lexicon decides
what they mean.
"""

import json
import re
from collections.abc import Callable
from typing import Any

_OWNER = r"(?:(?:the|this|his|her|their)\s+)?(?:(?:main|male|female)\s+)?(?:(?:\w+'s?)\s+)?"
_ADJECTIVE = r"(?:(?:current|overall|main|dominant|primary|final|predicted|detected|expressed|possible)\s+)?"
_NAME = (
    r"(?:emotional\s+(?:states?|labels?)|emotions?(?:\s+(?:labels?|categor(?:y|ies)|words|tags))?|"
    r"feelings?|moods?|labels?|answer)"
)
_VERB = r"(?:\s*[:：]|\s+(?:is|are|was|were|includes?|can be described as|would be|appears? to be|seems? to be)\b\s*:?)"
_STEM = re.compile(
    rf"^\s*(?:so|thus|therefore|overall|in summary)?,?\s*{_OWNER}{_ADJECTIVE}{_NAME}"
    rf"(?:\s+of\s+(?:the|this)\s+\w+)?{_VERB}\s*",
    re.IGNORECASE,
)
_HEADED_LINE = re.compile(rf"^\s*{_OWNER}{_ADJECTIVE}{_NAME}\s*[:：]\s*(\S.*)$", re.IGNORECASE | re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*(?:[-*•·–]|\(?\d{1,2}[.):、])[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
_EXPLANATION = re.compile(r"\s+(?:[-–—(])|\s*[:：]\s")
_BRACKETS = re.compile(r"\[([^\[\]{}]*)\]")
_SPLIT = re.compile(r"\s*[,;/|、，；\n]\s*(?:(?:and|or|&)\s+)?|\s+(?:and|&)\s+")
_EDGES = " \t\r\n.!?。\"'“”‘’[](){}`*-•"
_PROSE = re.compile(
    r"\b(?:is|are|was|were|be|has|have|not|no|n't|but|because|while|with|maybe|perhaps|suggests?|he|she|they|his|her|shows?|looks?|seems?|"
    r"that|which|may|might|than|though|as|from|without|initially|then|never|hardly)\b|n't\b",
    re.IGNORECASE,
)
_JSON_KEYS = ("labels", "label", "emotions", "emotion", "emotional_state", "emotional_states", "answer", "openset")
_EMPTY = frozenset(("", "none", "n/a", "null", "unknown", "no emotion", "no clear emotion", "无"))
_MOST_WORDS = 4
_LONGEST_PLAIN = 400

Known = Callable[[str], bool]


def read_list(text: str, known: Known) -> list[str] | None:
    """Return the items of an answer that is a list; None if it is not a list.

    Args:
        text: The cleaned answer.
        known: Whether a label is a word of the lexicon; distinguishes a bare list (`sad, tired`) from other text.

    Example:
        >>> read_list("The character's emotional state is happy, relieved.", lambda word: True)
        ['happy', 'relieved']
        >>> read_list("He is happy because he won.", lambda word: True) is None
        True
    """
    stem = _STEM.match(text)
    if stem:
        items = _items(text[stem.end() :].partition("\n\n")[0])
        if items is not None:
            return items
    found = _from_json(text) if "[" in text or "{" in text else None
    if found is None:
        found = _bulleted(text, known)
    if found is None:
        for line in _HEADED_LINE.finditer(text):
            found = _items(line[1]) or found
    return _plain(text, known) if found is None else found


def _items(text: str) -> list[str] | None:
    """Split a list on one line; None if a part is too long to be a label, or looks like a sentence."""
    text = text.strip(_EDGES)
    if _PROSE.search(text) or ". " in text:
        return None
    items = [item.strip(_EDGES).lower() for item in _SPLIT.split(text)]
    items = [item.removeprefix("and ") for item in items if item not in _EMPTY]
    if any(len(item.split()) > _MOST_WORDS for item in items):
        return None
    return list(dict.fromkeys(items))


def _from_json(text: str) -> list[str] | None:
    """Return the labels in a JSON value, alone or within prose, or in brackets without quotes."""
    for start, end in ((text.find("{"), text.rfind("}")), (text.find("["), text.rfind("]"))):
        if 0 <= start < end:
            try:
                found = _labels_in(json.loads(text[start : end + 1]))
            except (ValueError, RecursionError):
                continue
            if found is not None:
                return found
    brackets = _BRACKETS.findall(text)
    if brackets and (len(brackets) == 1 or text.lstrip().startswith("[")):
        return _items(brackets[-1])
    return None


def _labels_in(value: Any) -> list[str] | None:  # noqa: ANN401 - whatever a model wrote as JSON
    if isinstance(value, list):
        words: list[str] = []
        for item in value:
            inner = [item] if isinstance(item, str) else _labels_in(item) if isinstance(item, dict) else None
            if inner is None:
                return None
            words.extend(word.strip(_EDGES).lower() for word in inner)
        return list(dict.fromkeys(word for word in words if word not in _EMPTY))
    if isinstance(value, dict):
        lowered = {str(key).lower().replace(" ", "_"): item for key, item in value.items()}
        for key in _JSON_KEYS:
            if key in lowered:
                item = lowered[key]
                return _items(item) if isinstance(item, str) else _labels_in(item)
    return None


def _bulleted(text: str, known: Known) -> list[str] | None:
    """Return the heads of bulleted or numbered lines: labels, each possibly followed by an explanation."""
    lines = _BULLET.findall(text)
    if not lines:
        return None
    heads = [_EXPLANATION.split(line, maxsplit=1)[0].strip(_EDGES).lower() for line in lines]
    items: list[str] = []
    for head in heads:
        parts = _items(head)
        if parts is None:
            return None
        items.extend(parts)
    if 2 * sum(map(known, items)) < len(items):
        return None
    return list(dict.fromkeys(items))


def _plain(text: str, known: Known) -> list[str] | None:
    """Return a bare list of words, at least half of them known; empty for a single word meaning "none"."""
    if len(text) > _LONGEST_PLAIN:
        return None
    if text.strip(_EDGES).lower() in _EMPTY:
        return []
    items = _items(text)
    if items and 2 * sum(known(item) for item in items) >= len(items):
        return items
    return None
