"""Student's t distribution for integer degrees of freedom, computed without SciPy by a finite series."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@lru_cache(maxsize=256)  # few levels and degrees of freedom, used again for every score
def t_quantile(probability: float, degrees: int) -> float:
    """Compute a quantile of Student's t by bisection.

    Example:
        >>> round(t_quantile(0.975, 30), 4)
        2.0423
    """
    low, high = -1e6, 1e6
    while high - low > 1e-10 * max(1.0, abs(low)):
        middle = (low + high) / 2
        low, high = (middle, high) if float(_cdf(np.array(middle), degrees)) < probability else (low, middle)
    return (low + high) / 2


def t_tails(values: FloatArray, degrees: int) -> FloatArray:
    """Compute P(|T| >= |value|) for each value."""
    return np.clip(2 * (1 - _cdf(np.abs(values), degrees)), 0, 1)


def _cdf(values: FloatArray, degrees: int) -> FloatArray:
    """Compute P(T <= value) by Abramowitz and Stegun 1964, 26.7.3 and 26.7.4."""
    angle = np.arctan(values / np.sqrt(degrees))
    sine, cosine = np.sin(angle), np.cos(angle)
    odd = degrees % 2
    term, total = cosine if odd else np.ones_like(angle), np.zeros_like(angle)
    for index in range(2 + odd, degrees + 1, 2):
        total = total + term
        term = term * cosine**2 * ((index - 1) / index)
    inside = 2 / np.pi * (angle + sine * total) if odd else sine * total
    share: FloatArray = (1 + inside) / 2
    return share
