"""Preference metrics: which of two descriptions of a clip is better."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from merunibench.kinds import PREFERENCE_OF, PREFERENCES, Kind
from merunibench.lexicon import Level, Lexicon
from merunibench.protocols.arithmetic import FloatArray, Summary, ratio
from merunibench.protocols.base import Encoded, Metric, Row, Rows, Samples


class PreferenceF1(Metric[FloatArray]):
    """Preference: weighted F1 (WAF) and accuracy of the choice, and agreement of the answers in both orders.

    Truth and answer are 1 (the first description), -1 (the second) or 0 (the same). Samples without a human preference
    are excluded, because correctness would be a coin toss. On the other samples, a missing answer and the answer `same`
    are wrong, and count as a prediction of neither side. WAF weights the F1 of both sides by their support.

    If a model was also asked in swapped order (with answers that refer to descriptions, not positions),
    `swap_agreement` is the share of these samples for which both answers are the same preference. It is 0 for a model
    that always chooses the first position, whatever its accuracy.
    Source: EmoPrefer (MER2026, track MER-Prefer); WAF as scikit-learn's `f1_score(average="weighted")`.
    """

    score_key = "waf"
    title = "WAF"
    has_names = True

    def encode(self, samples: Samples, lexicon: Lexicon, level: Level) -> Encoded[FloatArray]:  # noqa: ARG002
        """Encode true preferences, shape (N,), and answers in both orders, NaN for none, shape (N, 2)."""
        if samples.values is None or samples.numbers is None:  # pragma: no cover - the loaders ensure it
            raise TypeError("no values or no numbers")
        return Encoded(samples.values, np.where(samples.present[:, None], samples.numbers, np.nan))

    def statistics(self, truth: FloatArray, predicted: FloatArray) -> FloatArray:
        """Return truth, hit and prediction of both sides, then asked in both orders and agreed; shape (8, N)."""
        said, swapped = predicted.T
        counts = truth != 0
        cells = [
            figure & counts
            for side in (1, -1)
            for figure in (truth == side, (truth == side) & (said == side), said == side)
        ]
        twice = counts & ~np.isnan(said) & ~np.isnan(swapped)
        return np.array([*cells, twice, twice & (said == swapped) & (said != 0)], float)

    def expected_under_shuffling(self, truth: FloatArray, predicted: FloatArray) -> FloatArray:
        """Return the sums expected under shuffling, shape (8,); both answers of a sample are shuffled together."""
        return self.expected_of(truth, predicted, np.ones(len(truth), bool))

    def expected_of(self, truth: FloatArray, predicted: FloatArray, members: npt.NDArray[np.bool_]) -> FloatArray:
        """Return the expected sums over some samples, given by a mask of shape (N,)."""
        cells = self.statistics(truth, predicted)
        number = cells[0].sum() + cells[3].sum()
        chosen = cells[:, members].sum(axis=1)
        found = np.empty(len(cells))
        for first in (0, 3):
            share = ratio(cells[first + 2].sum(), number)
            found[first : first + 3] = chosen[first], chosen[first] * share, (chosen[0] + chosen[3]) * share
        found[6:] = ratio(cells[6:].sum(axis=1) * (chosen[0] + chosen[3]), number)
        return found

    def score(self, sums: FloatArray) -> FloatArray:
        """Compute WAF, shape (..., 8) -> (...); NaN if no sample counts."""
        support, hits, predicted = (sums[..., [place, place + 3]] for place in range(3))
        total = support.sum(axis=-1)
        f1 = ratio(2 * hits, support + predicted)
        score: FloatArray = (f1 * support).sum(axis=-1) / np.where(total > 0, total, np.nan)
        return score

    def summary(self, sums: FloatArray) -> Summary:
        """Compute WAF, accuracy and, if there are answers in swapped order, their agreement; without wheels."""
        total = float(sums[0] + sums[3])
        figures = {"waf": float(self.score(sums))}
        figures["accuracy"] = float(sums[1] + sums[4]) / total if total else float("nan")
        if sums[6]:
            figures["swap_agreement"] = float(sums[7] / sums[6])
        return Summary(figures, (), (int(total),))

    def hits(self, truth: FloatArray, predicted: FloatArray) -> npt.NDArray[np.int8]:
        """Return 1 if the answer is the human preference, else 0; -1 if there is no preference; shape (N,)."""
        return np.where(truth != 0, predicted[:, 0] == truth, -1).astype(np.int8)

    def part(self, side: FloatArray, samples: npt.NDArray[np.bool_]) -> FloatArray:
        """Return the preferences of the samples selected by a mask of shape (N,)."""
        return side[samples]

    def rows(self, encoded: Encoded[FloatArray]) -> Iterator[Row]:
        """Yield `a1`, `a2` or `same`; null without an answer."""
        for true, (said, swapped) in zip(encoded.truth.tolist(), encoded.predicted.tolist(), strict=True):
            yield {
                "truth": PREFERENCE_OF[true],
                "predicted": PREFERENCE_OF.get(said),
                "swapped": PREFERENCE_OF.get(swapped),
            }

    def decode(self, rows: Rows, kind: Kind) -> Encoded[FloatArray]:  # noqa: ARG002 - same encoding for all kinds
        """Restore preferences from the columns."""
        truth = np.array([PREFERENCES[word] for word in rows["truth"]], float)
        sides = (
            [np.nan if word is None else PREFERENCES[word] for word in rows[key]] for key in ("predicted", "swapped")
        )
        return Encoded(truth, np.array([*sides], float).T)


class CorrectedPreferenceF1(PreferenceF1):
    """`PreferenceF1`, corrected for chance."""

    chance_corrected = True
