"""Estimate proportions in a data set from a sample, with intervals.

The sample is drawn with unequal, known probabilities. So each row is weighted by the inverse of its probability, in
ratios of weighted sums (Hájek). The results then estimate values of the data set rather than of the sample.
"""

import math

import numpy as np
import numpy.typing as npt

from merunibench.curation.agreement import clopper_pearson
from merunibench.curation.review.result import Estimate

Mask = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

_ROUNDING = 1e-9


def weighted_share(part: Mask, whole: Mask, weights: FloatArray) -> Estimate | None:
    """Estimate the share of `part` in `whole` in the data set, with a 95 % interval; None if `whole` is empty.

    The interval is the Clopper-Pearson interval with the effective number of rows (Σw)² / Σw² (Kish; Korn and Graubard,
    Survey Methodology 24, 1998), rounded so that it can only be wider; with equal weights it is the usual one.
    """
    within = weights[whole]
    if not len(within):
        return None
    value = float(weights[part & whole].sum() / within.sum())
    size = max(1, math.floor(float(within.sum() ** 2 / (within**2).sum()) + _ROUNDING))
    low, _ = clopper_pearson(min(size, math.floor(value * size + _ROUNDING)), size)
    _, high = clopper_pearson(min(size, math.ceil(value * size - _ROUNDING)), size)
    return Estimate(value, (low, high), int(whole.sum()))


def weighted_recall(right: Mask, kept: Mask, judged: Mask, weights: FloatArray) -> Estimate | None:
    """Estimate the share of rows kept among those that should be, with a 95 % interval; None without such rows.

    Few dropped rows are right, each has a large weight, and a sample may contain none. So the interval is that of a
    ratio: recall = 1 / (1 + D q / (K p)), where K and D are the weights of kept and dropped rows, and p and q the
    shares of them that are right, each with its interval (Donner and Zou, Statistical Methods in Medical Research 21,
    2012).
    """
    within = judged & right
    if not within.any():
        return None
    value = float(weights[within & kept].sum() / weights[within].sum())
    of_kept = weighted_share(right, judged & kept, weights)
    of_dropped = weighted_share(right, judged & ~kept, weights)
    if of_kept is None or of_dropped is None:
        return weighted_share(kept, within, weights)
    odds = float(weights[judged & ~kept].sum() / weights[judged & kept].sum())
    least, most = ratio_interval(of_dropped, of_kept)
    return Estimate(value, (1 / (1 + odds * most), 1 / (1 + odds * least)), int(within.sum()))


def ratio_interval(above: Estimate, below: Estimate) -> tuple[float, float]:
    """Return the 95 % interval of the ratio of two independent shares, from their intervals (MOVER-R)."""
    (low, high), (least, most) = above.ci, below.ci
    product = above.value * below.value

    def end(one: float, other: float, sign: int) -> float:
        bend = other * (2 * below.value - other)
        inside = max(0.0, product**2 - one * other * (2 * above.value - one) * (2 * below.value - other))
        return (product + sign * math.sqrt(inside)) / bend if bend > 0 else math.inf

    return max(0.0, end(low, most, -1)) if 2 * below.value > most else 0.0, end(high, least, 1)
