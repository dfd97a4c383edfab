"""Immutable collections of data sets: the built-in ones, and user-defined ones."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from importlib.metadata import entry_points
from pathlib import Path

from merunibench._resources import resource
from merunibench._text import listed, one_line, short_repr
from merunibench.errors import InputError
from merunibench.files.reading import reading
from merunibench.tasks.reading import SUFFIX, as_own, read_task
from merunibench.tasks.task import Task, spelling

GROUP = "merunibench.tasks"
"""Entry point group; an entry point's value is a `Task`, or the path of a task file in the package."""


_MOST_FILES = 5
"""Maximum number of faulty files of a folder in a message."""


class TaskSet(Mapping[str, Task]):
    """Data sets by id, in the order of the published tables; user-defined ones come last.

    Args:
        tasks: The data sets.
    """

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._tasks = {task.id: task for task in tasks}
        self._ids = {
            spelling(name): task.id for task in self._tasks.values() for name in (task.id, task.title, *task.aliases)
        }
        self._ids |= {identifier: identifier for identifier in self._tasks}

    def __getitem__(self, identifier: str) -> Task:
        return self._tasks[identifier]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tasks)

    def __len__(self) -> int:
        return len(self._tasks)

    def __hash__(self) -> int:
        return hash(tuple(self._tasks.values()))

    @property
    def spellings(self) -> frozenset[str]:
        """All names, normalised by `spelling`."""
        return frozenset(self._ids)

    def find(self, name: str) -> Task | None:
        """Return the data set with a name, in any case and common spelling; None if it does not exist."""
        if name in self._tasks:
            return self._tasks[name]
        identifier = self._ids.get(spelling(name))
        return self._tasks[identifier] if identifier else None

    def meant(self, task: Task, samples: int) -> Task | None:
        """Return the data set that was probably meant instead of `task`, by its number of samples; else None.

        OV-MERD's 332 samples are often distributed as OV-MERD+, which includes them.
        """
        return next(
            (
                other
                for other in self.values()
                if other.id != task.id
                and other.samples == samples != task.samples
                and (other.kind, other.namespace) == (task.kind, task.namespace)
            ),
            None,
        )

    def get_task(self, name: str) -> Task:
        """Return the data set with a name, in any case and common spelling.

        Raises:
            InputError: No data set has this name. The message lists similar names, or all names.
        """
        task = self.find(name)
        if task is None:
            near = get_close_matches(spelling(name), self._ids, n=3)
            known = (
                "did you mean " + " or ".join(dict.fromkeys(self._ids[n] for n in near))
                if near
                else "available: " + ", ".join(self)
            )
            raise InputError(f"unknown data set {name!r}: {known}; define your own in a task file (--task)")
        return task

    def in_order(self, ids: Iterable[str]) -> list[str]:
        """Sort data set ids in the order of this set; unknown ids come last, in alphabetical order."""
        wanted = set(ids)
        return [*(identifier for identifier in self if identifier in wanted), *sorted(wanted - self.keys())]

    @property
    def benchmark(self) -> tuple[Task, ...]:
        """The nine data sets whose unweighted mean is the benchmark score."""
        return tuple(task for task in self.values() if task.benchmark)

    @property
    def own(self) -> tuple[Task, ...]:
        """The user-defined data sets."""
        return tuple(task for task in self.values() if task.own)

    def disguises(self, ids: Iterable[str]) -> list[str]:
        """Return one message for each data set that has the name of a built-in one but another kind or classes."""
        return [
            f"{name}: its classes or kind are not those of {BUILTIN[name].title}: define your own data set "
            "(`merunibench datasets init`), because the signature would be wrong"
            for name in ids
            if name in BUILTIN and (self[name].kind, self[name].classes) != (BUILTIN[name].kind, BUILTIN[name].classes)
        ]

    def with_own(self, *sources: Task | str | Path) -> "TaskSet":
        """Return a set with additional, user-defined data sets.

        Args:
            sources: Data sets; task files; folders of files `*.task.toml`; names of entry points in `GROUP`.

        Raises:
            InputError: A data set cannot be read, or has the name of another one.
        """
        tasks = dict(self)
        for task in (task for source in sources for task in self._own(source)):
            if tasks.get(task.id, task) != task:
                raise InputError(f"data set {task.id!r} is defined twice; give one definition")
            tasks[task.id] = task
        found = TaskSet(tasks.values())
        for task in found.own:
            if (other := found.find(task.title)) != task:
                raise InputError(f"data sets {task.id!r} and {other and other.id!r} have the same name; change a title")
        return found

    def _own(self, source: Task | str | Path) -> Iterator[Task]:
        if isinstance(source, Task):
            if spelling(source.id) in self._ids or not re.fullmatch(r"[a-z0-9]{1,40}", source.id):
                raise InputError(
                    f"id {short_repr(source.id)} must be lower-case letters and digits, and not another data set's name"
                )
            yield as_own(source, taken=self.spellings)
        elif Path(source).is_dir():
            with reading(Path(source)):
                files = sorted(file for file in Path(source).iterdir() if file.name.endswith(SUFFIX))
            if not files:
                raise InputError(f"{source}: contains no task file (*{SUFFIX})")
            yield from self._every(files)
        elif Path(source).suffix == ".toml" or Path(source).exists():
            yield read_task(Path(source), taken=self.spellings)
        else:
            yield from self._own(_installed(str(source)))

    def _every(self, files: Iterable[Path]) -> Iterator[Task]:
        """Yield the data sets of several files; report the errors of all files together."""
        faults = []
        for file in files:
            try:
                yield read_task(file, taken=self.spellings)
            except InputError as error:
                faults.append(str(error))
        if faults:
            more = f"; and {len(faults) - _MOST_FILES} more files" if len(faults) > _MOST_FILES else ""
            raise InputError("; ".join(faults[:_MOST_FILES]) + more)

    def replaced(self, tasks: Mapping[str, Task]) -> "TaskSet":
        """Return a set with other definitions of known data sets, and new ones as user-defined data sets."""
        known = {identifier: tasks.get(identifier, task) for identifier, task in self.items()}
        return TaskSet(known.values()).with_own(*(tasks[identifier] for identifier in tasks if identifier not in self))


def _installed(name: str) -> Task | Path:
    """Load the task that an installed package provides under a name."""
    offered = entry_points(group=GROUP)
    if name not in offered.names:
        known = f"; installed packages provide {listed(sorted(offered.names))}" if offered.names else ""
        raise InputError(f"{short_repr(name)}: not a task file, and not provided by any installed package{known}")
    try:
        found = offered[name].load()
    except Exception as error:
        raise InputError(f"{GROUP} entry point {name!r} cannot be loaded: {one_line(error)}") from error
    if not isinstance(found, Task | str | Path):
        raise InputError(f"{GROUP} entry point {name!r} must be a Task or the path of a task file")
    return found if isinstance(found, Task) else Path(found)


BUILTIN = TaskSet(read_task(file) for file in sorted(resource("tasks", "builtin").glob("*.toml")))
"""The built-in data sets."""


def as_task_set(tasks: TaskSet | Mapping[str, Task] | Iterable[Task | str | Path]) -> TaskSet:
    """Return a set unchanged; else the built-in set, with definitions by id or with sources for `with_own`."""
    if isinstance(tasks, TaskSet):
        return tasks
    return BUILTIN.replaced(tasks) if isinstance(tasks, Mapping) else BUILTIN.with_own(*tasks)
