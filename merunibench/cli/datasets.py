"""`merunibench datasets`: the data sets, how they are scored, where to get them."""

import typer


def datasets() -> None:
    """List the data sets: how each is scored, its size, the files expected, where to request it."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from merunibench.tasks import TASKS

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for title in ("Name", "Data set", "Kind", "Samples", "Ground truth below --data-root", "Where to request it"):
        table.add_column(title, overflow="fold")
    for task in TASKS.values():
        table.add_row(
            task.id,
            task.title if task.benchmark else f"{task.title} (not in the mean)",
            task.kind,
            str(task.samples or "–"),
            f"{task.folder}/{task.label_file}",
            task.homepage,
        )
    Console(width=None if typer.get_text_stream("stdout").isatty() else 200).print(table)
