"""Hugging Face models as a `Model`: `prepare` decodes, `collate` runs the processor, and `answer` generates."""

import logging
import re
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from merunibench._text import one_line
from merunibench.chat.base import endings
from merunibench.chat.local import decoded
from merunibench.errors import InputError, MediaError
from merunibench.hub import Source, check_dtype, choose_device, load_transformers, loading, versions
from merunibench.media import SAMPLE_RATE, Frames, Sound
from merunibench.models.base import Answer, Decoding, Json, Model, Options, Prepared, Sample
from merunibench.models.huggingface import generation
from merunibench.models.huggingface.arrival import Arrivals
from merunibench.models.huggingface.context import check_lengths, longest_context, shrinking, token_counts
from merunibench.models.huggingface.families import family_of
from merunibench.models.huggingface.family import Family, as_words, control_tokens
from merunibench.models.huggingface.probing import Finding, Probe, Question, probe
from merunibench.models.huggingface.template import check_renders, fit_template, template_settings
from merunibench.models.prompting import Clip, describe, read_clip, resolve_modalities

_LOG = logging.getLogger(__name__)
_HUB_NAME = re.compile(r"(?![.-])[\w.-]+(/(?![.-])[\w.-]+)?")
_LIBRARIES = ("merunibench", "transformers", "tokenizers", "torch", "torchvision", "av", "soundfile", "numpy")
_SURELY_HEARD = 29.0
"""Seconds of sound that every known feature extractor supports; for longer sounds, the part used is recorded."""
_NO_PICTURE = Frames(np.zeros((2, 28, 28, 3), np.uint8), (0, 1), 2, 1.0)
_NO_SOUND = Sound(np.zeros(SAMPLE_RATE, np.float32))
"""Meaningless media, to check whether a template can be used."""
_UNTOLD = Probe(
    "alone", (Finding("the model can be run on a clip", None, "the family uses the model's own interface"),), 0
)


class _Collated(tuple[Prepared, ...]):
    """A batch with its model inputs; a slice of it is a plain batch."""

    inputs: Any


class HuggingFaceModel(Model):
    """A model from the Hugging Face Hub or from a folder.

    Attributes:
        name: The name given by the user.
        modalities: The modalities that its processor and configuration support.
    """

    def __init__(
        self, spec: str, options: Options, others: Callable[[str], type[Family] | None], *, name: str | None = None
    ) -> None:
        """Load the model onto its device.

        Args:
            spec: `owner/name` or `owner/name@revision` on the Hub, or a folder.
            options: The options, including whether code that comes with it may run.
            others: Finds the family that an installed package registers for a model type.
            name: Its name, if that is not `spec`.

        Raises:
            InputError: There is no such model, a library or weights are missing, an option is invalid, or the model
                does not support what is requested.
        """
        others_asked = {name: value for name, value in options.extra.items() if name != "frames"}
        replace(options, extra=others_asked).refuse(spec, "extra")
        self._decoding = options.generation.over(Decoding())
        generation.check(self._decoding)
        check_dtype(options.dtype)
        if options.frames < 1:
            raise InputError("frames: must be at least 1")
        self.name, self._options = name or spec, options
        transformers = load_transformers()
        source = _source(spec, options)
        code = {"trust_remote_code": options.trust_remote_code}
        with loading(f"{spec}: cannot be loaded"), _own_code(spec):
            config = source.load(transformers.AutoConfig, **code)
            self._family = family_of(config, others, own_code=options.trust_remote_code)
            self._own_way = type(self._family).answers is not Family.answers
            self._processor = source.load(self._family.processor_class(), **code)
            self._model = _weights(self._family.model_class(config), source, options)
        self._identity = {"model": source.name, "revision": source.identity, "family": config.model_type}
        self._family.frames_as = _frames_as(options.extra.get("frames"), self._processor, spec)
        self._family.template = options.template
        self._tokenizer = _fit_for_batches(self._processor, self._model.config, spec)
        if self._own_way:
            options.refuse(spec, "template", "processor", "extra")
        else:
            fit_template(self._processor, options.chat_template, options.template, options.processor, spec)
        self.modalities = self._family.takes(self._processor, config)
        self._given = resolve_modalities(options, self.modalities, spec)
        self._control_tokens = control_tokens(self._tokenizer)
        # Tokenizers store their padding as state, so two threads must not use one simultaneously.
        self._processing = threading.Lock()
        self._longest = longest_context(self._model.config)
        self._arrivals = Arrivals(self._encoded, spec)
        self.probe = _UNTOLD if self._own_way else self._probed()

    def _check_template(self) -> None:
        clip = Clip("?", _NO_PICTURE if "video" in self._given else None, _NO_SOUND if "audio" in self._given else None)
        messages = self._family.messages(self._processor, clip)
        check_renders(self._processor, messages, self._options.template, self.name)

    def _probed(self) -> Probe:
        """Detect the properties of this checkpoint by running it.

        Raises:
            InputError: The model fails, or ignores what it is given.
        """
        import torch

        self._check_template()
        step = float(torch.finfo(self._model.dtype).eps)
        question = Question(self._given, self._options.prompt, self._options.frames, frozenset(self._ends), step)
        try:
            found = probe(self._first_logits, question)
        except InputError as error:
            raise InputError(f"{self.name}: {error}" if self.name not in str(error) else str(error)) from None
        except Exception as error:
            raise InputError(f"{self.name}: cannot answer: {type(error).__name__}: {one_line(error)}") from error
        for finding in found.findings:
            if not finding.holds:
                told = "it is unknown whether" if finding.holds is None else "it is not true that"
                _LOG.warning("%s: %s %s (%s)", self.name, told, finding.what, finding.detail)
        return found

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
            **({"frames_as": self._family.frames_as} if self._family.frames_as else {}),
            **template_settings(options.chat_template, options.template),
            "batches": self.probe.batches,
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
        return Prepared(sample, self._given, media, self._group(sample, clip), clip)

    def _group(self, sample: Sample, clip: Clip) -> Hashable:
        """Return the key of clips that may share a batch, according to the probe."""
        shape = None if clip.frames is None else clip.frames.pixels.shape
        if self.probe.batches == "alone":
            return sample.name
        heard = None if clip.sound is None or self.probe.batches == "any" else len(clip.sound.samples)
        return (self._given, shape, heard)

    def collate(self, batch: Sequence[Prepared]) -> Sequence[Prepared]:
        """See `Model.collate`."""
        if self._own_way:
            return batch
        collated = _Collated(batch)
        collated.inputs = self._encode(batch)
        return collated

    def answer(self, batch: Sequence[Prepared]) -> list[str]:
        """See `Model.answer`."""
        if self._own_way:
            return [self._answer_its_own_way(one) for one in batch]
        inputs = batch.inputs if isinstance(batch, _Collated) else self._encode(batch)
        names = [one.sample.name for one in batch]
        chosen = generation.arguments(self._decoding, names)
        output = self._generate(inputs, [one.payload for one in batch], **chosen)
        tokens = getattr(output, "sequences", output).cpu()  # a model's own code may return only tokens
        # The answer of an encoder-decoder follows one token, that of a decoder the whole prompt.
        tokens = tokens[:, 1 if self._model.config.is_encoder_decoder else inputs["input_ids"].shape[1] :]
        ended = endings(tokens.tolist(), list(self._ends), self._decoding.max_new_tokens)
        with self._processing:
            texts = decoded(self._tokenizer, inputs["input_ids"], tokens)
        lengths = token_counts(inputs)
        return [Answer(text.strip(), how, n) for text, how, n in zip(texts, ended, lengths, strict=True)]

    def _answer_its_own_way(self, one: Prepared) -> str:
        import torch

        # A separate seed per clip, so that a sampled answer does not depend on other clips.
        torch.manual_seed(generation.seed_of(self._decoding, one.sample.name))
        with generation.failures(), torch.inference_mode():
            texts = self._family.answers(self._model, self._processor, [one.payload], self._decoding)
        if texts is None or len(texts) != 1:
            raise RuntimeError(f"{type(self._family).__name__}.answers must return one text per clip")
        return texts[0]

    @property
    def _ends(self) -> set[int]:
        """The tokens that end an answer."""
        ends = self._decoding.extra.get("eos_token_id", self._model.generation_config.eos_token_id)
        return {ends} if isinstance(ends, int) else set(ends or ())

    def _generate(self, inputs: Any, clips: Sequence[Clip], **chosen: Any) -> Any:  # noqa: ANN401
        import torch

        with generation.failures(), torch.inference_mode():
            arguments = {**_placed(inputs, self._model), **self._family.generate_settings(clips), **chosen}
            return self._family.generate(self._model, {**arguments, "return_dict_in_generate": True})

    def _first_logits(self, clips: Sequence[Clip]) -> Any:  # noqa: ANN401
        """Return the logits of each answer's first token, of shape (clips, tokens), float32."""
        inputs = self._checked(clips, [f"synthetic clip {number}" for number in range(len(clips))])
        chosen = {"max_new_tokens": 1, "do_sample": False, "num_beams": 1, "output_logits": True}
        logits = getattr(self._generate(inputs, clips, **chosen), "logits", None)
        if not logits:
            raise MediaError("its generate does not return logits")
        return logits[0].float().cpu().numpy()

    def _encode(self, batch: Sequence[Prepared]) -> Any:  # noqa: ANN401 - transformers' own
        names = [one.sample.name for one in batch]
        inputs = self._checked([one.payload for one in batch], names)
        answer = 0 if self._model.config.is_encoder_decoder else self._decoding.max_new_tokens
        check_lengths(names, token_counts(inputs), answer, self._longest, shrinking(self._processor))
        return inputs

    def _checked(self, clips: Sequence[Clip], names: Sequence[str]) -> Any:  # noqa: ANN401
        """Return the inputs of clips, after checking that they contain all media.

        Raises:
            InputError: A medium is missing in the inputs, or the processor pads on the wrong side.
            MediaError: The processor rejects one of the clips.
        """
        with self._processing:
            try:
                inputs = self._encoded(clips)
                self._arrivals.check(clips, inputs)
            except InputError:
                raise
            except (ValueError, IndexError, RuntimeError) as error:
                raise MediaError(f"{', '.join(names)}: rejected by the model's processor: {one_line(error)}") from error
        if self._tokenizer.padding_side == "left" and not bool(inputs["attention_mask"][:, -1].all()):
            raise InputError(f"{self.name}: its processor pads on the right, which corrupts the answers of a batch")
        return inputs

    def _encoded(self, clips: Sequence[Clip]) -> Any:  # noqa: ANN401
        return self._family.encode(self._processor, clips, self._options.processor)


def _source(spec: str, options: Options) -> Source:
    """Find the model's files.

    Raises:
        InputError: `spec` is neither a folder nor a valid name on the Hub.
    """
    if options.trust_remote_code:
        _LOG.warning("%s: code that comes with this model will be run (--trust-remote-code)", spec)
    source = Source.parse(spec)
    if not source.is_folder and not _HUB_NAME.fullmatch(source.path):
        raise InputError(f"{spec}: is neither a folder nor a valid name on the Hugging Face Hub")
    return source


@contextmanager
def _own_code(spec: str) -> Iterator[None]:
    """Report what to do if a model comes with code, which transformers refuses to run."""
    try:
        yield
    except (OSError, ValueError, ImportError) as error:
        if isinstance(error, InputError) or "trust_remote_code" not in str(error):
            raise
        raise InputError(f"{spec}: comes with its own code; read it, then give --trust-remote-code") from error


def _weights(model_class: Any, source: Source, options: Options) -> Any:  # noqa: ANN401
    """Load the model, in evaluation mode on its device.

    Raises:
        InputError: Weights are missing in the files; transformers would initialise them randomly.
    """
    device = choose_device(options.device, maps=True)
    place = {} if device == "cpu" else {"device_map": device}
    wanted = {"dtype": options.dtype, "trust_remote_code": options.trust_remote_code, **place}
    model, report = source.load(model_class, output_loading_info=True, **wanted)
    if report["missing_keys"]:
        lacking = sorted(report["missing_keys"])
        raise InputError(f"{source.path}: {len(lacking)} weights are missing from the files, such as {lacking[0]}")
    return model.eval()


def _fit_for_batches(processor: Any, config: Any, spec: str) -> Any:  # noqa: ANN401
    """Return the processor's tokenizer, padding on the left: on the right, padding would end the prompt.

    Encoder-decoders pad on the right: they do not continue the prompt, and may count positions from the left.

    Raises:
        InputError: It is Mistral's own tokenizer, which supports neither arrays nor a template.
    """
    tokenizer = getattr(processor, "tokenizer", processor)
    if type(tokenizer).__name__ == "MistralCommonBackend":
        raise InputError(
            f"{spec}: uses Mistral's own tokenizer (tekken.json), which does not support frames or sound here; "
            "serve it with vLLM and give --model openai:URL#MODEL, or use a conversion with tokenizer.json"
        )
    tokenizer.padding_side = "right" if config.is_encoder_decoder else "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _frames_as(asked: str | None, processor: Any, spec: str) -> Literal["video", "images"] | None:  # noqa: ANN401
    """Return how frames are given, if the user chose it.

    Raises:
        InputError: The value is invalid, or the processor does not support it.
    """
    if asked is None:
        return None
    if asked not in ("video", "images"):
        raise InputError(f"--model-option frames={asked}: must be video or images")
    part = "video_processor" if asked == "video" else "image_processor"
    if getattr(processor, part, None) is None:
        raise InputError(f"--model-option frames={asked}: the processor of {spec} does not support {asked}")
    return "video" if asked == "video" else "images"


def _placed(inputs: Mapping[str, Any], model: Any) -> dict[str, Any]:  # noqa: ANN401
    """Move inputs to the model's device, and media to its precision; tokens and times keep their types."""
    import torch

    placed = dict(inputs)
    for key, value in inputs.items():
        if isinstance(value, torch.Tensor):
            media = value.is_floating_point() and value.ndim > 1
            placed[key] = value.to(model.device, model.dtype if media else value.dtype)
    return placed
