"""`merunibench datasets`: the data sets, how they are scored, where to get them; and the definition of one's own."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from merunibench.cli._options import FORMAT, TableOrJson
from merunibench.cli._output import emit, emit_json, emit_table
from merunibench.errors import InputError
from merunibench.settings import TaskSettings, argument

if TYPE_CHECKING:
    from merunibench.tasks import TaskSet

_ACTION = argument(None, "init: print a first definition of a data set of your own, made from LABELS.", "ACTION")
_LABELS = argument(None, "Label file of your own: a table with the columns name and label.", "LABELS")


def datasets(
    settings: TaskSettings,
    action: Literal["init"] | None = _ACTION,
    labels: Path | None = _LABELS,
    output_format: TableOrJson = FORMAT,
) -> None:
    """List the data sets: how each is scored, its size, its files, and where to request it.

    With --task, definitions of your own are validated and listed. Example of a first one:
    `merunibench datasets init labels.csv > mine.task.toml`
    """
    if action is not None:
        if labels is None:
            raise InputError("give the label file: merunibench datasets init labels.csv > mine.task.toml")
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
    instead = "Instead of the official label file: <name>.csv (.jsonl, .parquet) with columns name, label."
    requests = (f"  {task.title}: {task.homepage}" for task in tasks.values() if task.homepage)
    notes = [f"{instead} {outside} are not in the benchmark's mean.", *looked, "Where to request them:", *requests]
    emit_table(("Name", "Data set", "Kind", "Samples", "Below --data-root"), rows, notes)


def _validated(tasks: "TaskSet") -> list[str]:
    """A line for each own data set: its signature, and what its label file holds."""
    if not tasks.own:
        return []
    from merunibench.data.drafting import look_at
    from merunibench.data.truth import find_labels

    labels = find_labels(None, tasks)
    held = {task.id: look_at(task, labels[task.id]) if task.id in labels else "names no labels" for task in tasks.own}
    return [f"Your own: {task.title}: data:{task.signed}, {held[task.id]}" for task in tasks.own]
