"""`merunibench models`: which models can be run, what they take, what was tested."""

from pathlib import Path

from merunibench.cli._options import FORMAT, TableOrJson
from merunibench.cli._output import emit, emit_json, emit_table
from merunibench.settings import option

_CHILD = option(
    None,
    "Instead of the list, write merunibench_child.py into this folder: what a program behind exec:COMMAND imports.",
    "DIR",
)


def models(child: Path | None = _CHILD, output_format: TableOrJson = FORMAT) -> None:
    """List the models that can be run, their inputs, and what was tested."""
    from merunibench.models.registry import TINY, entries

    if child is not None:
        from merunibench.models.bridge.copying import write_child

        emit(f"{write_child(child)}\n")
        return
    if output_format == "json":
        fields = ("name", "example", "modalities", "note", "tested")
        emit_json([{field: getattr(entry, field) for field in fields} for entry in entries()])
        return
    rows = []
    for entry in entries():
        tested = "tiny" if entry.tested == TINY else entry.tested or "–"
        rows.append((entry.name, entry.example, ", ".join(entry.modalities) or "–", tested, entry.note))
    notes = [
        f"tiny: {TINY}. No published checkpoint was run, and no accelerator.",
        "Any other model that transformers knows as multimodal goes through the same code, untested.",
        "Models of your own: docs/models.md.",
    ]
    emit_table(("Family", "For example", "Takes", "Tested", "Note"), rows, notes)
