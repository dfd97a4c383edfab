"""Votes become one: by majority, weighted by accuracy, or by Dawid and Skene's model of who errs how. NumPy alone.

Votes are codes of classes in arrays of shape (P, M): P patterns, M sources, -1 where a source abstains. A pattern
stands for all samples on which the sources voted alike, so a million samples cost as much as there are patterns.
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

_TIE = 1e-9  # differences below this are those of rounding
TIE_OF_BELIEFS = 1e-5
"""Probabilities that are estimated to `tolerance` are equal up to this difference."""
_CODES = 4096  # that a block of sources has at most
_LEAST = 1e-10  # of a probability that is estimated: the logarithm of nothing is none
_CERTAIN = 1e-3  # an accuracy of 1 on a few hundred samples is no infinite weight


def distinct_rows(columns: Sequence[IntArray]) -> tuple[IntArray, IntArray, IntArray]:
    """The distinct rows of columns of codes, which are -1 or more.

    Returns:
        The rows, shape (P, M); which of them each row is, shape (N,); how many rows are each, shape (P,).
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
    """Summed weights of the votes for each class, shape (P, K)."""
    totals = np.zeros((len(votes), classes))
    rows = np.arange(len(votes))
    for column, weight in zip(votes.T, weights, strict=True):
        voted = column >= 0
        totals[rows[voted], column[voted]] += weight
    return totals


def winners(scores: FloatArray, tie: float = _TIE) -> IntArray:
    """The class of the highest score of each row, shape (P,); -1 where several share the first place, or all have 0.

    Args:
        scores: Of each class, shape (P, K).
        tie: Up to which difference scores are equal.

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
    """log(p (K - 1) / (1 - p)), at least 0: the weight that is best where errors are independent and spread evenly.

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
    """What a model of the sources makes of their votes.

    Attributes:
        probabilities: Of the classes for each pattern, shape (P, K); 0 throughout where nobody votes.
        settled: Whether the estimation has come to rest.
    """

    probabilities: FloatArray
    settled: bool


def dawid_skene(
    votes: IntArray, counts: IntArray, classes: int, *, rounds: int = 3000, tolerance: float = 1e-7
) -> Belief:
    """Probabilities of the classes by expectation maximisation, begun with the shares of the votes.

    Each source m has a confusion matrix: how often it says l where the truth is k. Truths and matrices are estimated in
    turn until no probability moves by more than `tolerance`. That can take thousands of rounds, so every two rounds are
    extrapolated, unless the likelihood falls by it; the result is the same.

    Sources: Dawid and Skene, Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm, 1979;
    Varadhan and Roland, Simple and Globally Convergent Methods for Accelerating the Convergence of Any EM Algorithm,
    2008 (S3).

    Args:
        votes: Votes of the sources, shape (P, M).
        counts: How many samples have each pattern, shape (P,).
        classes: Number K of classes.
        rounds: Most rounds.
        tolerance: Largest movement of a probability at rest.
    """
    belief = np.zeros((len(votes), classes))
    seen, some = np.unique(votes[votes >= 0]), np.flatnonzero((votes >= 0).any(axis=1))
    if not len(some):
        return Belief(belief, settled=True)
    place = np.full(classes + 1, -1)  # classes that nobody votes for would soak up what nobody understands
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
    """Where two rounds point to, as probabilities, shape (K, P)."""
    step = first - start
    bend = second - first - step
    turn = float(((bend**2) @ weights).sum())
    reach = max(1.0, math.sqrt(float(((step**2) @ weights).sum()) / turn)) if turn > 0 else 1.0
    found = np.maximum(start + 2 * reach * step + reach**2 * bend, 0)
    probabilities: FloatArray = found / found.sum(axis=0)
    return probabilities


class _Blocks:
    """Sources a few at a time: what several of them say is one code, so that rounds pass over the patterns seldom."""

    def __init__(self, votes: IntArray, weights: FloatArray, classes: int) -> None:
        self.weights, self.classes = weights, classes
        self._words = classes + 1  # 0 is abstention
        several = max(1, int(math.log(_CODES) / math.log(self._words)))
        ranks = votes.T.astype(np.int64) + 1
        parts = [ranks[first : first + several] for first in range(0, len(ranks), several)]
        self._blocks = [(len(part), np.ravel_multi_index(tuple(part), (self._words,) * len(part))) for part in parts]

    def improved(self, posterior: FloatArray) -> tuple[FloatArray, float]:
        """One round, truths of shape (K, P): matrices and priors from them, and them again; and the log likelihood."""
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
        """Log probability of all that a block can say under each truth, shape (K, words, …, words)."""
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
    """Logarithms of how often a source says each word under each truth, shape (K, words); abstention says nothing."""
    used = counts[:, 1:].any(axis=0)
    # Of a truth on which a source never voted nothing is known: all its words are as likely.
    confusion = np.where(used, np.maximum(counts[:, 1:], _LEAST), 0)
    totals = confusion.sum(axis=1, keepdims=True)
    shares = np.divide(confusion, totals, out=np.ones_like(confusion), where=used & (totals > 0))
    logs: FloatArray = np.pad(np.log(np.maximum(shares, _LEAST)), ((0, 0), (1, 0)))
    return logs
