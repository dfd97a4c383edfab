"""The configuration of an AffectGPT, read from the authors' YAML, a checkpoint's keys and shapes, or `config.json`.

In the authors' YAML, only settings in the sections `model` and `datasets` that affect inference are used; the rest
concerns training. This module does not import torch: `merunibench affectgpt inspect` does not need it.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from merunibench._text import listed, short_repr
from merunibench.errors import InputError
from merunibench.files.yaml import read_yaml
from merunibench.models.affectgpt.prompt import MODES, Medium

Fusion = Literal["attention", "mean", "qformer"]
PreFusion = Literal["attention", "qformer"]
ImagePooling = Literal["mean", "token"]

LLM = "Qwen/Qwen2.5-7B-Instruct"
VISUAL = "openai/clip-vit-large-patch14"
ACOUSTIC = "TencentGameMate/chinese-hubert-large"

_LARGEST_SIZE = 1 << 20
_LARGEST = {"layers": 1000}


@dataclass(frozen=True)
class QFormerConfig:
    """Sizes of the Q-Formers; the defaults are those of bert-base, as upstream.

    Attributes:
        width: Width of the queries.
        heads: Number of attention heads: 12 at width 768. It cannot be inferred from shapes.
        inner_width: Width of the feed-forward part.
        layers: Number of layers.
        frame_positions: Maximum number of frames.
        clip_positions: Maximum number of audio clips.
        multi_positions: Maximum number of tokens of frames and clips together.
    """

    width: int = 768
    heads: int = 12
    inner_width: int = 3072
    layers: int = 2
    frame_positions: int = 32
    clip_positions: int = 8
    multi_positions: int = 264


@dataclass(frozen=True)
class AffectGPTConfig:
    """Configuration of an AffectGPT; the defaults are those of the published models.

    Attributes:
        visual_width: Width H_v of the visual encoder's states.
        acoustic_width: Width H_a of the acoustic encoder's states.
        llm_width: Width D of the language model.
        visual_pooling: Temporal pooling of faces and frames.
        acoustic_pooling: Temporal pooling of the voice.
        image_pooling: Pooling of an image; None if the checkpoint has no image part.
        pre_fusion: How picture and voice are fused; None if they are not.
        visual_tokens: Number of embeddings for faces or frames.
        acoustic_tokens: Number of embeddings for the voice.
        multi_tokens: Number of embeddings for both together.
        image_tokens: Number of embeddings for an image.
        qformer: Sizes of the Q-Formers, if there are any.
        lora_rank: Rank r of LoRA.
        lora_alpha: LoRA's alpha; its branch is scaled by alpha / r.
        lora_modules: The linear maps of the language model that have LoRA.
        frames: Number of frames or faces per clip.
        mode: Media and prompt; None if the checkpoint does not specify them.
        llm: Language model: a name on the Hub or a folder.
        visual: Visual encoder: a name on the Hub or a folder.
        acoustic: Acoustic encoder: a name on the Hub or a folder.
    """

    visual_width: int = 768
    acoustic_width: int = 1024
    llm_width: int = 3584
    visual_pooling: Fusion = "attention"
    acoustic_pooling: Fusion = "attention"
    image_pooling: ImagePooling | None = "mean"
    pre_fusion: PreFusion | None = "attention"
    visual_tokens: int = 1
    acoustic_tokens: int = 1
    multi_tokens: int = 1
    image_tokens: int = 1
    qformer: QFormerConfig = field(default_factory=QFormerConfig)
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_modules: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    frames: int = 8
    mode: str | None = None
    llm: str = LLM
    visual: str = VISUAL
    acoustic: str = ACOUSTIC

    @property
    def copies(self) -> dict[Medium, int]:
        """Number of embeddings of each medium."""
        return {
            "face": self.visual_tokens,
            "frame": self.visual_tokens,
            "audio": self.acoustic_tokens,
            "multi": self.multi_tokens,
            "image": self.image_tokens,
        }

    def to_json(self) -> str:
        """Return the content of `config.json` of a converted checkpoint."""
        return json.dumps({"model_type": "affectgpt", **asdict(self)}, indent=2) + "\n"

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "AffectGPTConfig":
        """Return the configuration from the values that `to_json` wrote.

        Raises:
            InputError: they belong to another model, or a field is unknown or has the wrong type.
        """
        known = {item.name for item in fields(cls)} | {"model_type"}
        unknown = sorted(set(values) - known)
        if values.get("model_type") != "affectgpt" or unknown:
            raise InputError(f"is not the configuration of an AffectGPT: {', '.join(unknown[:5]) or 'no model_type'}")
        given = {name: value for name, value in values.items() if name != "model_type"}
        try:
            given["qformer"] = QFormerConfig(**given.get("qformer", {}))
            given["lora_modules"] = tuple(given.get("lora_modules", cls.lora_modules))
        except TypeError as error:
            raise InputError(f"is not the configuration of an AffectGPT: {error}") from error
        return cls(**given).checked()

    def checked(self) -> "AffectGPTConfig":
        """Return the configuration itself, if its values are valid.

        Raises:
            InputError: a variant is unknown, a size is not positive or too large, or a name is invalid.
        """
        variants = {
            "visual_pooling": get_args(Fusion),
            "acoustic_pooling": get_args(Fusion),
            "image_pooling": (None, *get_args(ImagePooling)),
            "pre_fusion": (None, *get_args(PreFusion)),
        }
        for name, allowed in variants.items():
            if getattr(self, name) not in allowed:
                choices = ", ".join(map(str, allowed))
                raise InputError(f"{name}: {short_repr(getattr(self, name))} is not known; known are {choices}")
        for part in (self, self.qformer):
            for item in fields(part):
                value = getattr(part, item.name)
                if item.type is int and (type(value) is not int or value < 1):
                    raise InputError(f"{item.name}: {short_repr(value)} is not a positive number")
                if item.type is int and value > _LARGEST.get(item.name, _LARGEST_SIZE):
                    raise InputError(f"{item.name}: {short_repr(value)} is too large")
        if not all(isinstance(name, str) for name in (self.llm, self.visual, self.acoustic, *self.lora_modules)):
            raise InputError("llm, visual, acoustic and lora_modules must be names")
        if not (self.mode is None or (isinstance(self.mode, str) and self.mode in MODES)):
            raise InputError(f"mode: {short_repr(self.mode)} is not known; known are {', '.join(MODES)}")
        if self.qformer.width % self.qformer.heads:
            raise InputError(
                f"the Q-Former's width {self.qformer.width} is not divisible by its {self.qformer.heads} heads"
            )
        return self


Shapes = Mapping[str, tuple[int, ...]]
"""Released key -> shape."""


def config_from_shapes(shapes: Shapes) -> AffectGPTConfig:
    """Infer the configuration from the keys and shapes of a released checkpoint; other values are as published.

    The mode, the number of copies of a token, and LoRA's alpha cannot be inferred.

    Args:
        shapes: Released key -> shape.

    Raises:
        InputError: the keys and shapes are not those of an AffectGPT.
    """
    visual_pooling, acoustic_pooling = (_pooling(shapes, name) for name in ("video", "audio"))
    pre_fusion: PreFusion | None = None
    if "multi_llama_proj.weight" in shapes:
        pre_fusion = "qformer" if "multi_query_tokens" in shapes else "attention"
    rank, modules = _lora(shapes)
    tokens: dict[str, Any] = {
        f"{name}_tokens": _size(shapes, f"{released}_query_tokens", 1)
        for name, released in (("visual", "video"), ("acoustic", "audio"), ("multi", "multi"))
        if f"{released}_query_tokens" in shapes
    }
    positions = "video_frame_position_embedding.weight", "audio_position_embedding.weight"
    visual_key = positions[0] if visual_pooling == "qformer" else "affectgpt_proj.weight"
    acoustic_key = positions[1] if acoustic_pooling == "qformer" else "audio_llama_proj.weight"
    return AffectGPTConfig(
        visual_width=_size(shapes, visual_key, 1),
        acoustic_width=_size(shapes, acoustic_key, 1),
        llm_width=_size(shapes, "affectgpt_proj.weight", 0),
        visual_pooling=visual_pooling,
        acoustic_pooling=acoustic_pooling,
        image_pooling="mean" if "image_llama_proj.weight" in shapes else None,
        pre_fusion=pre_fusion,
        qformer=_qformer(shapes),
        lora_rank=rank,
        lora_modules=modules,
        **tokens,
    ).checked()


def _pooling(shapes: Shapes, name: str) -> Fusion:
    if f"{name}_query_tokens" in shapes:
        return "qformer"
    return "attention" if f"{name}_attention_mlp.weight" in shapes else "mean"


def _qformer(shapes: Shapes) -> QFormerConfig:
    name = next((name for name in ("video", "audio", "multi") if f"{name}_query_tokens" in shapes), None)
    if name is None:
        return QFormerConfig()
    width = _size(shapes, f"{name}_query_tokens", 2)
    prefix, last = f"{name}_Qformer.bert.encoder.layer.", ".intermediate_query.dense.weight"
    tables = {
        "frame_positions": "video_frame_position_embedding.weight",
        "clip_positions": "audio_position_embedding.weight",
        "multi_positions": "multi_position_embedding.weight",
    }
    return QFormerConfig(
        width=width,
        heads=12 if width % 12 == 0 else 4,
        inner_width=_size(shapes, f"{prefix}0{last}", 0),
        layers=sum(key.startswith(prefix) and key.endswith(last) for key in shapes),
        **{size: _size(shapes, key, 0) for size, key in tables.items() if key in shapes},
    )


def _lora(shapes: Shapes) -> tuple[int, tuple[str, ...]]:
    ranks = {key.split(".")[-4]: shape[0] for key, shape in shapes.items() if key.endswith(".lora_A.default.weight")}
    if not ranks:
        return AffectGPTConfig.lora_rank, AffectGPTConfig.lora_modules
    known = AffectGPTConfig.lora_modules
    return next(iter(ranks.values())), (*(name for name in known if name in ranks), *sorted(set(ranks) - set(known)))


def _size(shapes: Shapes, key: str, dimension: int) -> int:
    try:
        return shapes[key][dimension]
    except (KeyError, IndexError):
        raise InputError(f"is not a checkpoint of an AffectGPT: {key} is missing or has the wrong shape") from None


def with_changes(config: AffectGPTConfig, changes: Mapping[str, Any]) -> AffectGPTConfig:
    """Return the configuration with some fields replaced, after checking it again."""
    return replace(config, **changes).checked()


_FIELDS: Mapping[str, str] = {
    "video_fusion_type": "visual_pooling",
    "audio_fusion_type": "acoustic_pooling",
    "image_fusion_type": "image_pooling",
    "multi_fusion_type": "pre_fusion",
    "num_video_query_token": "visual_tokens",
    "num_audio_query_token": "acoustic_tokens",
    "num_multi_query_token": "multi_tokens",
    "num_image_query_token": "image_tokens",
    "lora_r": "lora_rank",
}
"""The authors' option -> field of `AffectGPTConfig`; the values are the same."""

_BACKBONES: Mapping[str, tuple[str, str, str]] = {
    "llama_model": ("llm", "Qwen25", LLM),
    "visual_encoder": ("visual", "CLIP_VIT_LARGE", VISUAL),
    "acoustic_encoder": ("acoustic", "HUBERT_LARGE", ACOUSTIC),
}
"""The authors' option -> field, its only supported value, and the model of that value."""


def read_authors_yaml(path: Path) -> Mapping[str, Any]:
    """Read the sections of one of the authors' YAML files; YAML tags are not executed.

    Raises:
        InputError: it cannot be read, is not YAML, has no section `model`, or PyYAML is not installed.
    """
    sections = read_yaml(path)
    if not isinstance(sections, dict) or not isinstance(sections.get("model"), dict):
        raise InputError(f"{path}: is not a configuration of AffectGPT: it has no section `model`")
    return sections


def apply_authors(config: AffectGPTConfig, sections: Mapping[str, Any], where: str) -> AffectGPTConfig:
    """Return the configuration with the values of the authors' sections.

    Args:
        config: The configuration inferred from the keys and shapes of the checkpoint.
        sections: The authors' sections.
        where: Their source, for messages.

    Raises:
        InputError: a value is unknown, or an encoder or language model is not supported.
    """
    model = _section(sections, "model", where)
    changes = {ours: model[option] for option, ours in _FIELDS.items() if option in model}
    if config.image_pooling is None:
        changes.pop("image_pooling", None)  # a checkpoint may lack this unused part
    if config.pre_fusion is None:
        changes.pop("pre_fusion", None)
    for option, (ours, name, folder) in _BACKBONES.items():
        if model.get(option, name) != name:
            raise InputError(f"{where}: model.{option} is {short_repr(model[option])}; only {name} is supported")
        changes[ours] = folder
    frames = _frames(model)
    if frames is not None:
        changes["frames"] = frames
    mode = _mode(sections, where)
    if mode is not None:
        changes["mode"] = mode
    with located(where):
        return with_changes(config, changes)


def authors_sections(config: AffectGPTConfig) -> dict[str, Any]:
    """Return the authors' sections that affect inference, as `apply_authors` reads them.

    Frozen models have the authors' names; other models of the same kinds can be chosen at inference (`--llm` …).
    """
    processor = {"train": {"name": "alpro_video_train", "n_frms": config.frames, "image_size": 224}}
    model = {option: getattr(config, ours) for option, ours in _FIELDS.items()}
    model |= {option: name for option, (_, name, _) in _BACKBONES.items()}
    return {
        "model": {"arch": "affectgpt", **model, "vis_processor": processor},
        "datasets": {"own": {"data_type": "video", "face_or_frame": config.mode}},
    }


def _frames(model: Mapping[str, Any]) -> Any:  # noqa: ANN401 - checked with the rest
    """Return `vis_processor.train.n_frms`, which is also the number of frames at inference."""
    inner: Any = model
    for name in ("vis_processor", "train", "n_frms"):
        inner = inner.get(name) if isinstance(inner, Mapping) else None
    return inner


def _mode(sections: Mapping[str, Any], where: str) -> str | None:
    """Return `face_or_frame` of the training data sets, which must be equal."""
    datasets = _section(sections, "datasets", where).values()
    given = [part["face_or_frame"] for part in datasets if isinstance(part, Mapping) and "face_or_frame" in part]
    if not all(isinstance(mode, str) for mode in given):
        raise InputError(f"{where}: face_or_frame must be one of {', '.join(MODES)}")
    found = set(given)
    if len(found) > 1:
        raise InputError(
            f"{where}: data sets have different values of face_or_frame: {listed(sorted(found))}; choose one"
        )
    mode = next(iter(found), None)
    if mode is not None and mode not in MODES:
        raise InputError(f"{where}: face_or_frame {short_repr(mode)} is not known; known are {', '.join(MODES)}")
    return mode


def _section(sections: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    found = sections.get(name) or {}
    if not isinstance(found, Mapping):
        raise InputError(f"{where}: `{name}` must be a section")
    return found


@contextmanager
def located(where: object) -> Iterator[None]:
    """Prefix the messages of InputErrors raised in the block with a place; their type does not change."""
    try:
        yield
    except InputError as error:
        raise type(error)(f"{where}: {error}") from error
