"""Checkpoints: the authors' `.pth` files, and the folders that `merunibench affectgpt convert` writes.

Only plain tensors, numbers and text are read (`weights_only=True`), so no checkpoint can run code. Keys must match:
missing or unknown keys and wrong shapes are errors that name them, while upstream ignores them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from merunibench._text import escape_controls
from merunibench.errors import InputError
from merunibench.files import open_atomic, open_plain, writing
from merunibench.files.json_text import read_json
from merunibench.files.reading import reading
from merunibench.media import file_hash
from merunibench.models.affectgpt.configuration import (
    AffectGPTConfig,
    Shapes,
    apply_authors,
    authors_sections,
    config_from_shapes,
    located,
    read_authors_yaml,
)
from merunibench.torch_file import load_torch

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The trained parameters of an AffectGPT, and its configuration.

    Attributes:
        path: The file with the weights.
        tensors: Key -> tensor, as in the file.
        config: From the authors' YAML, the checkpoint's copy of it, `config.json`, or keys and shapes.
        released: Whether the keys are the authors'; otherwise they are the names of our modules.
        epoch: Epoch of training; None if unknown.
        other: Other content of the file, such as the optimizer's state.
        configured_by: The source of the configuration, in words.
        provenance: For a converted checkpoint: file, hash and epoch of the original.
    """

    path: Path
    tensors: Mapping[str, torch.Tensor]
    config: AffectGPTConfig
    released: bool
    epoch: int | None = None
    other: tuple[str, ...] = ()
    configured_by: str = ""
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name in results: the name of the file, or of the converted folder."""
        return self.path.stem if self.released else self.path.resolve().parent.name

    @property
    def sha256(self) -> str:
        """The first 16 digits of the file's hash."""
        return file_hash(self.path)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Key -> shape, as in the file."""
        return {key: tuple(tensor.shape) for key, tensor in self.tensors.items()}

    def key(self, name: str) -> str:
        """Return the file's key of a parameter of the network."""
        return released_name(name) if self.released else name

    def parameters(self, expected: Shapes) -> dict[str, torch.Tensor]:
        """Return the network's parameters by name, if the file contains exactly these.

        Args:
            expected: Parameter of the network -> shape.

        Raises:
            InputError: keys are missing or unknown, have the wrong shape, or are not floating-point; it names them.
        """
        keys = {name: self.key(name) for name in expected}
        present = {key for key in self.tensors if not is_ignored(key)}
        shapes = self.shapes
        misshapen = [
            f"{key} ({_dimensions(shapes[key])}, not {_dimensions(expected[name])})"
            for name, key in keys.items()
            if key in shapes and (shapes[key] != expected[name] or not self.tensors[key].is_floating_point())
        ]
        problems = {
            "missing": [key for key in keys.values() if key not in present],
            "unexpected": sorted(present - set(keys.values())),
            "misshapen": misshapen,
        }
        if any(problems.values()):
            found = "; ".join(f"{kind}: {_listed(names)}" for kind, names in problems.items() if names)
            raise InputError(
                f"{self.path}: its keys are not those of this AffectGPT ({self.configured_by}). {found}. "
                "It may have another configuration (--model-option config=YAML) or another base model"
            )
        return {name: self.tensors[key] for name, key in keys.items()}


def _listed(keys: Sequence[str], most: int = 20) -> str:
    """List keys in full, since users need them; no key of AffectGPT has 200 characters."""
    first = ", ".join(escape_controls(key, 200) for key in keys[:most])
    return first + (f", … ({len(keys)} in all)" if len(keys) > most else "")


def _dimensions(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "a number"


def read_checkpoint(path: Path, authors_yaml: Path | None = None) -> Checkpoint:
    """Read a checkpoint; tensors stay on disk until they are used.

    Args:
        path: A released `.pth`, or a converted folder.
        authors_yaml: One of the authors' configurations; by default the copy in the checkpoint is used, or, if there
            is none, the configuration is inferred from keys and shapes.

    Raises:
        UnsafeFileError: the file would run code; no code was run.
        InputError: it is missing, broken, or not a checkpoint of AffectGPT.
    """
    if path.is_dir():
        if authors_yaml is not None:
            raise InputError(f"{path}: is a converted checkpoint, which has a {CONFIG_FILE}; do not give a YAML file")
        return _read_converted(path)
    return _read_released(path, authors_yaml)


def _read_released(path: Path, authors_yaml: Path | None) -> Checkpoint:
    if not path.is_file():
        raise InputError(f"{path}: does not exist; expected a released checkpoint_*.pth or a converted folder")
    content = load_torch(path)
    if not isinstance(content, dict) or not isinstance(content.get("model"), dict):
        raise InputError(f"{path}: is not a released checkpoint: it has no `model`")
    tensors = content["model"]
    if not all(isinstance(key, str) and isinstance(value, torch.Tensor) for key, value in tensors.items()):
        raise InputError(f"{path}: is not a released checkpoint: not all values of `model` are tensors")
    with located(path):
        config = config_from_shapes({key: tuple(value.shape) for key, value in tensors.items()})
    configured_by = "inferred from its keys and shapes"
    own = content.get("config")
    if authors_yaml is not None:
        config = apply_authors(config, read_authors_yaml(authors_yaml), str(authors_yaml))
        configured_by = f"by {authors_yaml.name}"
    elif isinstance(own, Mapping) and isinstance(own.get("model"), Mapping):
        config = apply_authors(config, own, f"{path}, its config")
        configured_by = "by the configuration in it"
    epoch = content.get("epoch")
    other = tuple(sorted(str(key) for key in content if key not in {"model", "config", "epoch"}))
    return Checkpoint(
        path,
        tensors,
        config,
        released=True,
        epoch=epoch if type(epoch) is int else None,
        other=other,
        configured_by=configured_by,
    )


def write_released(
    path: Path, config: AffectGPTConfig, trained: Mapping[str, torch.Tensor], epoch: int, run: Mapping[str, Any]
) -> None:
    """Write a checkpoint in the authors' format, atomically.

    It does not contain the optimizer's state, which is two thirds of the authors' files and not needed for inference.

    Args:
        path: A `.pth` file.
        config: The configuration of the network.
        trained: The network's parameters by name: the fusion and LoRA.
        epoch: Number of finished epochs.
        run: Settings of the training, as plain values.
    """
    model = {released_name(name): value.detach().float().cpu().contiguous() for name, value in trained.items()}
    content = {"model": model, "config": {**authors_sections(config), "run": dict(run)}, "epoch": epoch}
    with writing(path, RuntimeError), open_atomic(path, "wb") as stream:  # torch's own error for a full disk
        torch.save(content, stream)


def _read_converted(folder: Path) -> Checkpoint:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    weights, config_path = folder / WEIGHTS_FILE, folder / CONFIG_FILE
    if weights.exists():
        open_plain(weights).close()  # safetensors would wait for a pipe
    if not config_path.is_file():
        raise InputError(
            f"{folder}: contains no checkpoint: neither checkpoint_*.pth nor {CONFIG_FILE} and {WEIGHTS_FILE}, which "
            f"`merunibench affectgpt convert` writes"
        )
    values = read_json(config_path)
    if not isinstance(values, dict):
        raise InputError(f"{config_path}: is not the configuration of an AffectGPT")
    provenance = values.pop("converted_from", {})
    with located(config_path):
        config = AffectGPTConfig.from_dict(values)
    with reading(weights, SafetensorError):
        tensors = load_file(weights)
    epoch = provenance.get("epoch") if isinstance(provenance, dict) else None
    return Checkpoint(
        weights,
        tensors,
        config,
        released=False,
        epoch=epoch,
        configured_by=f"by its {CONFIG_FILE}",
        provenance=provenance,
    )


_PARTS: Mapping[str, str] = {
    "fusion.visual.pooling.score.": "video_attention_mlp.",
    "fusion.visual.pooling.queries": "video_query_tokens",
    "fusion.visual.pooling.positions.": "video_frame_position_embedding.",
    "fusion.visual.pooling.qformer.": "video_Qformer.bert.",
    "fusion.visual.projection.linear.": "affectgpt_proj.",
    "fusion.acoustic.pooling.score.": "audio_attention_mlp.",
    "fusion.acoustic.pooling.queries": "audio_query_tokens",
    "fusion.acoustic.pooling.positions.": "audio_position_embedding.",
    "fusion.acoustic.pooling.qformer.": "audio_Qformer.bert.",
    "fusion.acoustic.projection.linear.": "audio_llama_proj.",
    "fusion.multi.fusion.visual.": "multi_video_embs.",
    "fusion.multi.fusion.acoustic.": "multi_audio_embs.",
    "fusion.multi.fusion.hidden.": "attention_mlp.",
    "fusion.multi.fusion.gate.": "fc_att.",
    "fusion.multi.fusion.queries": "multi_query_tokens",
    "fusion.multi.fusion.positions.": "multi_position_embedding.",
    "fusion.multi.fusion.qformer.": "multi_Qformer.bert.",
    "fusion.multi.projection.linear.": "multi_llama_proj.",
    "fusion.image.projection.linear.": "image_llama_proj.",
    "language_model.": "llama_model.",
}

_QFORMER: Mapping[str, str] = {
    "self_attention.norm.": "attention.output.LayerNorm.",
    "self_attention.output.": "attention.output.dense.",
    "self_attention.": "attention.self.",
    "cross_attention.norm.": "crossattention.output.LayerNorm.",
    "cross_attention.output.": "crossattention.output.dense.",
    "cross_attention.": "crossattention.self.",
    "feed_forward.inner.": "intermediate_query.dense.",
    "feed_forward.output.": "output_query.dense.",
    "feed_forward.norm.": "output_query.LayerNorm.",
}
"""Our prefix -> the authors' prefix within a layer of a Q-Former; the first match is used."""


def released_name(name: str) -> str:
    """Return the authors' name of one of our parameters.

    Example:
        >>> released_name("fusion.visual.pooling.score.weight")
        'video_attention_mlp.weight'
        >>> released_name("fusion.multi.fusion.qformer.layers.0.cross_attention.key.bias")
        'multi_Qformer.bert.encoder.layer.0.crossattention.self.key.bias'

    Raises:
        InputError: there is no such parameter.
    """
    for ours, theirs in _PARTS.items():
        if name.startswith(ours):
            rest = name.removeprefix(ours)
            return theirs + (_qformer_name(rest) if theirs.endswith("_Qformer.bert.") else rest)
    raise InputError(f"{name}: is not a parameter of an AffectGPT")


def _qformer_name(rest: str) -> str:
    if rest.startswith("norm."):
        return f"embeddings.LayerNorm.{rest.removeprefix('norm.')}"
    _, number, part = rest.split(".", 2)
    ours = next(ours for ours in _QFORMER if part.startswith(ours))
    return f"encoder.layer.{number}.{_QFORMER[ours]}{part.removeprefix(ours)}"


def is_ignored(released: str) -> bool:
    """Whether a released key is not needed: the numbers 0, 1, 2, … that a Q-Former's BERT stores."""
    return released.endswith("_Qformer.bert.embeddings.position_ids")
