"""What a crowd would keep by luck: votes dealt to samples at random. In closed form, no shuffling.

A hit test prefers label lists that name many sectors, or frequent ones. So every sample has a chance of its own: the
share of all votes that its labels would have agreed with. The sum of these is the number of passes to be expected, and
figures weighted by them are those expected of what shuffled votes keep.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.curation.crowd.groups import Held
from merunibench.curation.crowd.weights import distinct_rows
from merunibench.curation.filters.base import Mask

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.integer[Any]]
_BITS = 62  # of a code, which is positive


def chance_of_lists(
    held: Held, votes: IntArray, counts: IntArray, agrees: Callable[[Held, IntArray], Mask]
) -> FloatArray:
    """The probability that a vote drawn at random agrees with each label list, shape (N,).

    Args:
        held: The elements of N label lists.
        votes: The distinct votes, shape (Q, groupings).
        counts: How many samples have each of them, shape (Q,); or, by something else that is drawn along, (Q, S).
        agrees: Elements of label lists and one vote -> whether they agree.

    Returns:
        Shape (N,), or (N, S): that the vote agrees, and what is drawn along is this.
    """
    few, lists = _distinct(held)
    total = np.zeros((few[0].shape[1], *counts.shape[1:]))
    for vote, count in zip(votes, counts, strict=True):
        total[agrees(few, vote)] += count
    chance: FloatArray = (total / max(int(counts.sum()), 1))[lists]
    return chance


def _distinct(held: Held) -> tuple[Held, IntArray]:
    """The label lists that differ in their elements, and which of these each list is."""
    bits = np.concatenate(held)
    codes: list[IntArray] = []
    for start in range(0, len(bits), _BITS):
        code = np.zeros(bits.shape[1], np.int64)
        for place, each in enumerate(bits[start : start + _BITS]):
            code |= each.astype(np.int64) << place
        if code.any() or not codes:
            codes.append(code)
    patterns, lists, _ = distinct_rows(codes)
    first = np.zeros(len(patterns), np.int64)
    first[lists[::-1]] = np.arange(len(lists))[::-1]
    return tuple(each[:, first] for each in held), lists
