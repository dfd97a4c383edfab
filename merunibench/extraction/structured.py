"""Read answers in JSON, valid or broken, and in tables: labels as values, as keys with values, or one per row."""

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from merunibench.extraction.items import EDGES, SPLIT, items_of, labels_of
from merunibench.extraction.pairs import Pair, value_of
from merunibench.languages import is_head

Known = Callable[[str], bool]

KEYS = re.compile(
    r"emo[tcz]i|émotion|emoç|gefühl|feeling|mood|label|sentiment|polarity|affect|primary|secondary|dominant|open_?set|answer|"
    r"attitude|情绪|情感|情緒|感情|감정|эмоци|المشاعر|भावना",
    re.IGNORECASE,
)
"""Parts of keys and column headings that indicate labels."""


def _is_key(key: str) -> bool:
    return KEYS.search(key) is not None or is_head(key)


_NAMES = frozenset(("name", "class", "word", "category", "tag"))
_STRING = re.compile(r'"((?:[^"\\\n]|\\.){0,200})"|(?<!\w)\'([^\'\n]{0,200})\'(?!\w)')
_BRACES = re.compile(r"[{}\[\]()]")
_RULE_OF_TABLE = re.compile(r":?-{2,}:?|")
_LONGEST_LITERAL = 4000
_DEEPEST = 30


class Sentence(NamedTuple):
    """A sentence instead of labels."""

    text: str


Found = list[str] | Sentence | None


def read_structured(text: str, known: Known) -> Found:
    """Return the labels in JSON or similar text, alone or within prose, valid or broken; None if there is none."""
    if not any(sign in text for sign in '{["'):
        return None
    for value in _values(text):
        found = _labels_in(value, known)
        if found is not None:
            return found
    return _salvaged(text, known) if "{" in text or text.lstrip().startswith(("[", '"')) else None


def _values(text: str) -> Iterator[Any]:
    """Yield the object and the list in a text."""
    for start, end in ((text.find("{"), text.rfind("}")), (text.find("["), text.rfind("]"))):
        part = text[start : end + 1]
        if 0 <= start < end and _depth(part) <= _DEEPEST:
            value = _parsed(part)
            if isinstance(value, str) and value.startswith(("[", "{")):
                value = _parsed(value)  # encoded twice
            if value is not None:
                yield sorted(value, key=str) if isinstance(value, set) else value


def _parsed(text: str) -> Any:  # noqa: ANN401 - whatever a model wrote
    """Parse JSON or a Python literal; None if the text is neither."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if len(text) > _LONGEST_LITERAL or not any(quote in text for quote in "'\""):
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _depth(text: str) -> int:
    deepest = depth = 0
    for brace in _BRACES.finditer(text):
        depth += 1 if brace.group() in "{[(" else -1
        deepest = max(deepest, depth)
    return deepest


def _labels_in(value: Any, known: Known) -> Found:  # noqa: ANN401 - whatever a model wrote
    """Return the labels in a JSON value; None if it contains none."""
    if isinstance(value, str):
        items = items_of(value)
        return Sentence(value) if items is None and " " in value else items
    if isinstance(value, list | tuple):
        return _labels_in_list(value, known)
    return _labels_in_object(value, known) if isinstance(value, dict) else None


def _labels_in_object(given: Mapping[Any, Any], known: Known) -> Found:
    value = {str(key).lower().replace("_", " ").strip(): item for key, item in given.items()}
    own = [key for key in value if _is_key(key) and not known(key)]
    if not own and value and all(value_of(item) is not None for item in value.values()):
        return labels_of([Pair(key, value_of(item)) for key, item in value.items()])
    if len(own) == 1 and isinstance(value[own[0]], str) and _number_beside(value, value[own[0]]) == 0:
        return []
    inner = [value[key] for key in own] or [
        item for item in map(_decoded, value.values()) if isinstance(item, dict | list)
    ]
    found = [labels for each in inner if (labels := _labels_in(each, known)) is not None]
    lists = [labels for labels in found if isinstance(labels, list)]
    if lists:
        labels = list(dict.fromkeys(label for each in lists for label in each))
        return labels if labels or own else None
    return found[0] if found else None


def _decoded(value: Any) -> Any:  # noqa: ANN401 - whatever a model wrote
    """Decode a string that contains JSON itself."""
    return _parsed(value) if isinstance(value, str) and value.startswith(("[", "{")) else value


def _number_beside(value: Mapping[str, Any], label: str) -> float | None:
    """Return the first value next to a label that is a number, yes or no, high or low."""
    return next(
        (number for item in value.values() if item is not label and (number := value_of(item)) is not None), None
    )


def _labels_in_list(values: Sequence[Any], known: Known) -> list[str] | None:
    items: list[str | Pair] = []
    for value in values:
        if isinstance(value, str):
            items.append(value)
        elif isinstance(value, list | tuple) and len(value) == 2 and isinstance(value[0], str):
            items.append(Pair(value[0], value_of(value[1])))
        elif isinstance(value, dict):
            keys = (key for key in value if _is_key(str(key)) or str(key).lower() in _NAMES)
            name = next((value[key] for key in keys if isinstance(value[key], str)), None)
            if name is not None:
                items.append(Pair(name, _number_beside(value, name)))
            elif isinstance(inner := _labels_in(value, known), list):
                items += inner
        elif value is not None:
            return None
    return labels_of(items)


def _salvaged(text: str, known: Known) -> list[str] | None:
    """Return labels from the complete strings of broken JSON: after a key for labels, or those with values."""
    strings = [
        (found[1] or found[2] or "", text[found.end() : found.end() + 60].lstrip()) for found in _STRING.finditer(text)
    ]
    pairs: list[str | Pair] = []
    inside = not any(_is_key(string) and rest.startswith(":") for string, rest in strings)
    for string, rest in strings:
        if not rest.startswith(":"):
            pairs += SPLIT.split(string) if inside else ()
            continue
        value = re.match(r':\s*"?([^,}\]"\n]{1,40})', rest)
        number = value_of(value[1].strip()) if value else None
        inside = _is_key(string) and not known(string.lower())
        if number is not None and known(string.lower()):
            pairs.append(Pair(string, number))
    return labels_of(pairs) if pairs else None


def read_table(text: str, known: Known) -> list[str] | None:
    """Return the labels of a table: one row per label and value, or one column per label and the values in one row."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines() if "|" in line]
    rows = [row for row in rows if not all(map(_RULE_OF_TABLE.fullmatch, row))]
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return None
    head, *body = rows
    if (
        len(body) == 1
        and all(value_of(cell) is not None for cell in body[0])
        and any(known(cell.lower()) for cell in head)
    ):
        return labels_of([Pair(label, value_of(cell)) for label, cell in zip(head, body[0], strict=True)])
    shares = [sum(known(EDGES.sub("", row[column]).lower()) for row in body) for column in range(len(head))]
    named = next((column for column, cell in enumerate(head) if _is_key(cell) and shares[column]), None)
    column = max(range(len(head)), key=shares.__getitem__) if named is None else named
    if not shares[column]:
        return None
    pairs: list[str | Pair] = []
    for row in rows if named is None and known(head[column].lower()) else body:
        beside = {str(index): cell for index, cell in enumerate(row)}
        number = _number_beside(beside, row[column])
        pairs.extend(Pair(label, number) for label in SPLIT.split(row[column]))
    return labels_of(pairs)
