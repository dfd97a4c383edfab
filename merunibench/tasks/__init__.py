"""The data sets as data: kind of task, classes, sample count, files, where to get them.

Everything that differs between data sets is in task files, `builtin/*.toml` and a user's own: one reader reads both,
and the code that scores them has no data set's name.
"""

from collections.abc import Iterable

from merunibench.tasks.reading import SCHEMA, SUFFIX, TaskFile, parse_task, read_task
from merunibench.tasks.task import Annotators, ClipLayout, Task
from merunibench.tasks.task_set import BUILTIN, GROUP, TaskSet, as_task_set, spelling

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
"""Every data set that comes with the package, by id, in the order of the published tables."""


def find_task(name: str) -> Task | None:
    """The built-in data set of that name, in any case and any common spelling; None if there is none."""
    return BUILTIN.find(name)


def get_task(name: str) -> Task:
    """The built-in data set of that name, in any case and any common spelling.

    Raises:
        InputError: no data set is called so; the message lists the nearest names, or all.

    Example:
        >>> get_task("CMU-MOSI").id
        'cmumosi'
        >>> get_task("ovmerd+").kind
        'fine-grained'
    """
    return BUILTIN.get_task(name)


def title_of(identifier: str) -> str:
    """The title of a built-in data set by its id; of another, the id."""
    return BUILTIN[identifier].title if identifier in BUILTIN else identifier


def benchmark_tasks() -> tuple[Task, ...]:
    """The nine data sets whose plain mean is the benchmark score."""
    return BUILTIN.benchmark


def task_order(ids: Iterable[str]) -> list[str]:
    """The given ids of built-in data sets in the order of the published tables."""
    return BUILTIN.in_order(ids)
