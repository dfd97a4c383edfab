"""Aggregate the votes of all sources into one voted element per sample and grouping, by patterns of equal votes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from merunibench._text import short_repr
from merunibench.curation.crowd.coded import Coded
from merunibench.curation.crowd.groups import Groups
from merunibench.curation.crowd.sources import Source, positions
from merunibench.curation.crowd.weights import (
    TIE_OF_BELIEFS,
    FloatArray,
    Method,
    accuracy_weight,
    dawid_skene,
    distinct_rows,
    tally,
    winners,
)
from merunibench.errors import InputError
from merunibench.labels import LabelLists

IntArray = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Ballot:
    """The votes of M sources on N samples, as P patterns; samples with the same votes share a pattern.

    Attributes:
        sources: The sources.
        groups: The groupings by which words are compared.
        patterns: The word each source votes for, as an index into its vocabulary, -1 where it abstains; shape (P, M).
        rows: The pattern of each sample, shape (N,).
        counts: Number of samples of each pattern, shape (P,).
        without_element: For each source the words without an element in any grouping, and their counts.
    """

    sources: tuple[Source, ...]
    groups: Groups
    patterns: IntArray
    rows: IntArray
    counts: IntArray
    without_element: tuple[Counter[str], ...]

    @cached_property
    def asked(self) -> npt.NDArray[np.bool_]:
        """Whether any source votes on each sample, shape (N,)."""
        some: npt.NDArray[np.bool_] = np.any(self.patterns >= 0, axis=1)
        return some[self.rows]

    def asked_per(self, voted: "Voted") -> IntArray:
        """Return the number of samples with each result among those on which any source votes, shape (Q,)."""
        counts: IntArray = np.bincount(voted.rows[self.asked], minlength=len(voted.elements))
        return counts

    @cached_property
    def elements(self) -> IntArray:
        """The element that each source votes for in each grouping, -1 where it abstains; shape (groupings, P, M)."""
        columns = []
        for source, codes in zip(self.sources, self.patterns.T, strict=True):
            nothing = np.full((1, len(self.groups.names)), -1)
            known = np.concatenate([self.groups.elements(list(source.labels.vocabulary)), nothing])
            columns.append(known[codes].T)  # the code -1 is the last row
        return np.stack(columns, axis=-1)

    @property
    def ballots(self) -> Coded:
        """For each sample, the sources that vote and their words."""
        words = [list(source.labels.vocabulary) for source in self.sources]
        names = [source.name for source in self.sources]
        return Coded(
            [
                {name: known[code] for name, known, code in zip(names, words, pattern, strict=True) if code >= 0}
                for pattern in self.patterns.tolist()
            ],
            self.rows,
        )


@dataclass(frozen=True, eq=False)
class Voted:
    """The result of a vote on N samples.

    Attributes:
        elements: The distinct results: one element per grouping, -1 for ties and abstentions; shape (Q, G).
        rows: Index of each sample's result, shape (N,).
        unsettled: Number of groupings in which the model of the sources has not converged.
    """

    elements: IntArray
    rows: IntArray
    unsettled: int = 0


def ballot(sources: Sequence[Source], names: pa.Array, groups: Groups) -> Ballot:
    """Collect the votes of the sources by sample.

    Each source has one vote per sample. For a list of labels, it is the first label that has an element.
    """
    codes, without = [], []
    for source in sources:
        elements = groups.elements(list(source.labels.vocabulary))
        votes, unknown = _first_known(source.labels, np.any(elements >= 0, axis=1))
        found = positions(names, source)
        codes.append(np.append(votes, -1)[found])
        without.append(unknown)
    patterns, rows, counts = distinct_rows(codes)
    return Ballot(tuple(sources), groups, patterns, rows, counts, tuple(without))


def _first_known(lists: LabelLists, known: npt.NDArray[np.bool_]) -> tuple[IntArray, Counter[str]]:
    """Return the first known label of each list, -1 if there is none, shape (N,), and the unknown labels counted."""
    owner = np.repeat(np.arange(len(lists.offsets) - 1), np.diff(lists.offsets))
    places = np.flatnonzero(known[lists.codes])
    first = np.full(len(lists.offsets) - 1, -1, np.int64)
    first[owner[places][::-1]] = lists.codes[places][::-1]
    votes = first[lists.rows]
    silent = Counter[str]()
    for row in np.flatnonzero((votes < 0) & (lists.counts() > 0)).tolist():
        silent[lists[row][0]] += 1
    return votes, silent


def decide(cast: Ballot, method: Method) -> Voted:
    """Decide on one element per sample and grouping; ties count as no vote.

    Raises:
        InputError: votes are weighted by accuracy, and the accuracy of a source is unknown.
    """
    weights = _weights(cast.sources) if method == "accuracy" else np.ones(len(cast.sources))
    decided = np.empty((len(cast.patterns), len(cast.groups.names)), np.int64)
    unsettled = 0
    for group, (names, votes) in enumerate(zip(cast.groups.names, cast.elements, strict=True)):
        if method == "dawid-skene":
            decided[:, group], settled = _believed(votes, cast.counts, len(names))
            unsettled += not settled
        else:
            decided[:, group] = winners(tally(votes, weights, len(names)))
    elements, of_pattern, _ = distinct_rows(list(decided.T))
    return Voted(elements, of_pattern[cast.rows], unsettled)


def _believed(votes: IntArray, counts: IntArray, classes: int) -> tuple[IntArray, bool]:
    """Return the most likely class of each pattern, and whether the model has converged."""
    distinct, of_pattern, _ = distinct_rows(list(votes.T))
    belief = dawid_skene(distinct, np.bincount(of_pattern, counts), classes)
    return winners(belief.probabilities, TIE_OF_BELIEFS)[of_pattern], belief.settled


def _weights(sources: Sequence[Source]) -> FloatArray:
    weights = []
    for source in sources:
        if source.accuracy is None:
            raise InputError(
                f"{source.where}: --votes accuracy needs validation.accuracy in settings.json of each source, which "
                f"is missing for {short_repr(source.name)}; add it, or choose --votes majority or dawid-skene"
            )
        weights.append(accuracy_weight(source.accuracy, source.classes or len(source.labels.vocabulary)))
    return np.array(weights)
