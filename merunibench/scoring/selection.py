"""Estimate the bias of scores whose checkpoint was selected by the test labels, on each data set."""

from collections.abc import Mapping

import numpy as np

from merunibench.scoring.checkpoints import BEST_OVERALL, BEST_PER_DATASET, counting_datasets
from merunibench.scoring.scored import Scored
from merunibench.statistics import optimism

Checkpoints = Mapping[str, Mapping[str, Scored]]
"""Data set -> checkpoint -> its score, with paired replicates."""


def selection_biases(scores: Checkpoints, rule: str) -> dict[str, float]:
    """Return data set -> bias of the selected score; empty if the rule does not use scores.

    Under `best-per-dataset`, each data set selects its own checkpoint. Under `best-overall`, the mean selects, and each
    data set is biased by its part in the mean.

    Args:
        scores: All checkpoints that could be selected.
        rule: How the checkpoint was selected.
    """
    if rule == BEST_PER_DATASET:
        return {name: _bias(found) for name, found in scores.items() if _all_resampled(found)}
    if rule != BEST_OVERALL or not all(map(_all_resampled, scores.values())):
        return {}
    first = next(iter(scores.values()))
    common = [stem for stem in first if all(stem in found for found in scores.values())]
    counting = counting_datasets(scores)
    means = np.array([np.mean([scores[name][stem].score for name in counting]) for stem in common])
    replicates = np.array([np.mean([scores[name][stem].replicates for name in counting], axis=0) for stem in common])
    gains = [np.array([scores[name][stem].replicates - scores[name][stem].score for stem in common]) for name in scores]
    return dict(zip(scores, optimism(means, replicates, gains), strict=True))


def _all_resampled(found: Mapping[str, Scored]) -> bool:
    return all(len(each.replicates) for each in found.values())


def _bias(found: Mapping[str, Scored]) -> float:
    scores, replicates = zip(*((each.score, each.replicates) for each in found.values()), strict=True)
    return optimism(np.array(scores), np.array(replicates))[0]
