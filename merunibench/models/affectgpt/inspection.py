"""Inspect a checkpoint: its content, and whether it matches its configuration; without frozen models."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from merunibench.errors import InputError
from merunibench.models.affectgpt.checkpoint import Checkpoint, released_name
from merunibench.models.affectgpt.configuration import Shapes
from merunibench.models.affectgpt.fusion import AffectGPTFusion

_LORA = "language_model.base_model.model.model.layers."


@dataclass(frozen=True)
class Inspection:
    """Result of an inspection.

    Attributes:
        facts: Properties to print, by name.
        problem: What is wrong with its keys; empty if they are correct.
    """

    facts: Mapping[str, Any]
    problem: str

    def to_text(self) -> str:
        """Return one line per property."""
        width = max(map(len, self.facts))
        return "".join(f"{name:<{width}}  {_shown(value)}\n" for name, value in self.facts.items())

    def to_json(self) -> str:
        """Return the properties and the problem as JSON."""
        return json.dumps({**self.facts, "problem": self.problem or None}, indent=2) + "\n"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {each}" for key, each in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return f"{value:,}" if type(value) is int else str(value)


def inspect_checkpoint(checkpoint: Checkpoint) -> Inspection:
    """Inspect a checkpoint.

    Raises:
        InputError: its file cannot be read.
    """
    config = checkpoint.config
    try:
        checkpoint.parameters(expected_shapes(checkpoint))
        problem = ""
    except InputError as error:
        problem = str(error)
    tensors = checkpoint.tensors.values()
    facts = {
        "file": str(checkpoint.path),
        "sha256": checkpoint.sha256,
        "keys": "the authors'" if checkpoint.released else "converted",
        "epoch": "unknown" if checkpoint.epoch is None else checkpoint.epoch,
        "configuration": checkpoint.configured_by,
        "mode": config.mode or "unknown; give the authors' YAML file, or a mode, when you run it",
        "temporal pooling": {"visual": config.visual_pooling, "acoustic": config.acoustic_pooling},
        "pre-fusion": config.pre_fusion or "none",
        "tokens": {
            "face or frame": config.visual_tokens,
            "audio": config.acoustic_tokens,
            "multi": config.multi_tokens,
        },
        "widths": {"visual": config.visual_width, "acoustic": config.acoustic_width, "llm": config.llm_width},
        "LoRA": {"rank": config.lora_rank, "alpha": config.lora_alpha, "layers": len(_lora_layers(checkpoint))},
        "LoRA modules": list(config.lora_modules),
        "language model": config.llm,
        "visual encoder": config.visual,
        "acoustic encoder": config.acoustic,
        "tensors": len(checkpoint.tensors),
        "numbers": sum(tensor.numel() for tensor in tensors),
        "types": dict(Counter(str(tensor.dtype).removeprefix("torch.") for tensor in tensors)),
        "also in the file": list(checkpoint.other),
    }
    return Inspection(facts, problem)


def expected_shapes(checkpoint: Checkpoint, layers: int | None = None) -> Shapes:
    """Return the shapes of trained parameters, as inferred from the checkpoint alone.

    Widths of the language model's linear maps are taken from its first LoRA layer; `Loaded.trained_shapes` has the
    exact ones.

    Args:
        checkpoint: The checkpoint.
        layers: Number of layers of the language model; by default the number with LoRA in the checkpoint.
    """
    with torch.device("meta"):
        fusion = AffectGPTFusion(checkpoint.config)
    expected = {f"fusion.{name}": tuple(value.shape) for name, value in fusion.state_dict().items()}
    return expected | _lora_shapes(checkpoint, _lora_layers(checkpoint) if layers is None else range(layers))


def _lora_shapes(checkpoint: Checkpoint, layers: range) -> dict[str, tuple[int, ...]]:
    config = checkpoint.config
    present = checkpoint.shapes
    found: dict[str, tuple[int, ...]] = {}
    for module in config.lora_modules:
        part = f"{'self_attn' if module in {'q_proj', 'k_proj', 'v_proj', 'o_proj'} else 'mlp'}.{module}"
        for half in ("lora_A", "lora_B"):
            rest = f".{part}.{half}.default.weight"
            first = present.get(checkpoint.key(f"{_LORA}0{rest}"), (config.lora_rank,))
            found |= {f"{_LORA}{layer}{rest}": first for layer in layers}
    return found


def _lora_layers(checkpoint: Checkpoint) -> range:
    """Return the range of layers up to the last one with LoRA."""
    prefix = released_name(_LORA) if checkpoint.released else _LORA
    numbers = (key.removeprefix(prefix).partition(".")[0] for key in checkpoint.tensors if key.startswith(prefix))
    # A number with more digits is not a layer; its key is reported as unexpected.
    return range(max((int(number) + 1 for number in numbers if re.fullmatch("[0-9]{1,4}", number)), default=0))
