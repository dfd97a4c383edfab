"""The strict protocol: like the official one, but constant answers score 0. Truth and prediction are `ElementSets`.

Version 2 reads `neutral` in all spellings and languages, and splits joined labels (protocols/neutral.py). Differences
to the official protocol: unknown words count as wrong; neutral samples count; naming more sectors costs precision in
the basic task; a neutral polarity is wrong for any other truth. The primary figure is corrected for chance, (score -
chance) / (1 - chance), so that every constant answer scores exactly 0 and a perfect one 1. The methods `score` in this
module compute the uncorrected score.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.lexicon import PUBLISHED_WHEELS
from merunibench.protocols.arithmetic import (
    FloatArray,
    Summary,
    mean_where_defined,
    ratio,
    weighted_sum,
    wheel_means,
    wheel_summary,
)
from merunibench.protocols.base import Metric, Protocol
from merunibench.protocols.classes import CorrectedClassF1
from merunibench.protocols.elements import ElementMetric, ElementSets
from merunibench.protocols.numbers import CorrectedCorrelation
from merunibench.protocols.official import SetF1Formula
from merunibench.protocols.polarity import NO_POLARITY, Polarities, PolarityMetric
from merunibench.protocols.preference import CorrectedPreferenceF1


class StrictSetF1(SetF1Formula, ElementMetric):
    """Fine-grained task: set-level F on element sets, with the formula of the official protocol."""

    def statistics(self, truth: ElementSets, predicted: ElementSets) -> FloatArray:
        """Return whether each sample counts, its precision and its recall on each wheel, shape (3 W, N)."""
        common, true_sizes = truth.common(predicted), truth.sizes()
        figures = np.stack([true_sizes > 0, ratio(common, predicted.sizes()), ratio(common, true_sizes)], axis=1)
        # A sample that does not count may have predicted elements, but shares none with an empty truth.
        return figures.reshape(-1, len(truth)).astype(float)

    def expected_under_shuffling(self, truth: ElementSets, predicted: ElementSets) -> FloatArray:
        """Return the sums of the statistics expected under shuffling, shape (3 W,)."""
        return self.expected_of(truth, predicted, np.ones(len(truth), bool))

    def expected_of(self, truth: ElementSets, predicted: ElementSets, members: npt.NDArray[np.bool_]) -> FloatArray:
        """Return the expected sums over some samples, given by a mask of shape (N,)."""
        sums = []
        for wheel, (true_sizes, guess_sizes) in enumerate(zip(truth.sizes(), predicted.sizes(), strict=True)):
            counted = (true_sizes > 0).astype(float)
            samples = counted.sum()
            chosen = counted * members
            in_truth = truth.weight_of_elements(wheel, chosen)
            in_guess = predicted.weight_of_elements(wheel, counted)
            precision = weighted_sum(in_truth, predicted.weight_of_elements(wheel, ratio(counted, guess_sizes)))
            recall = weighted_sum(truth.weight_of_elements(wheel, ratio(chosen, true_sizes)), in_guess)
            sums += [chosen.sum(), *ratio([precision, recall], samples)]
        return np.array(sums)


class MacroF1(ElementMetric):
    """Basic task: F per sample, averaged within each true category, then over categories, then over wheels.

    The truth G is one element. On each wheel, over the samples for which it is not empty:

        F = 2 |P ∩ G| / (|P| + |G|)

    Categories have equal weight, so favouring frequent ones gains nothing; |P| in the denominator penalises naming many
    sectors.
    """

    score_key = "f"
    title = "macro F"

    def __init__(self, version: int = 2, wheels: int = PUBLISHED_WHEELS) -> None:
        """Set the version of the protocol and the number of wheels, which sums of statistics do not contain."""
        super().__init__(version)
        self.wheels = wheels

    def fitted(self, truth: ElementSets) -> "MacroF1":
        """Return the metric for the number of wheels of the truth."""
        return MacroF1(self.version, len(truth.sectors))

    def statistics(self, truth: ElementSets, predicted: ElementSets) -> FloatArray:
        """Return whether each sample counts, and its F, by wheel and category, shape (W * C * 2, N)."""
        groups, number = _groups(truth)
        f = ratio(2 * truth.common(predicted), truth.sizes() + predicted.sizes())
        values = np.zeros((len(f), number, 2, len(truth)))
        samples = np.arange(len(truth))
        for wheel, counted in enumerate(truth.sizes() > 0):
            values[wheel, groups, 0, samples] = counted
            values[wheel, groups, 1, samples] = f[wheel] * counted
        return values.reshape(-1, len(truth))

    def expected_under_shuffling(self, truth: ElementSets, predicted: ElementSets) -> FloatArray:
        """Return the sums of the statistics expected under shuffling, shape (W * C * 2,)."""
        return self.expected_of(truth, predicted, np.ones(len(truth), bool))

    def expected_of(self, truth: ElementSets, predicted: ElementSets, members: npt.NDArray[np.bool_]) -> FloatArray:
        """Return the expected sums over some samples, given by a mask of shape (N,)."""
        groups, number = _groups(truth)
        sums = []
        for wheel, (true_sizes, guess_sizes) in enumerate(zip(truth.sizes(), predicted.sizes(), strict=True)):
            counted = (true_sizes > 0).astype(float)
            samples = counted.sum()
            # |G| is 1 for every sample that counts, so the weight 2 / (|P| + |G|) depends only on the prediction.
            in_guess = predicted.weight_of_elements(wheel, counted * 2 / (guess_sizes + 1))
            for group in range(number):
                chosen = counted * members * (groups == group)
                f = weighted_sum(truth.weight_of_elements(wheel, chosen), in_guess)
                sums += [chosen.sum(), float(ratio(f, samples))]
        return np.array(sums)

    def score(self, sums: FloatArray) -> FloatArray:
        """Compute F, averaged over categories and wheels; shape (..., W * C * 2) -> (...)."""
        return mean_where_defined(self._on_wheels(sums))

    def summary(self, sums: FloatArray) -> Summary:
        """Compute F, overall and on each wheel."""
        counts = sums.reshape(self.wheels, -1, 2)[:, :, 0].sum(axis=1)
        return wheel_summary(counts, {"f": self._on_wheels(sums)})

    def _on_wheels(self, sums: FloatArray) -> FloatArray:
        _, means = wheel_means(sums, 2)
        return mean_where_defined(means.reshape(*sums.shape[:-1], self.wheels, -1))


class ThreeWayWeightedF1(PolarityMetric):
    """Sentiment task: weighted F1 of positive and negative truths; a neutral prediction is wrong for both.

    Samples whose true value is exactly 0 are excluded. The F1 of each class counts neutral predictions as misses; the
    two are weighted by support.
    """

    score_key = "waf"
    title = "WAF"
    chance_corrected = True

    def statistics(self, truth: Polarities, predicted: Polarities) -> FloatArray:
        """Return each sample's cell of (negative, positive truth) × (negative, neutral, positive prediction), (6, N).

        A missing prediction counts as neutral, which is wrong too.
        """
        counts, predicted = truth != 0, np.where(predicted == NO_POLARITY, 0, predicted)
        cells = [((truth > 0) == positive) & (predicted == guess) for positive in (False, True) for guess in (-1, 0, 1)]
        return np.array([cell & counts for cell in cells], float)

    def expected_under_shuffling(self, truth: Polarities, predicted: Polarities) -> FloatArray:
        """Return the cells expected under shuffling, shape (6,): product of the margins over the number of samples."""
        return self.expected_of(truth, predicted, np.ones(len(truth), bool))

    def expected_of(self, truth: Polarities, predicted: Polarities, members: npt.NDArray[np.bool_]) -> FloatArray:
        """Return the expected sums over some samples, given by a mask of shape (N,)."""
        cells = self.statistics(truth, predicted)
        table, chosen = cells.sum(axis=1).reshape(2, 3), cells[:, members].sum(axis=1).reshape(2, 3)
        return ratio(np.outer(chosen.sum(axis=1), table.sum(axis=0)), table.sum()).reshape(-1)

    def score(self, sums: FloatArray) -> FloatArray:
        """Compute weighted F1 from cells, shape (..., 6) -> (...)."""
        table = sums.reshape(*sums.shape[:-1], 2, 3)
        support, guessed = table.sum(axis=-1), table.sum(axis=-2)[..., [0, 2]]
        hits = np.stack([table[..., 0, 0], table[..., 1, 2]], axis=-1)
        f1 = ratio(2 * hits, support + guessed)
        total = support.sum(axis=-1)
        score: FloatArray = (f1 * support).sum(axis=-1) / np.where(total > 0, total, np.nan)
        return score

    def summary(self, sums: FloatArray) -> Summary:
        """Compute weighted F1 and accuracy, without wheels."""
        total = float(sums.sum())
        accuracy = float(sums[0] + sums[5]) / total if total else float("nan")
        return Summary({"waf": float(self.score(sums)), "accuracy": accuracy}, (), (int(total),))


def _groups(truth: ElementSets) -> tuple[npt.NDArray[np.int64], int]:
    if truth.groups is None:  # pragma: no cover - the caller ensures it
        raise ValueError("the basic task needs the category of each sample")
    return truth.groups, int(truth.groups.max(initial=0)) + 1


_BESIDE_THE_BENCHMARK: Mapping[str, Metric[Any]] = {
    "classes": CorrectedClassF1(),
    "score": CorrectedCorrelation(),
    "preference": CorrectedPreferenceF1(),
}

STRICT = Protocol(
    "strict",
    "wrong words are penalised; chance is 0",
    {"basic": MacroF1(), "fine-grained": StrictSetF1(), "sentiment": ThreeWayWeightedF1(), **_BESIDE_THE_BENCHMARK},
    any_lexicon=False,
    signed="strict@2",
)
"""The protocol under which every constant answer scores 0."""

STRICT_1 = Protocol(
    "strict@1",
    "former version of strict",
    {"basic": MacroF1(version=1), "fine-grained": StrictSetF1(version=1), "sentiment": ThreeWayWeightedF1()},
    any_lexicon=False,
    on_boards=False,
)
"""Version 1: only the word `neutral` means neutral, and joined labels are known or unknown as a whole."""
