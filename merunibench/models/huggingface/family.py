"""What differs between families of Hugging Face models; the base class fits all that keep to transformers' conventions.

A family says which class holds the weights, which modalities a model takes, how clips become its inputs, and whether
these inputs really hold what they should: chat templates pass over parts that they do not know without a word.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from merunibench.errors import InputError
from merunibench.media import Sound
from merunibench.models.base import Modality
from merunibench.models.prompting import Clip

_KNOWN_SECONDS = 10
_PICTURE_KEY, _SOUND_KEY = re.compile("pixel_values"), re.compile("input_features|input_values|audio_(values|features)")


class Family:
    """A family that keeps to the conventions: a chat template, a processor, `AutoModelForMultimodalLM`.

    Frames are given as a video where the processor has one for videos, otherwise as images.
    """

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

    def messages(self, processor: Any, clip: Clip) -> list[dict[str, Any]]:  # noqa: ANN401
        """The conversation that asks about a clip: picture, sound, question. No system prompt."""
        content: list[dict[str, Any]] = []
        if clip.frames is not None and _has(processor, "video_processor"):
            content.append({"type": "video", "video": clip.frames.pixels})
        elif clip.frames is not None:
            content += [{"type": "image", "image": frame} for frame in clip.frames.pixels]
        if clip.sound is not None:
            content.append({"type": "audio", "audio": clip.sound.samples})
        return [{"role": "user", "content": [*content, {"type": "text", "text": clip.prompt}]}]

    def fixed_settings(self, processor: Any) -> dict[str, Any]:  # noqa: ANN401
        """Arguments of the processor for videos that are the same for all clips; recorded."""
        if not _has(processor, "video_processor"):
            return {}
        # The frames are chosen already; a processor left to itself drops some of them.
        settings: dict[str, Any] = {"do_sample_frames": False}
        # Its default is announced to change; this is what the families' own reference code does.
        if getattr(processor.video_processor, "cap_pixels_per_frame", False) is None:
            settings["cap_pixels_per_frame"] = True
        return settings

    def processor_settings(self, processor: Any, clips: Sequence[Clip]) -> dict[str, Any]:  # noqa: ANN401
        """Arguments of the processor for these clips."""
        settings: dict[str, Any] = {"padding": True}
        videos = [clip.frames for clip in clips if clip.frames is not None]
        if videos and _has(processor, "video_processor"):
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
            processor_kwargs=self.processor_settings(processor, clips) | dict(extra),
        )

    def check(self, processor: Any, clips: Sequence[Clip], inputs: Any, model: str) -> None:  # noqa: ANN401
        """Make sure that the inputs hold every clip's media.

        Raises:
            InputError: a modality was passed over in silence.
        """
        # The clips of a batch are given alike, so the keys speak for all; the placeholders speak for each.
        kept = {"video": _PICTURE_KEY, "audio": _SOUND_KEY}
        places = {"video": ("video_token_id", "image_token_id"), "audio": ("audio_token_id",)}
        for modality, key in kept.items():
            asked = [clip.frames if modality == "video" else clip.sound for clip in clips]
            if all(part is None for part in asked):
                continue
            tokens = [getattr(processor, name, None) for name in places[modality]]
            tokens = [token for token in tokens if token is not None]
            placed = inputs["input_ids"].new_zeros(len(clips)).bool()
            for token in tokens:
                placed |= (inputs["input_ids"] == token).any(dim=1)
            if not any(map(key.search, inputs)) or (tokens and not placed.all()):
                raise InputError(
                    f"{model} takes no {modality}: its chat template or processor passed over it in silence. Leave "
                    f"{modality} out (--modalities)"
                )
        if not bool(inputs["attention_mask"][:, -1].all()):
            raise InputError(f"{model}: its processor pads on the right, which spoils the answers of a batch")

    def heard_seconds(self, processor: Any, sound: Sound, extra: Mapping[str, Any]) -> float | None:  # noqa: ANN401
        """How much of a sound a model hears: feature extractors cut at their own length and say nothing.

        Found by counting the sound's places in the prompt, against those of ten seconds.

        Returns:
            Seconds; None where the processor does not say which token is the sound's place.
        """
        token = getattr(processor, "audio_token_id", None)
        if token is None:
            return None
        known = Sound(np.zeros(_KNOWN_SECONDS * sound.rate, np.float32), sound.rate)
        places = [
            int((self.encode(processor, [Clip("", None, s)], extra)["input_ids"] == token).sum())
            for s in (known, sound)
        ]
        return min(sound.seconds, _KNOWN_SECONDS * places[1] / max(places[0], 1))

    def generate_settings(self, clips: Sequence[Clip]) -> dict[str, Any]:  # noqa: ARG002
        """Further arguments of the model's `generate` for these clips."""
        return {}


def _has(processor: Any, part: str) -> bool:  # noqa: ANN401
    return getattr(processor, part, None) is not None


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
