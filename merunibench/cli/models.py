"""`merunibench models`: which models can be run, what they take, what was tested."""

from merunibench.cli._options import FORMAT, TableOrJson
from merunibench.cli._output import emit_json, emit_table


def models(output_format: TableOrJson = FORMAT) -> None:
    """List the models that can be run, their inputs, and what was tested."""
    from merunibench.models.registry import TINY, entries

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
