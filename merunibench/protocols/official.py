"""The official protocol: hit rate, set-level F1 and weighted F1, as the benchmark's authors compute them.

Source: AffectGPT (arXiv 2501.16566), OV-MER (arXiv 2410.01495) and their evaluation code.
"""

from abc import abstractmethod

import numpy as np
import numpy.typing as npt

from merunibench.protocols.arithmetic import (
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
from merunibench.protocols.base import Protocol
from merunibench.protocols.classes import ClassF1
from merunibench.protocols.numbers import Correlation
from merunibench.protocols.polarity import NO_POLARITY, Polarities, PolarityMetric
from merunibench.protocols.preference import PreferenceF1
from merunibench.protocols.sectors import SectorMetric

Sizes = npt.NDArray[np.uint8]

_PER_WHEEL = 3  # statistics: whether the sample counts, and two figures


class HitFigures(SectorMetric):
    """A metric with two figures, each the hits |P ∩ G| of a sample divided by the size of a set."""

    @abstractmethod
    def divisors(self, truth: Masks, predicted: Masks) -> tuple[tuple[Sizes | None, Sizes | None], ...]:
        """Return the divisors of the hits on a wheel: for each figure, sizes per truth or sizes per answer."""

    def statistics(self, truth: Masks, predicted: Masks) -> FloatArray:
        """Return whether each sample counts, and its two figures, on each wheel, shape (3 W, N)."""
        values = np.empty((len(truth), _PER_WHEEL, truth.shape[1]))
        for wheel, (true, guess) in enumerate(zip(truth, predicted, strict=True)):
            hits = sizes(true & guess)
            values[wheel, 0] = true != 0
            for place, (of_truth, of_guess) in enumerate(self.divisors(true, guess), start=1):
                divisor = of_guess if of_truth is None else of_truth
                values[wheel, place] = hits if divisor is None else share(hits, divisor)
        return values.reshape(len(truth) * _PER_WHEEL, truth.shape[1])

    def expected_under_shuffling(self, truth: Masks, predicted: Masks) -> FloatArray:
        """Return the sums of the statistics expected under shuffling, shape (3 W,).

        Shuffling pairs every answer with every truth equally often, so the expected sum over N pairs is the sum over
        all N² pairs divided by N.
        """
        sums: list[float] = []
        for true_sets, guess_sets in zip(truth, predicted, strict=True):
            counted = true_sets != 0
            samples = float(np.count_nonzero(counted))
            true, times_true = distinct(true_sets[counted])
            guess, times_guess = distinct(guess_sets[counted])
            pairs = [
                overlap(true, _over(times_true, of_truth), guess, _over(times_guess, of_guess))
                for of_truth, of_guess in self.divisors(true, guess)
            ]
            sums += [samples, *ratio(pairs, samples)]
        return np.array(sums)


def _over(times: FloatArray, divisor: Sizes | None) -> FloatArray:
    return times if divisor is None else ratio(times, divisor)


class HitRate(HitFigures):
    """Basic task: hit rate and matching score (MER2023, MER2024, MELD, IEMOCAP).

    The truth is one category word, so its sector set G on a wheel has one sector or is empty. If it is empty, the
    sample does not count on that wheel (`neutral` is on no official wheel, so neutral samples never count). With the
    predicted set P, and the set C of the sectors of all categories that occur in the data set:

        hit rate = mean |P ∩ G|        matching score = mean |P ∩ G| / |P ∩ C|  (0 where P ∩ C is empty)

    averaged over the samples that count, then over the wheels.
    Source: AffectGPT (arXiv 2501.16566) and its evaluation code.
    """

    score_key = "hit_rate"
    title = "hit rate"

    def divisors(self, truth: Masks, predicted: Masks) -> tuple[tuple[Sizes | None, Sizes | None], ...]:
        """Return no divisor for the hit rate; for the matching score, the number of answered category sectors."""
        categories = np.bitwise_or.reduce(truth, initial=truth.dtype.type(0))
        return (None, None), (None, sizes(predicted & categories))

    def score(self, sums: FloatArray) -> FloatArray:
        """Compute the hit rate, averaged over the wheels; shape (..., 3 W) -> (...)."""
        _, means = wheel_means(sums, _PER_WHEEL)
        return mean_where_defined(means[..., 0])

    def summary(self, sums: FloatArray) -> Summary:
        """Compute hit rate and matching score, overall and on each wheel."""
        counts, means = wheel_means(sums, _PER_WHEEL)
        figures = {"hit_rate": means[:, 0], "matching_score": means[:, 1]}
        return wheel_summary(counts, figures)


class SetF1Formula:
    """F computed from mean precision and mean recall on each wheel, averaged over the wheels."""

    score_key = "f"
    title = "F"

    def score(self, sums: FloatArray) -> FloatArray:
        """Compute F, averaged over the wheels; shape (..., 3 W) -> (...)."""
        _, means = wheel_means(sums, _PER_WHEEL)
        return mean_where_defined(harmonic_mean(means[..., 0], means[..., 1]))

    def summary(self, sums: FloatArray) -> Summary:
        """Compute F, precision and recall, overall and on each wheel."""
        counts, means = wheel_means(sums, _PER_WHEEL)
        precision, recall = means[:, 0], means[:, 1]
        figures = {"f": harmonic_mean(precision, recall), "precision": precision, "recall": recall}
        return wheel_summary(counts, figures)


class SetF1(SetF1Formula, HitFigures):
    """Fine-grained task: set-level F (OV-MERD+, MER2025-OV, MER2026-FG).

    On each wheel, over the samples whose true sector set G is not empty, with predicted set P (all 0 if P is empty):

        precision = mean |G ∩ P| / |P|        recall = mean |G ∩ P| / |G|
        F = 2 · precision · recall / (precision + recall)

    F is computed from mean precision and mean recall, not averaged over samples; the three figures are then averaged
    over the wheels.
    Source: OV-MER (arXiv 2410.01495), AffectGPT (arXiv 2501.16566) and its evaluation code.
    """

    def divisors(self, truth: Masks, predicted: Masks) -> tuple[tuple[Sizes | None, Sizes | None], ...]:
        """Return the size of the answer for precision, and the size of the truth for recall."""
        return (None, sizes(predicted)), (sizes(truth), None)


def harmonic_mean(precision: FloatArray, recall: FloatArray) -> FloatArray:
    """Compute 2pr / (p + r); 0 if both are 0, NaN if either is NaN."""
    return np.where(np.isnan(precision), np.nan, ratio(2 * precision * recall, precision + recall))


class WeightedF1(PolarityMetric):
    """Sentiment task: weighted F1 (WAF) and accuracy (CMU-MOSI, CMU-MOSEI, CH-SIMS, CH-SIMS v2).

    Samples whose true value is exactly 0 are excluded. Truth and prediction are binarised by `> 0`, so a neutral
    prediction counts as negative. WAF is the mean of the two classes' F1, weighted by their support. Source: the
    evaluation code of AffectGPT (arXiv 2501.16566); equal to scikit-learn's `f1_score(average="weighted")`.
    """

    score_key = "waf"
    title = "WAF"

    def read(self, predicted: Polarities) -> Polarities:
        """Return the polarity that each answer counts as; neutral answers count as negative."""
        return np.where(predicted > 0, 1, -1)

    def statistics(self, truth: Polarities, predicted: Polarities) -> FloatArray:
        """Return the confusion cell of each sample, shape (4, N).

        In order: true negative, false positive, false negative, true positive.
        """
        positive, missing = truth > 0, predicted == NO_POLARITY
        guess = np.where(missing, ~positive, predicted > 0)
        cells = (~positive & ~guess, ~positive & guess, positive & ~guess, positive & guess)
        return np.array([cell & (truth != 0) for cell in cells], float)

    def expected_under_shuffling(self, truth: Polarities, predicted: Polarities) -> FloatArray:
        """Return the cells expected under shuffling, shape (4,): product of the margins over the number of samples.

        A missing prediction is wrong for every sample that it is shuffled to.
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
        """Compute WAF from confusion cells, shape (..., 4) -> (...)."""
        true_negative, false_positive, false_negative, true_positive = np.moveaxis(sums, -1, 0)
        wrong = false_positive + false_negative
        negatives, positives = true_negative + false_positive, false_negative + true_positive
        f1_negative = ratio(2 * true_negative, 2 * true_negative + wrong)
        f1_positive = ratio(2 * true_positive, 2 * true_positive + wrong)
        total = np.where(negatives + positives > 0, negatives + positives, np.nan)
        waf: FloatArray = (f1_negative * negatives + f1_positive * positives) / total
        return waf

    def summary(self, sums: FloatArray) -> Summary:
        """Compute WAF and accuracy, without wheels."""
        total = float(sums.sum())
        accuracy = float(sums[0] + sums[3]) / total if total else float("nan")
        return Summary({"waf": float(self.score(sums)), "accuracy": accuracy}, (), (int(total),))


OFFICIAL = Protocol(
    "official",
    "comparable with papers",
    {
        "basic": HitRate(),
        "fine-grained": SetF1(),
        "sentiment": WeightedF1(),
        "classes": ClassF1(),
        "score": Correlation(),
        "preference": PreferenceF1(),
    },
)
"""The protocol of the published results."""
