"""The families of models, what they take, and what was tested, as data: for the list and the documentation.

A family that is not here but that transformers knows goes through the same code; nobody has tried it.
"""

from dataclasses import dataclass

from merunibench.models.base import MODALITIES, Modality
from merunibench.models.registry import SCHEMES, installed

TINY = "a tiny model of random weights: all modalities it takes, batch equals single, each medium moves the answer"


@dataclass(frozen=True)
class Entry:
    """One kind of model.

    Attributes:
        name: Model type as a Hugging Face configuration has it, or what to write before the colon.
        example: A model of the kind, as one names it.
        modalities: What it takes.
        note: What differs from other families.
        tested: What was tested; empty if nothing was.
    """

    name: str
    example: str
    modalities: tuple[Modality, ...]
    note: str = ""
    tested: str = TINY


_SEES: tuple[Modality, ...] = ("video", "text")

FAMILIES = (
    Entry("qwen2_5_vl", "Qwen/Qwen2.5-VL-7B-Instruct", _SEES, "times of frames in positions"),
    Entry("qwen3_vl", "Qwen/Qwen3-VL-8B-Instruct", _SEES, "times of frames in the prompt"),
    Entry("qwen2_audio", "Qwen/Qwen2-Audio-7B-Instruct", ("audio", "text")),
    Entry("qwen2_5_omni", "Qwen/Qwen2.5-Omni-7B", MODALITIES, "the thinker alone; picture and sound interleaved"),
    Entry("qwen3_omni_moe", "Qwen/Qwen3-Omni-30B-A3B-Instruct", MODALITIES, "as qwen2_5_omni"),
    Entry("llava_onevision", "llava-hf/llava-onevision-qwen2-7b-ov-hf", _SEES),
    Entry("video_llava", "LanguageBind/Video-LLaVA-7B-hf", _SEES, "trained on 8 frames"),
    Entry("smolvlm", "HuggingFaceTB/SmolVLM2-2.2B-Instruct", _SEES, "times of frames in the prompt; needs num2words"),
    Entry("gemma4", "google/gemma-4-E2B-it", MODALITIES, "sound only where the checkpoint has an audio tower"),
    Entry("llava", "llava-hf/llava-1.5-7b-hf", _SEES, "frames as single images"),
    Entry("causal language models", "Qwen/Qwen3-8B", ("text",), "the subtitle alone"),
)
"""The tested families of Hugging Face models."""

_BUILTIN = {
    "affectgpt": Entry("affectgpt", "affectgpt:CHECKPOINT", MODALITIES, "docs/affectgpt.md", "see docs/affectgpt.md"),
    "openai": Entry(
        "openai",
        "openai:https://host/v1#MODEL",
        MODALITIES,
        "frames as pictures or the file itself; what the server makes of them is its own",
        "a server of the tests' own",
    ),
    "text-lexicon": Entry("text-lexicon", "text-lexicon", ("text",), "a baseline; no model", "in full"),
}


def entries() -> list[Entry]:
    """Everything that can be called here: families, schemes, and what installed packages bring."""
    brought = [
        Entry(e.name, f"{e.name}:…", (), f"brought by {e.dist.name if e.dist else e.value}", "") for e in installed()
    ]
    return [*FAMILIES, *(_BUILTIN[scheme] for scheme in SCHEMES), *brought]
