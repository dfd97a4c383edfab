"""What a crowd would keep by chance, if votes were randomly assigned to samples; in closed form, without shuffling.

A hit test favours label lists that contain many or frequent sectors. So each sample has its own chance level: the share
of all votes with which its labels would agree. The sum of the chance levels is the expected number of passes;
statistics weighted by them are the expected statistics of the rows that shuffled votes would keep.
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
_BITS = 62  # of a non-negative code


def chance_of_lists(
    held: Held, votes: IntArray, counts: IntArray, agrees: Callable[[Held, IntArray], Mask]
) -> FloatArray:
    """Return the probability that a randomly drawn vote agrees with each label list, shape (N,).

    Args:
        held: The elements of N label lists.
        votes: The distinct votes, shape (Q, groupings).
        counts: Number of samples with each vote, shape (Q,); or with each combination of it and one of S values of
            something else that is drawn jointly, shape (Q, S).
        agrees: Elements of label lists and one vote -> whether they agree.

    Returns:
        The probability that the vote agrees, shape (N,); or that it agrees and is drawn with each value, shape (N, S).
    """
    few, lists = _distinct(held)
    total = np.zeros((few[0].shape[1], *counts.shape[1:]))
    for vote, count in zip(votes, counts, strict=True):
        total[agrees(few, vote)] += count
    chance: FloatArray = (total / max(int(counts.sum()), 1))[lists]
    return chance


def _distinct(held: Held) -> tuple[Held, IntArray]:
    """Return the distinct label lists by elements, and the index of each list among them."""
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
