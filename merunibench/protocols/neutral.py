"""Recognise labels that mean `neutral`, in any spelling and language, and split joined labels into words.

A label that means "no emotion" (`none`, `N/A`, `无情绪`) is read as `neutral`, like an empty list of labels. The words
of other languages are defined in `merunibench.languages`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench._text import compatible
from merunibench.kinds import NEUTRAL
from merunibench.languages import NOTHING, answer_words, label_of
from merunibench.lexicon import Lexicon
from merunibench.words import Words

_LONGEST = 80
_GRADES = (
    "very|quite|rather|fairly|mostly|mainly|largely|generally|overall|relatively|somewhat|slightly|predominantly"
    "|primarily|completely|totally|purely|emotionally"
)
_NOUNS = (
    "tones?|expressions?|emotions?|emotional|facial|faces?|moods?|feelings?|states?|affect|sentiments?|attitudes?"
    "|demeanou?rs?|polarity|valence|voice|labels?|vocal|manner|stance|gaze|look|looking|posture|disposition|appearance"
    "|responses?|reactions?|of voice"
)
_FELT = (
    r"(?:facial )?expressions?|emotions?|feelings?|moods?|affect|sentiments?|polarity|valence|labels?"
    rf"|(?:emotional|affective) (?:{_NOUNS}|content|cues?)"
)
_SEEN = "clear|clearly|particular|specific|strong|obvious|visible|apparent|evident|distinct|discernible|notable|real"
_DETECTED = "detected|expressed|present|shown|found|visible|evident|observed|at all"
_SAYS_NEUTRAL = re.compile(
    rf"(?:(?:the |a |his |her |their )?(?:(?:{_NOUNS}) )*(?:is )?)(?:the |a )?(?:(?:{_GRADES}) )*"
    rf"neutral(?:s|ity|ly|ness)?(?: (?:{_NOUNS}))*"
    rf"|(?:no|without|without any|lack of|absence of) (?:(?:{_SEEN}) )*(?:{_FELT})(?: (?:is |are )?(?:{_DETECTED}))?"
    r"|(?:(?:emotion|label|sentiment|mood)s? )?(?:none|none of (?:the above|these|them)|not applicable|n ?[./] ?a)"
    r"|nothing"
    "|neutraal|neutrale|neutraln[yae]|obojętny|neutráln[íy]|neutralno|neutralt|nøytral|neutraali|semleges|neutr[uă]|nötr"
    "|netral|trung tính|trung lập|ουδέτερ(?:ος|η|ο)|нейтральний|неутрален|ניטרלי|خنثی|เป็นกลาง"
)
"""The last lines are words in languages that `merunibench.languages` does not cover."""
_BLANKS = re.compile(r"[\s_\-:=]+")
_JOINTS = re.compile(r"\s*[/&+;|]\s*|\s(?:and|or)\s|(?<!thing)(?<!none)(?<!\ball)\sbut\s")  # not `nothing but joy`
_ASIDES = re.compile(rf"{_JOINTS.pattern}|\s*[()\[\],]\s*")
_MAY_BE_JOINED = r"[/&+;|()\[\],]|\s(?:and|or|but)\s"


@dataclass(frozen=True)
class Reading:
    """Elements of V labels in addition to the sectors of the lexicon: `neutral`, and U unknown words.

    Attributes:
        neutral: Which labels mean `neutral`, alone or joined with others (`neutral/calm`), shape (V,).
        words: The words that are unknown on all wheels, shape (U,).
        labels: Index of the label that contains each unknown word, ascending, shape (U,).
    """

    neutral: npt.NDArray[np.bool_]
    words: Words
    labels: npt.NDArray[np.intp]

    def words_of(self, labels: npt.NDArray[np.integer[Any]]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return, for the unknown words in labels of shape (L,), the index into these labels and into `words`."""
        number = np.bincount(self.labels, minlength=len(self.neutral))
        first, counts = (np.cumsum(number) - number)[labels], number[labels]
        places = np.repeat(np.arange(len(labels)), counts)
        within = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
        return places, first[places] + within


def read_exactly(vocabulary: Words, lexicon: Lexicon) -> Reading:
    """Read labels as in version 1 of the strict protocol: only the word `neutral`; labels are not split."""
    known = lexicon.known(vocabulary) | vocabulary.equal(NEUTRAL) | lexicon.are_stop_words(vocabulary)
    neutral = np.zeros(len(vocabulary), bool)
    # After empty true lists were replaced by `neutral`, a vocabulary may contain it twice; version 1 counts the first.
    neutral[np.flatnonzero(vocabulary.equal(NEUTRAL))[:1]] = True
    unknown = np.flatnonzero(~known)
    return Reading(neutral, vocabulary.take(unknown), unknown)


def read_parts(vocabulary: Words, lexicon: Lexicon) -> Reading:
    """Read labels as in version 2 of the strict protocol: all spellings of `neutral`; joined labels are split.

    Words for `neutral`, and labels that the lexicon lists as a whole, are not split.
    """
    neutral = are_neutral(vocabulary, lexicon)
    joined = _joined(vocabulary, lexicon) & ~neutral
    rows = np.flatnonzero(joined)
    parts = [parts_of(label) for label in vocabulary.take(rows)]
    pieces = Words.of([part for each in parts for part in each])
    rows = np.repeat(rows, [len(each) for each in parts])
    is_neutral = are_neutral(pieces, lexicon)
    neutral[rows[is_neutral]] = True
    unknown = ~(is_neutral | lexicon.known(pieces) | lexicon.are_stop_words(pieces))
    whole = np.flatnonzero(~(joined | neutral | lexicon.known(vocabulary) | lexicon.are_stop_words(vocabulary)))
    labels = np.concatenate([whole, rows[unknown]])
    words = [*vocabulary.take(whole), *pieces.take(np.flatnonzero(unknown))]
    order = np.argsort(labels, kind="stable")
    return Reading(neutral, Words.of(words).take(order), labels[order])


def numbers_of_parts(vocabulary: Words, lexicon: Lexicon) -> npt.NDArray[np.int64]:
    """Return the number of words that each label joins: 3 for `happy/sad/angry`, 1 for single words; shape (V,)."""
    numbers = np.ones(len(vocabulary), np.int64)
    rows = np.flatnonzero(_joined(vocabulary, lexicon))
    rows = rows[~are_neutral(vocabulary.take(rows), lexicon)]
    numbers[rows] = [max(1, len(parts_of(label))) for label in vocabulary.take(rows)]
    return numbers


def parts_of(label: str) -> list[str]:
    """Return the distinct words that a label joins with a sign, or with `and`, `or`, `but`, in order.

    Brackets and commas are separators only if a part is `neutral`; otherwise they enclose remarks.

    Example:
        >>> parts_of("happy/sad and angry"), parts_of("neutral (calm)"), parts_of("happy (smiling)")
        (['happy', 'sad', 'angry'], ['neutral', 'calm'], ['happy (smiling)'])
    """
    parts = _split(_ASIDES, label)
    return parts if any(map(says_neutral, parts)) else _split(_JOINTS, label)


def _split(joints: re.Pattern[str], label: str) -> list[str]:
    parts = map(str.strip, joints.split(label))
    return list(dict.fromkeys(part for part in parts if any(map(str.isalnum, part)) or label_of(part) == NEUTRAL))


def are_neutral(vocabulary: Words, lexicon: Lexicon) -> npt.NDArray[np.bool_]:
    """Return which labels mean `neutral` and nothing else, shape (V,); labels with a sector never do."""
    neutral = vocabulary.equal(NEUTRAL)
    rows = np.flatnonzero(~neutral & ~lexicon.known(vocabulary))
    unknown = vocabulary.take(rows)
    may = np.flatnonzero(unknown.matching(_may_say_it()))
    neutral[rows[may]] = [says_neutral(label) for label in unknown.take(may)]
    return neutral


@lru_cache(maxsize=1 << 14)
def says_neutral(label: str) -> bool:
    """Return whether a label means "no emotion" in one of the languages.

    Example:
        >>> [says_neutral(label) for label in ("Neutral.", "neutral tone", "N/A", "中性", "calm", "not neutral")]
        [True, True, True, True, False, False]
    """
    if len(label) > _LONGEST:
        return False
    parts = _split(_ASIDES, label)
    return _says_it(label) or (len(parts) > 1 and all(map(_says_it, parts)))


def _says_it(label: str) -> bool:
    bare = _without_signs(compatible(label).lower())
    plain = _BLANKS.sub(" ", bare)
    if not plain:
        return label_of(label) == NEUTRAL  # emoji have no letters
    if _SAYS_NEUTRAL.fullmatch(plain) or {bare, plain} & NOTHING or {bare, plain} & answer_words("none"):
        return True
    return ("neutr" in plain or not plain.isascii()) and label_of(plain) == NEUTRAL


def _without_signs(text: str) -> str:
    """Return the text from the first to the last letter, including combining marks (Hindi words may end in one)."""
    letters = [place for place, sign in enumerate(text) if sign.isalpha()]
    if not letters:
        return ""
    end = letters[-1] + 1
    while end < len(text) and unicodedata.category(text[end])[0] == "M":
        end += 1
    return text[letters[0] : end]


def _joined(vocabulary: Words, lexicon: Lexicon) -> npt.NDArray[np.bool_]:
    return vocabulary.matching(_MAY_BE_JOINED) & ~lexicon.lists(vocabulary)


@cache
def _may_say_it() -> str:
    """Return a pattern over UTF-8 that matches every label that `says_neutral`, and few others."""
    starts = {word.split()[0] for word in NOTHING | answer_words("none") if word.isascii()}
    starts |= {
        "no",
        "nothing",
        "without",
        "lack",
        "absence",
        "none",
        "not",
        "emotion",
        "label",
        "sentiment",
        "mood",
    } | {"netral", "semleges"}
    words = "|".join([*sorted(map(re.escape, starts)), "n ?[./] ?a"])
    return rf"neutr|^[^a-z]*(?:{words})s?(?:[^a-z]|$)|[^\x00-\x7f]"
