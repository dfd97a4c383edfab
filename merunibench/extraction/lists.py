"""Answers that are a list already: headed lists, bullets, JSON, tables, plain commas, in any of the usual forms.

The items are taken as they are written: what they mean is the lexicon's business. A text that is no such list gives
None and is read as a description; so is a sentence that stands where a list should (`{"emotion": "He seems sad."}`).
"""

import ast
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from merunibench.extraction.pairs import Pair, is_value, labels_meant, split_pair, value_of

Known = Callable[[str], bool]

_OWNER = r"(?:(?:the|this|his|her|their|my)\s+)?(?:(?:main|male|female)\s+)?(?:\w+'s?\s+)?"
_ADJECTIVE = (
    r"(?:(?:current|overall|main|dominant|primary|secondary|final|predicted|detected|expressed|possible|most likely|"
    r"observed|underlying|key|top|perceived|general)\s+){0,2}"
)
_NAME = (
    r"(?:emotional\s+(?:states?|labels?|tones?)|emotions?(?:\s+(?:labels?|categor(?:y|ies)|words|tags|states?))?|"
    r"feelings?|moods?|labels?|answers?|sentiments?(?:\s+polarity)?|polarity|attitudes?|affect|class(?:es)?|categor(?:y|ies)|"
    r"predictions?|tags|情[绪緒感]|感情|心情|标签|감정|정서|emoci[oó]n(?:es)?|sentimientos?|émotions?|gefühle?|emotionen|"
    r"emoç(?:ão|ões)|sentimentos?|emozion[ei]|эмоци[яи]|чувств[оа]|المشاعر|العاطفة|भावनाएँ|भावना)"
)
_VERB = r"(?:\s*[:：]|\s+(?:is|are|was|were|includes?|can be described as|would be|appears? to be|seems? to be)\b\s*:?|\s*(?:是|为|は))"
_STEM = re.compile(
    rf"^\s*(?:so|thus|therefore|overall|in summary)?,?\s*{_OWNER}{_ADJECTIVE}{_NAME}"
    rf"(?:\s+of\s+(?:the|this)\s+\w+)?{_VERB}\s*",
    re.IGNORECASE,
)
_HEADED_LINE = re.compile(
    rf"^[\s\W]{{0,9}}(?P<head>{_OWNER}{_ADJECTIVE}{_NAME})\s*[:：]\s*(?P<items>\S.*)$", re.IGNORECASE | re.MULTILINE
)
_KEY = re.compile(rf"(?:{_NAME}|open_?set|emotional_states?)\Z", re.IGNORECASE)
_ANY_KEY = re.compile(
    r"emo[tcz]i|émotion|emoç|gefühl|feeling|mood|label|sentiment|polarity|affect|primary|secondary|dominant|"
    r"情绪|情感|情緒|感情|감정|эмоци|المشاعر|भावना",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^[ \t]*(?:[-*•·–▪●◦]|\(?\d{1,2}[.):、])[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
_OPTION = re.compile(r"^\(?(?:(?:option|choice)\s+)?([A-Ha-h])(?:[).:、]|\s-)\s*(?=\S)")
_EXPLANATION = re.compile(r"\s+(?:[-–—(])|\s*[:：]\s|,\s*(?:as|since|because|given|due to|which)\b")
_ASIDE = re.compile(r"[(\[（][^()\[\]（）]{0,200}[)\]）]")
_BRACKETS = re.compile(r"\[([^\[\]{}]{0,2000})\]")
_SPLIT = re.compile(r"\s*[,;/|、，；،؛\n+&]\s*(?:(?:and|or)\s+)?|\s+(?:and|&)\s+|\s+(?:y|e|und|et|и|و|और)\s+")
_MARKS = "\u0300-\u036f\u064b-\u0652\u0900-\u0903\u093a-\u094f"
"""Signs that belong to the letter before them."""
_EDGES = re.compile(rf"^\W+|[^\w{_MARKS}]+$")
_MARKUP = re.compile(r"[{}\[\]<>\":=|%\d\\]")
_PROSE = re.compile(
    r"\b(?:is|are|was|were|be|has|have|not|no|n't|but|because|while|with|maybe|perhaps|suggests?|he|she|they|his|her|shows?|looks?|"
    r"seems?|that|which|may|might|than|though|as|from|without|initially|then|never|hardly)\b|n't\b",
    re.IGNORECASE,
)
_DENYING_VALUE = re.compile(r"(?<=[:=|(-])\s*(?:no|not (?:present|detected|observed|applicable))\b", re.IGNORECASE)
_FRACTION = re.compile(r"(?<=\d)\s?/\s?(?=\d)")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_VALUE_SIGNS = "([（0123456789"
_STRING = re.compile(r'"((?:[^"\\\n]|\\.){0,200})"|(?<!\w)\'([^\'\n]{0,200})\'(?!\w)')
_EMPTY = frozenset(
    (
        "",
        "none",
        "n/a",
        "na",
        "nil",
        "null",
        "nan",
        "unknown",
        "no emotion",
        "no emotions",
        "no clear emotion",
        "无",
        "無",
        "なし",
        "없음",
    )
    + ("ninguna", "ninguno", "aucune", "aucun", "keine", "nenhuma", "nessuna", "нет", "لا شيء", "कोई नहीं")
)
_MOST_WORDS = 4
_LONGEST_PLAIN = 400
_LONGEST_LITERAL = 4000
_DEPTH = 30


class Sentence(str):
    """A sentence that stands where labels should."""

    __slots__ = ()


def read_list(text: str, known: Known) -> list[str] | Sentence | None:
    """The items of an answer that is a list; None if it is none.

    Args:
        text: The unwrapped answer.
        known: Whether a label is a word of the lexicon; needed to tell a bare list (`sad, tired`) from other text.

    Example:
        >>> read_list("The character's emotional state is happy, relieved.", lambda word: True)
        ['happy', 'relieved']
        >>> read_list("He is happy because he won.", lambda word: True) is None
        True
    """
    stem = _STEM.match(text)
    if stem:
        rest = text[stem.end() :]
        if not rest.startswith(("[", "{", "\n")):
            items = _items(rest.partition("\n\n")[0])
            if items is not None:
                return items
    for read in (_structured, _table, _bulleted, _headed, _bracketed, _plain):
        found = read(text, known)
        if found is not None:
            return found
    return None


def labels_of(items: Sequence[str | Pair]) -> list[str] | None:
    """The labels in the items of a list, lower case, each once; None if an item is too long, or holds markup."""
    pairs = []
    for item in items:
        pair = split_pair(_OPTION.sub("", item.strip())) if isinstance(item, str) else item
        label = _EDGES.sub("", pair.label).lower() or pair.label.strip()  # emoji have no letters
        if label not in _EMPTY and not is_value(label):
            pairs.append(pair._replace(label=label))
    labels = labels_meant(pairs)
    if any(len(label.split()) > _MOST_WORDS or _MARKUP.search(label) for label in labels):
        return None
    return list(dict.fromkeys(labels))


def _items(text: str) -> list[str] | None:
    """The parts of a list on one line; None if a part is too long to be a label, or reads like a sentence."""
    if any(sign in text for sign in _VALUE_SIGNS):
        text = _ASIDE.sub(lambda aside: aside.group() if _is_measure(aside.group()) else " ", text)
        text = _FRACTION.sub(" out of ", _DECIMAL_COMMA.sub(".", text))
    if ". " in text.strip().rstrip(".") or _PROSE.search(_DENYING_VALUE.sub(" ", text)):
        return None
    return labels_of(_SPLIT.split(text))


def _is_measure(aside: str) -> bool:
    """Whether what stands in brackets is a value, perhaps with the name of what it measures."""
    return split_pair(f"label {aside}").value is not None


def _structured(text: str, known: Known) -> list[str] | Sentence | None:
    """The labels in JSON or the like, alone or within prose, whole or broken."""
    if "{" not in text and "[" not in text and '"' not in text:
        return None
    for value in _values(text):
        found = _labels_in(value, known)
        if found is not None:
            return found
    return _salvaged(text, known) if "{" in text or text.lstrip().startswith(("[", '"')) else None


def _values(text: str) -> Iterator[Any]:
    """Objects and lists in a text; those that hold others come first."""
    for start, end in ((text.find("{"), text.rfind("}")), (text.find("["), text.rfind("]"))):
        if 0 <= start < end and _depth(text[start : end + 1]) <= _DEPTH:
            part = text[start : end + 1]
            try:
                value = json.loads(part)
                yield json.loads(value) if isinstance(value, str) and value.startswith(("[", "{")) else value
                continue
            except (ValueError, RecursionError):
                pass
            if len(part) <= _LONGEST_LITERAL and ("'" in part or '"' in part):
                try:
                    value = ast.literal_eval(part)
                except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                    continue
                yield sorted(value) if isinstance(value, set) else value


def _depth(text: str) -> int:
    deepest = depth = 0
    for brace in re.finditer(r"[{}\[\]()]", text):
        depth += 1 if brace.group() in "{[(" else -1
        deepest = max(deepest, depth)
    return deepest


def _labels_in(value: Any, known: Known) -> list[str] | Sentence | None:  # noqa: ANN401 - whatever a model wrote
    """The labels in a value of JSON; None if it holds nothing of the sort."""
    if isinstance(value, str):
        found = _items(value)
        return Sentence(value) if found is None and " " in value else found
    if isinstance(value, list | tuple):
        return _labels_in_list(value, known)
    if not isinstance(value, dict):
        return None
    keys = {str(key).lower().replace("_", " ").strip(): item for key, item in value.items()}
    own = [key for key in keys if _KEY.match(key.replace(" ", "_")) or _KEY.match(key)]
    own = own or [key for key in keys if _ANY_KEY.search(key) and not known(key)]
    if own:
        measures = [number for key, item in keys.items() if key not in own and (number := value_of(item)) is not None]
        found = [_labels_in(keys[key], known) for key in own]
        if len(own) == 1 and isinstance(keys[own[0]], str) and measures and measures[0] == 0:
            return []
        sentence = next((each for each in found if isinstance(each, Sentence)), None)
        labels = [label for each in found if isinstance(each, list) for label in each]
        return (
            sentence
            if sentence and not labels
            else list(dict.fromkeys(labels))
            if any(f is not None for f in found)
            else None
        )
    if keys and all(value_of(item) is not None for item in keys.values()):
        return labels_of([Pair(key, value_of(item)) for key, item in keys.items()])
    inner = [_labels_in(item, known) for item in keys.values() if isinstance(item, dict | list)]
    labels = [label for each in inner if isinstance(each, list) for label in each]
    return list(dict.fromkeys(labels)) if labels else None


def _labels_in_list(values: Sequence[Any], known: Known) -> list[str] | None:
    items: list[str | Pair] = []
    for value in values:
        if isinstance(value, str):
            items.append(value)
        elif (
            isinstance(value, list | tuple)
            and len(value) == 2
            and isinstance(value[0], str)
            and value_of(value[1]) is not None
        ):
            items.append(Pair(value[0], value_of(value[1])))
        elif isinstance(value, dict):
            name = next(
                (
                    item
                    for key, item in value.items()
                    if isinstance(item, str)
                    and (_ANY_KEY.search(str(key)) or str(key).lower() in ("name", "class", "word"))
                ),
                None,
            )
            number = next(
                (number for item in value.values() if item is not name and (number := value_of(item)) is not None), None
            )
            inner = _labels_in(value, known) if name is None else None
            items.extend([Pair(name, number)] if name is not None else inner if isinstance(inner, list) else [])
        elif value is not None:
            return None
    return labels_of(items)


def _salvaged(text: str, known: Known) -> list[str] | None:
    """The complete strings of broken JSON: behind a known key, or those that carry values."""
    strings = [(found.start(), found[1] or found[2] or "", found.end()) for found in _STRING.finditer(text)]
    pairs: list[str | Pair] = []
    inside = not any(
        _ANY_KEY.search(string) and text[end : end + 9].lstrip().startswith(":") for _, string, end in strings
    )
    for _, string, end in strings:
        rest = text[end : end + 60].lstrip()
        if not rest.startswith(":"):
            if inside:
                pairs += _SPLIT.split(string)
            continue
        value = re.match(r":\s*\"?([^,}\]\"\n]{1,40})", rest)
        number = value_of(value[1].strip()) if value else None
        if _ANY_KEY.search(string) and not known(string):
            inside = True
        elif number is not None and known(string.lower()):
            pairs.append(Pair(string, number))
        else:
            inside = False
    return labels_of(pairs) if pairs else None


def _table(text: str, known: Known) -> list[str] | None:
    """The labels of a table: one row each with its value, or one column each with the values in one row."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in text.splitlines()
        if line.count("|") >= 1
    ]
    rows = [row for row in rows if not all(re.fullmatch(r":?-{2,}:?|", cell) for cell in row)]
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return None
    head, body = rows[0], rows[1:]
    if (
        len(body) == 1
        and all(value_of(cell) is not None for cell in body[0])
        and any(known(cell.lower()) for cell in head)
    ):
        return labels_of([Pair(label, value_of(cell)) for label, cell in zip(head, body[0], strict=True)])
    named = [column for column, cell in enumerate(head) if _ANY_KEY.search(cell)]
    shares = [sum(known(_EDGES.sub("", row[column]).lower()) for row in body) for column in range(len(head))]
    column = named[0] if named and shares[named[0]] else max(range(len(head)), key=lambda index: shares[index])
    if not shares[column]:
        return None
    items = body if named or not known(head[column].lower()) else rows
    pairs: list[str | Pair] = []
    for row in items:
        number = next(
            (number for index, cell in enumerate(row) if index != column and (number := value_of(cell)) is not None),
            None,
        )
        pairs.extend(Pair(label, number) for label in _SPLIT.split(row[column]))
    return labels_of(pairs)


def _bulleted(text: str, known: Known) -> list[str] | None:
    """The heads of bulleted or numbered lines: a label, perhaps followed by a value or an explanation."""
    lines = [_OPTION.sub("", line) for line in _BULLET.findall(text)]
    if not lines:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not all(split_pair(line).value is not None or _OPTION.match(line) for line in lines):
            return None
    items: list[str | Pair] = []
    for line in lines:
        pair = split_pair(line)
        if pair.value is None:
            head = _EXPLANATION.split(line, maxsplit=1)[0]
            value = re.match(r"\s*[:：–—(-]*\s*([^\s,;.()]+(?:\s%)?)", line[len(head) :])
            pair = Pair(head, value_of(value[1]) if value else None)
        if pair.value is None and _PROSE.search(pair.label):
            return None
        items.extend(pair._replace(label=part) for part in _SPLIT.split(pair.label))
    labels = labels_of(items)
    if labels is None or (labels and 2 * sum(map(known, labels)) < len(labels)):
        return None
    return labels


def _headed(text: str, known: Known) -> list[str] | None:  # noqa: ARG001 - the head says that these are labels
    """What stands behind the heads of lists: `Emotions: sad, tired`; the last where a head is repeated."""
    found: dict[str, list[str]] = {}
    for line in _HEADED_LINE.finditer(text):
        items = _items(line["items"])
        if items:
            found[line["head"].lower()] = items
    return list(dict.fromkeys(item for items in found.values() for item in items)) if found else None


def _bracketed(text: str, known: Known) -> list[str] | None:
    """The brackets with the largest share of known words, the first of equals."""
    best, share = None, 0.0
    for bracket in _BRACKETS.findall(text):
        items = _items(bracket)
        known_share = sum(map(known, items)) / len(items) if items else 0.0
        if items and known_share > share:
            best, share = items, known_share
    if best is None and text.startswith("[") and text.endswith("]"):
        return _items(text[1:-1])
    return best


def _mostly_known(items: Sequence[str], known: Known) -> bool:
    """Whether items are labels: half of them, or all where words are not separated, so that an item may be a sentence."""
    share = sum(map(known, items)) / len(items)
    return share == 1 or (share >= 0.5 and all(item[0] < "\u0300" for item in items))  # noqa: PLR2004 - a half


def _plain(text: str, known: Known) -> list[str] | None:
    """A bare list of words, at least half of them known; or nothing but a word for "none"."""
    if len(text) > _LONGEST_PLAIN:
        return None
    bare = _EDGES.sub("", text).lower()
    if bare in _EMPTY and (bare or text.isascii()):
        return []
    items = _items(text)
    if items and _mostly_known(items, known):
        return items
    first, _, rest = text.partition("\n\n")
    items = _items(first) if rest else None
    if items and all(map(known, items)):
        return items
    for head, colon, rest in (line.partition(":") for line in text.splitlines()):
        items = _items(rest) if colon and not known(head.lower()) else None
        if items and all(map(known, items)):
            return items
    return None
