"""What differs between families of Hugging Face models; the base class fits all that keep to transformers' conventions.

A family says which class holds the weights, which modalities a model takes, and how clips become its inputs.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from merunibench.media import Sound
from merunibench.models.base import Decoding, Modality
from merunibench.models.prompting import Clip

_KNOWN_SECONDS = 10


class Family:
    """A family that keeps to the conventions: a chat template, a processor, `AutoModelForMultimodalLM`.

    Frames are given as a video where the processor has one for videos, otherwise as images.

    Attributes:
        frames_as: How frames are given, where the user said so.
        template: Variables of the chat template, where the user gave some.
    """

    frames_as: Literal["video", "images"] | None = None
    template: Mapping[str, Any] = {}

    def model_class(self, config: Any) -> Any:  # noqa: ANN401, ARG002 - transformers' own
        """The class whose `from_pretrained` loads the weights."""
        import transformers

        return transformers.AutoModelForMultimodalLM

    def processor_class(self) -> Any:  # noqa: ANN401
        """The class whose `from_pretrained` loads the processor."""
        import transformers

        return transformers.AutoProcessor

    def takes(self, processor: Any, config: Any) -> frozenset[Modality]:  # noqa: ANN401
        """The modalities that a model with this processor and configuration takes."""
        taken: set[Modality] = {"text"}
        if _has(processor, "video_processor") or _has(processor, "image_processor"):
            taken.add("video")
        hears = getattr(config, "audio_config", True) is not None
        if hears and (_has(processor, "feature_extractor") or _has(processor, "audio_processor")):
            taken.add("audio")
        return frozenset(taken)

    def sees_video(self, processor: Any) -> bool:  # noqa: ANN401
        """Whether frames are given as a video."""
        return _has(processor, "video_processor") if self.frames_as is None else self.frames_as == "video"

    def messages(self, processor: Any, clip: Clip) -> list[dict[str, Any]]:  # noqa: ANN401
        """The conversation that asks about a clip: picture, sound, question. No system prompt."""
        content: list[dict[str, Any]] = []
        if clip.frames is not None and self.sees_video(processor):
            content.append({"type": "video", "video": clip.frames.pixels})
        elif clip.frames is not None:
            from PIL import Image

            # Not arrays, which some processors take for addresses.
            content += [{"type": "image", "image": Image.fromarray(frame)} for frame in clip.frames.pixels]
        if clip.sound is not None:
            content.append({"type": "audio", "audio": clip.sound.samples})
        return [{"role": "user", "content": [*content, {"type": "text", "text": clip.prompt}]}]

    def fixed_settings(self, processor: Any) -> dict[str, Any]:  # noqa: ANN401
        """Arguments of the processor for videos that are the same for all clips; recorded."""
        if not self.sees_video(processor):
            return {}
        # The frames are chosen already; a processor left to itself drops some of them.
        settings: dict[str, Any] = {"do_sample_frames": False}
        # Its default is announced to change; this is what the families' own reference code does.
        if getattr(processor.video_processor, "cap_pixels_per_frame", False) is None:
            settings["cap_pixels_per_frame"] = True
        return settings

    def processor_settings(self, processor: Any, clips: Sequence[Clip]) -> dict[str, Any]:  # noqa: ANN401
        """Arguments of the processor for these clips."""
        # Of the text alone: how sounds are padded is known to the processor of sound.
        settings: dict[str, Any] = {"text_kwargs": {"padding": True}}
        videos = [clip.frames for clip in clips if clip.frames is not None]
        if videos and self.sees_video(processor):
            settings |= self.fixed_settings(processor)
            # Without these, frames are stamped as if they were a fixed fraction of a second apart.
            settings["video_metadata"] = [
                {
                    "fps": video.rate,
                    "total_num_frames": video.total,
                    "duration": video.seconds,
                    "frames_indices": list(video.indices),
                }
                for video in videos
            ]
        return settings

    def encode(self, processor: Any, clips: Sequence[Clip], extra: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """The model's inputs for clips of equal modalities, padded on the left.

        Args:
            processor: The model's.
            clips: What to ask about.
            extra: Further arguments of the processor; they win.
        """
        return processor.apply_chat_template(
            [self.messages(processor, clip) for clip in clips],
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            add_generation_prompt=True,
            processor_kwargs=merged(self.processor_settings(processor, clips), extra),
            **self.template,
        )

    def heard_seconds(self, processor: Any, sound: Sound, extra: Mapping[str, Any]) -> float | None:  # noqa: ANN401
        """How much of a sound a model hears: feature extractors cut at their own length and say nothing.

        Found by how much longer the prompt is than that of ten seconds, whatever the tokens of a sound are called.

        Returns:
            Seconds; None where sounds of any length have as many places.
        """
        known, twice = (
            Sound(np.zeros(seconds * sound.rate, np.float32), sound.rate)
            for seconds in (_KNOWN_SECONDS, 2 * _KNOWN_SECONDS)
        )
        ten, twenty, whole = (
            int(self.encode(processor, [Clip("", None, s)], extra)["input_ids"].shape[-1])
            for s in (known, twice, sound)
        )
        if twenty <= ten:
            return None
        return min(sound.seconds, _KNOWN_SECONDS * (1 + (whole - ten) / (twenty - ten)))

    def generate_settings(self, clips: Sequence[Clip]) -> dict[str, Any]:  # noqa: ARG002
        """Further arguments of the model's `generate` for these clips."""
        return {}

    def generate(self, model: Any, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """What the model generates, for models whose `generate` is elsewhere or wants other arguments.

        Args:
            model: The model.
            arguments: Inputs, and all that transformers' `generate` takes.

        Returns:
            As transformers' `generate` does with `return_dict_in_generate`: `sequences`, and `logits` where
            `output_logits` asks for them.
        """
        return model.generate(**arguments)

    def answers(
        self,
        model: Any,  # noqa: ANN401, ARG002
        processor: Any,  # noqa: ANN401, ARG002
        clips: Sequence[Clip],  # noqa: ARG002
        decoding: Decoding,  # noqa: ARG002
    ) -> list[str] | None:
        """The answers by a way of the model's own (`model.chat`), in place of template, inputs and `generate`.

        A family that has this is asked about one clip at a time, with torch seeded for the clip. Nothing is probed and
        nothing checked: that every medium of a clip reaches the model, and that `decoding` is heeded, is its affair.

        Returns:
            A text for each clip; an `Answer` where it is known how it ended. None, as here, for the usual way.
        """
        return None


def _has(processor: Any, part: str) -> bool:  # noqa: ANN401
    return getattr(processor, part, None) is not None


def merged(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a processor, the user's over ours; groups of them (`text_kwargs`) are merged.

    Example:
        >>> merged({"text_kwargs": {"padding": True}}, {"text_kwargs": {"truncation": True}, "size": 2})
        {'text_kwargs': {'padding': True, 'truncation': True}, 'size': 2}
        >>> merged({"text_kwargs": {"padding": True}}, {"padding": "longest"})
        {'text_kwargs': {}, 'padding': 'longest'}
    """
    found = dict(ours)
    for name, value in theirs.items():
        both = isinstance(value, Mapping) and isinstance(found.get(name), Mapping)
        found[name] = {**found[name], **value} if both else value
    text = found.get("text_kwargs")
    if isinstance(text, Mapping):  # a name may not stand in both places
        found["text_kwargs"] = {name: value for name, value in text.items() if name not in theirs}
    return found


def control_tokens(tokenizer: Any) -> re.Pattern[str]:  # noqa: ANN401
    """What finds a model's control tokens in a text."""
    known = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
    known |= set(tokenizer.all_special_tokens)
    tokens = sorted((token for token in known if len(token) > 1), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, tokens)) or r"(?!)")


def as_words(text: str, tokens: re.Pattern[str]) -> str:
    """Text in which nothing reads as one of the model's control tokens.

    A subtitle with `<image>` in it would otherwise count as a picture, or end the question.

    Example:
        >>> as_words("an <image> he said", re.compile("<image>"))
        'an < image> he said'
    """
    return tokens.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)
