"""Definitions of data sets: kind of task, classes, number of samples, files, where to get them.

All differences between data sets are in task files: the builtin ones, `builtin/*.toml`, and the user's. Both have the
same format, and the scoring code does not refer to any data set by name.
"""

from collections.abc import Iterable

from merunibench.tasks.reading import SCHEMA, SUFFIX, TaskFile, parse_task, read_task
from merunibench.tasks.task import Annotators, ClipLayout, Task, spelling
from merunibench.tasks.task_set import BUILTIN, GROUP, TaskSet, as_task_set

__all__ = [
    "BUILTIN",
    "GROUP",
    "SCHEMA",
    "SUFFIX",
    "TASKS",
    "Annotators",
    "ClipLayout",
    "Task",
    "TaskFile",
    "TaskSet",
    "as_task_set",
    "benchmark_tasks",
    "find_task",
    "get_task",
    "parse_task",
    "read_task",
    "spelling",
    "task_order",
    "title_of",
]

TASKS = BUILTIN
"""All built-in data sets by id, in the order of the published tables."""


def find_task(name: str) -> Task | None:
    """Return the built-in data set with a name, in any case and common spelling; None if it does not exist."""
    return BUILTIN.find(name)


def get_task(name: str) -> Task:
    """Return the built-in data set with a name, in any case and common spelling.

    Raises:
        InputError: No data set has this name. The message lists similar names, or all names.

    Example:
        >>> get_task("CMU-MOSI").id
        'cmumosi'
        >>> get_task("ovmerd+").kind
        'fine-grained'
    """
    return BUILTIN.get_task(name)


def title_of(identifier: str) -> str:
    """Return the title of a built-in data set by its id; for any other data set, the id."""
    return BUILTIN[identifier].title if identifier in BUILTIN else identifier


def benchmark_tasks() -> tuple[Task, ...]:
    """Return the nine data sets whose unweighted mean is the benchmark score."""
    return BUILTIN.benchmark


def task_order(ids: Iterable[str]) -> list[str]:
    """Sort ids of built-in data sets in the order of the published tables."""
    return BUILTIN.in_order(ids)
