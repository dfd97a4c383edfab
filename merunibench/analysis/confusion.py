"""Confusion of sector sets: what was predicted instead of the truth."""

from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.kinds import POLARITIES, PREFERENCES
from merunibench.report.error_analysis import Confusion
from merunibench.report.error_analysis.result import NOTHING
from merunibench.scoring import SampleScores

_CHUNK = 1 << 16

Members = npt.NDArray[np.bool_]
"""Membership of sectors in sets, shape (S sectors, N samples)."""


def confusion(scores: SampleScores, wheel: int | None) -> Confusion:
    r"""Return the confusion on one wheel (counted from 1), or without wheels (None): polarities, classes, preferences.

    For every scored sample with true sectors G and predicted sectors P, a true sector in P is counted in its own
    column. A missed one is distributed evenly over the wrongly predicted sectors, 1 / |P \ G| for each of P \ G, or
    counted under `nothing` if P \ G is empty. A row sums to the number of samples in which its sector is true.
    """
    of_polarity = wheel is None and scores.task.of_kind.answer == "polarity"
    names, true, predicted = memberships(scores, wheel)
    counts, wrong = confusion_counts(true, predicted)
    if of_polarity:  # positive, neutral, negative: a fixed order, and neutral is never the truth
        rows, columns = np.array((0, 2)), np.arange(len(names))
    else:  # the rows that occur, as columns before the other columns that occur
        rows = np.flatnonzero(counts.any(axis=1))
        said = counts[:, :-1].any(axis=0) | (wrong > 0)
        said[rows] = False
        columns = np.concatenate([rows, np.flatnonzero(said)])
    return Confusion(
        wheel=wheel,
        rows=tuple(names[row] for row in rows),
        columns=(*(names[column] for column in columns), NOTHING),
        counts=tuple(tuple(line) for line in counts[rows][:, [*columns, len(names)]].tolist()),
        wrong=tuple(wrong[columns].tolist()),
        samples=int(true.any(axis=0).sum()),
    )


def memberships(scores: SampleScores, wheel: int | None) -> tuple[tuple[str, ...], Members, Members]:
    """Names of the sectors of a wheel (None: polarities, classes, preferences), and which are true and predicted."""
    if wheel is None:
        return _of_one_each(scores)
    names: tuple[str, ...] = tuple(scores.encoded.sectors[wheel - 1])
    sides = scores.true_sectors[wheel - 1], scores.predicted_sectors[wheel - 1]
    true, predicted = (members(side, len(names)) for side in sides)
    return names, true, predicted


def members(masks: npt.NDArray[Any], sectors: int) -> Members:
    """Convert bit masks, shape (N,), to membership of the first `sectors` bits, shape (S, N)."""
    bits = np.left_shift(np.uint64(1), np.arange(sectors, dtype=np.uint64)).astype(masks.dtype)
    inside: Members = (masks & bits[:, None]) != 0
    return inside


def confusion_counts(true: Members, predicted: Members) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return the counts of `confusion`, shape (S, S + 1), and the samples with a wrongly predicted sector, shape (S,).

    A sample with an empty true set does not contribute to either.
    """
    sectors, samples = true.shape
    counts, wrong = np.zeros((sectors, sectors + 1)), np.zeros(sectors, np.int64)
    for start in range(0, samples, _CHUNK):
        part = slice(start, start + _CHUNK)
        counted = true[:, part].any(axis=0)
        truth, guess = true[:, part][:, counted], predicted[:, part][:, counted]
        missed, extra = truth & ~guess, guess & ~truth
        number = extra.sum(axis=0)
        counts[:, :-1] += missed.astype(float) @ (extra / np.maximum(number, 1)).T
        counts[:, -1] += (missed & (number == 0)).sum(axis=1)
        counts[np.arange(sectors), np.arange(sectors)] += (truth & guess).sum(axis=1)
        wrong += extra.sum(axis=1)
    # The last bits of a matrix product differ between processors, but the figures must not.
    return counts.round(10), wrong


def _of_one_each(scores: SampleScores) -> tuple[tuple[str, ...], Members, Members]:
    """Names, truths and answers of samples with at most one truth and one answer each."""
    true, predicted = scores.encoded.truth, scores.encoded.predicted
    answer = scores.task.of_kind.answer
    if answer == "polarity":
        return tuple(POLARITIES), *_polarities(scores)
    if answer == "preference":
        sides = np.array([[1], [-1]])
        return tuple(PREFERENCES)[:2], true == sides, predicted[:, 0] == sides
    numbers = np.arange(len(true.words))[:, None]
    return true.words, true.codes == numbers, predicted.codes == numbers


def _polarities(scores: SampleScores) -> tuple[Members, Members]:
    """True and predicted polarity as sets of one. Zero is not a truth, and a missing prediction is the empty set."""
    true, predicted = scores.encoded.truth, scores.encoded.predicted
    truth = np.stack([true > 0, np.zeros(len(true), bool), true < 0])
    guess = np.stack([predicted > 0, predicted == 0, predicted < 0]) & scores.present
    return truth, guess
