"""How families of Hugging Face models differ; the base class works for all that follow transformers' conventions.

A family defines the class that loads the weights, the modalities that a model supports, and the inputs made from clips.
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
    """A family that follows the conventions: a chat template, a processor, `AutoModelForMultimodalLM`.

    Frames are given as a video if the processor has a video processor, otherwise as images.

    Attributes:
        frames_as: How frames are given, if the user chose it.
        template: The user's variables for the chat template.
    """

    frames_as: Literal["video", "images"] | None = None
    template: Mapping[str, Any] = {}

    def model_class(self, config: Any) -> Any:  # noqa: ANN401, ARG002 - transformers' own
        """Return the class whose `from_pretrained` loads the weights."""
        import transformers

        return transformers.AutoModelForMultimodalLM

    def processor_class(self) -> Any:  # noqa: ANN401
        """Return the class whose `from_pretrained` loads the processor."""
        import transformers

        return transformers.AutoProcessor

    def takes(self, processor: Any, config: Any) -> frozenset[Modality]:  # noqa: ANN401
        """Return the modalities that a model with this processor and configuration supports."""
        taken: set[Modality] = {"text"}
        if _has(processor, "video_processor") or _has(processor, "image_processor"):
            taken.add("video")
        hears = getattr(config, "audio_config", True) is not None
        if hears and (_has(processor, "feature_extractor") or _has(processor, "audio_processor")):
            taken.add("audio")
        return frozenset(taken)

    def sees_video(self, processor: Any) -> bool:  # noqa: ANN401
        """Return whether frames are given as a video."""
        return _has(processor, "video_processor") if self.frames_as is None else self.frames_as == "video"

    def messages(self, processor: Any, clip: Clip) -> list[dict[str, Any]]:  # noqa: ANN401
        """Return the conversation for a clip: frames, sound, prompt. There is no system prompt."""
        content: list[dict[str, Any]] = []
        if clip.frames is not None and self.sees_video(processor):
            content.append({"type": "video", "video": clip.frames.pixels})
        elif clip.frames is not None:
            from PIL import Image

            # Not arrays, which some processors mistake for paths or URLs.
            content += [{"type": "image", "image": Image.fromarray(frame)} for frame in clip.frames.pixels]
        if clip.sound is not None:
            content.append({"type": "audio", "audio": clip.sound.samples})
        return [{"role": "user", "content": [*content, {"type": "text", "text": clip.prompt}]}]

    def fixed_settings(self, processor: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the video arguments of the processor that are the same for all clips; they are recorded."""
        if not self.sees_video(processor):
            return {}
        # The frames are already sampled; by default, a processor would drop some of them.
        settings: dict[str, Any] = {"do_sample_frames": False}
        # Its default is going to change; this is the value in the families' own reference code.
        if getattr(processor.video_processor, "cap_pixels_per_frame", False) is None:
            settings["cap_pixels_per_frame"] = True
        return settings

    def processor_settings(self, processor: Any, clips: Sequence[Clip]) -> dict[str, Any]:  # noqa: ANN401
        """Return the arguments of the processor for these clips."""
        # Only for the text: the audio processor knows how to pad sounds.
        settings: dict[str, Any] = {"text_kwargs": {"padding": True}}
        videos = [clip.frames for clip in clips if clip.frames is not None]
        if videos and self.sees_video(processor):
            settings |= self.fixed_settings(processor)
            # Without these, frames get timestamps as if they were a fixed fraction of a second apart.
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
        """Encode clips of the same modalities to the model's inputs, padded on the left.

        Args:
            processor: The model's processor.
            clips: The clips.
            extra: Additional arguments of the processor; they take precedence.
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
        """Return how much of a sound a model gets: feature extractors silently cut at their own maximum length.

        This is computed from the length of the prompt, compared with that for ten seconds of sound.

        Returns:
            Seconds; None if sounds of all lengths have the same number of tokens.
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
        """Return additional arguments of the model's `generate` for these clips."""
        return {}

    def generate(self, model: Any, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Run the model's `generate`; override this if it is elsewhere or needs other arguments.

        Args:
            model: The model.
            arguments: Inputs, and arguments of transformers' `generate`.

        Returns:
            The result of transformers' `generate` with `return_dict_in_generate`: `sequences`, and `logits` if
            requested by `output_logits`.
        """
        return model.generate(**arguments)

    def answers(
        self,
        model: Any,  # noqa: ANN401, ARG002
        processor: Any,  # noqa: ANN401, ARG002
        clips: Sequence[Clip],  # noqa: ARG002
        decoding: Decoding,  # noqa: ARG002
    ) -> list[str] | None:
        """Return answers from the model's own interface (`model.chat`), instead of template, inputs and `generate`.

        A family that overrides this is called with one clip at a time, with torch seeded for the clip. There are no
        probes and no checks: the family must ensure that all media reach the model and that `decoding` is applied.

        Returns:
            One text per clip; an `Answer` if it is known how it ended. None, as here, for the usual way.
        """
        return None


def _has(processor: Any, part: str) -> bool:  # noqa: ANN401
    return getattr(processor, part, None) is not None


def merged(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Merge arguments of a processor; the user's take precedence, and groups (`text_kwargs`) are merged.

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
    if isinstance(text, Mapping):  # a name must not be in both places
        found["text_kwargs"] = {name: value for name, value in text.items() if name not in theirs}
    return found


def control_tokens(tokenizer: Any) -> re.Pattern[str]:  # noqa: ANN401
    """Return the pattern that finds a model's control tokens in a text."""
    known = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
    known |= set(tokenizer.all_special_tokens)
    tokens = sorted((token for token in known if len(token) > 1), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, tokens)) or r"(?!)")


def as_words(text: str, tokens: re.Pattern[str]) -> str:
    """Return the text with a space in each of the model's control tokens, so that it is read as words.

    A subtitle that contains `<image>` would otherwise count as an image, or end the prompt.

    Example:
        >>> as_words("an <image> he said", re.compile("<image>"))
        'an < image> he said'
    """
    return tokens.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)
