"""`openai:URL#MODEL`: any OpenAI-compatible endpoint that takes pictures, sound or video files.

What a server makes of the parts it is sent cannot be seen from here: one that passes over them does so in silence.
How they were sent is recorded. `video=frames` (the default) sends frames as pictures in JPEG, `video=file` the file
itself, as vLLM and SGLang take it; `audio=input_audio` (the default) is OpenAI's own way to send sound,
`audio=audio_url` is vLLM's.
"""

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from merunibench._text import one_line
from merunibench.chat import Endpoint, Reply
from merunibench.errors import InputError, MediaError
from merunibench.media import Frames, Sound, file_hash, probe
from merunibench.models.base import MODALITIES, Answer, Decoding, Json, Model, NoAnswerError, Options, Prepared, Sample
from merunibench.models.prompting import describe, given, picture_file, read_clip

_CHOICES = {"video": ("frames", "file"), "audio": ("input_audio", "audio_url")}
_JPEG_QUALITY = 90
_LARGEST_FILE = 64 << 20


class EndpointModel(Model):
    """Sends clips to an endpoint, a batch at the same time."""

    def __init__(self, argument: str, options: Options) -> None:
        """Make the client; nothing is asked yet.

        Args:
            argument: `URL#MODEL`, such as `http://127.0.0.1:8000/v1#Qwen/Qwen2.5-VL-7B-Instruct`.
            options: `extra` may hold `video`, `audio` (how they are sent) and `concurrency`.

        Raises:
            InputError: the argument or an option is none that endpoints have.
        """
        options.refuse("an endpoint", "processor")
        self._how = _chosen(options.extra)
        decoding = options.generation.over(Decoding())
        self._endpoint = Endpoint(
            argument,
            concurrency=_concurrency(options.extra),
            max_tokens=decoding.max_new_tokens,
            temperature=decoding.temperature,
            seed=decoding.seed,
            request={"top_p": decoding.top_p, **decoding.extra},
        )
        self.name = f"openai:{argument}"
        self.modalities = frozenset(MODALITIES)
        self._options = options
        self._given = given(options, self.modalities, self.name)
        self._replies: dict[str, Reply] = {}

    @property
    def settings(self) -> Mapping[str, Json]:
        """See `Model.settings`; what the server runs beyond the model's name is not known."""
        how: dict[str, Json] = {medium: way for medium, way in self._how.items() if medium in self._given}
        if how.get("video") == "frames":
            how |= {"frames": self._options.frames, "jpeg_quality": _JPEG_QUALITY}
        return {
            **self._endpoint.settings,
            "prompt": self._options.prompt,
            "modalities": list(self._given),
            "on_unsupported": self._options.on_unsupported,
            "sent": how,
        }

    def prepare(self, sample: Sample) -> Prepared:
        """See `Model.prepare`."""
        whole = self._how["video"] == "file" and "video" in self._given
        decoded = tuple(modality for modality in self._given if not (whole and modality == "video"))
        clip = read_clip(sample, decoded, self._options.prompt, self._options.frames)
        content = [_file(picture_file(sample))] if whole else _pictures(clip.frames)
        if clip.sound is not None:
            content.append(_sound(clip.sound, self._how["audio"]))
        content.append({"type": "text", "text": clip.prompt})
        media = describe(sample, clip)
        if whole:
            path = picture_file(sample)
            media["video"] = {"hash": file_hash(path), "seconds": round(probe(path).seconds, 3)}
        return Prepared(sample, self._given, media, None, content)

    def answer(self, batch: Sequence[Prepared]) -> list[str]:
        """See `Model.answer`. What came of a batch is kept until each sample of it is asked about alone."""
        waiting = [one for one in batch if one.sample.name not in self._replies]
        replies = self._endpoint.complete([[{"role": "user", "content": one.payload}] for one in waiting])
        self._replies |= {one.sample.name: reply for one, reply in zip(waiting, replies, strict=True)}
        found = {one.sample.name: self._replies[one.sample.name] for one in batch}
        failed = {name: reply for name, reply in found.items() if reply.error is not None}
        if failed and len(batch) > 1:
            raise MediaError("; ".join(f"{name}: {reply.error}" for name, reply in failed.items()))
        for name in found:
            del self._replies[name]
        for reply in failed.values():
            raise NoAnswerError(str(reply.error), reply.finish_reason)
        return [Answer(reply.text, reply.finish_reason) for reply in found.values()]


def _chosen(extra: Mapping[str, str]) -> dict[str, str]:
    """How each medium is sent."""
    unknown = set(extra) - set(_CHOICES) - {"concurrency"}
    if unknown:
        raise InputError(f"endpoints know no option {min(unknown)!r}: video, audio and concurrency are all")
    chosen = {medium: extra.get(medium, ways[0]) for medium, ways in _CHOICES.items()}
    for medium, way in chosen.items():
        if way not in _CHOICES[medium]:
            raise InputError(f"{medium}={way}: one of {', '.join(_CHOICES[medium])}")
    return chosen


def _concurrency(extra: Mapping[str, str]) -> int:
    asked = extra.get("concurrency", "8")
    if not asked.isascii() or not asked.isdigit() or int(asked) < 1:
        raise InputError(f"concurrency={asked}: how many requests at the same time, at least 1")
    return int(asked)


def _pictures(frames: Frames | None) -> list[dict[str, Any]]:
    """Frames as parts of a message, JPEG within their addresses."""
    if frames is None:
        return []
    try:
        from PIL import Image
    except ImportError as error:
        raise InputError("sending frames needs Pillow: pip install 'merunibench[models]'") from error
    parts = []
    for pixels in frames.pixels:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=_JPEG_QUALITY)
        parts.append({"type": "image_url", "image_url": {"url": _address("image/jpeg", stream.getvalue())}})
    return parts


def _sound(sound: Sound, way: str) -> dict[str, Any]:
    """Sound as a part of a message, as wav of 16 bits."""
    import soundfile

    stream = io.BytesIO()
    soundfile.write(stream, sound.samples, sound.rate, format="WAV", subtype="PCM_16")
    if way == "audio_url":
        return {"type": "audio_url", "audio_url": {"url": _address("audio/wav", stream.getvalue())}}
    data = base64.b64encode(stream.getvalue()).decode()
    return {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}


def _file(path: Path) -> dict[str, Any]:
    """A video file as a part of a message, as it is: its sound goes along.

    Raises:
        MediaError: it has no picture, is broken, or too large to send.
    """
    if not probe(path).frames:
        raise MediaError(f"{path}: has no picture")
    if path.stat().st_size > _LARGEST_FILE:
        raise MediaError(f"{path}: larger than the {_LARGEST_FILE >> 20} MiB that are sent whole; send frames")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {one_line(error)}") from error
    ending = path.suffix.removeprefix(".").lower()
    kind = ending if ending.isalnum() else "mp4"  # an odd name must not end up in an address
    return {"type": "video_url", "video_url": {"url": _address(f"video/{kind}", content)}}


def _address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
