"""Sentiment task: weighted F1 and accuracy (CMU-MOSI, CMU-MOSEI, CH-SIMS, CH-SIMS v2)."""

from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.metrics.base import FloatArray, Summary, ratio

Polarities = npt.NDArray[np.int8]
"""+1 positive, -1 negative, 0 neutral, `NO_POLARITY` where there is no prediction; shape (N,)."""

NO_POLARITY = 2
"""Stands for a missing prediction, which is wrong whatever the truth is."""


class WeightedF1:
    """Weighted F1 (WAF) of the official protocol.

    Samples whose true value is exactly 0 are left out. Truth and prediction are cut at `> 0`, so a neutral prediction
    counts as negative. WAF is the mean of the two classes' F1, weighted by their support. Source: the evaluation code
    of AffectGPT (arXiv 2501.16566); equal to scikit-learn's `f1_score(average="weighted")`.
    """

    score_key = "waf"
    chance_corrected = False

    def quantities(self, truth: npt.NDArray[np.floating[Any]], predicted: Polarities) -> FloatArray:
        """The confusion cells that each sample falls into: true/false negative, false/true positive; shape (4, N).

        In order: true negative, false positive, false negative, true positive.
        """
        positive, missing = truth > 0, predicted == NO_POLARITY
        guess = np.where(missing, ~positive, predicted > 0)
        cells = (~positive & ~guess, ~positive & guess, positive & ~guess, positive & guess)
        return np.array([cell & (truth != 0) for cell in cells], float)

    def expected(self, truth: npt.NDArray[np.floating[Any]], predicted: Polarities) -> FloatArray:
        """Confusion cells expected under shuffling, shape (4,): the product of the margins over the number.

        A missing prediction stays wrong wherever it is shuffled to.
        """
        truth, predicted = truth[truth != 0], predicted[truth != 0]
        positives, negatives = (truth > 0).sum(), (truth < 0).sum()
        missing = (predicted == NO_POLARITY).sum()
        as_positive = (predicted == 1).sum()
        as_negative = len(predicted) - missing - as_positive
        cells = (
            negatives * as_negative,
            negatives * (as_positive + missing),
            positives * (as_negative + missing),
            positives * as_positive,
        )
        return ratio(cells, len(truth))

    def score(self, sums: FloatArray) -> FloatArray:
        """WAF of confusion cells, shape (..., 4) -> (...)."""
        true_negative, false_positive, false_negative, true_positive = np.moveaxis(sums, -1, 0)
        wrong = false_positive + false_negative
        negatives, positives = true_negative + false_positive, false_negative + true_positive
        f1_negative = ratio(2 * true_negative, 2 * true_negative + wrong)
        f1_positive = ratio(2 * true_positive, 2 * true_positive + wrong)
        total = np.where(negatives + positives > 0, negatives + positives, np.nan)
        waf: FloatArray = (f1_negative * negatives + f1_positive * positives) / total
        return waf

    def summary(self, sums: FloatArray) -> Summary:
        """WAF and accuracy; there are no wheels."""
        total = float(sums.sum())
        accuracy = float(sums[0] + sums[3]) / total if total else float("nan")
        return Summary({"waf": float(self.score(sums)), "accuracy": accuracy}, (), (int(total),))
