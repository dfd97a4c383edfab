"""`merunibench datasets`: the data sets, how they are scored, where to get them."""


def datasets() -> None:
    """List the data sets: how each is scored, its size, the files expected, where to request it."""
    from rich.text import Text

    from merunibench.cli._output import emit, terminal_width
    from merunibench.report.columns import Column
    from merunibench.report.terminal import plain_table, print_to_text
    from merunibench.tasks import TASKS

    titles = ("Name", "Data set", "Kind", "Samples", "Below --data-root")
    table = plain_table([Column(title, numeric=title == "Samples") for title in titles])
    for task in TASKS.values():
        row = (task.id, task.title, task.kind, str(task.samples or "–"), f"{task.folder}/{task.label_file}")
        table.add_row(*map(Text, row))
    outside = ", ".join(task.title for task in TASKS.values() if not task.benchmark)
    instead = "Instead of the official label file: <name>.csv (.jsonl, .parquet) with columns name, label."
    requests = (f"  {task.title}: {task.homepage}" for task in TASKS.values())
    notes = [f"{instead} {outside} are not in the benchmark's mean.", "Where to request them:", *requests]
    width = terminal_width()
    emit(print_to_text("", table, notes, width=width, color=width is not None))
