"""Remarks on unusual predicted labels of a data set, shown next to its score. They never change the score."""

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import short_repr
from merunibench.data.accounting import STATEMENTS
from merunibench.kinds import NEUTRAL
from merunibench.labels import LabelLists
from merunibench.lexicon import Lexicon
from merunibench.protocols import numbers_of_parts
from merunibench.words import Words

_JOINED_SHARE, _ANSWER_SHARE = 0.05, 0.2  # shares of labels above which a file is probably wrong
_SEPARATORS = (*",;|\n\r\t，、；／｜·•→或", "  ", ". ", " - ", "->")
_JOINED = r"/| and | & "  # some lexicons resolve both sides of these
_SIGNS = " \t\n.,;:!?\"'`*_#()[]{}<>-–—…“”‘’。，！？；：、「」【】《》（）"
_STUFFED = 3  # number of words joined to one label
_BLANKS, _BYTES = 4, 48  # from these counts on, a label is a sentence

_Mask = npt.NDArray[np.bool_]


def label_remarks(labels: LabelLists | None, lexicon: Lexicon) -> Iterator[str]:
    """Yield remarks on the labels for readers of the score, one line each.

    Args:
        labels: The predicted labels of each sample; None for sentiment.
        lexicon: The lexicon of the score.
    """
    if labels is None or not len(labels.codes):
        return
    words, counts = labels.vocabulary, labels.label_counts()
    unknown = ~lexicon.known(words) & ~words.equal(NEUTRAL)
    blanks = np.asarray(pc.count_substring(words.array, " "), np.int32)

    def share(chosen: _Mask) -> float:
        return float(counts[chosen].sum() / max(counts.sum(), 1))

    def some(chosen: _Mask) -> str:
        first = words[int(np.argmax(chosen & (counts > 0)))]
        return f"{int(counts[chosen].sum())} of {int(counts.sum())} labels, such as {short_repr(first)}"

    sentences = (blanks >= _BLANKS) | (np.asarray(pc.binary_length(words.array)) >= _BYTES)
    if share(sentences) > _ANSWER_SHARE:
        yield f"{some(sentences)}, look like whole answers: put them in the column 'text' to extract labels from it"
    joined = _holding_separators(words, unknown, blanks)
    if share(joined) > _JOINED_SHARE:
        which = "line breaks or similar separators of any script"
        yield f"labels contain commas, semicolons, bars, {which} ({some(joined)}): are several labels written as one?"
    several = numbers_of_parts(words, lexicon) >= _STUFFED
    if share(several) > _JOINED_SHARE:
        yield f"{some(several)}, join {_STUFFED} words or more: the official protocol counts each as one label"
    bare = _known_without_signs(words, unknown, lexicon)
    if share(bare):
        yield f"{some(bare)}, are unknown to the lexicon, but would be known without the punctuation around them"


def _holding_separators(words: Words, unknown: _Mask, blanks: npt.NDArray[np.int32]) -> _Mask:
    """Return which words contain a separator of words, shape (V,)."""
    bounds, characters = _bytes(words)
    every = characters[bounds[0] : bounds[-1]].tobytes()
    found = np.zeros(len(words), bool)
    # Most vocabularies contain none of them, which a scan of all bytes at once finds out quickly.
    signs = filter(str.isascii, _SEPARATORS) if every.isascii() else _SEPARATORS
    if present := [re.escape(sign) for sign in signs if (sign.strip()[:1] or sign).encode() in every]:
        found |= words.matching("|".join(present))
    several = blanks >= 2
    if b"/" in every:
        several |= np.asarray(pc.match_substring(words.array, "/")) & (words.positions_in(Words.of(STATEMENTS)) < 0)
    rows = np.flatnonzero(unknown & several)
    found[rows] |= words.take(rows).matching(_JOINED)
    return found


def _known_without_signs(words: Words, unknown: _Mask, lexicon: Lexicon) -> _Mask:
    """Return which words are unknown, but known without the punctuation around them, shape (V,)."""
    found = np.zeros(len(words), bool)
    rows = np.flatnonzero(unknown & ~_bounded_by_letters(words))
    try:
        texts = words.take(rows).array.cast(pa.large_string())
    except pa.ArrowInvalid:  # a lone surrogate, which only Python strings can contain
        return found
    bare = pc.utf8_trim(texts, characters=_SIGNS)
    found[rows] = np.asarray(pc.not_equal(bare, texts)) & lexicon.lists(Words(bare.cast(pa.large_binary())))
    return found


def _bounded_by_letters(words: Words) -> _Mask:
    """Return which words begin and end with an ASCII letter or digit, shape (V,)."""
    bounds, characters = _bytes(words)
    letters = np.zeros(256, bool)
    letters[[*range(ord("0"), ord("9") + 1), *range(ord("a"), ord("z") + 1)]] = True
    filled = bounds[1:] > bounds[:-1]
    bounded = np.zeros(len(words), bool)
    bounded[filled] = letters[characters[bounds[:-1][filled]]] & letters[characters[bounds[1:][filled] - 1]]
    return bounded


def _bytes(words: Words) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Return the offsets of the words in the character buffer, shape (V + 1,), and the buffer."""
    _, offsets, characters = words.array.buffers()
    bounds = np.frombuffer(offsets, np.int64)[words.array.offset : words.array.offset + len(words) + 1]
    return bounds, np.frombuffer(characters or b"", np.uint8)
