"""Preselect, for a whole vocabulary at once, the labels that the fallback rules may resolve.

This avoids applying the rules to a million unknown labels one by one. Only labels of several words, and single words to
which some rule may apply, remain.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from merunibench.languages import latin_words
from merunibench.lexicon.runtime import morphology
from merunibench.lexicon.runtime.fallback import JOINTS
from merunibench.words import Words

if TYPE_CHECKING:
    import pyarrow as pa


def may_resolve(labels: Words, known: Words, typos: Collection[str]) -> npt.NDArray[np.bool_]:
    """Return which labels `Fallback.resolve` may resolve, shape (V,); it cannot resolve the others, usually most.

    Args:
        labels: Normalised labels.
        known: The words of the lexicon.
        typos: The misspellings that the fallback knows.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = _tidy_all(labels)
    may = _matches(texts, f"[{JOINTS} ]")
    single = np.flatnonzero(~may)
    words = texts.take(pa.array(single))
    found = [(single, words), *_without_ending(single, words)]
    for start, stop, affixed in (
        *((0, -len(ending), pc.ends_with(words, ending)) for ending in morphology.LESS),
        *((len(prefix), 1 << 30, pc.starts_with(words, prefix)) for prefix in morphology.NEGATING_PREFIXES),
    ):
        rest = pc.utf8_slice_codeunits(words.filter(affixed), start, stop)
        found += [(single[_mask(affixed)], rest), *_without_ending(single[_mask(affixed)], rest)]
    positions = np.concatenate([where for where, _ in found])
    known_forms = _is_in(pa.concat_arrays([form for _, form in found]), known.array.cast(words.type))
    may[positions[known_forms]] = True
    may[single] |= _is_in(words, pa.array(sorted(typos), words.type))
    may[single] |= _matches(words, "|".join(3 * letter for letter in morphology.LETTERS))
    may[single] |= _is_in(words, pa.array(latin_words(), words.type))
    return may | _matches(labels.array, r"[^\x00-\x7f']|'")


def are_any_of(labels: Words, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return whether each label, once tidied, is one of these texts; shape (V,)."""
    import pyarrow as pa

    return _is_in(_tidy_all(labels), pa.array(texts, pa.large_string()))


def _tidy_all(labels: Words) -> "pa.Array":
    """Tidy each label as the fallback does before its rules: words separated by one space, as `large_string`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    straight = pc.replace_substring(labels.array, "’", "'")
    spaced = pc.replace_substring_regex(straight, f"[^{morphology.LETTERS}{JOINTS}]+", " ")
    return pc.ascii_trim(spaced.cast(pa.large_string()), " ")


def _is_in(words: "pa.Array", table: "pa.Array") -> npt.NDArray[np.bool_]:
    import pyarrow.compute as pc

    return _mask(pc.is_in(words, table))


def _without_ending(
    positions: npt.NDArray[np.intp], words: "pa.Array"
) -> "Iterator[tuple[npt.NDArray[np.intp], pa.Array]]":
    """Yield, for each ending, the positions of the words that have it, and their stems."""
    import pyarrow.compute as pc

    for ending, instead in morphology.LOST_ENDINGS if len(words) else ():
        ends = pc.ends_with(words, ending)
        yield positions[_mask(ends)], pc.utf8_replace_slice(words.filter(ends), -len(ending), 1 << 30, instead)


def _matches(texts: "pa.Array", pattern: str) -> npt.NDArray[np.bool_]:
    import pyarrow.compute as pc

    return _mask(pc.match_substring_regex(texts, pattern))


def _mask(flags: "pa.Array") -> npt.NDArray[np.bool_]:
    mask: npt.NDArray[np.bool_] = np.array(flags)
    return mask
