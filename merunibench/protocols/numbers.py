"""Regression metrics: correlation, mean absolute error, and accuracies of rounded scores."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from merunibench.kinds import Kind
from merunibench.lexicon import Level, Lexicon
from merunibench.protocols.arithmetic import FloatArray, Summary, ratio
from merunibench.protocols.base import Encoded, Metric, Row, Rows, Samples

_TINY = 1e-12
"""Variances below this share of the mean square are rounding errors."""
_ROUNDED = {"acc7": 3, "acc5": 2}
"""Accuracy of rounded scores -> the absolute value at which truth and answer are clipped."""


class Correlation(Metric[FloatArray]):
    """Regression: Pearson's correlation (Corr), mean absolute error (MAE), and Acc7 and Acc5.

    Acc7 and Acc5 are the shares of samples for which the answer, rounded to an integer and clipped to -3..3 or -2..2,
    equals the truth. The primary figure is Corr: it does not depend on the scale, and is 0 for constant answers. A
    missing answer is replaced by the mean of the truths: it adds nothing to the covariance, and is wrong for Acc7 and
    Acc5.
    Source: Zadeh et al. 2017 (TFN, arXiv 1707.07250) and the evaluation of MMSA (https://github.com/thuiar/MMSA).

    Numbers are centred at the mean of the truths, which changes no result and keeps sums of squares accurate.
    """

    score_key = "corr"
    title = "Corr"
    lowest = -1.0

    def encode(self, samples: Samples, lexicon: Lexicon, level: Level) -> Encoded[FloatArray]:  # noqa: ARG002
        """Return numbers unchanged; NaN for a missing answer."""
        if samples.values is None or samples.numbers is None:  # pragma: no cover - the loaders ensure it
            raise TypeError("no values or no numbers")
        return Encoded(samples.values, np.where(samples.present, samples.numbers[:, 0], np.nan))

    def statistics(self, truth: FloatArray, predicted: FloatArray) -> FloatArray:
        """Return 1, x, y, x², y², xy, |x - y| and the two hits of each sample, shape (9, N)."""
        x, y = _centred(truth, predicted)
        rounded = [_rounded(truth, top) == _rounded(predicted, top) for top in _ROUNDED.values()]
        return np.array([np.ones(len(x)), x, y, x * x, y * y, x * y, abs(x - y), *rounded], float)

    def expected_under_shuffling(self, truth: FloatArray, predicted: FloatArray) -> FloatArray:
        """Return the sums of the statistics expected under shuffling, shape (9,)."""
        return self.expected_of(truth, predicted, np.ones(len(truth), bool))

    def expected_of(self, truth: FloatArray, predicted: FloatArray, members: npt.NDArray[np.bool_]) -> FloatArray:
        """Return the expected sums over some samples (mask of shape (N,)): all pairs are equally likely."""
        x, y = _centred(truth, predicted)
        chosen = x[members]
        number = len(chosen)
        mean, square = y.mean(), (y * y).mean()
        ordered = np.sort(y)
        below = np.searchsorted(ordered, chosen)
        partial = np.concatenate([[0.0], np.cumsum(ordered)])
        apart = chosen * (2 * below - len(y)) + partial[-1] - 2 * partial[below]
        shares = [
            sum(
                float((_rounded(truth[members], top) == value).sum() * (_rounded(predicted, top) == value).mean())
                for value in range(-top, top + 1)
            )
            for top in _ROUNDED.values()
        ]
        return np.array(
            [
                number,
                chosen.sum(),
                number * mean,
                (chosen * chosen).sum(),
                number * square,
                chosen.sum() * mean,
                apart.sum() / len(y),
                *shares,
            ]
        )

    def score(self, sums: FloatArray) -> FloatArray:
        """Compute Corr, shape (..., 9) -> (...): 0 if the answers are constant, NaN if the truths are."""
        n, x, y, xx, yy, xy, *_ = np.moveaxis(sums, -1, 0)
        n = np.where(n > 0, n, np.nan)
        of_x, of_y = xx / n - (x / n) ** 2, yy / n - (y / n) ** 2
        of_x = np.where(of_x > _TINY * xx / n, of_x, np.nan)
        product = np.where(of_y > _TINY * yy / n, of_x * of_y, 0.0)
        corr = ratio(xy / n - x * y / n**2, np.sqrt(product))
        return np.where(np.isnan(of_x), np.nan, np.clip(corr, -1, 1))

    def summary(self, sums: FloatArray) -> Summary:
        """Compute Corr, MAE, Acc7 and Acc5, without wheels. MAE is in units of the truth; lower is better."""
        total = float(sums[0])
        figures = {key: float(value) / total for key, value in zip(("mae", *_ROUNDED), sums[6:], strict=True)}
        return Summary({"corr": float(self.score(sums)), **figures}, (), (int(total),))

    def hits(self, truth: FloatArray, predicted: FloatArray) -> npt.NDArray[np.int8]:
        """Return 1 if the score rounded to -3..3 is correct, else 0; shape (N,)."""
        return np.asarray(_rounded(truth, 3) == _rounded(predicted, 3), np.int8)

    def rows(self, encoded: Encoded[FloatArray]) -> Iterator[Row]:
        """Yield both numbers; null without an answer."""
        for value, said in zip(encoded.truth.tolist(), encoded.predicted.tolist(), strict=True):
            yield {"truth": float(value), "predicted": None if said != said else float(said)}  # noqa: PLR0124 - NaN

    def decode(self, rows: Rows, kind: Kind) -> Encoded[FloatArray]:  # noqa: ARG002 - same encoding for all kinds
        """Restore numbers from the columns; a null is a missing answer."""
        said = [np.nan if value is None else float(value) for value in rows["predicted"]]
        return Encoded(np.array(rows["truth"], float), np.array(said))


class CorrectedCorrelation(Correlation):
    """`Correlation`, corrected for chance; the chance level is 0, so the values are the same."""

    chance_corrected = True


def _centred(truth: FloatArray, predicted: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Centre both sides at the mean of the truths, which also replaces missing answers."""
    centre = truth.mean() if len(truth) else 0.0
    return truth - centre, np.where(np.isnan(predicted), 0.0, predicted - centre)


def _rounded(values: FloatArray, top: int) -> FloatArray:
    """Clip and round to integers, halves to even; NaN is kept and equals nothing."""
    return np.asarray(np.round(np.clip(values, -top, top)), float)
