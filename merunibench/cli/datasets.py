"""`merunibench datasets` and `overlap`: list data sets, validate your own, and find test samples in a list of names."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from merunibench.cli._options import FORMAT, TableOrJson
from merunibench.cli._output import emit, emit_json, emit_table
from merunibench.errors import InputError
from merunibench.settings import TaskSettings, argument

if TYPE_CHECKING:
    from merunibench.tasks import TaskSet

_ACTION = argument(None, "init: print a draft definition of your own data set, made from LABELS.", "ACTION")
_NAMES = argument(
    ..., "Names, one per line; a table with the column name; or an official label file (.npz).", "NAMES|TABLE"
)
_LABELS = argument(None, "Label file of your own: a table with the columns name and label.", "LABELS")


def datasets(
    settings: TaskSettings,
    action: Literal["init"] | None = _ACTION,
    labels: Path | None = _LABELS,
    output_format: TableOrJson = FORMAT,
) -> None:
    """List the data sets: how each is scored, its size, its files, and where to request it.

    With --task, your own definitions are validated and listed. To draft one:
    `merunibench datasets init labels.csv > mine.task.toml`
    """
    if action is not None:
        if labels is None:
            raise InputError("init needs the label file: merunibench datasets init labels.csv > mine.task.toml")
        from merunibench.data.drafting import draft_definition

        emit(draft_definition(labels))
        return
    tasks = settings.tasks()
    looked = _validated(tasks)
    if output_format == "json":
        shown = ("id", "title", "kind", "samples", "folder", "label_file", "homepage", "benchmark")
        further = {task.id: {"own": True, "signature": f"data:{task.signed}"} for task in tasks.own}
        emit_json(
            [{**{name: getattr(each, name) for name in shown}, **further.get(each.id, {})} for each in tasks.values()]
        )
        return
    rows = [
        (task.id, task.title, task.kind, str(task.samples or "–"), f"{task.folder}/{task.label_file}".lstrip("/"))
        for task in tasks.values()
    ]
    outside = ", ".join(task.title for task in tasks.values() if not task.benchmark)
    instead = "<name>.csv (.jsonl, .parquet) with columns name, label can replace the official label file."
    requests = (f"  {task.title}: {task.homepage}" for task in tasks.values() if task.homepage)
    notes = [f"{instead} {outside} are not part of the benchmark's mean.", *looked, "Where to request them:", *requests]
    emit_table(("Name", "Data set", "Kind", "Samples", "Below --data-root"), rows, notes)


def _validated(tasks: "TaskSet") -> list[str]:
    """Return one line per own data set: its signature, and the content of its label file."""
    if not tasks.own:
        return []
    from merunibench.data.drafting import look_at
    from merunibench.data.truth import find_labels

    labels = find_labels(None, tasks)
    held = {
        task.id: look_at(task, labels[task.id]) if task.id in labels else "names no label file" for task in tasks.own
    }
    return [f"Your own: {task.title}: data:{task.signed}, {held[task.id]}" for task in tasks.own]


def overlap(names: Path = _NAMES, output_format: TableOrJson = FORMAT) -> None:
    """Count the samples of each test set in a list of names, such as that of training data.

    Names are compared with hashes of the test samples' names; renamed clips are not found.
    """
    from merunibench.evaluation.training import read_names
    from merunibench.tasks import BUILTIN
    from merunibench.tasks.names import overlap as samples_in
    from merunibench.tasks.names import sizes

    given = read_names(names)
    found = samples_in(given)
    known = [BUILTIN[name] for name in BUILTIN.in_order(sizes())]
    if output_format == "json":
        emit_json([{"dataset": task.id, "found": found.get(task.id, 0), "samples": sizes()[task.id]} for task in known])
        return
    rows = [(task.title, str(found[task.id]), str(sizes()[task.id])) for task in known if task.id in found]
    unknown = ", ".join(task.title for task in BUILTIN.values() if task.id not in sizes())
    notes = [
        f"{len(given)} names. No samples of: "
        + (", ".join(task.title for task in known if task.id not in found) or "none"),
        f"Not checked, since their names are not known: {unknown}.",
    ]
    emit_table(("Test set", "Found", "Samples"), rows, notes)
