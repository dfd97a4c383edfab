"""What an author's list of training data (`trained_on`) says of the scores: test samples seen, or zero-shot."""

import re
from collections.abc import Iterable

from merunibench.tasks import BUILTIN, Task, benchmark_tasks, find_task
from merunibench.tasks.names import samples_within


def seen_test_samples(trained_on: Iterable[str]) -> dict[str, int]:
    """Data set -> how many of its test samples are in the training data, by the author's own word.

    A data set that is named, without more, is the one that is scored here: all its samples, and those that it shares
    with others. Where several are named, that with most of a data set's samples counts: which of them are the same,
    names alone do not tell.

    Args:
        trained_on: Names of data sets, as `submission.toml` has them. Unknown ones hold no known sample.

    Example:
        >>> seen_test_samples(["MER-Caption+", "SIMS"])
        {'sims': 457, 'simsv2': 457}
    """
    trained = [task for name in trained_on if (task := find_task(name)) is not None]
    most = {task.id: max((samples_within(task, each) for each in trained), default=0) for task in BUILTIN.values()}
    return {dataset: number for dataset, number in most.items() if number}


def is_zero_shot(trained_on: Iterable[str]) -> bool:
    """Whether an author says what a model was trained on, and none of it is of one of the nine data sets.

    Any part of one counts, `MELD, train split` too: a name that holds a data set's name as a word of its own.

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
