"""`merunibench datasets`: the data sets, how they are scored, where to get them."""

from merunibench.cli._options import FORMAT, TableOrJson
from merunibench.cli._output import emit_json, emit_table


def datasets(output_format: TableOrJson = FORMAT) -> None:
    """List the data sets: how each is scored, its size, its files, and where to request it."""
    from merunibench.tasks import BUILTIN

    if output_format == "json":
        shown = ("id", "title", "kind", "samples", "folder", "label_file", "homepage", "benchmark")
        emit_json([{name: getattr(task, name) for name in shown} for task in BUILTIN.values()])
        return
    rows = [
        (task.id, task.title, task.kind, str(task.samples or "–"), f"{task.folder}/{task.label_file}")
        for task in BUILTIN.values()
    ]
    outside = ", ".join(task.title for task in BUILTIN.values() if not task.benchmark)
    instead = "Instead of the official label file: <name>.csv (.jsonl, .parquet) with columns name, label."
    requests = (f"  {task.title}: {task.homepage}" for task in BUILTIN.values())
    notes = [f"{instead} {outside} are not in the benchmark's mean.", "Where to request them:", *requests]
    emit_table(("Name", "Data set", "Kind", "Samples", "Below --data-root"), rows, notes)
