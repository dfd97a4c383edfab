"""The known kinds of models, as data, and the code that loads a model from its name.

`SCHEME:REST` calls that scheme's loader with `REST`; every other name is a folder or a name on the Hugging Face Hub.
Packages register their own models by entry points in the group `merunibench.models` (docs/models.md). Families that are
not listed here but that transformers supports use the same code, untested.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.models.base import MODALITIES, Modality, Model, Options

if TYPE_CHECKING:
    from merunibench.models.huggingface import Family

GROUP = "merunibench.models"
"""Entry point group. The name of an entry is a scheme if it is a loader, and a model type if it is a `Family`."""

Loader = Callable[[str, Options], Model]

TINY = "a tiny model with random weights: all its modalities; batch equals single; each medium changes the answer"
HUGGING_FACE = ("torch", "transformers", "accelerate")
"""The modules that Hugging Face models need."""


@dataclass(frozen=True)
class Entry:
    """One kind of model.

    Attributes:
        name: Model type in a Hugging Face configuration, or the scheme before the colon.
        example: The full name of a model of this kind.
        modalities: The modalities that it supports.
        note: How it differs from other families.
        tested: What was tested; empty if nothing was.
        loader: `module:name` of a scheme's loader, imported when a model of that scheme is loaded.
        needs: The modules that it needs.
        extra: The extra of merunibench that installs them.
        decodes: Whether clips are decoded in this process.
    """

    name: str
    example: str
    modalities: tuple[Modality, ...]
    note: str = ""
    tested: str = TINY
    loader: str = ""
    needs: tuple[str, ...] = HUGGING_FACE
    extra: str = "models"
    decodes: bool = True


_SEES: tuple[Modality, ...] = ("video", "text")

FAMILIES = (
    Entry("qwen2_5_vl", "Qwen/Qwen2.5-VL-7B-Instruct", _SEES, "times of frames in positions"),
    Entry("qwen3_vl", "Qwen/Qwen3-VL-8B-Instruct", _SEES, "times of frames in the prompt"),
    Entry("qwen2_audio", "Qwen/Qwen2-Audio-7B-Instruct", ("audio", "text")),
    Entry("qwen2_5_omni", "Qwen/Qwen2.5-Omni-7B", MODALITIES, "only the thinker; video and sound interleaved"),
    Entry("qwen3_omni_moe", "Qwen/Qwen3-Omni-30B-A3B-Instruct", MODALITIES, "like qwen2_5_omni"),
    Entry("llava_onevision", "llava-hf/llava-onevision-qwen2-7b-ov-hf", _SEES),
    Entry("video_llava", "LanguageBind/Video-LLaVA-7B-hf", _SEES, "trained on 8 frames"),
    Entry("smolvlm", "HuggingFaceTB/SmolVLM2-2.2B-Instruct", _SEES, "times of frames in the prompt; needs num2words"),
    Entry("gemma4", "google/gemma-4-E2B-it", MODALITIES, "sound only if the checkpoint has an audio tower"),
    Entry("llava", "llava-hf/llava-1.5-7b-hf", _SEES, "frames as single images"),
    Entry("causal language models", "Qwen/Qwen3-8B", ("text",), "only the subtitle"),
)
"""The tested families of Hugging Face models."""

_BUILTIN = (
    Entry(
        "affectgpt",
        "affectgpt:CHECKPOINT",
        MODALITIES,
        "docs/affectgpt.md",
        "see docs/affectgpt.md",
        loader="merunibench.models.affectgpt.model:AffectGPT.from_pretrained",
        needs=(*HUGGING_FACE, "peft", "cv2"),
    ),
    Entry(
        "openai",
        "openai:https://host/v1#MODEL",
        MODALITIES,
        "frames as images, or the file itself; how the server processes them is up to the server",
        "a test server",
        loader="merunibench.models.endpoint:EndpointModel",
        needs=("openai",),
        extra="endpoint",
    ),
    Entry(
        "exec",
        "exec:'python adapter.py'",
        MODALITIES,
        "a program in its own environment (docs/bridge.md)",
        "test programs",
        loader="merunibench.models.bridge.model:BridgeModel",
        needs=(),
        decodes=False,
    ),
    Entry(
        "tiny",
        "tiny",
        MODALITIES,
        "random weights, built in seconds, to try a run on your own clips; its answers have no meaning",
        "completely",
        loader="merunibench.models.tiny:load",
    ),
    Entry(
        "text-lexicon",
        "text-lexicon",
        ("text",),
        "a baseline, not a model",
        "completely",
        loader="merunibench.models.text_lexicon:TextLexicon",
        needs=(),
    ),
)
SCHEMES: Mapping[str, Entry] = {entry.name: entry for entry in _BUILTIN}
"""The built-in schemes."""


def entries() -> list[Entry]:
    """Return all known kinds of models: families, schemes, and those that installed packages register."""
    brought = [
        Entry(e.name, f"{e.name}:…", (), f"provided by {e.dist.name if e.dist else e.value}", "") for e in installed()
    ]
    return [*FAMILIES, *further(), *SCHEMES.values(), *brought]


def further() -> list[Entry]:
    """Return the further types that were tried with tiny random models; for failed or untried ones, with the cause."""
    record = json.loads((Path(__file__).parent / "further.json").read_text("utf-8"))
    with_version = f"{TINY}; transformers {record['transformers']}"
    shares = {"any": "", "equal": "batches contain sounds of equal length", "alone": "one clip at a time"}
    return [
        Entry(name, "", tuple(facts["takes"]), shares[facts["batches"]], with_version)
        if "takes" in facts
        else Entry(name, "", (), f"does not work: {facts['cause']} ({facts['owner']})", "failed")
        for name, facts in record["types"].items()
    ] + [
        Entry(name, "", (), f"not tried: {why['cause']} ({why['owner']})", "")
        for name, why in record["untried"].items()
        if why
    ]


def load_model(spec: str, options: Options) -> Model:
    """Load the model with the given name.

    Args:
        spec: `owner/name` on the Hugging Face Hub (`@revision` may follow), a folder, `affectgpt:CHECKPOINT`,
            `openai:URL#MODEL`, `exec:COMMAND`, `tiny`, `text-lexicon`, or a name that an installed package registers.
        options: The options of the model.

    Raises:
        InputError: There is no such model, or it does not support what is requested.
    """
    scheme, _, rest = spec.partition(":")
    if scheme in SCHEMES:
        module, _, name = SCHEMES[scheme].loader.partition(":")
        loader: Loader = attrgetter(name)(import_module(module))
        return loader(rest, options)
    brought = _brought(scheme)
    if callable(brought) and not isinstance(brought, type):
        model = brought(rest, options)
        if not isinstance(model, Model):
            raise InputError(
                f"{spec}: the loader registered as {scheme!r} returned a {type(model).__name__}, not a Model"
            )
        return model
    from merunibench.models.huggingface.model import HuggingFaceModel

    return HuggingFaceModel(spec, options, _family)


def checkpoints(spec: str) -> dict[str, str]:
    """Return checkpoint -> model name, if the name means several checkpoints; otherwise the name under an empty key.

    Args:
        spec: As for `load_model`; the function `checkpoints` of a scheme's module finds the checkpoints of an argument.
    """
    scheme, _, rest = spec.partition(":")
    if scheme not in SCHEMES:
        return {"": spec}
    module = import_module(SCHEMES[scheme].loader.partition(":")[0])
    if not hasattr(module, "checkpoints"):
        return {"": spec}
    return {name: f"{scheme}:{argument}" for name, argument in module.checkpoints(rest).items()}


def installed() -> list[EntryPoint]:
    """Return the entries that installed packages register, sorted by name, without importing them."""
    return sorted(entry_points(group=GROUP), key=lambda entry: entry.name)


def _brought(name: str) -> Any:  # noqa: ANN401 - an object of any package
    """Return the object that an installed package registers under a name, or None.

    Raises:
        InputError: The object cannot be imported, or two packages register the same name.
    """
    entries = [entry for entry in installed() if entry.name == name]
    if not entries:
        return None
    places = [entry.dist.name if entry.dist else entry.value for entry in entries]
    if len(entries) > 1:
        raise InputError(f"{name}: registered by several packages ({', '.join(places)}); uninstall all but one")
    try:
        return entries[0].load()
    except Exception as error:  # a package may raise any exception while it is imported
        why = f"{type(error).__name__}: {one_line(error)}"
        raise InputError(f"{name}: registered by {places[0]}, which cannot be imported: {why}") from error


def _family(model_type: str) -> "type[Family] | None":
    from merunibench.models.huggingface import Family

    brought = _brought(model_type)
    return brought if isinstance(brought, type) and issubclass(brought, Family) else None
