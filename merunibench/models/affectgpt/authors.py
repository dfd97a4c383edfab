"""The authors' configuration: their YAML files, and the copy of it that a released checkpoint carries.

Sections `model` and `datasets` are read, as far as they decide inference; the rest concerns training.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from merunibench._text import shown
from merunibench.errors import InputError
from merunibench.files.reading import read_bounded, reading
from merunibench.models.affectgpt.configuration import ACOUSTIC, LLM, VISUAL, AffectGPTConfig, with_changes
from merunibench.models.affectgpt.prompt import MODES

_MAX_BYTES = 1 << 20

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
"""The authors' option -> field of `AffectGPTConfig` with the same value."""

_BACKBONES: Mapping[str, tuple[str, str, str]] = {
    "llama_model": ("llm", "Qwen25", LLM),
    "visual_encoder": ("visual", "CLIP_VIT_LARGE", VISUAL),
    "acoustic_encoder": ("acoustic", "HUBERT_LARGE", ACOUSTIC),
}
"""The authors' option -> field, the one value that can be run here, what it stands for."""


def read_authors_yaml(path: Path) -> Mapping[str, Any]:
    """The sections of one of the authors' YAML files; no tag of the file is obeyed.

    Raises:
        InputError: it cannot be read, is no YAML, has no section `model`, or PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError as error:
        raise InputError("the authors' configuration needs PyYAML: pip install 'merunibench[models]'") from error
    with reading(path, yaml.YAMLError, UnicodeDecodeError), path.open("rb") as stream:
        sections = yaml.safe_load(read_bounded(stream, path, _MAX_BYTES))
    if not isinstance(sections, dict) or not isinstance(sections.get("model"), dict):
        raise InputError(f"{path}: not one of AffectGPT's configurations: no section `model`")
    return sections


def apply_authors(config: AffectGPTConfig, sections: Mapping[str, Any], where: str) -> AffectGPTConfig:
    """The configuration, changed to what the authors' sections say.

    Args:
        config: What the keys and shapes of the checkpoint say.
        sections: The authors' sections.
        where: Where they come from, for messages.

    Raises:
        InputError: a value that is not known here; an encoder or language model that cannot be run here.
    """
    model = _section(sections, "model", where)
    changes = {field: model[option] for option, field in _FIELDS.items() if option in model}
    if config.image_pooling is None:
        changes.pop("image_pooling", None)  # the part that nothing uses may be left out of a checkpoint
    if config.pre_fusion is None:
        changes.pop("pre_fusion", None)
    for option, (field, name, folder) in _BACKBONES.items():
        if model.get(option, name) != name:
            raise InputError(f"{where}: model.{option} is {shown(model[option])}; only {name} can be run here")
        changes[field] = folder
    frames = _frames(model)
    if frames is not None:
        changes["frames"] = frames
    mode = _mode(sections, where)
    if mode is not None:
        changes["mode"] = mode
    return _named(where, lambda: with_changes(config, changes))


def _frames(model: Mapping[str, Any]) -> Any:  # noqa: ANN401 - checked with the rest
    """`vis_processor.train.n_frms`, which sets the frames at inference as well."""
    inner: Any = model
    for name in ("vis_processor", "train", "n_frms"):
        inner = inner.get(name) if isinstance(inner, Mapping) else None
    return inner


def _mode(sections: Mapping[str, Any], where: str) -> str | None:
    """`face_or_frame` of the data sets trained on, which must agree."""
    datasets = _section(sections, "datasets", where).values()
    found = {str(part["face_or_frame"]) for part in datasets if isinstance(part, Mapping) and "face_or_frame" in part}
    if len(found) > 1:
        raise InputError(f"{where}: data sets of different face_or_frame: {', '.join(sorted(found))}; choose one")
    mode = next(iter(found), None)
    if mode is not None and mode not in MODES:
        raise InputError(f"{where}: face_or_frame {shown(mode)} is not known; known are {', '.join(MODES)}")
    return mode


def _section(sections: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    found = sections.get(name) or {}
    if not isinstance(found, Mapping):
        raise InputError(f"{where}: its section `{name}` is no section")
    return found


def _named(where: str, make: Callable[[], AffectGPTConfig]) -> AffectGPTConfig:
    try:
        return make()
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
