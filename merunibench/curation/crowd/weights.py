"""Aggregate votes: by majority, weighted by accuracy, or by Dawid and Skene's model of the sources' errors. NumPy only.

Votes are codes of classes in arrays of shape (P, M): P patterns, M sources, -1 where a source abstains. All samples
with the same votes share a pattern, so the cost depends on the number of patterns, not of samples.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

Method = Literal["majority", "accuracy", "dawid-skene"]
METHODS: tuple[Method, ...] = get_args(Method)

IntArray = npt.NDArray[np.integer[Any]]
FloatArray = npt.NDArray[np.float64]

_TIE = 1e-9  # differences below this are rounding errors
TIE_OF_BELIEFS = 1e-5
"""Probabilities estimated with `tolerance` count as equal up to this difference."""
_CODES = 4096  # maximum number of codes of a block of sources
_LEAST = 1e-10  # minimum of an estimated probability, so that its logarithm is finite
_CERTAIN = 1e-3  # an accuracy of 1 on a few hundred samples must not give an infinite weight


def distinct_rows(columns: Sequence[IntArray]) -> tuple[IntArray, IntArray, IntArray]:
    """Find the distinct rows of columns of codes, which are at least -1.

    Returns:
        The distinct rows, shape (P, M); the index of each row among them, shape (N,); their counts, shape (P,).
    """
    key = np.zeros(len(columns[0]), np.int64)
    size = 1
    for column in columns:
        ranks = column.astype(np.int64) + 1
        values = int(ranks.max(initial=0)) + 1
        if values > 1 << 31:
            distinct, ranks = np.unique(ranks, return_inverse=True)
            values = len(distinct)
        if size > (1 << 62) // values:
            distinct, key = np.unique(key, return_inverse=True)
            size = len(distinct)
        key = key * values + ranks
        size *= values
    _, first, inverse, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return np.stack([column[first] for column in columns], axis=1), inverse, counts


def tally(votes: IntArray, weights: FloatArray, classes: int) -> FloatArray:
    """Return the sum of weights of the votes for each class, shape (P, K)."""
    totals = np.zeros((len(votes), classes))
    rows = np.arange(len(votes))
    for column, weight in zip(votes.T, weights, strict=True):
        voted = column >= 0
        totals[rows[voted], column[voted]] += weight
    return totals


def winners(scores: FloatArray, tie: float = _TIE) -> IntArray:
    """Return the class with the highest score of each row, shape (P,); -1 if several are highest, or all are 0.

    Args:
        scores: Score of each class, shape (P, K).
        tie: Scores that differ by at most this count as equal.

    Example:
        >>> winners(np.array([[2.0, 1.0], [1.0, 1.0], [0.0, 0.0]])).tolist()
        [0, -1, -1]
    """
    if scores.shape[1] == 0:
        return np.full(len(scores), -1)
    highest = scores.max(axis=1)
    first = (scores >= highest[:, None] - tie).sum(axis=1)
    return np.where((first == 1) & (highest > tie), scores.argmax(axis=1), -1)


def accuracy_weight(accuracy: float, classes: int) -> float:
    """Return log(p (K - 1) / (1 - p)), at least 0: the optimal weight if errors are independent and uniform.

    Source: Nitzan and Paroush, Optimal Decision Rules in Uncertain Dichotomous Choice Situations, 1982, for K = 2.

    Args:
        accuracy: Share p of validation samples that the source got right.
        classes: Number K of classes it chooses from.

    Example:
        >>> accuracy_weight(0.5, 2), accuracy_weight(0.2, 2), round(accuracy_weight(0.5, 6), 3)
        (0.0, 0.0, 1.609)
    """
    p = min(max(accuracy, _CERTAIN), 1 - _CERTAIN)
    return max(0.0, math.log(p * (classes - 1) / (1 - p)))


class Belief(NamedTuple):
    """Estimates of a model of the sources.

    Attributes:
        probabilities: Probability of each class for each pattern, shape (P, K); all 0 for patterns without a vote.
        settled: Whether the estimation has converged.
    """

    probabilities: FloatArray
    settled: bool


def dawid_skene(
    votes: IntArray, counts: IntArray, classes: int, *, rounds: int = 3000, tolerance: float = 1e-7
) -> Belief:
    """Estimate probabilities of the classes by expectation maximisation, starting from the shares of the votes.

    Each source m has a confusion matrix: how often it says l if the truth is k. Truths and matrices are estimated in
    turn until no probability changes by more than `tolerance`. That can take thousands of rounds, so every two rounds
    are extrapolated, unless that decreases the likelihood; the result is the same.

    Sources: Dawid and Skene, Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm, 1979;
    Varadhan and Roland, Simple and Globally Convergent Methods for Accelerating the Convergence of Any EM Algorithm,
    2008 (S3).

    Args:
        votes: Votes of the sources, shape (P, M).
        counts: Number of samples with each pattern, shape (P,).
        classes: Number K of classes.
        rounds: Maximum number of rounds.
        tolerance: Largest change of a probability at convergence.
    """
    belief = np.zeros((len(votes), classes))
    seen, some = np.unique(votes[votes >= 0]), np.flatnonzero((votes >= 0).any(axis=1))
    if not len(some):
        return Belief(belief, settled=True)
    place = np.full(classes + 1, -1)  # classes without votes are left out: they would absorb noise
    place[seen] = np.arange(len(seen))
    votes, weights = place[votes[some]], counts[some].astype(float)
    blocks = _Blocks(votes, weights, len(seen))
    shares = tally(votes, np.ones(votes.shape[1]), len(seen))
    posterior, settled = np.ascontiguousarray((shares / shares.sum(axis=1, keepdims=True)).T), False
    for _ in range(0, rounds, 3):
        first, _ = blocks.improved(posterior)
        second, likelihood = blocks.improved(first)
        settled = bool(np.abs(second - first).max() <= tolerance)
        if settled:
            posterior = second
            break
        further, reached = blocks.improved(_extrapolated(posterior, first, second, weights))
        posterior = further if reached >= likelihood else second
    belief[np.ix_(some, seen)] = posterior.T
    return Belief(belief, settled)


def _extrapolated(start: FloatArray, first: FloatArray, second: FloatArray, weights: FloatArray) -> FloatArray:
    """Extrapolate two rounds; return probabilities, shape (K, P)."""
    step = first - start
    bend = second - first - step
    turn = float(((bend**2) @ weights).sum())
    reach = max(1.0, math.sqrt(float(((step**2) @ weights).sum()) / turn)) if turn > 0 else 1.0
    found = np.maximum(start + 2 * reach * step + reach**2 * bend, 0)
    probabilities: FloatArray = found / found.sum(axis=0)
    return probabilities


class _Blocks:
    """Blocks of several sources whose votes share one code, so that a round needs fewer passes over the patterns."""

    def __init__(self, votes: IntArray, weights: FloatArray, classes: int) -> None:
        self.weights, self.classes = weights, classes
        self._words = classes + 1  # 0 is abstention
        several = max(1, int(math.log(_CODES) / math.log(self._words)))
        ranks = votes.T.astype(np.int64) + 1
        parts = [ranks[first : first + several] for first in range(0, len(ranks), several)]
        self._blocks = [(len(part), np.ravel_multi_index(tuple(part), (self._words,) * len(part))) for part in parts]

    def improved(self, posterior: FloatArray) -> tuple[FloatArray, float]:
        """Do one round: estimate matrices and priors from truths (K, P); return new truths and the log likelihood."""
        weighted = posterior * self.weights
        prior = weighted.sum(axis=1, keepdims=True) / self.weights.sum()
        joint = np.log(np.maximum(prior, _LEAST)) + np.zeros_like(posterior)
        for sources, codes in self._blocks:
            joint += self._said(sources, codes, weighted).reshape(self.classes, -1)[:, codes]
        highest = joint.max(axis=0)
        likely = np.exp(joint - highest)
        totals = likely.sum(axis=0)
        return likely / totals, float(self.weights @ (np.log(totals) + highest))

    def _said(self, sources: int, codes: IntArray, weighted: FloatArray) -> FloatArray:
        """Return the log probability of each combination of a block's votes by truth, shape (K, words, …, words)."""
        shape = (self._words,) * sources
        counts = np.stack([np.bincount(codes, each, math.prod(shape)).reshape(shape) for each in weighted])
        said = np.zeros((self.classes, *shape))
        for source in range(1, sources + 1):
            confusion = counts.sum(axis=tuple(axis for axis in range(1, sources + 1) if axis != source))
            wanted = [1] * (sources + 1)
            wanted[0], wanted[source] = confusion.shape
            said += _log_confusion(confusion).reshape(wanted)
        return said


def _log_confusion(counts: FloatArray) -> FloatArray:
    """Return the log probability of each word of a source by truth, shape (K, words); 0 for abstention."""
    used = counts[:, 1:].any(axis=0)
    # For a truth on which the source never voted, all words are equally likely.
    confusion = np.where(used, np.maximum(counts[:, 1:], _LEAST), 0)
    totals = confusion.sum(axis=1, keepdims=True)
    shares = np.divide(confusion, totals, out=np.ones_like(confusion), where=used & (totals > 0))
    logs: FloatArray = np.pad(np.log(np.maximum(shares, _LEAST)), ((0, 0), (1, 0)))
    return logs
