"""Any Hugging Face model as a `Model`: decoding in `prepare`, processing in `collate`, generating in `answer`."""

import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from merunibench._text import one_line
from merunibench.chat.base import endings
from merunibench.chat.local import decoded
from merunibench.errors import InputError, MediaError
from merunibench.hub import Source, check_dtype, choose_device, load_transformers, loading, versions
from merunibench.models.base import Answer, Decoding, Json, Model, Options, Prepared, Sample
from merunibench.models.huggingface import generation
from merunibench.models.huggingface.families import family_of
from merunibench.models.huggingface.family import Family, as_words, control_tokens
from merunibench.models.prompting import Clip, describe, given, read_clip

_LOG = logging.getLogger(__name__)
_HUB_NAME = re.compile(r"(?![.-])[\w.-]+(/(?![.-])[\w.-]+)?")
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
        """Load the model onto its device.

        Args:
            spec: `owner/name` or `owner/name@revision` on the Hub, or a folder.
            options: What is asked of it, and whether code that comes with it may run.
            others: Finds the family that an installed package brings for a model type.

        Raises:
            InputError: there is no such model, a library or weights are missing, an option makes no sense, or the model
                does not take what is asked for.
        """
        options.refuse(spec, "extra")
        self._decoding = options.generation.over(Decoding())
        generation.check(self._decoding)
        check_dtype(options.dtype)
        if options.frames < 1:
            raise InputError("frames: at least 1")
        self.name, self._options = spec, options
        transformers = load_transformers()
        source = _source(spec, options)
        code = {"trust_remote_code": options.trust_remote_code}
        with loading(f"{spec}: cannot be loaded"), _own_code(spec):
            config = source.load(transformers.AutoConfig, **code)
            self._family = family_of(config, others)
            self._processor = source.load(self._family.processor_class(), **code)
            self._model = _weights(self._family.model_class(config), source, options)
        self._identity = {"model": source.name, "revision": source.identity, "family": config.model_type}
        self._tokenizer = _fit_for_batches(self._processor, spec)
        self.modalities = self._family.takes(self._processor, config)
        self._given = given(options, self.modalities, spec)
        self._control_tokens = control_tokens(self._tokenizer)
        # Tokenizers keep their padding as state: two threads must not share one at the same time.
        self._processing = threading.Lock()

    @property
    def settings(self) -> Mapping[str, Json]:
        """See `Model.settings`."""
        options, model, family = self._options, self._model, type(self._family)
        return {
            "kind": "huggingface",
            **self._identity,
            "adapter": f"{family.__module__}.{family.__qualname__}",
            "prompt": options.prompt,
            "modalities": list(self._given),
            "on_unsupported": options.on_unsupported,
            "frames": options.frames,
            "processor": {**self._family.fixed_settings(self._processor), **options.processor},
            "generation": generation.settings(self._decoding, model.generation_config),
            "dtype": str(model.dtype).removeprefix("torch."),
            "device": model.device.type,
            "attention": getattr(model.config, "_attn_implementation", None),
            "trust_remote_code": options.trust_remote_code,
            "versions": versions(*_LIBRARIES),
        }

    def prepare(self, sample: Sample) -> Prepared:
        """See `Model.prepare`."""
        said = None if sample.subtitle is None else as_words(sample.subtitle, self._control_tokens)
        clip = read_clip(replace(sample, subtitle=said), self._given, self._options.prompt, self._options.frames)
        media = describe(sample, clip)
        if clip.sound is not None and clip.sound.seconds > _SURELY_HEARD:
            with self._processing:
                heard = self._family.heard_seconds(self._processor, clip.sound, self._options.processor)
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
        clips = [one.payload for one in batch]
        names = [one.sample.name for one in batch]
        with generation.failures(), torch.inference_mode():
            output = self._model.generate(
                **_placed(inputs, self._model),
                **generation.arguments(self._decoding, names),
                **self._family.generate_settings(clips),
            )
            tokens = output[:, inputs["input_ids"].shape[1] :].cpu()
        eos = self._decoding.extra.get("eos_token_id", self._model.generation_config.eos_token_id)
        ended = endings(tokens.tolist(), eos, self._decoding.max_new_tokens)
        with self._processing:
            texts = decoded(self._tokenizer, inputs["input_ids"], tokens)
        return [Answer(text.strip(), how) for text, how in zip(texts, ended, strict=True)]

    def _encode(self, batch: Sequence[Prepared]) -> Any:  # noqa: ANN401 - transformers' own
        clips: list[Clip] = [one.payload for one in batch]
        with self._processing:
            try:
                inputs = self._family.encode(self._processor, clips, self._options.processor)
            except InputError:
                raise
            except (ValueError, IndexError, RuntimeError) as error:
                names = ", ".join(one.sample.name for one in batch)
                raise MediaError(f"{names}: refused by the model's processor: {one_line(error)}") from error
        self._family.check(self._processor, clips, inputs, self.name)
        return inputs


def _source(spec: str, options: Options) -> Source:
    """Where the model's files are.

    Raises:
        InputError: there is no such folder, and it is no name on the Hub.
    """
    if options.trust_remote_code:
        _LOG.warning("%s: code that comes with this model will be run (--trust-remote-code)", spec)
    source = Source.parse(spec)
    if not source.is_folder and not _HUB_NAME.fullmatch(source.path):
        raise InputError(f"{spec}: no such folder, and no name on the Hugging Face Hub")
    return source


@contextmanager
def _own_code(spec: str) -> Iterator[None]:
    """Say what to do about a model that needs code of its own, which transformers refuses to run."""
    try:
        yield
    except (OSError, ValueError, ImportError) as error:
        if isinstance(error, InputError) or "trust_remote_code" not in str(error):
            raise
        raise InputError(f"{spec}: comes with code of its own; read it, then --trust-remote-code") from error


def _weights(model_class: Any, source: Source, options: Options) -> Any:  # noqa: ANN401
    """The model, in evaluation mode on its device.

    Raises:
        InputError: the files lack weights of the model, which transformers would make up at random.
    """
    device = choose_device(options.device, maps=True)
    place = {} if device == "cpu" else {"device_map": device}
    wanted = {"dtype": options.dtype, "trust_remote_code": options.trust_remote_code, **place}
    model, report = source.load(model_class, output_loading_info=True, **wanted)
    if report["missing_keys"]:
        lacking = sorted(report["missing_keys"])
        raise InputError(f"{source.path}: {len(lacking)} weights are missing from the files, such as {lacking[0]}")
    return model.eval()


def _fit_for_batches(processor: Any, spec: str) -> Any:  # noqa: ANN401
    """The processor's tokenizer, padding on the left: a padded right end would be read as the end of the question."""
    tokenizer = getattr(processor, "tokenizer", processor)
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if not (getattr(processor, "chat_template", None) or getattr(tokenizer, "chat_template", None)):
        raise InputError(f"{spec}: has no chat template, so it is not known how to ask it (docs/models.md)")
    return tokenizer


def _placed(inputs: Mapping[str, Any], model: Any) -> dict[str, Any]:  # noqa: ANN401
    """The inputs on the model's device; media in its precision, while tokens are numbers and times stay exact."""
    import torch

    placed = dict(inputs)
    for key, value in inputs.items():
        if isinstance(value, torch.Tensor):
            media = value.is_floating_point() and value.ndim > 1
            placed[key] = value.to(model.device, model.dtype if media else value.dtype)
    return placed
