"""The score of groups of samples: by category, by number of labels, by length of the raw text."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from merunibench.analysis.confusion import members
from merunibench.report.error_analysis import Group, Grouping
from merunibench.scoring import SampleScores
from merunibench.scoring.resampling import units_of
from merunibench.statistics import resampled_sums, score_interval

_MOST_LABELS = 5
_BY_ANSWER = ("labels", "text length")
_QUARTILES = (0.25, 0.5, 0.75)

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Named = tuple[str, Mask]
"""A group's name and its samples, shape (N,)."""


class Resampling(NamedTuple):
    """How intervals are estimated: number of resamples (0 for none) and seed."""

    resamples: int
    seed: int


def groupings(
    scores: SampleScores, wheels: Sequence[int], words: npt.NDArray[np.int64] | None, resampling: Resampling
) -> tuple[Grouping, ...]:
    """Return the score in every grouping that the data set allows.

    A group's score is the metric's own formula on the group's summed statistics: the score that the data set would have
    with these samples only. (Statistics of the whole data set, such as the categories that occur, remain those of the
    whole.) A chance correction uses the chance level of the group itself: for groups by the truth, the answers of all
    samples are shuffled; for groups by the answer, those of the group. Intervals resample dialogues or videos where a
    data set has them, like those of the data set itself.

    Args:
        scores: The samples.
        wheels: Wheels, counted from 1, by whose true sectors the fine-grained task is grouped.
        words: Number of words in each sample's raw text, -1 for none, shape (N,); None if there are no texts.
        resampling: How intervals are estimated.
    """
    found = []
    for by, wheel, parts in _partitions(scores, wheels, words):
        level = _chance_by_answer if by in _BY_ANSWER else _chance_by_truth
        groups = tuple(_group(scores, named, level, resampling) for named in parts if named[1].any())
        if groups:
            found.append(Grouping(by, wheel, groups))
    return tuple(found)


def _partitions(
    scores: SampleScores, wheels: Sequence[int], words: npt.NDArray[np.int64] | None
) -> Iterable[tuple[str, int | None, Iterable[Named]]]:
    truth = scores.task.of_kind.truth
    if truth == "class":
        yield "class", None, _by_class(scores)
    elif truth == "labels":
        for wheel in (wheel for wheel in wheels if wheel in scores.wheels):
            yield "true sector", wheel, _by_sector(scores, wheel)
    elif truth == "value":
        yield "strength", None, _by_strength(scores.encoded.truth)
    if scores.labels is not None:
        yield "labels", None, _by_labels(scores.labels.counts(), scores.present)
    if words is not None:
        yield "text length", None, _by_length(words)


def _chance_by_truth(scores: SampleScores, samples: Mask) -> float:
    """The expected score of samples, shape (N,), with a common truth, if all answers were shuffled."""
    truth, predicted = scores.encoded.truth, scores.encoded.predicted
    return float(scores.metric.score(scores.metric.expected_of(truth, predicted, samples)))


def _chance_by_answer(scores: SampleScores, samples: Mask) -> float:
    """The same for samples with a common property of the answer: only the group's own answers have it."""
    metric = scores.metric
    truth, predicted = (metric.part(side, samples) for side in (scores.encoded.truth, scores.encoded.predicted))
    return float(metric.score(metric.expected_under_shuffling(truth, predicted)))


def _group(
    scores: SampleScores,
    named: Named,
    level: Callable[[SampleScores, Mask], float],
    resampling: Resampling,
) -> Group:
    name, samples = named
    statistics, metric = scores.statistics[:, samples], scores.metric
    chance = level(scores, samples) if metric.chance_corrected else 0.0

    def score_of(sums: FloatArray) -> FloatArray:
        return metric.primary(metric.score(sums), chance)

    score = float(score_of(statistics.sum(axis=1)))
    counted = np.asarray(scores.hits() >= 0)
    scored = int(np.count_nonzero(np.logical_or.reduce(np.atleast_2d(counted))[samples]))
    if np.isnan(score):
        return Group(name, int(samples.sum()), scored, None, None)
    ci = None
    if resampling.resamples and scored > 1:
        units = units_of(scores.task, scores.names.filter(pa.array(samples)), [statistics], "auto", resampling.seed)
        drawn = score_of(resampled_sums(units.quantities, resampling.resamples, resampling.seed, keys=units.keys))
        low, high = metric.primary([0.0, 1.0], chance).tolist()
        found = score_interval(units.quantities, score_of, drawn, clustered=units.clustered, bounds=(low, high))
        ci = None if found is None else (found.low, found.high)
    return Group(name, int(samples.sum()), scored, score, ci)


def _by_class(scores: SampleScores) -> Iterable[Named]:
    """Group by true class, in the data set's order."""
    labels = scores.true_labels
    if labels is None or not len(labels.codes):
        return
    codes = labels.codes[labels.offsets[labels.rows]]
    order = {name: place for place, name in enumerate(scores.task.classes)}
    for word in sorted(set(labels.vocabulary), key=lambda word: (order.get(word, len(order)), word)):
        yield word, np.isin(codes, [code for code, each in enumerate(labels.vocabulary) if each == word])


def _by_sector(scores: SampleScores, wheel: int) -> Iterable[Named]:
    names = scores.encoded.sectors[wheel - 1]
    yield from zip(names, members(scores.true_sectors[wheel - 1], len(names)), strict=True)


def _by_strength(values: npt.NDArray[np.float64]) -> Iterable[Named]:
    """Group by the absolute value of the true sentiment, in quartiles; zeros are never scored and are omitted."""
    strength = np.abs(values)
    for low, high, samples in quartiles(strength, strength > 0):
        yield f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}", samples


def _by_labels(counts: npt.NDArray[np.int64], present: Mask) -> Iterable[Named]:
    for number in range(_MOST_LABELS):
        yield str(number), present & (counts == number)
    yield f"{_MOST_LABELS}+", present & (counts >= _MOST_LABELS)
    yield "no prediction", ~present


def _by_length(words: npt.NDArray[np.int64]) -> Iterable[Named]:
    for low, high, samples in quartiles(words, words >= 0):
        yield str(low) if low == high else f"{low} to {high}", samples
    yield "no text", words < 0


def quartiles(values: npt.NDArray[Any], which: Mask) -> Iterable[tuple[Any, Any, Mask]]:
    """Return the samples in up to four bins of about equal size; equal values share a bin, so there may be fewer.

    Args:
        values: The value of each sample, shape (N,).
        which: The samples to assign to bins, shape (N,).

    Yields:
        Minimum, maximum and samples of each bin, shape (N,).
    """
    if not which.any():
        return
    edges = np.unique(np.quantile(values[which], _QUARTILES, method="inverted_cdf"))
    bins = np.searchsorted(edges, values, side="left")
    for number in range(len(edges) + 1):
        samples = which & (bins == number)
        if samples.any():
            yield values[samples].min(), values[samples].max(), samples
