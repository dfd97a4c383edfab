"""Which of a model's checkpoints is reported, on each data set.

`best-per-dataset` is how the published row was made: the best checkpoint on each data set's own test labels, which is a
selection on the test data. `best-overall` takes one checkpoint for all data sets, the best mean; `last` and a name look
at no score.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean

from merunibench.errors import InputError

BEST_PER_DATASET = "best-per-dataset"
BEST_OVERALL = "best-overall"
LAST = "last"
RULES = (BEST_PER_DATASET, BEST_OVERALL, LAST)
SINGLE = "single"

Scores = Mapping[str, Mapping[str, float]]
"""Data set -> checkpoint -> primary score, checkpoints in their natural order."""


def select_checkpoints(scores: Scores, rule: str) -> tuple[dict[str, str], str]:
    """The checkpoint to report for each data set, and the name of the selection for the signature.

    Args:
        scores: Every score there is.
        rule: `best-per-dataset`, `best-overall`, `last`, or a checkpoint's name or unambiguous beginning.

    Returns:
        Data set -> checkpoint, and the rule; the rule is `single` where nothing was to be chosen.

    Raises:
        InputError: no checkpoint of that name, or none that all data sets have.
    """
    if rule in RULES and all(len(found) == 1 for found in scores.values()):
        return {dataset: next(iter(found)) for dataset, found in scores.items()}, SINGLE
    if rule == BEST_PER_DATASET:
        return {dataset: max(found, key=lambda name: found[name]) for dataset, found in scores.items()}, rule
    if rule == BEST_OVERALL:
        best = _best_overall(scores)
        return dict.fromkeys(scores, best), rule
    if rule == LAST:
        return {dataset: list(found)[-1] for dataset, found in scores.items()}, rule
    return {dataset: named_checkpoint(list(found), rule, dataset) for dataset, found in scores.items()}, rule


def checkpoints_to_score(checkpoints: Sequence[str], rule: str, dataset: str) -> list[str]:
    """All of them where the choice depends on scores or their report; the named one alone otherwise."""
    if rule in RULES:
        return list(checkpoints)
    return [named_checkpoint(list(checkpoints), rule, dataset)]


def named_checkpoint(checkpoints: list[str], name: str, dataset: str) -> str:
    """The checkpoint of that name, or the only one whose name begins so.

    Raises:
        InputError: there is none, or several.
    """
    matches = [name] if name in checkpoints else [each for each in checkpoints if each.startswith(name)]
    if len(matches) != 1:
        found = "several checkpoints begin with" if matches else "no checkpoint is called"
        raise InputError(f"{dataset}: {found} {name!r}; there are {', '.join(checkpoints)}")
    return matches[0]


def _best_overall(scores: Scores) -> str:
    datasets = list(scores)
    common = [name for name in scores[datasets[0]] if all(name in scores[dataset] for dataset in datasets)]
    if not common:
        raise InputError(f"no checkpoint has predictions for all of {', '.join(datasets)}; choose another --checkpoint")
    return max(common, key=lambda name: fmean(scores[dataset][name] for dataset in datasets))
