"""Which of a model's checkpoints is reported, on each data set.

`best-per-dataset` is how the published row was made: the best checkpoint on each data set's own test labels, which is a
selection on the test data. `best-overall` takes one checkpoint for all data sets, the best mean; `last` and a name look
at no score. All but the first take one checkpoint that every data set has.
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from merunibench.errors import InputError
from merunibench.tasks import benchmark_tasks

BEST_PER_DATASET = "best-per-dataset"
BEST_OVERALL = "best-overall"
LAST = "last"
SINGLE = "single"
RULES = (BEST_PER_DATASET, BEST_OVERALL, LAST)

Scores = Mapping[str, Mapping[str, float]]
"""Data set -> checkpoint -> primary score, checkpoints in their natural order."""


def resolve_rule(checkpoints: Mapping[str, Sequence[str]], rule: str) -> str:
    """The rule, or the full name of the checkpoint it names; `single` where there is nothing to choose.

    Args:
        checkpoints: Data set -> the checkpoints there are.
        rule: `best-per-dataset`, `best-overall`, `last`, or a checkpoint's name or its beginning.

    Raises:
        InputError: no checkpoint of that name, or several, or not for every data set.
    """
    every = list(dict.fromkeys(name for found in checkpoints.values() for name in found))
    if rule in RULES:
        return SINGLE if len(every) == 1 else rule
    matches = [rule] if rule in every else [name for name in every if _begins(name, rule)]
    if len(matches) != 1:
        found = "several checkpoints begin with" if matches else "no checkpoint is called"
        raise InputError(f"{found} {rule!r}; there are {', '.join(every)}, and the rules {', '.join(RULES)}")
    lacking = [dataset for dataset, names in checkpoints.items() if matches[0] not in names]
    if lacking:
        raise InputError(f"checkpoint {matches[0]!r} has no predictions for {', '.join(lacking)}")
    return matches[0]


def checkpoints_to_score(checkpoints: Sequence[str], rule: str) -> list[str]:
    """All of them under a rule, since they are reported; the named one alone otherwise."""
    return list(checkpoints) if rule in (*RULES, SINGLE) else [rule]


def select_checkpoints(scores: Scores, rule: str) -> dict[str, str]:
    """The checkpoint to report for each data set.

    Args:
        scores: Every score there is.
        rule: What `resolve_rule` returned.

    Raises:
        InputError: no checkpoint has predictions for all data sets, and the rule needs one.
    """
    if rule == BEST_PER_DATASET:
        return {dataset: max(found, key=lambda name: found[name]) for dataset, found in scores.items()}
    if rule == SINGLE:
        return {dataset: next(iter(found)) for dataset, found in scores.items()}
    if rule not in RULES:
        return dict.fromkeys(scores, rule)
    common = _common_checkpoints(scores)
    if rule == LAST:
        return dict.fromkeys(scores, common[-1])
    counting = counting_datasets(scores)
    best = max(common, key=lambda name: fmean(scores[dataset][name] for dataset in counting))
    return dict.fromkeys(scores, best)


def counting_datasets(datasets: Iterable[str]) -> list[str]:
    """Those of the data sets whose mean chooses the best checkpoint overall: of the benchmark, else all."""
    every = list(datasets)
    benchmark = {task.id for task in benchmark_tasks()}
    return [name for name in every if name in benchmark] or every


def refuse_mixed_origins(dataset: str, origins: Mapping[str, tuple[str, str]]) -> None:
    """The best of checkpoints whose labels come from different extractors would be that of the best extractor.

    Args:
        dataset: Data set id.
        origins: Checkpoint -> where its labels come from, and where its polarity.

    Raises:
        InputError: labels or polarity of the checkpoints come from different places.
    """
    for place, what in enumerate(("labels", "polarity")):
        first = {both[place]: name for name, both in reversed([*origins.items()])}
        if len(first) > 1:
            each = ", ".join(f"{name} {both[place]}" for name, both in origins.items() if first[both[place]] == name)
            raise InputError(
                f"{dataset}: the {what} of the checkpoints come from different places ({each}), so the best of them "
                f"cannot be determined; take them all from the same (`merunibench extract --overwrite-labels`), or "
                f"choose --checkpoint {LAST} or a name"
            )


def _begins(name: str, beginning: str) -> bool:
    """Whether the name begins so and goes on with another word: `step-1` does not stand for `step-10`."""
    return name.startswith(beginning) and not name[len(beginning) : len(beginning) + 1].isalnum()


def _common_checkpoints(scores: Scores) -> list[str]:
    first = next(iter(scores.values()))
    common = [name for name in first if all(name in found for found in scores.values())]
    if not common:
        raise InputError(
            f"no checkpoint has predictions for all of {', '.join(scores)}; "
            f"choose --checkpoint {BEST_PER_DATASET}, or fewer data sets"
        )
    return common
