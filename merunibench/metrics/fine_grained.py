"""Fine-grained task: set-level F (OV-MERD+, MER2025-OV, MER2026-FG)."""

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

_PER_WHEEL = 3  # samples that count, precision, recall


class SetLevelF:
    """Set-level F of the official protocol.

    On each wheel, over the samples whose true sector set G is not empty, with predicted set P (all 0 if P is empty):

        precision = mean |G ∩ P| / |P|        recall = mean |G ∩ P| / |G|
        F = 2 · precision · recall / (precision + recall)

    F is taken of the averages, not averaged over samples; the three figures are then averaged over the five wheels.
    Source: OV-MER (arXiv 2410.01495), AffectGPT (arXiv 2501.16566) and its evaluation code.
    """

    score_key = "f"
    chance_corrected = False

    def quantities(self, truth: Masks, predicted: Masks) -> FloatArray:
        """Whether each sample counts, its precision and its recall on each wheel, shape (15, N)."""
        values = np.empty((len(truth), _PER_WHEEL, truth.shape[1]))
        for wheel, (true, guess) in enumerate(zip(truth, predicted, strict=True)):
            hits = sizes(true & guess)
            values[wheel, 0] = true != 0
            values[wheel, 1] = share(hits, sizes(guess))
            values[wheel, 2] = share(hits, sizes(true))
        return values.reshape(len(truth) * _PER_WHEEL, truth.shape[1])

    def expected(self, truth: Masks, predicted: Masks) -> FloatArray:
        """Sums of the quantities expected under shuffling, shape (15,)."""
        return np.concatenate([_expected_on_wheel(*sets) for sets in zip(truth, predicted, strict=True)])

    def score(self, sums: FloatArray) -> FloatArray:
        """F, averaged over the wheels; shape (..., 15) -> (...)."""
        _, means = wheel_means(sums, _PER_WHEEL)
        return mean_where_defined(harmonic_mean(means[..., 0], means[..., 1]))

    def summary(self, sums: FloatArray) -> Summary:
        """F, precision and recall, overall and on each wheel."""
        counts, means = wheel_means(sums, _PER_WHEEL)
        precision, recall = means[:, 0], means[:, 1]
        figures = {"f": harmonic_mean(precision, recall), "precision": precision, "recall": recall}
        return wheel_summary(counts, figures)


def harmonic_mean(precision: FloatArray, recall: FloatArray) -> FloatArray:
    """2pr / (p + r), 0 where both are 0, NaN where either is."""
    return np.where(np.isnan(precision), np.nan, ratio(2 * precision * recall, precision + recall))


def _expected_on_wheel(truth: Masks, predicted: Masks) -> FloatArray:
    """Samples that count, expected sum of their precisions, and of their recalls.

    Shuffling pairs every prediction with every truth equally often: a sum over N pairs is expected to be the sum over
    all N² pairs, divided by N.
    """
    counted = truth != 0
    samples = np.count_nonzero(counted)
    true, true_count = distinct(truth[counted])
    guess, guess_count = distinct(predicted[counted])
    precision = overlap(true, true_count, guess, ratio(guess_count, sizes(guess)))
    recall = overlap(true, ratio(true_count, sizes(true)), guess, guess_count)
    return np.array([samples, *ratio([precision, recall], samples)])
