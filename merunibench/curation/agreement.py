"""Agreement of people or classifiers: Krippendorff's alpha, and exact intervals of proportions. Needs only NumPy."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.labels import LabelLists
from merunibench.lexicon import Lexicon
from merunibench.protocols import ratio

IntArray = npt.NDArray[np.integer[Any]]
FloatArray = npt.NDArray[np.float64]

_HALVINGS = 100  # more than a float has bits


def krippendorff_alpha(codes: IntArray, distance: FloatArray | None = None) -> float:
    """Return Krippendorff's alpha: 1 is perfect agreement, 0 agreement by chance, below 0 systematic disagreement.

        alpha = 1 - (observed disagreement) / (disagreement expected if values were randomly assigned)

    over all pairs of values of the same unit. Units with a single value are ignored.

    Source: Krippendorff, Content Analysis, 4th edition, 2019, chapter 12.

    Args:
        codes: Value of each unit by each observer, -1 where it is missing; shape (units, observers).
        distance: How far two values differ: symmetric, 0 on the diagonal, shape (K, K). Takes the place of the squared
            difference in the formula. By default 1 for any two different values (nominal).

    Returns:
        alpha; NaN if no unit has two values, or if all values are equal.

    Example:
        >>> round(krippendorff_alpha(np.array([[0, 0], [1, 1], [0, 1], [2, 2], [1, -1]])), 4)
        0.6667
    """
    values = int(codes.max(initial=-1)) + 1
    units = np.repeat(np.arange(len(codes)), codes.shape[1]).reshape(codes.shape)
    given = codes >= 0
    counts = np.zeros((len(codes), values))
    np.add.at(counts, (units[given], codes[given]), 1)
    observers = counts.sum(axis=1)
    counts, observers = counts[observers > 1], observers[observers > 1]
    weighted = counts / (observers - 1)[:, None]
    coincidences = weighted.T @ counts - np.diag(weighted.sum(axis=0))
    totals = coincidences.sum(axis=1)
    far = 1 - np.eye(values) if distance is None else distance[:values, :values]
    observed, expected = float((coincidences * far).sum()), float(totals @ far @ totals)
    return 1 - observed * (float(totals.sum()) - 1) / expected if expected > 0 else math.nan


def set_distances(lists: LabelLists, lexicon: Lexicon) -> FloatArray:
    """Return 1 - F_S of every pair of N label lists, shape (N, N): distances of their sector sets, mean of the wheels.

    F_S of two sets on a wheel is 2 |A ∩ B| / (|A| + |B|). Wheels on which neither list has a sector are ignored; if
    that is true of all wheels, the distance is 0.
    """
    sets = lexicon.sector_sets(lists)
    similarity, counted = np.zeros((len(lists), len(lists))), np.zeros((len(lists), len(lists)))
    for wheel in sets:
        sizes = np.bitwise_count(wheel).astype(float)
        total = sizes[:, None] + sizes[None, :]
        similarity += ratio(2.0 * np.bitwise_count(wheel[:, None] & wheel[None, :]), total)
        counted += total > 0
    distance: FloatArray = np.where(counted > 0, 1 - ratio(similarity, counted), 0.0)
    return distance


def alpha_of_sets(observers: Sequence[LabelLists], lexicon: Lexicon) -> float:
    """Return Krippendorff's alpha of observers who gave the same N units any number of labels, by `set_distances`.

    Args:
        observers: The label lists of each observer; an empty list is a missing value.
        lexicon: Defines the sectors.
    """
    numbers: dict[tuple[str, ...], int] = {}
    codes = np.full((len(observers[0]), len(observers)), -1)
    for observer, lists in enumerate(observers):
        for unit in range(len(lists)):
            labels = tuple(sorted({*lists[unit]}))
            if labels:
                codes[unit, observer] = numbers.setdefault(labels, len(numbers))
    distinct = LabelLists.from_fields(list(map(list, numbers)))
    return krippendorff_alpha(codes, set_distances(distinct, lexicon))


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact confidence interval of a proportion; coverage is at least `confidence` (Clopper, Pearson 1934).

    Example:
        >>> [round(end, 4) for end in clopper_pearson(8, 10)]
        [0.4439, 0.9748]
    """
    if not 0 <= successes <= trials or trials < 1:
        raise ValueError(f"{successes} successes in {trials} trials")
    tail = (1 - confidence) / 2
    # P(X >= k) rises with p, P(X <= k) falls.
    low = 0.0 if successes == 0 else _root(lambda p: _tail(successes, trials, trials, p) - tail)
    high = 1.0 if successes == trials else _root(lambda p: tail - _tail(0, successes, trials, p))
    return low, high


def _tail(first: int, last: int, trials: int, p: float) -> float:
    """Return P(first <= X <= last) for binomial X, 0 < p < 1."""
    k = np.arange(first, last + 1)
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, trials + 1)))])
    logs = factorials[trials] - factorials[k] - factorials[trials - k] + k * math.log(p) + (trials - k) * math.log1p(-p)
    return float(np.exp(logs).sum())


def _root(rising: Callable[[float], float]) -> float:
    """Return the root of an increasing function on (0, 1), by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
