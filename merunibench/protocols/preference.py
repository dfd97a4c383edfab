"""Answers as preferences: which of two descriptions of a clip is the better one."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from merunibench.kinds import PREFERENCE_OF, PREFERENCES, Kind
from merunibench.lexicon import Level, Lexicon
from merunibench.protocols.arithmetic import FloatArray, Summary, ratio
from merunibench.protocols.base import Encoded, Metric, Row, Rows, Samples


class PreferenceF1(Metric[FloatArray]):
    """Preference: weighted F1 (WAF) and accuracy of the choice, and agreement with itself in swapped order.

    Truth and answer are 1 (the first description), -1 (the second) or 0 (the same). Samples on which people have no
    preference are left out: either answer would be right or wrong by a coin. On the others an answer of `same`, and a
    missing one, is wrong, and a prediction of neither. WAF weighs the F1 of both sides by their support.

    Where a model was asked with the order swapped too (its answer named by the descriptions, not by the places),
    `swap_agreement` is the share of these samples on which both answers are one and the same preference: a model that
    always takes the first place has none, whatever its accuracy is.
    Source: EmoPrefer (MER2026, track MER-Prefer); WAF as scikit-learn's `f1_score(average="weighted")`.
    """

    score_key = "waf"
    title = "WAF"
    has_names = True

    def encode(self, samples: Samples, lexicon: Lexicon, level: Level) -> Encoded[FloatArray]:  # noqa: ARG002
        """True preferences, shape (N,); answers in both orders, NaN for none, shape (N, 2)."""
        if samples.values is None or samples.numbers is None:  # pragma: no cover - the loaders see to it
            raise TypeError("no values or no numbers")
        return Encoded(samples.values, np.where(samples.present[:, None], samples.numbers, np.nan))

    def statistics(self, truth: FloatArray, predicted: FloatArray) -> FloatArray:
        """Truth, hit and prediction of both sides, and of asked twice and agreed; shape (8, N)."""
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
        """Sums expected under shuffling, shape (8,): hits by the margins; both answers of a sample move together."""
        return self.expected_of(truth, predicted, np.ones(len(truth), bool))

    def expected_of(self, truth: FloatArray, predicted: FloatArray, members: npt.NDArray[np.bool_]) -> FloatArray:
        """The same over some samples, mask of shape (N,)."""
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
        """WAF, shape (..., 8) -> (...); NaN where no sample counts."""
        support, hits, predicted = (sums[..., [place, place + 3]] for place in range(3))
        total = support.sum(axis=-1)
        f1 = ratio(2 * hits, support + predicted)
        score: FloatArray = (f1 * support).sum(axis=-1) / np.where(total > 0, total, np.nan)
        return score

    def summary(self, sums: FloatArray) -> Summary:
        """WAF, accuracy, and agreement in swapped order where there are such answers; there are no wheels."""
        total = float(sums[0] + sums[3])
        figures = {"waf": float(self.score(sums))}
        figures["accuracy"] = float(sums[1] + sums[4]) / total if total else float("nan")
        if sums[6]:
            figures["swap_agreement"] = float(sums[7] / sums[6])
        return Summary(figures, (), (int(total),))

    def hits(self, truth: FloatArray, predicted: FloatArray) -> npt.NDArray[np.int8]:
        """1 if the preference is people's, else 0, -1 where they have none; shape (N,)."""
        return np.where(truth != 0, predicted[:, 0] == truth, -1).astype(np.int8)

    def part(self, side: FloatArray, samples: npt.NDArray[np.bool_]) -> FloatArray:
        """The preferences of the chosen samples, mask of shape (N,)."""
        return side[samples]

    def rows(self, encoded: Encoded[FloatArray]) -> Iterator[Row]:
        """`a1`, `a2` or `same`; null without an answer."""
        for true, (said, swapped) in zip(encoded.truth.tolist(), encoded.predicted.tolist(), strict=True):
            yield {
                "truth": PREFERENCE_OF[true],
                "predicted": PREFERENCE_OF.get(said),
                "swapped": PREFERENCE_OF.get(swapped),
            }

    def decode(self, rows: Rows, kind: Kind) -> Encoded[FloatArray]:  # noqa: ARG002 - all are encoded alike
        """Preferences from the columns."""
        truth = np.array([PREFERENCES[word] for word in rows["truth"]], float)
        sides = (
            [np.nan if word is None else PREFERENCES[word] for word in rows[key]] for key in ("predicted", "swapped")
        )
        return Encoded(truth, np.array([*sides], float).T)


class CorrectedPreferenceF1(PreferenceF1):
    """The same, corrected for chance."""

    chance_corrected = True
