"""Read answers that are lists in any of the usual forms: headed lists, bullets, JSON, tables, plain commas.

Items are taken as written; the lexicon decides what they mean. A text that is not a list gives None and is read as a
description, like a sentence instead of a list (`{"emotion": "He seems sad."}`).
"""

import re
from collections.abc import Iterator, Sequence

from merunibench.extraction.items import EDGES, OPTION, PROSE, SPLIT, items_of, labels_of, says_nothing
from merunibench.extraction.pairs import MEASURES, Pair, is_value, split_pair, value_of
from merunibench.extraction.structured import Known, Sentence, read_structured, read_table
from merunibench.languages import is_head

__all__ = ["Sentence", "read_list"]

_OWNER = r"(?:(?:the|this|his|her|their|my)\s+)?(?:(?:main|male|female)\s+)?(?:\w+'s?\s+)?"
_ADJECTIVE = (
    r"(?:(?:current|overall|main|dominant|primary|secondary|final|predicted|detected|expressed|possible|most likely|"
    r"observed|underlying|key|top|perceived|general)\s+){0,2}"
)
_NAME = (
    r"(?:emotional\s+(?:states?|labels?|tones?)|emotions?(?:\s+(?:labels?|categor(?:y|ies)|words|tags|states?))?|"
    r"feelings?|moods?|labels?|answers?|sentiments?(?:\s+polarity)?|polarity|attitudes?|affect|class(?:es)?|"
    r"categor(?:y|ies)|"
    r"predictions?|tags|情[绪緒感]|感情|心情|标签|감정|정서|emoci[oó]n(?:es)?|sentimientos?|émotions?|gefühle?|emotionen|"
    r"emoç(?:ão|ões)|sentimentos?|emozion[ei]|эмоци[яи]|чувств[оа]|المشاعر|العاطفة|भावनाएँ|भावना)"
)
_VERB = (
    r"(?:\s*[:：]|\s+(?:is|are|was|were|includes?|can be described as|would be|appears? to be|seems? to be)\b\s*:?|"
    r"\s*(?:是|为|は))"
)
_SO = r"(?:so|thus|therefore|overall|in summary)"
_STEM = re.compile(
    rf"^\s*+(?:{_SO}?,\s*+|{_SO}\s*+)?{_OWNER}{_ADJECTIVE}{_NAME}"
    rf"(?:\s+of\s+(?:the|this)\s+\w+)?{_VERB}\s*",
    re.IGNORECASE,
)
_HEADED_LINE = re.compile(
    rf"[\s\W]{{0,9}}(?P<head>{_OWNER}{_ADJECTIVE}{_NAME})\s*[:：]\s*(?P<items>\S.*)", re.IGNORECASE
)
_BULLET = re.compile(r"^[ \t]*(?:[-–](?!\d)|[*•·▪●◦]|\(?\d{1,2}[.):、])[ \t]*(\S.*)$", re.MULTILINE)
_EXPLANATION = re.compile(r"(?<!\s)(?:\s+[-–—(]|\s*[:：]\s)|,\s*(?:as|since|because|given|due to|which)\b")
_BESIDE = re.compile(r"\s*+(?:[:：–—(-]+\s*+)?([^\s,;.()]+(?:\s%)?)")
_BRACKETS = re.compile(r"\[([^\[\]{}]{0,2000})\]")
_LETTER = re.compile(r"[^\W\d_]")
_LONGEST_PLAIN = 400
_LONGEST_HEAD = 60
_MOST_UNKNOWN = 2  # words of an unknown item; a sentence in another language has more


def read_list(text: str, known: Known) -> list[str] | Sentence | None:
    """Return the items of an answer that is a list; None if it is not a list.

    Args:
        text: The unwrapped answer.
        known: Whether a label is a word of the lexicon; distinguishes a bare list (`sad, tired`) from other text.

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
            items = items_of(rest.partition("\n\n")[0])
            if items is not None:
                return items
    for read in (read_structured, read_table, _bulleted, _headed, _bracketed, _plain):
        found = read(text, known)
        if found is not None:
            return found
    return None


def _bulleted(text: str, known: Known) -> list[str] | None:
    """Return the heads of bulleted or numbered lines: labels, each possibly followed by a value or an explanation."""
    lines = [OPTION.sub("", line.rstrip(" \t")) for line in _BULLET.findall(text)]
    if not lines:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not all(split_pair(line).value is not None or OPTION.match(line) for line in lines):
            return None
    items: list[str | Pair] = []
    for line in lines:
        pair = split_pair(line)
        if pair.value is None:
            head = _EXPLANATION.split(line, maxsplit=1)[0]
            value = _BESIDE.match(line, len(head))
            pair = Pair(head, value_of(value[1]) if value else None)
        if pair.value is None and PROSE.search(pair.label):
            return None
        items.extend(pair._replace(label=part) for part in SPLIT.split(pair.label))
    labels = labels_of(items)
    if labels is None or (labels and 2 * sum(map(known, labels)) < len(labels)):
        return None
    return labels


def _headed(text: str, known: Known) -> list[str] | None:  # noqa: ARG001 - the heading shows that these are labels
    """Return the items after the headings of lists: `Emotions: sad, tired`.

    If a heading is repeated, the last one counts, unless all lines have headings: then there is one line per emotion.
    """
    found: dict[str, list[str]] = {}
    heads = list(_headed_lines(text))
    each_counts = len(heads) == sum(map(_says_label, text.splitlines()))
    for number, (head, rest) in enumerate(heads):
        items = items_of(rest)
        if items:
            found[f"{number} {head}" if each_counts else head.lower()] = items
    return list(dict.fromkeys(item for items in found.values() for item in items)) if found else None


def _says_label(line: str) -> bool:
    """Return whether a line is neither blank nor the value of a measure, such as `intensity: high`."""
    head, _, value = line.partition(":")
    return _LETTER.search(line) is not None and not (EDGES.sub("", head).lower() in MEASURES and is_value(value))


def _headed_lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield the headings of lists in English and other languages, each with the rest of its line."""
    for line in text.splitlines():
        if english := _HEADED_LINE.match(line):
            yield english["head"], english["items"]
            continue
        head, colon, rest = line.replace("：", ":").partition(":")
        if colon and len(head) <= _LONGEST_HEAD and is_head(EDGES.sub("", head)):
            yield EDGES.sub("", head), rest


def _bracketed(text: str, known: Known) -> list[str] | None:
    """Return the brackets with the largest share of known words; if tied, the longest list, then the first."""
    best, most = None, (0.0, 0)
    for bracket in _BRACKETS.findall(text):
        items = items_of(bracket)
        count = sum(map(known, items or ()))
        if items and count and (count / len(items), count) > most:
            best, most = items, (count / len(items), count)
    if best is None and text.startswith("[") and text.endswith("]"):
        return items_of(text[1:-1])
    return best


def _mostly_known(items: Sequence[str], known: Known) -> bool:
    """Return whether half of the items are known labels, or all in scripts without spaces, which may be sentences."""
    if any(len(item.split()) > _MOST_UNKNOWN and not known(item) for item in items):
        return False
    share = sum(map(known, items)) / len(items)
    return share == 1 or (share >= 0.5 and all(item[0] < "\u0300" for item in items))


def _plain(text: str, known: Known) -> list[str] | None:
    """Return a bare list of words, at least half of them known; empty for a single word meaning "none"."""
    if len(text) > _LONGEST_PLAIN:
        return None
    if says_nothing(text):
        return []
    items = items_of(text)
    if items is not None and (not items or _mostly_known(items, known)):
        return items
    first, _, rest = text.partition("\n\n")
    items = items_of(first) if rest else None
    if items and all(map(known, items)):
        return items
    for head, colon, rest in (line.partition(":") for line in text.splitlines()):
        items = items_of(rest) if colon and not known(head.lower()) else None
        if items and all(map(known, items)):
            return items
    return None
