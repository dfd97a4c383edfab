"""Votes become one: by majority, weighted by accuracy, or by Dawid and Skene's model of who errs how. NumPy alone.

Votes are codes of classes in arrays of shape (P, M): P patterns, M sources, -1 where a source abstains. A pattern
stands for all samples on which the sources voted alike, so a million samples cost as much as there are patterns.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

Method = Literal["majority", "accuracy", "dawid-skene"]
METHODS: tuple[Method, ...] = get_args(Method)

IntArray = npt.NDArray[np.integer[Any]]
FloatArray = npt.NDArray[np.float64]

_TIE = 1e-9  # differences below this are those of rounding
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


def winners(scores: FloatArray) -> IntArray:
    """The class of the highest score of each row, shape (P,); -1 where several share the first place, or all have 0.

    Example:
        >>> winners(np.array([[2.0, 1.0], [1.0, 1.0], [0.0, 0.0]])).tolist()
        [0, -1, -1]
    """
    if scores.shape[1] == 0:
        return np.full(len(scores), -1)
    highest = scores.max(axis=1)
    first = (scores >= highest[:, None] - _TIE).sum(axis=1)
    return np.where((first == 1) & (highest > _TIE), scores.argmax(axis=1), -1)


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


def dawid_skene(
    votes: IntArray, counts: IntArray, classes: int, *, iterations: int = 100, tolerance: float = 1e-5
) -> FloatArray:
    """Probabilities of the classes by expectation maximisation, shape (P, K); 0 throughout where nobody votes.

    Each source m has a confusion matrix: how often it says l where the truth is k. Truths and matrices are estimated in
    turn, from the shares of the votes, until the likelihood rises by less than `tolerance`.

    Source: Dawid and Skene, Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm, 1979.

    Args:
        votes: Votes of the sources, shape (P, M).
        counts: How many samples have each pattern, shape (P,).
        classes: Number K of classes.
        iterations: Most iterations.
        tolerance: Least rise of the log likelihood per vote.
    """
    belief = tally(votes, np.ones(votes.shape[1]), classes)
    some = belief.sum(axis=1) > 0
    if not some.any():
        return belief
    belief[some] /= belief[some].sum(axis=1, keepdims=True)
    votes, weights, posterior = votes[some], counts[some].astype(float), belief[some]
    before, number = -math.inf, float(weights @ (votes >= 0).sum(axis=1))
    for _ in range(iterations):
        posterior, likelihood = _improved(votes, weights, posterior)
        if likelihood - before < tolerance * number:
            break
        before = likelihood
    belief[some] = posterior
    return belief


def _improved(votes: IntArray, weights: FloatArray, posterior: FloatArray) -> tuple[FloatArray, float]:
    """One round: matrices and priors from the truths, truths from these; also the log likelihood before."""
    weighted = posterior * weights[:, None]
    prior = weighted.sum(axis=0) / weights.sum()
    joint = np.log(np.maximum(prior, _LEAST)) + np.zeros_like(posterior)
    classes = posterior.shape[1]
    for column in votes.T:
        voted = column >= 0
        confusion = np.stack(
            [np.bincount(column[voted], weighted[voted, truth], minlength=classes) for truth in range(classes)]
        )
        totals = confusion.sum(axis=1, keepdims=True)
        confusion = np.divide(confusion, totals, out=np.zeros_like(confusion), where=totals > 0)
        joint[voted] += np.log(np.maximum(confusion, _LEAST))[:, column[voted]].T
    highest = joint.max(axis=1, keepdims=True)
    likely = np.exp(joint - highest)
    totals = likely.sum(axis=1, keepdims=True)
    return likely / totals, float(weights @ (np.log(totals) + highest)[:, 0])
