"""AffectGPT as a `Model`, named `affectgpt:CHECKPOINT`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import torch

from merunibench.errors import InputError
from merunibench.hub import versions
from merunibench.models.affectgpt.checkpoint import Checkpoint, read_checkpoint
from merunibench.models.affectgpt.clip_input import read_medium
from merunibench.models.affectgpt.configuration import AffectGPTConfig, located, with_changes
from merunibench.models.affectgpt.generation import clean, generate
from merunibench.models.affectgpt.inspection import expected_shapes
from merunibench.models.affectgpt.loading import Loaded, check_llm, load_network
from merunibench.models.affectgpt.network import left_padded
from merunibench.models.affectgpt.options import AffectGPTOptions, parse_options
from merunibench.models.affectgpt.prompt import MODES, Medium, Mode, check_placeholders
from merunibench.models.base import MODALITIES, Answer, Json, Modality, Model, Options, Prepared, Sample
from merunibench.models.huggingface.generation import check as check_generation
from merunibench.models.huggingface.generation import failures

_LIBRARIES = ("transformers", "tokenizers", "torch", "peft", "av", "opencv-python-headless", "soundfile", "numpy")

_NETWORKS: WeakValueDictionary[tuple[AffectGPTConfig, str, str], Loaded] = WeakValueDictionary()
"""Networks in use. Checkpoints of the same configuration share one, since frozen models are most of its size."""


@dataclass(frozen=True, eq=False)
class _Payload:
    """Input of the network for a sample: ids of the prompt, and medium -> tensor without the batch dimension."""

    ids: list[int]
    media: Mapping[Medium, torch.Tensor]


def checkpoints(argument: str) -> dict[str, str]:
    """Return name -> argument of each checkpoint of an argument: all `checkpoint_*.pth` of a folder, by epoch.

    Any other argument is a single checkpoint with an empty name.
    """
    folder = Path(argument)
    found = sorted(folder.glob("checkpoint_*.pth")) if folder.is_dir() else []
    return {path.stem: str(path) for path in found} or {"": argument}


class AffectGPT(Model):
    """The model AffectGPT.

    Attributes:
        name: The checkpoint's name.
        modalities: Modalities of its mode.
        checkpoint: The trained parameters.
        mode: Media and wording of its prompt.
    """

    def __init__(self, checkpoint: Checkpoint, loaded: Loaded, mode: Mode, options: AffectGPTOptions) -> None:
        """Use a network with a checkpoint's parameters.

        Raises:
            InputError: they do not match the network.
        """
        self.name = checkpoint.name
        self.checkpoint, self.mode = checkpoint, mode
        self.modalities = frozenset(_modalities(mode))
        self._loaded, self._options = loaded, options
        self._sha256 = checkpoint.sha256
        self._parameters = checkpoint.parameters(loaded.trained_shapes())

    @classmethod
    def from_pretrained(cls, name: str, options: Options | None = None) -> "AffectGPT":
        """Load a checkpoint, and the frozen models unless they are already loaded for another checkpoint.

        Args:
            name: A released `.pth`, a converted folder, or the name of a converted one on the Hub.
            options: `extra` has the keys of `options.KEYS`; by default all is as published. The model has its own
                prompt, so `options.prompt` is ignored.

        Raises:
            InputError: checkpoint, configuration and frozen models do not fit each other, or cannot be read.
        """
        options = options or Options(prompt="")
        asked = parse_options(options)
        check_generation(asked.decoding)
        checkpoint = read_checkpoint(_local(name), asked.config)
        config = with_changes(checkpoint.config, asked.changes)
        mode = _mode(config, checkpoint, options)
        # Report errors before loading fifteen gigabytes of weights.
        checkpoint.parameters(expected_shapes(checkpoint, check_llm(config)))
        key = (replace(config, mode=None), options.dtype, options.device)
        loaded = _NETWORKS.get(key) or load_network(*key)
        _NETWORKS[key] = loaded
        return cls(checkpoint, loaded, mode, asked)

    @property
    def network(self) -> torch.nn.Module:
        """The network, with this checkpoint's parameters."""
        self._loaded.put_in(self._sha256, self._parameters)
        return self._loaded.network

    @property
    def settings(self) -> Mapping[str, Json]:
        """See `Model.settings`."""
        loaded, options = self._loaded, self._options
        config = loaded.config
        llm, autocast = (str(kind).removeprefix("torch.") for kind in (loaded.precision.llm, loaded.precision.autocast))
        return {
            "kind": "affectgpt",
            "checkpoint": {"name": self.name, "sha256": self._sha256, "epoch": self.checkpoint.epoch},
            "configured": self.checkpoint.configured_by,
            **{part: dict(found) for part, found in loaded.frozen.items()},
            "fusion": {
                "visual": config.visual_pooling,
                "acoustic": config.acoustic_pooling,
                "pre_fusion": config.pre_fusion,
            },
            "tokens": {medium: self._copies[medium] for medium in sorted(self.mode.placeholders)},
            "lora_alpha": config.lora_alpha,
            "mode": self.mode.name,
            "prompt": MODES[self.mode.name],
            "question": options.question,
            "frames": config.frames,
            "clip_spacing": options.clip_spacing,
            "face_order": options.face_order,
            "generation": asdict(options.decoding),
            "precision": {"llm": llm, "autocast": autocast},
            "device": loaded.device.type,
            "versions": versions(*_LIBRARIES),
        }

    def prepare(self, sample: Sample) -> Prepared:
        """See `Model.prepare`."""
        tensors: dict[Medium, torch.Tensor] = {}
        record: dict[str, Json] = {}
        for medium in sorted(self.mode.inputs):
            options = self._options
            tensors[medium], record[medium] = read_medium(
                sample, medium, self._loaded.config.frames, options.clip_spacing, options.face_order
            )
        if self.mode.has_subtitle and sample.subtitle is None:
            record["subtitle"] = "not known: left empty"
        known = self._loaded.tokens.placeholder_ids
        ids = self._loaded.tokens.encode(self.mode.prompt(self._options.question, sample.subtitle, self._copies))
        with located(sample.name):
            check_placeholders(ids, known, self._copies)
        lost = [medium for medium in self.mode.placeholders if known[medium] not in ids]
        if lost:
            record["lost"] = lost  # the subtitle is so long that their placeholders are outside of the context
        return Prepared(sample, _modalities(self.mode), record, self.mode.name, _Payload(ids, tensors))

    def answer(self, batch: Sequence[Prepared]) -> list[str]:
        """See `Model.answer`."""
        loaded = self._loaded
        payloads: list[_Payload] = [one.payload for one in batch]
        network: Any = self.network
        device = network.language_model.get_input_embeddings().weight.device
        ids, mask = (part.to(device) for part in left_padded([each.ids for each in payloads], loaded.tokens.padding_id))
        with failures(), torch.inference_mode():
            media: dict[Medium, torch.Tensor] = {
                medium: torch.stack([each.media[medium] for each in payloads]).to(loaded.device)
                for medium in payloads[0].media
            }
            autocast = loaded.precision.autocast
            with torch.autocast(loaded.device.type, autocast, enabled=autocast is not None):
                tokens = {medium: found.to(device) for medium, found in network.encode(self.mode, media).items()}
            embeddings = network.embed(ids, loaded.tokens.placeholder_ids, tokens)
            names = [one.sample.name for one in batch]
            texts = generate(network.language_model, embeddings, mask, loaded.tokens, self._options.decoding, names)
        return [Answer(clean(text), text.finish_reason) for text in texts]

    @property
    def _copies(self) -> dict[Medium, int]:
        """Number of embeddings of each medium."""
        return self._loaded.config.copies


def _local(name: str) -> Path:
    """Return the file or folder of a name, or the folder into which it is downloaded from the Hub."""
    path = Path(name)
    if path.exists() or path.suffix in {".pth", ".pt"} or name.count("/") != 1:
        return path
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=["config.json", "model.safetensors"]))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{name}: is neither a file nor a folder, and cannot be loaded from the Hub: {error}"
        ) from error


def _mode(config: AffectGPTConfig, checkpoint: Checkpoint, options: Options) -> Mode:
    """Return the mode to run, if the requested modalities and the checkpoint allow it."""
    if config.mode is None:
        raise InputError(
            f"{checkpoint.path}: does not specify whether it uses faces or frames; give --model-option config=YAML "
            "(the authors'), or --model-option mode=multiface_audio_face_text or mode=multiframe_audio_frame_text"
        )
    mode = Mode(config.mode)
    refused = [modality for modality in _modalities(mode) if modality not in options.modalities]
    if refused:
        raise InputError(
            f"the mode {mode.name} needs {' and '.join(refused)}, which --modalities excludes; choose another mode "
            f"(--model-option mode=…): {', '.join(MODES)}"
        )
    if "multi" in mode.placeholders and config.pre_fusion is None:
        raise InputError(f"{checkpoint.path}: has no pre-fusion, which the mode {mode.name} needs; choose another mode")
    if "image" in mode.inputs and config.image_pooling is None:
        raise InputError(f"{checkpoint.path}: has no image_llama_proj, which the mode {mode.name} needs")
    return mode


def _modalities(mode: Mode) -> tuple[Modality, ...]:
    taken = {"audio": "audio" in mode.inputs, "video": bool(mode.inputs - {"audio"}), "text": mode.has_subtitle}
    return tuple(modality for modality in MODALITIES if taken[modality])
