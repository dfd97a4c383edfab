"""What a model is to whoever runs it: it prepares samples one by one, and answers batches of what it has prepared.

Preparing (decoding, cutting, resizing) needs no accelerator, so a runner does it in other threads while the model
answers the batch before. What decides a model's answers is in its `settings`; what was made of a sample, in the
`media` of what it prepared.
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
"""What `json.dumps` takes: numbers, text, lists and dictionaries of them."""


class Answer(str):
    """An answer that says how it ended; for all else it is text.

    Attributes:
        finish_reason: `stop`, `length` where it ran into its longest length, or a server's own word; None if unknown.
        tokens: How many tokens the question had, media included; None if unknown.
        reasoning: What the model wrote before it, where that is no part of the text; None if nothing.
    """

    finish_reason: str | None
    tokens: int | None
    reasoning: str | None

    def __new__(
        cls, text: str, finish_reason: str | None = None, tokens: int | None = None, reasoning: str | None = None
    ) -> "Answer":
        """The text, how it ended, how long the question was, and what was thought before."""
        answer = super().__new__(cls, text)
        answer.finish_reason, answer.tokens, answer.reasoning = finish_reason, tokens, reasoning
        return answer


class NoAnswerError(MediaError):
    """A model was asked about a sample and gave no answer; the message becomes the row's reason.

    Attributes:
        finish_reason: As in `Answer`, and so `tokens` and `reasoning`.
    """

    def __init__(
        self, reason: str, finish_reason: str | None = None, tokens: int | None = None, reasoning: str | None = None
    ) -> None:
        super().__init__(reason)
        self.finish_reason, self.tokens, self.reasoning = finish_reason, tokens, reasoning


@dataclass(frozen=True)
class Sample:
    """One clip: where its files are, and what is said. Nothing is decoded yet.

    Attributes:
        name: The sample's name in its data set.
        video: File with the picture, and often the sound.
        audio: File with the sound alone; without one, the sound of `video` is used.
        face: AffectGPT's face crops, an `.npy` file of shape (T, H, W, 3).
        subtitle: What is said; None where it is not known, empty where nothing is.
    """

    name: str
    video: Path | None = None
    audio: Path | None = None
    face: Path | None = None
    subtitle: str | None = None


@dataclass(frozen=True)
class Decoding:
    """How an answer is drawn.

    Attributes:
        max_new_tokens: Longest answer.
        temperature: 0 for greedy decoding.
        top_p: Share of probability that sampling draws from.
        seed: Seed of the sampling; unused when greedy.
        extra: Further arguments of the model's own `generate`.
    """

    max_new_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    extra: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Generation:
    """How answers shall be drawn, as far as the user cares; the model's own `Decoding` has the rest.

    Attributes are those of `Decoding`; None leaves one to the model.
    """

    max_new_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: int = 0
    extra: Mapping[str, Json] = field(default_factory=dict)

    def over(self, own: Decoding) -> Decoding:
        """What was asked for, and a model's own way where nothing was.

        Example:
            >>> sampled = Decoding(max_new_tokens=1200, temperature=1.0, top_p=0.9, extra={"top_k": 20})
            >>> Generation(max_new_tokens=9).over(sampled)
            Decoding(max_new_tokens=9, temperature=1.0, top_p=0.9, seed=0, extra={'top_k': 20})
            >>> Generation(temperature=0).over(sampled)
            Decoding(max_new_tokens=1200, temperature=0, top_p=1.0, seed=0, extra={})
        """
        if self.temperature == 0:
            own = Decoding(own.max_new_tokens)  # what belongs to sampling would have no effect
        asked = {"max_new_tokens": self.max_new_tokens, "temperature": self.temperature, "top_p": self.top_p}
        given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
        return replace(own, seed=self.seed, extra={**own.extra, **self.extra}, **given)


@dataclass(frozen=True)
class Options:
    """What a user may ask of any model; everything here is recorded in every row.

    Attributes:
        prompt: The question, with `{subtitle}` where the subtitle goes; without text, that sentence is left out.
        modalities: What the model shall be given.
        on_unsupported: What to do when a model cannot take a modality: raise, or drop it and record that.
        frames: Number of frames, uniformly spaced.
        generation: How to draw answers.
        dtype: Precision of the weights: auto, float32, bfloat16, float16.
        device: auto, cpu, cuda, cuda:1, mps, or a device map such as `balanced`.
        trust_remote_code: Run code that comes with the model's files.
        processor: Further arguments of the model's processor.
        chat_template: A Jinja template in place of the model's own; None for its own.
        template: Variables of the chat template, such as `enable_thinking`.
        extra: What one kind of model alone understands (`llm`, `visual`, `acoustic` of AffectGPT; `video`, `audio`,
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
        """Refuse what a model has no use for, rather than pass over it in silence.

        Args:
            model: Its name, for the message.
            fields: What it has no use for.

        Raises:
            InputError: something of it was given.
        """
        options = {"processor": "--processor-kwarg", "template": "--template-kwarg", "extra": "--model-option"}
        if "template" in fields and self.chat_template is not None:
            raise InputError(f"{model} knows no --chat-template; leave it out")
        for name in fields:
            if given := getattr(self, name):
                raise InputError(f"{model} knows no {options[name]}; leave out {', '.join(sorted(given))}")


@dataclass(frozen=True, eq=False)
class Prepared:
    """A sample as the model takes it.

    Attributes:
        sample: The sample.
        modalities: What the model is really given of it.
        media: What was made of its files, for its row: frames, rate, duration, hash.
        group: Samples of equal group may share a batch.
        payload: The model's own.
    """

    sample: Sample
    modalities: tuple[Modality, ...]
    media: Mapping[str, Json]
    group: Hashable
    payload: Any


class Model(ABC):
    """A model that answers a question about clips.

    Attributes:
        name: The model as the user named it.
        modalities: What it can take.
    """

    name: str
    modalities: frozenset[Modality]

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, Json]:
        """All that decides its answers: model and revision, prompt, generation, media settings, library versions."""

    @abstractmethod
    def prepare(self, sample: Sample) -> Prepared:
        """Decode and cut what the model takes of a sample. Called from several threads.

        Raises:
            MediaError: the sample cannot be given to the model.
            InputError: no sample can: the model does not take what was asked for.
        """

    def collate(self, batch: Sequence[Prepared]) -> Sequence[Prepared]:
        """What can be done for a batch of equal groups before the model is free for it, such as tokenising.

        A runner may call it from another thread while the model answers the batch before, and hand the result to
        `answer`; it need not. A slice of the result is a batch that was not collated.

        Raises:
            MediaError: one of the batch cannot be given to the model; the others can, on their own.
        """
        return batch

    @abstractmethod
    def answer(self, batch: Sequence[Prepared]) -> list[str]:
        """The answers to a batch of equal groups, as text, in order; the same as one at a time.

        Args:
            batch: What was prepared, or what `collate` made of it.

        Returns:
            Text; an `Answer` where it is known how it ended, which its row then says.

        Raises:
            MemoryError: the batch does not fit; a smaller one may.
            MediaError: one of the batch cannot be given to the model; the others can, on their own.
        """
