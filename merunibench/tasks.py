"""The data sets of MER-UniBench as data: kind of task, classes, sample count, files, where to get them.

Everything that differs between data sets is in tasks.toml; the code that reads and scores them has no data set's name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from merunibench._registry import Registry
from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.files.toml import read_toml
from merunibench.kinds import KINDS, NEUTRAL, Kind


@dataclass(frozen=True)
class ClipLayout:
    """Where the official folder of a data set keeps clips and subtitles; `{name}` stands for a sample's name.

    Attributes:
        video: Where a video may be, most likely place first.
        audio: Where its sound may be.
        face: Where its face crops may be.
        subtitles: Table of the subtitles, with a column `name`.
        subtitle_column: The column of that table that is the subtitle.
    """

    video: tuple[str, ...] = ("video/{name}.mp4",)
    audio: tuple[str, ...] = ("audio/{name}.wav",)
    face: tuple[str, ...] = ("openface_face/{name}.npy",)
    subtitles: str = "transcription-engchi-polish.csv"
    subtitle_column: str = "english"


@dataclass(frozen=True)
class Task:
    """One data set of the benchmark.

    Attributes:
        id: Identifier in files, options and reports (`meld`).
        title: Name as papers print it (`MELD`).
        kind: Kind of task (`merunibench.kinds`), which decides the metric.
        samples: Number of samples of the official test split; 0 where none is published.
        folder: Folder of the official layout, below the data root.
        label_file: Label file inside `folder`.
        corpus: Key of the test split in an npz label file; empty for a CSV.
        label_field: Field (npz) or column (CSV) that holds the truth.
        classes: Category words; an integer label is an index into them. Empty unless the truth is a class.
        split: Pattern that the names of the test split match, where the file holds more; None where it does not.
        cluster: Pattern whose group `unit`, or whole match, in a name is the sample's dialogue or video; None if
            samples stand alone.
        source: Where its clips are from. Data sets of one source give a clip the same name; by default it has its own.
        aliases: Other spellings that are understood.
        homepage: Where the data can be requested.
        layout: The clips and subtitles inside `folder`.
        benchmark: Whether the data set is one of the nine whose mean is the benchmark score.
    """

    id: str
    title: str
    kind: str
    samples: int
    folder: str
    label_file: str
    corpus: str
    label_field: str
    homepage: str
    layout: ClipLayout = ClipLayout()
    classes: tuple[str, ...] = ()
    split: re.Pattern[str] | None = None
    cluster: re.Pattern[str] | None = None
    source: str = ""
    aliases: tuple[str, ...] = field(default=())
    benchmark: bool = True

    @property
    def of_kind(self) -> Kind:
        """What its kind says of truths and answers."""
        return KINDS[self.kind]

    @property
    def has_sectors(self) -> bool:
        """Whether answers are words with sectors on emotion wheels, so that a lexicon takes part."""
        return self.of_kind.has_sectors

    @property
    def truth_of_empty_list(self) -> tuple[str, ...]:
        """Labels that an empty ground-truth list stands for: the authors read it as `neutral`."""
        return (NEUTRAL,) if self.of_kind.truth == "labels" else ()

    @property
    def namespace(self) -> str:
        """What its samples' names are unique in: where its clips are from, or the data set."""
        return self.source or self.id

    def cluster_of(self, name: str) -> str:
        """The dialogue or video that a sample comes from; the sample itself where its name does not tell."""
        found = self.cluster.match(name) if self.cluster else None
        return found[found.lastgroup or 0] if found else name


def _task(identifier: str, row: Mapping[str, Any]) -> Task:
    """A data set from its table in tasks.toml."""
    fields = {**_with_tuples(row), "id": identifier, "layout": ClipLayout(**_with_tuples(row.get("layout", {})))}
    for name in fields.keys() & {"split", "cluster"}:
        fields[name] = re.compile(fields[name], re.DOTALL)
    return Task(**fields)


def _with_tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


_TABLES = read_toml(resource("tasks.toml"))

TASKS = Registry("data set", (_task(*each) for each in _TABLES.items()), name=lambda task: task.id)
"""Every data set, by id, in the order of the published tables."""


def _key(name: str) -> str:
    """`CMU-MOSI`, `cmu_mosi` and `cmumosi` are one name; the `+` of OV-MERD+ counts."""
    return re.sub(r"[\s_\-()]", "", name.casefold())


def _ids() -> dict[str, str]:
    """Every spelling of a data set's name -> its id."""
    return {_key(spelling): task.id for task in TASKS.values() for spelling in (task.id, task.title, *task.aliases)}


def find_task(name: str) -> Task | None:
    """The data set of that name, in any case and any common spelling; None if there is none."""
    identifier = _ids().get(_key(name))
    return TASKS[identifier] if identifier else None


def get_task(name: str) -> Task:
    """The data set of that name, in any case and any common spelling.

    Raises:
        InputError: no data set is called so; the message lists the nearest names, or all.

    Example:
        >>> get_task("CMU-MOSI").id
        'cmumosi'
        >>> get_task("ovmerd+").kind
        'fine-grained'
    """
    task = find_task(name)
    if task is None:
        ids = _ids()
        near = get_close_matches(_key(name), ids, n=3)
        known = (
            "did you mean " + " or ".join(dict.fromkeys(ids[n] for n in near))
            if near
            else "known are " + ", ".join(TASKS)
        )
        raise InputError(f"unknown data set {name!r}: {known}")
    return task


def benchmark_tasks() -> tuple[Task, ...]:
    """The nine data sets whose plain mean is the benchmark score."""
    return tuple(task for task in TASKS.values() if task.benchmark)


def task_order(ids: Iterable[str]) -> list[str]:
    """The given data set ids in the order of the published tables."""
    wanted = set(ids)
    return [identifier for identifier in TASKS if identifier in wanted]
