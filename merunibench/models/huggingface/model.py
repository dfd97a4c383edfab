"""Any Hugging Face model as a `Model`: decoding in `prepare`, processing in `collate`, generating in `answer`."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from merunibench._text import one_line
from merunibench.errors import InputError, MediaError
from merunibench.hub import versions
from merunibench.models.base import Decoding, Json, Model, Options, Prepared, Sample
from merunibench.models.clip import Clip, describe, read_clip
from merunibench.models.huggingface import generation
from merunibench.models.huggingface.family import Family, as_words, control_tokens
from merunibench.models.huggingface.loading import load
from merunibench.models.prompting import given

_LIBRARIES = ("merunibench", "transformers", "tokenizers", "torch", "torchvision", "av", "soundfile", "numpy")
_SURELY_HEARD = 29.0
"""Seconds of sound that every known feature extractor takes; of longer ones it is recorded how much is heard."""


class _Collated(tuple[Prepared, ...]):
    """A batch with its model inputs; a slice of it is a plain batch again."""

    inputs: Any


class HuggingFaceModel(Model):
    """A model from the Hugging Face Hub or from a folder.

    Attributes:
        name: As the user named it.
        modalities: What it takes, by its processor and configuration.
    """

    def __init__(self, spec: str, options: Options, others: Callable[[str], type[Family] | None]) -> None:
        """Load the model.

        Raises:
            InputError: it cannot be loaded, or does not take what is asked for.
        """
        options.refuse(spec, "extra")
        self._decoding = options.generation.over(Decoding())
        generation.check(self._decoding)
        self._options = options
        self._loaded = load(spec, options, others)
        self.name = spec
        self.modalities = self._loaded.family.takes(self._loaded.processor, self._loaded.config)
        self._given = given(options, self.modalities, spec)
        self._tokenizer = getattr(self._loaded.processor, "tokenizer", self._loaded.processor)
        self._control_tokens = control_tokens(self._tokenizer)
        # Tokenizers keep their padding as state: two threads must not share one at the same time.
        self._processing = threading.Lock()

    @property
    def settings(self) -> Mapping[str, Json]:
        """See `Model.settings`."""
        loaded, options = self._loaded, self._options
        family = type(loaded.family)
        return {
            "kind": "huggingface",
            "model": loaded.name,
            "revision": loaded.revision,
            "family": loaded.config.model_type,
            "adapter": f"{family.__module__}.{family.__qualname__}",
            "prompt": options.prompt,
            "modalities": list(self._given),
            "on_unsupported": options.on_unsupported,
            "frames": options.frames,
            "processor": {**loaded.family.fixed_settings(loaded.processor), **options.processor},
            "generation": generation.settings(self._decoding, loaded.model.generation_config),
            "dtype": str(loaded.model.dtype).removeprefix("torch."),
            "device": loaded.model.device.type,
            "attention": getattr(loaded.model.config, "_attn_implementation", None),
            "trust_remote_code": options.trust_remote_code,
            "versions": versions(*_LIBRARIES),
        }

    def prepare(self, sample: Sample) -> Prepared:
        """See `Model.prepare`."""
        loaded = self._loaded
        said = None if sample.subtitle is None else as_words(sample.subtitle, self._control_tokens)
        clip = read_clip(replace(sample, subtitle=said), self._given, self._options.prompt, self._options.frames)
        media = describe(sample, clip)
        if clip.sound is not None and clip.sound.seconds > _SURELY_HEARD:
            with self._processing:
                heard = loaded.family.heard_seconds(loaded.processor, clip.sound, self._options.processor)
            media["audio"]["heard"] = None if heard is None else round(heard, 1)
        shape = None if clip.frames is None else clip.frames.pixels.shape
        return Prepared(sample, self._given, media, (self._given, shape), clip)

    def collate(self, batch: Sequence[Prepared]) -> Sequence[Prepared]:
        """See `Model.collate`."""
        collated = _Collated(batch)
        collated.inputs = self._encode(batch)
        return collated

    def answer(self, batch: Sequence[Prepared]) -> list[str]:
        """See `Model.answer`."""
        import torch

        inputs = batch.inputs if isinstance(batch, _Collated) else self._encode(batch)
        model = self._loaded.model
        clips = [one.payload for one in batch]
        names = [one.sample.name for one in batch]
        with generation.failures(), torch.inference_mode():
            output = model.generate(
                **_placed(inputs, model),
                **generation.arguments(self._decoding, names),
                **self._loaded.family.generate_settings(clips),
            )
            tokens = output[:, inputs["input_ids"].shape[1] :].cpu()
        with self._processing:
            return [text.strip() for text in self._tokenizer.batch_decode(tokens, skip_special_tokens=True)]

    def _encode(self, batch: Sequence[Prepared]) -> Any:  # noqa: ANN401 - transformers' own
        family, processor = self._loaded.family, self._loaded.processor
        clips: list[Clip] = [one.payload for one in batch]
        with self._processing:
            try:
                inputs = family.encode(processor, clips, self._options.processor)
            except InputError:
                raise
            except (ValueError, IndexError, RuntimeError) as error:
                names = ", ".join(one.sample.name for one in batch)
                raise MediaError(f"{names}: refused by the model's processor: {one_line(error)}") from error
        family.check(processor, clips, inputs, self.name)
        return inputs


def _placed(inputs: Mapping[str, Any], model: Any) -> dict[str, Any]:  # noqa: ANN401
    """The inputs on the model's device; media in its precision, while tokens are numbers and times stay exact."""
    import torch

    placed = dict(inputs)
    for key, value in inputs.items():
        if isinstance(value, torch.Tensor):
            media = value.is_floating_point() and value.ndim > 1
            placed[key] = value.to(model.device, model.dtype if media else value.dtype)
    return placed
