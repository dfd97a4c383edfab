"""The families that do not follow the conventions, and the choice of a model's family."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from merunibench.errors import InputError
from merunibench.models.base import Modality
from merunibench.models.huggingface.family import Family, merged
from merunibench.models.prompting import Clip


class Omni(Family):
    """Qwen's Omni models: only the thinker, which generates text; sound and video of a clip are interleaved in time.

    Their processors accept only one frame rate per batch, so every clip is encoded separately and the results are
    joined: all inputs except the tokens are concatenated along the first axis.
    """

    def model_class(self, config: Any) -> Any:  # noqa: ANN401
        """Return the thinker's class; the talker's weights are not loaded."""
        import transformers

        third = config.model_type.startswith("qwen3")
        name = "Qwen3OmniMoeThinker" if third else "Qwen2_5OmniThinker"
        return getattr(transformers, f"{name}ForConditionalGeneration")

    def takes(self, processor: Any, config: Any) -> frozenset[Modality]:  # noqa: ANN401, ARG002
        """Return all modalities: the configuration of the whole model does not mention sound."""
        return frozenset(("audio", "video", "text"))

    def processor_settings(self, processor: Any, clips: Sequence[Clip]) -> dict[str, Any]:  # noqa: ANN401
        """Return the rate of the given frames, the only timing that these processors use."""
        settings = super().processor_settings(processor, clips)
        frames = clips[0].frames
        return settings if frames is None else {**settings, "fps": len(frames.indices) / frames.seconds}

    def encode(self, processor: Any, clips: Sequence[Clip], extra: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """See `Family.encode`."""
        encoded = [self._encode_one(processor, clip, extra) for clip in clips]
        return _joined(encoded, processor.tokenizer)

    def _encode_one(self, processor: Any, clip: Clip, extra: Mapping[str, Any]) -> Any:  # noqa: ANN401
        if clip.frames is None or clip.sound is None:
            return super().encode(processor, [clip], extra)
        seen = Clip(clip.prompt, clip.frames)
        text = processor.apply_chat_template(
            [self.messages(processor, seen)], tokenize=False, add_generation_prompt=True, **self.template
        )
        return processor(
            text=text,
            videos=[clip.frames.pixels],
            audio=[clip.sound.samples],
            audio_from_video_indices=[0],
            load_audio_from_video=True,
            return_tensors="pt",
            **merged(self.processor_settings(processor, [clip]), extra),
        )

    def generate_settings(self, clips: Sequence[Clip]) -> dict[str, Any]:
        """Return whether video and sound are interleaved, which the positions depend on."""
        return {"use_audio_in_video": clips[0].frames is not None and clips[0].sound is not None}


class TextOnly(Family):
    """Causal language models, which use only the subtitle."""

    def model_class(self, config: Any) -> Any:  # noqa: ANN401, ARG002
        """See `Family.model_class`."""
        import transformers

        return transformers.AutoModelForCausalLM

    def processor_class(self) -> Any:  # noqa: ANN401
        """Return the tokenizer's class, since there is no processor."""
        import transformers

        return transformers.AutoTokenizer

    def messages(self, processor: Any, clip: Clip) -> list[dict[str, Any]]:  # noqa: ANN401, ARG002
        """Return the prompt as text."""
        return [{"role": "user", "content": clip.prompt}]

    def encode(self, processor: Any, clips: Sequence[Clip], extra: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """See `Family.encode`."""
        return processor.apply_chat_template(
            [self.messages(processor, clip) for clip in clips],
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            add_generation_prompt=True,
            padding=True,
            **extra,
            **self.template,
        )


class RemoteCode(Family):
    """Models whose code comes with their files; otherwise they must follow the conventions."""

    def model_class(self, config: Any) -> Any:  # noqa: ANN401
        """Return the first Auto class for which the model's configuration names code."""
        import transformers

        return getattr(transformers, _remote_class(config))

    def processor_settings(self, processor: Any, clips: Sequence[Clip]) -> dict[str, Any]:  # noqa: ANN401
        """Return flat settings, as older processors require."""
        settings = super().processor_settings(processor, clips)
        return {**settings.pop("text_kwargs"), **settings}


class ByArchitecture(Family):
    """Types that are in no suitable Auto class, although their files name a class that generates text."""

    def model_class(self, config: Any) -> Any:  # noqa: ANN401
        """Return the class that the files name."""
        return _named_class(config)


_REMOTE_CLASSES = ("AutoModelForMultimodalLM", "AutoModelForImageTextToText", "AutoModelForCausalLM", "AutoModel")

FAMILIES: dict[str, type[Family]] = {
    "qwen2_5_omni": Omni,
    "qwen2_5_omni_thinker": Omni,
    "qwen3_omni_moe": Omni,
    "qwen3_omni_moe_thinker": Omni,
}
"""Model type in the configuration -> special family. All other types are looked up in transformers."""


def family_of(config: Any, others: Callable[[str], type[Family] | None], *, own_code: bool) -> Family:  # noqa: ANN401
    """Return the family of a model.

    Args:
        config: The model's configuration.
        others: Finds the family that an installed package registers for a model type; it takes precedence.
        own_code: Whether code that comes with the model may run. Many files name such code although transformers
            supports their type by now; without `own_code`, they are loaded as that type.

    Raises:
        InputError: Models of this type do not answer prompts.
    """
    from transformers.models.auto import modeling_auto as known

    kind = config.model_type
    if brought := others(kind):
        return brought()
    if kind in FAMILIES:
        return FAMILIES[kind]()
    if own_code and _remote_class(config):
        return RemoteCode()
    if kind in known.MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES:
        return Family()
    if kind in known.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        return TextOnly()
    if _named_class(config) is not None:
        return ByArchitecture()
    code = "this one comes with code: read it, then give --trust-remote-code; or " if _remote_class(config) else ""
    raise InputError(
        f"transformers cannot generate answers with models of type {kind!r}; {code}write your own adapter "
        "(entry point group merunibench.models, docs/models.md)"
    )


def _named_class(config: Any) -> Any:  # noqa: ANN401
    """Return the class of transformers that a configuration names, if it generates text; otherwise None."""
    import transformers

    name = next(iter(getattr(config, "architectures", None) or ()), "")
    found = getattr(transformers, name, None) if str(name).isidentifier() else None
    return found if isinstance(found, type) and getattr(found, "can_generate", bool)() else None


def _remote_class(config: Any) -> str:  # noqa: ANN401
    """Return the Auto class of the code that comes with the weights; empty if there is none."""
    named = getattr(config, "auto_map", None) or {}
    return next((name for name in _REMOTE_CLASSES if name in named), "")


_ON_THE_LEFT = frozenset({"input_ids", "attention_mask", "token_type_ids", "mm_token_type_ids"})
_ON_THE_RIGHT = frozenset({"input_features", "feature_attention_mask"})
"""Inputs whose length differs between clips, and the side on which they are padded; a mask marks the valid sound."""


def _joined(encoded: Sequence[Any], tokenizer: Any) -> Any:  # noqa: ANN401
    """Join the inputs of single clips to a batch, with tokens padded on the left and sound on the right."""
    import torch
    from transformers import BatchFeature

    joined: dict[str, Any] = {}
    for key in encoded[0]:
        parts = [torch.as_tensor(one[key]) for one in encoded]
        if key in _ON_THE_LEFT | _ON_THE_RIGHT:
            longest = max(part.shape[-1] for part in parts)
            fill = tokenizer.pad_token_id if key == "input_ids" else 0
            lacking = [longest - part.shape[-1] for part in parts]
            sides = [(n, 0) if key in _ON_THE_LEFT else (0, n) for n in lacking]
            parts = [torch.nn.functional.pad(part, side, value=fill) for part, side in zip(parts, sides, strict=True)]
        joined[key] = torch.cat(parts)
    return BatchFeature(joined)
