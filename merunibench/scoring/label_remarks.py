"""What is odd about the predicted labels of a data set, said beside its score: a score stays what it is by its rule."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from merunibench._text import shown
from merunibench.kinds import NEUTRAL
from merunibench.labels import LabelLists, Words
from merunibench.lexicon import Lexicon

_JOINED_SHARE, _ANSWER_SHARE = 0.05, 0.2  # of the labels: above, a file looks wrong
_SEPARATORS = ",;|\n\r\t"
_WIDE_SEPARATORS = "，、；／｜"
_JOINED = r"/| and | & "  # some lexicons know both sides of these
_EDGE = r"^[^a-z0-9\x80-\xff]|[^a-z0-9\x80-\xff]$|^(?:“|‘|「|【|《|（)|(?:。|，|！|？|；|：|、|”|’|」|】|》|）)$"
_SIGNS = " \t\n.,;:!?\"'`*_#()[]{}<>-–—…“”‘’。，！？；：、「」【】《》（）"
_BLANKS, _BYTES = 4, 48  # from here on a label is a sentence

_Mask = npt.NDArray[np.bool_]


def label_remarks(labels: LabelLists | None, lexicon: Lexicon) -> Iterator[str]:
    """What a reader of the score should know about the labels, a line each.

    Args:
        labels: The predicted labels of each sample; None for sentiment.
        lexicon: What they are looked up in.
    """
    if labels is None or not len(labels.codes):
        return
    words, counts = labels.vocabulary, labels.label_counts()
    unknown = ~lexicon.known(words) & ~words.equal(NEUTRAL)

    def share(chosen: _Mask) -> float:
        return float(counts[chosen].sum() / max(counts.sum(), 1))

    def some(chosen: _Mask) -> str:
        first = words[int(np.argmax(chosen & (counts > 0)))]
        return f"{int(counts[chosen].sum())} of {int(counts.sum())} labels, such as {shown(first)}"

    sentences = _sentences(words)
    if share(sentences) > _ANSWER_SHARE:
        yield f"{some(sentences)}, look like whole answers: put them in the column 'text' and have labels taken from it"
    joined = _holding_separators(words, unknown)
    if share(joined) > _JOINED_SHARE:
        which = "of whatever script, or line breaks"
        yield f"labels hold commas, semicolons or bars, {which} ({some(joined)}): are several labels written as one?"
    bare = _known_without_signs(words, unknown, lexicon)
    if share(bare):
        yield f"{some(bare)}, are unknown to the lexicon and would be known without the signs at their edges"


def _sentences(words: Words) -> _Mask:
    blanks = pc.greater_equal(pc.count_substring(words.array, " "), _BLANKS)
    return np.asarray(pc.or_(blanks, pc.greater_equal(pc.binary_length(words.array), _BYTES)))


def _holding_separators(words: Words, unknown: _Mask) -> _Mask:
    """Which words hold what separates words, in one way or another, shape (V,)."""
    found = words.containing(_SEPARATORS)
    for sign in _WIDE_SEPARATORS:
        found |= np.asarray(pc.match_substring(words.array, sign))
    found[np.flatnonzero(unknown)] |= _matching(words.take(np.flatnonzero(unknown)), _JOINED)
    return found


def _known_without_signs(words: Words, unknown: _Mask, lexicon: Lexicon) -> _Mask:
    """Which words are unknown, and known without the signs at their edges, shape (V,)."""
    found, rows = np.zeros(len(words), bool), np.flatnonzero(unknown)
    rows = rows[_matching(words.take(rows), _EDGE)]
    if len(rows):
        found[rows] = lexicon.known(Words.of([word.strip(_SIGNS) for word in words.take(rows)]))
    return found


def _matching(words: Words, pattern: str) -> _Mask:
    """In which words a pattern (RE2) finds something, byte by byte, shape (V,)."""
    return np.asarray(pc.match_substring_regex(words.array, pattern), bool)
