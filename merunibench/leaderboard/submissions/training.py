"""Consequences of an author's list of training data (`trained_on`): test samples seen, or zero-shot."""

import re
from collections.abc import Iterable

from merunibench.tasks import BUILTIN, Task, benchmark_tasks, find_task
from merunibench.tasks.names import samples_within


def seen_test_samples(trained_on: Iterable[str]) -> dict[str, int]:
    """Data set -> number of its test samples in the training data, according to the author.

    A name without a qualifier means the data set that is scored here: all its samples, and those that it shares with
    others. If several data sets are named, the one with most of a data set's samples counts, since names alone do not
    show which samples are the same.

    Args:
        trained_on: Names of data sets, as in `submission.toml`. Unknown ones contain no known samples.

    Example:
        >>> seen_test_samples(["MER-Caption+", "SIMS"])
        {'sims': 457, 'simsv2': 457}
    """
    trained = [task for name in trained_on if (task := find_task(name)) is not None]
    most = {task.id: max((samples_within(task, each) for each in trained), default=0) for task in BUILTIN.values()}
    return {dataset: number for dataset, number in most.items() if number}


def is_zero_shot(trained_on: Iterable[str]) -> bool:
    """Whether an author states the training data, and none of it is from one of the nine data sets.

    Any part of one counts, including `MELD, train split`: a name that contains a data set's name as a separate word.

    Example:
        >>> is_zero_shot(["MER-Caption+"]), is_zero_shot(["MER-Caption+", "MELD, train split"]), is_zero_shot([])
        (True, False, False)
    """
    names = list(trained_on)
    nine = benchmark_tasks()
    return bool(names) and not any(_is_of(name, nine) for name in names)


def _is_of(name: str, tasks: Iterable[Task]) -> bool:
    named = find_task(name)
    return any(_is_in(task, name) or (named is not None and samples_within(task, named)) for task in tasks)


def _is_in(task: Task, name: str) -> bool:
    return any(
        re.search(rf"(?<![^\W_]){re.escape(each)}(?![^\W_])", name, re.IGNORECASE) for each in (task.id, task.title)
    )
