"""Estimate the optimism of a score that was chosen as the best on the test set."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def optimism(scores: FloatArray, replicates: FloatArray, parts: Sequence[FloatArray] = ()) -> list[float]:
    """Estimate by how much the best of M scores on the same samples exceeds the true score of the chosen system.

    On each resample the best system is chosen again, and its gain is its score on the resample minus its score on the
    sample (Efron and Tibshirani 1993, section 17.6; Tibshirani and Tibshirani 2009). The scores are first shrunk
    towards their mean, so that they have the spread of the systems' true scores. The observed scores have a larger
    spread because of noise, and would make the choice look more certain than it was.

    Args:
        scores: Scores of the systems, by which one is chosen, shape (M,).
        replicates: The scores on resamples, shape (M, B).
        parts: Gain of each system on each resample in parts of the score, shape (M, B) each; by default in the score
            itself.

    Returns:
        The mean gain of the chosen system in each part; NaN without resamples.
    """
    gains = replicates - scores[:, None]
    defined = ~np.isnan(gains).any(axis=0)
    if len(scores) < 2 or not defined.any():
        return [0.0 if len(scores) < 2 else float("nan")] * max(len(parts), 1)
    gains = _centred(gains[:, defined])
    chosen = (_drawn_in(scores, gains)[:, None] + gains).argmax(axis=0)
    resamples = np.arange(len(chosen))
    gained = [_centred(part[:, defined]) for part in parts] or [gains]
    return [round(float(part[chosen, resamples].mean()), 10) for part in gained]


def _centred(gains: FloatArray) -> FloatArray:
    """Subtract the mean of the gains, which is the bias of the bootstrap."""
    centred: FloatArray = gains - gains.mean(axis=1, keepdims=True)
    return centred


def _drawn_in(scores: FloatArray, gains: FloatArray) -> FloatArray:
    """Shrink the scores to the spread without the noise of the sample (variances are subtracted)."""
    between = gains - gains.mean(axis=0)
    noise = float((between**2).sum(axis=0).mean()) / (len(scores) - 1)
    spread = float(scores.var(ddof=1))
    share = max(0.0, 1 - noise / spread) if spread > 0 else 0.0
    drawn: FloatArray = scores.mean() + np.sqrt(share) * (scores - scores.mean())
    return drawn
