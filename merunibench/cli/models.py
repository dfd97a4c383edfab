"""`merunibench models`: which models can be called, what they take, what was tested."""


def models() -> None:
    """List the models that can be called: families, what they take, and what was tested of each."""
    from rich.text import Text

    from merunibench.cli._output import emit, terminal_width
    from merunibench.models.registry import TINY, entries
    from merunibench.report.columns import Column
    from merunibench.report.terminal import plain_table, print_to_text

    titles = ("Family", "For example", "Takes", "Tested", "Note")
    table = plain_table([Column(title, numeric=False) for title in titles])
    for entry in entries():
        tested = "tiny" if entry.tested == TINY else entry.tested or "–"
        row = (entry.name, entry.example, ", ".join(entry.modalities) or "–", tested, entry.note)
        table.add_row(*map(Text, row))
    notes = [
        f"tiny: {TINY}. No published checkpoint was run, and no accelerator.",
        "Any other model that transformers knows as multimodal goes through the same code, untested.",
        "Models of your own: docs/models.md.",
    ]
    width = terminal_width()
    emit(print_to_text("", table, notes, width=width, color=width is not None))
