"""Select the checkpoint of a model to report on each data set.

`best-per-dataset` is the rule of the published results: the best checkpoint by each data set's test labels, which is a
selection on the test data. `best-overall` selects the checkpoint with the best mean for all data sets. `last` and a
checkpoint name do not depend on scores. All rules but the first need one checkpoint that every data set has.
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
    """Return the rule, or the full name of the given checkpoint; `single` if there is only one checkpoint.

    Args:
        checkpoints: Data set -> available checkpoints.
        rule: `best-per-dataset`, `best-overall`, `last`, or the name of a checkpoint or its beginning.

    Raises:
        InputError: No checkpoint has this name, or several match, or it does not exist for every data set.
    """
    every = list(dict.fromkeys(name for found in checkpoints.values() for name in found))
    if rule in RULES:
        return SINGLE if len(every) == 1 else rule
    matches = [rule] if rule in every else [name for name in every if _begins(name, rule)]
    if len(matches) != 1:
        found = "several checkpoints begin with" if matches else "unknown checkpoint"
        raise InputError(f"{found} {rule!r}; checkpoints: {', '.join(every)}; rules: {', '.join(RULES)}")
    lacking = [dataset for dataset, names in checkpoints.items() if matches[0] not in names]
    if lacking:
        raise InputError(f"checkpoint {matches[0]!r} has no predictions for {', '.join(lacking)}")
    return matches[0]


def checkpoints_to_score(checkpoints: Sequence[str], rule: str) -> list[str]:
    """Return all checkpoints for a rule, because all are reported; else only the named one."""
    return list(checkpoints) if rule in (*RULES, SINGLE) else [rule]


def select_checkpoints(scores: Scores, rule: str) -> dict[str, str]:
    """Return data set -> checkpoint to report.

    Args:
        scores: All scores.
        rule: The result of `resolve_rule`.

    Raises:
        InputError: The rule needs a checkpoint with predictions for all data sets, and there is none.
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
    """Return the data sets whose mean selects the best checkpoint overall: those of the benchmark, or else all."""
    every = list(datasets)
    benchmark = {task.id for task in benchmark_tasks()}
    return [name for name in every if name in benchmark] or every


def refuse_mixed_origins(dataset: str, origins: Mapping[str, tuple[str, str]]) -> None:
    """Reject checkpoints with labels from different extractors, because the extractor would affect the selection.

    Args:
        dataset: Data set id.
        origins: Checkpoint -> origin of its labels, and of its polarity.

    Raises:
        InputError: Labels or polarity of the checkpoints have different origins.
    """
    for place, what in enumerate(("labels", "polarity")):
        first = {both[place]: name for name, both in reversed([*origins.items()])}
        if len(first) > 1:
            each = ", ".join(f"{name} {both[place]}" for name, both in origins.items() if first[both[place]] == name)
            raise InputError(
                f"{dataset}: cannot choose the best checkpoint: the checkpoints have {what} from different sources "
                f"({each}); extract all with the same backend (`merunibench extract --overwrite-labels`), or "
                f"choose --checkpoint {LAST} or a name"
            )


def _begins(name: str, beginning: str) -> bool:
    """Return whether the name has this beginning, followed by another word: `step-1` does not match `step-10`."""
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
