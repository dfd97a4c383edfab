"""`merunibench models`: list the models that can be run, their inputs and what was tested; or probe one of them."""

from dataclasses import asdict
from pathlib import Path

from merunibench.cli._options import FORMAT, TableOrJson
from merunibench.cli._output import emit, emit_json, emit_table
from merunibench.errors import InputError
from merunibench.inference.settings import ProbeSettings, parse_modalities
from merunibench.settings import option

_CHILD = option(
    None,
    "Instead of the list, write merunibench_child.py, which a program run by exec:COMMAND imports, to this folder.",
    "DIR",
)


def models(settings: ProbeSettings, child: Path | None = _CHILD, output_format: TableOrJson = FORMAT) -> None:
    """List the models that can be run, their inputs, and what was tested; or probe one of them.

    Example: `merunibench models --probe Qwen/Qwen2.5-Omni-7B`
    """
    if child is not None and settings.probe is not None:
        raise InputError("--child and --probe cannot be combined; give one of them")
    if child is not None:
        _write_child(child)
    elif settings.probe is None:
        _list(output_format)
    else:
        _probe(settings.probe, settings, output_format)


def _write_child(folder: Path) -> None:
    from merunibench.models.bridge.copying import write_child

    emit(f"{write_child(folder)}\n")


def _list(output_format: TableOrJson) -> None:
    from merunibench.models.registry import TINY, entries

    if output_format == "json":
        fields = ("name", "example", "modalities", "note", "tested")
        emit_json([{field: getattr(entry, field) for field in fields} for entry in entries()])
        return
    rows = []
    for entry in entries():
        tested = entry.tested.replace(TINY, "tiny") or "–"
        rows.append((entry.name, entry.example or "–", ", ".join(entry.modalities) or "–", tested, entry.note))
    notes = [
        f"tiny: {TINY}. No published checkpoint was run, and no accelerator was used.",
        "Any other model that transformers lists as multimodal uses the same code, untested; check with --probe MODEL.",
        "Models of your own: docs/models.md.",
    ]
    emit_table(("Family", "Example", "Inputs", "Tested", "Note"), rows, notes)


def _probe(spec: str, settings: ProbeSettings, output_format: TableOrJson) -> None:
    """Load a model, which probes it, and show the findings."""
    from merunibench.inference.prompts import OPEN_VOCABULARY, load_prompt
    from merunibench.models import Options, load_model
    from merunibench.models.huggingface.model import HuggingFaceModel
    from merunibench.models.huggingface.template import read_template

    asked = parse_modalities(settings.modalities)
    options = Options(
        load_prompt(OPEN_VOCABULARY, says="text" in asked).text,
        modalities=asked,
        on_unsupported="drop",
        frames=settings.frames,
        dtype=settings.dtype,
        device=settings.device,
        trust_remote_code=settings.trust_remote_code,
        processor=settings.processor_kwarg,
        chat_template=read_template(settings.chat_template) if settings.chat_template else None,
        template=settings.template_kwarg,
        extra=settings.model_option,
    )
    model = load_model(spec, options)
    if not isinstance(model, HuggingFaceModel):
        raise InputError(f"{spec}: --probe supports Hugging Face models only")
    found, given = model.probe, model.settings
    if output_format == "json":
        facts = {name: given[name] for name in ("model", "revision", "family", "adapter", "modalities", "versions")}
        emit_json({**facts, **asdict(found), "findings": [each._asdict() for each in found.findings]})
        return
    marks = {True: "yes", False: "no", None: "?"}
    rows = [(each.what, marks[each.holds], each.detail) for each in found.findings]
    batch = {"any": "any clips", "equal": "clips with audio of equal length", "alone": "only one clip"}[found.batches]
    notes = [
        f"{given['model']} ({given['family']}) receives {', '.join(given['modalities'])}; a batch may contain {batch}.",
        f"{found.passes} forward passes over two synthetic clips of different lengths.",
    ]
    emit_table(("Check", "Result", "Detail"), rows, notes)
