"""The interface of models: a model prepares samples one by one, and answers batches of prepared samples.

Preparing (decoding, cropping, resizing) does not need a GPU, so a runner does it in other threads while the model
answers the previous batch. The `settings` of a model contain everything that determines its answers. The `media` of a
prepared sample describe what was extracted from its files.
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from merunibench.errors import InputError, MediaError

Modality = Literal["audio", "video", "text"]
MODALITIES: tuple[Modality, ...] = ("audio", "video", "text")

Json = Any
"""A value that `json.dumps` accepts: numbers, text, lists and dictionaries of them."""


class Answer(str):
    """The text of an answer, with attributes that tell how it ended.

    Attributes:
        finish_reason: `stop`, `length` if it reached the maximum length, or a server's own term; None if unknown.
        tokens: Number of tokens of the prompt, including media; None if unknown.
        reasoning: The reasoning before the answer, if it is not part of the text; otherwise None.
    """

    finish_reason: str | None
    tokens: int | None
    reasoning: str | None

    def __new__(
        cls, text: str, finish_reason: str | None = None, tokens: int | None = None, reasoning: str | None = None
    ) -> "Answer":
        """Create an answer from its text and attributes."""
        answer = super().__new__(cls, text)
        answer.finish_reason, answer.tokens, answer.reasoning = finish_reason, tokens, reasoning
        return answer


class NoAnswerError(MediaError):
    """The model gave no answer for a sample; the message becomes the reason in the row.

    Attributes:
        finish_reason: As in `Answer`; the same for `tokens` and `reasoning`.
    """

    def __init__(
        self, reason: str, finish_reason: str | None = None, tokens: int | None = None, reasoning: str | None = None
    ) -> None:
        super().__init__(reason)
        self.finish_reason, self.tokens, self.reasoning = finish_reason, tokens, reasoning


@dataclass(frozen=True)
class Sample:
    """One clip: its files and its subtitle. Nothing is decoded yet.

    Attributes:
        name: The sample's name in its data set.
        video: Video file, often with sound.
        audio: Audio file; if None, the sound of `video` is used.
        face: AffectGPT's face crops, an `.npy` file of shape (T, H, W, 3).
        subtitle: What is said; None if it is not known, empty if nothing is said.
    """

    name: str
    video: Path | None = None
    audio: Path | None = None
    face: Path | None = None
    subtitle: str | None = None


@dataclass(frozen=True)
class Decoding:
    """How an answer is generated.

    Attributes:
        max_new_tokens: Maximum length of an answer.
        temperature: 0 for greedy decoding.
        top_p: Probability mass for nucleus sampling.
        seed: Seed for sampling; not used by greedy decoding.
        extra: Additional arguments of the model's `generate`.
    """

    max_new_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    extra: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Generation:
    """The user's choices for generation; the model's own `Decoding` provides the rest.

    The attributes are those of `Decoding`; None means the model's default.
    """

    max_new_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: int = 0
    extra: Mapping[str, Json] = field(default_factory=dict)

    def over(self, own: Decoding) -> Decoding:
        """Return the user's choices, with a model's own values for those that are None.

        Example:
            >>> sampled = Decoding(max_new_tokens=1200, temperature=1.0, top_p=0.9, extra={"top_k": 20})
            >>> Generation(max_new_tokens=9).over(sampled)
            Decoding(max_new_tokens=9, temperature=1.0, top_p=0.9, seed=0, extra={'top_k': 20})
            >>> Generation(temperature=0).over(sampled)
            Decoding(max_new_tokens=1200, temperature=0, top_p=1.0, seed=0, extra={})
        """
        if self.temperature == 0:
            own = Decoding(own.max_new_tokens)  # sampling parameters would have no effect
        asked = {"max_new_tokens": self.max_new_tokens, "temperature": self.temperature, "top_p": self.top_p}
        given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
        return replace(own, seed=self.seed, extra={**own.extra, **self.extra}, **given)


@dataclass(frozen=True)
class Options:
    """Options for any model; all of them are recorded in every row.

    Attributes:
        prompt: The prompt, with the placeholder `{subtitle}`; without the text modality, that sentence is left out.
        modalities: The modalities to give to the model.
        on_unsupported: What to do if a model does not support a modality: raise, or drop it and record that.
        frames: Number of frames, uniformly spaced.
        generation: How to generate answers.
        dtype: Precision of the weights: auto, float32, bfloat16, float16.
        device: auto, cpu, cuda, cuda:1, mps, or a device map such as `balanced`.
        trust_remote_code: Run the code that comes with the model's files.
        processor: Additional arguments of the model's processor.
        chat_template: A Jinja template that replaces the model's own; None for its own.
        template: Variables for the chat template, such as `enable_thinking`.
        extra: Options of one kind of model (`llm`, `visual`, `acoustic` of AffectGPT; `video`, `audio`,
            `concurrency` of endpoints; `frames` of Hugging Face models).
    """

    prompt: str
    modalities: tuple[Modality, ...] = MODALITIES
    on_unsupported: Literal["error", "drop"] = "error"
    frames: int = 8
    generation: Generation = field(default_factory=Generation)
    dtype: str = "auto"
    device: str = "auto"
    trust_remote_code: bool = False
    processor: Mapping[str, Json] = field(default_factory=dict)
    chat_template: str | None = None
    template: Mapping[str, Json] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)

    def refuse(self, model: str, *fields: Literal["processor", "template", "extra"]) -> None:
        """Raise an error for options that a model does not support, rather than ignore them silently.

        Args:
            model: Its name, for the message.
            fields: The fields that it does not support.

        Raises:
            InputError: Such an option was given.
        """
        options = {"processor": "--processor-kwarg", "template": "--template-kwarg", "extra": "--model-option"}
        if "template" in fields and self.chat_template is not None:
            raise InputError(f"{model} does not support --chat-template; leave it out")
        for name in fields:
            if given := getattr(self, name):
                raise InputError(f"{model} does not support {options[name]}; leave out {', '.join(sorted(given))}")


@dataclass(frozen=True, eq=False)
class Prepared:
    """A sample in the form that the model accepts.

    Attributes:
        sample: The sample.
        modalities: The modalities that the model is actually given.
        media: What was extracted from its files, for its row: frames, rate, duration, hash.
        group: Samples of the same group may share a batch.
        payload: The model's own data.
    """

    sample: Sample
    modalities: tuple[Modality, ...]
    media: Mapping[str, Json]
    group: Hashable
    payload: Any


class Model(ABC):
    """A model that answers prompts about clips.

    Attributes:
        name: The model as the user named it.
        modalities: The modalities that it supports.
    """

    name: str
    modalities: frozenset[Modality]

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, Json]:
        """All that determines its answers: model and revision, prompt, generation, media settings, library versions."""

    @abstractmethod
    def prepare(self, sample: Sample) -> Prepared:
        """Decode and preprocess a sample for the model. Called from several threads.

        Raises:
            MediaError: The sample cannot be given to the model.
            InputError: No sample can be given to the model: it does not support what was requested.
        """

    def collate(self, batch: Sequence[Prepared]) -> Sequence[Prepared]:
        """Do what can be done for a batch of one group before the model is ready for it, such as tokenising.

        A runner may call this from another thread while the model answers the previous batch, and pass the result to
        `answer`. It is optional. A slice of the result counts as not collated.

        Raises:
            MediaError: A sample of the batch cannot be given to the model; each of the others can be, alone.
        """
        return batch

    @abstractmethod
    def answer(self, batch: Sequence[Prepared]) -> list[str]:
        """Return the answers for a batch of one group, as text, in order; each is the same as for the sample alone.

        Args:
            batch: Prepared samples, or the result of `collate`.

        Returns:
            Text; an `Answer` if it is known how it ended, which is then recorded in its row.

        Raises:
            MemoryError: The batch does not fit into memory; a smaller one may.
            MediaError: A sample of the batch cannot be given to the model; each of the others can be, alone.
        """
