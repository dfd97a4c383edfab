"""Basic task: hit rate and matching score (MER2023, MER2024, MELD, IEMOCAP)."""

from typing import Any

import numpy as np

from merunibench.metrics.base import (
    FloatArray,
    Masks,
    Summary,
    distinct,
    mean_where_defined,
    overlap,
    ratio,
    share,
    sizes,
    wheel_means,
    wheel_summary,
)

_PER_WHEEL = 3  # samples that count, hits, matching score


class HitRate:
    """Hit rate of the official protocol.

    The truth is one category word, so its sector set G on a wheel has one sector, or none; the sample then does not
    count on that wheel (`neutral` is on no official wheel, so neutral samples never count). With predicted set P, and C
    the set of the sectors of all categories that occur in the data set:

        hit rate = mean |P ∩ G|        matching score = mean |P ∩ G| / |P ∩ C|  (0 where P ∩ C is empty)

    averaged over the samples that count, then over the five wheels.
    Source: AffectGPT (arXiv 2501.16566) and its evaluation code.
    """

    score_key = "hit_rate"
    chance_corrected = False

    def quantities(self, truth: Masks, predicted: Masks) -> FloatArray:
        """Whether each sample counts, its hit and its matching score on each wheel, shape (15, N)."""
        values = np.empty((len(truth), _PER_WHEEL, truth.shape[1]))
        for wheel, (true, guess) in enumerate(zip(truth, predicted, strict=True)):
            hits = sizes(true & guess)
            values[wheel, 0] = true != 0
            values[wheel, 1] = hits
            values[wheel, 2] = share(hits, sizes(guess & _categories(true)))
        return values.reshape(len(truth) * _PER_WHEEL, truth.shape[1])

    def expected(self, truth: Masks, predicted: Masks) -> FloatArray:
        """Sums of the quantities expected under shuffling, shape (15,)."""
        return np.concatenate([_expected_on_wheel(*sets) for sets in zip(truth, predicted, strict=True)])

    def score(self, sums: FloatArray) -> FloatArray:
        """Hit rate, averaged over the wheels; shape (..., 15) -> (...)."""
        _, means = wheel_means(sums, _PER_WHEEL)
        return mean_where_defined(means[..., 0])

    def summary(self, sums: FloatArray) -> Summary:
        """Hit rate and matching score, overall and on each wheel."""
        counts, means = wheel_means(sums, _PER_WHEEL)
        figures = {"hit_rate": means[:, 0], "matching_score": means[:, 1]}
        return wheel_summary(counts, figures)


def _categories(truth: Masks) -> np.unsignedinteger[Any]:
    """Sectors of all categories that occur, as one mask."""
    mask: np.unsignedinteger[Any] = np.bitwise_or.reduce(truth, initial=truth.dtype.type(0))
    return mask


def _expected_on_wheel(truth: Masks, predicted: Masks) -> FloatArray:
    """Samples that count, expected sum of their hits, and of their matching scores.

    Shuffling pairs every prediction with every truth equally often: a sum over N pairs is expected to be the sum over
    all N² pairs, divided by N.
    """
    counted = truth != 0
    samples = np.count_nonzero(counted)
    true, true_count = distinct(truth[counted])
    guess, guess_count = distinct(predicted[counted])
    hits = overlap(true, true_count, guess, guess_count)
    matching = overlap(true, true_count, guess, ratio(guess_count, sizes(guess & _categories(true))))
    return np.array([samples, *ratio([hits, matching], samples)])
