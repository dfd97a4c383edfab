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
    return (_blanks(words) >= _BLANKS) | (np.asarray(pc.binary_length(words.array)) >= _BYTES)


def _holding_separators(words: Words, unknown: _Mask) -> _Mask:
    """Which words hold what separates words, in one way or another, shape (V,)."""
    found = words.containing(_SEPARATORS)
    if not _is_ascii(words):
        for sign in _WIDE_SEPARATORS:
            found |= np.asarray(pc.match_substring(words.array, sign))
    slashes = np.asarray(pc.match_substring(words.array, "/"))
    rows = np.flatnonzero(unknown & (slashes | (_blanks(words) >= 2)))
    found[rows] |= np.asarray(pc.match_substring_regex(words.take(rows).array, _JOINED), bool)
    return found


def _known_without_signs(words: Words, unknown: _Mask, lexicon: Lexicon) -> _Mask:
    """Which words are unknown, and known without the signs at their edges, shape (V,)."""
    found = np.zeros(len(words), bool)
    rows = np.flatnonzero(unknown & ~_bounded_by_letters(words))
    bare = [word.strip(_SIGNS) for word in words.take(rows)]
    changed = np.array([len(word) < len(whole) for word, whole in zip(bare, words.take(rows), strict=True)], bool)
    if changed.any():
        found[rows] = changed & lexicon.known(Words.of(bare))
    return found


def _blanks(words: Words) -> npt.NDArray[np.int32]:
    return np.asarray(pc.count_substring(words.array, " "), np.int32)


def _is_ascii(words: Words) -> bool:
    return bool((_bytes(words)[1] < 128).all())


def _bounded_by_letters(words: Words) -> _Mask:
    """Which words begin and end with a letter of the English alphabet or a digit, shape (V,)."""
    offsets, characters = _bytes(words)
    letters = np.zeros(256, bool)
    letters[[*range(ord("0"), ord("9") + 1), *range(ord("a"), ord("z") + 1)]] = True
    filled = offsets[1:] > offsets[:-1]
    bounded = np.zeros(len(words), bool)
    bounded[filled] = letters[characters[offsets[:-1][filled]]] & letters[characters[offsets[1:][filled] - 1]]
    return bounded


def _bytes(words: Words) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Where each word begins and ends among the characters, shape (V + 1,), and these, as they lie in memory."""
    _, offsets, characters = words.array.buffers()
    bounds = np.frombuffer(offsets, np.int64)[words.array.offset : words.array.offset + len(words) + 1]
    return bounds, np.frombuffer(characters or b"", np.uint8)
