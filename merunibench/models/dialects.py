"""How pictures and sound are put into a request to an endpoint: what each kind of server takes, and the parts.

OpenAI's interface knows pictures and sound, but no video. Servers have ways of their own beside it:

- vLLM takes frames as one video (`video/jpeg`), with their true times in `media_io_kwargs`;
- SGLang and `transformers serve` take files (`video_url`) and sound as `audio_url`;
- llama.cpp takes a file as `input_video`;
- DashScope's Qwen-Omni takes one medium a question, so that sound has to be in the file, and answers in a stream.
"""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from merunibench._text import one_line
from merunibench.errors import InputError, MediaError
from merunibench.media import Frames, Sound, probe, without_sound

JPEG_QUALITY = 90
_LARGEST_FILE = 64 << 20
Part = dict[str, Any]


@dataclass(frozen=True)
class Dialect:
    """What a kind of server takes.

    Attributes:
        video: The ways to send the picture, the usual one first.
        audio: The ways to send sound, likewise; `in_file` is within the video's file.
        request: Further fields of every request.
    """

    video: tuple[str, ...] = ("frames", "file")
    audio: tuple[str, ...] = ("input_audio", "audio_url")
    request: Mapping[str, Any] = field(default_factory=dict)


DIALECTS: Mapping[str, Dialect] = {
    "openai": Dialect(),
    "vllm": Dialect(("jpegs", "frames", "file"), ("input_audio", "audio_url", "in_file")),
    "sglang": Dialect(audio=("audio_url", "input_audio")),
    "transformers": Dialect(),
    "llamacpp": Dialect(("frames", "input_video"), ("input_audio",)),
    "dashscope": Dialect(
        ("file", "list"),
        ("in_file", "data_url"),
        {"stream": True, "stream_options": {"include_usage": True}, "modalities": ["text"]},
    ),
}
"""Kinds of servers, as `--model-option server=` names them."""
WHOLE = frozenset({"file", "input_video"})
"""The ways that send a file, not frames of it."""


def frames_parts(frames: Frames, way: str) -> list[Part]:
    """Frames as parts of a message, JPEG within their addresses.

    Args:
        frames: The frames.
        way: `frames`: a picture each; `jpegs`: one video of pictures; `list`: one list of pictures.
    """
    pictures = _jpegs(frames)
    if way == "jpegs":
        return [{"type": "video_url", "video_url": {"url": f"data:video/jpeg;base64,{','.join(pictures)}"}}]
    addresses = [f"data:image/jpeg;base64,{picture}" for picture in pictures]
    if way == "list":
        return [{"type": "video", "video": addresses}]
    return [{"type": "image_url", "image_url": {"url": address}} for address in addresses]


def times(frames: Frames) -> dict[str, Any]:
    """Which frames of the clip they are, as vLLM takes it with a video of pictures."""
    return {
        "fps": frames.rate,
        "frames_indices": list(frames.indices),
        "total_num_frames": frames.total,
        "duration": frames.seconds,
    }


def sound_part(sound: Sound, way: str) -> Part:
    """Sound as a part of a message, as wav of 16 bits."""
    import soundfile

    stream = io.BytesIO()
    soundfile.write(stream, sound.samples, sound.rate, format="WAV", subtype="PCM_16")
    data = base64.b64encode(stream.getvalue()).decode()
    if way == "audio_url":
        return {"type": "audio_url", "audio_url": {"url": f"data:audio/wav;base64,{data}"}}
    prefix = "data:;base64," if way == "data_url" else ""
    return {"type": "input_audio", "input_audio": {"data": f"{prefix}{data}", "format": "wav"}}


def file_part(path: Path, way: str, *, with_sound: bool) -> Part:
    """A video file as a part of a message; without its sound where the model shall not hear it.

    Raises:
        MediaError: it has no picture, is broken, or too large to send.
    """
    if not probe(path).frames:
        raise MediaError(f"{path}: has no picture")
    if path.stat().st_size > _LARGEST_FILE:
        raise MediaError(f"{path}: larger than the {_LARGEST_FILE >> 20} MiB that are sent whole; send frames")
    silent = None if with_sound else without_sound(path)
    if silent is None:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise MediaError(f"{path}: cannot be read: {one_line(error)}") from error
        ending = path.suffix.removeprefix(".").lower()
        kind = ending if ending.isalnum() else "mp4"  # an odd name must not end up in an address
    else:
        content, kind = silent
    data = base64.b64encode(content).decode()
    if way == "input_video":
        return {"type": "input_video", "input_video": {"data": data, "format": kind}}
    return {"type": "video_url", "video_url": {"url": f"data:video/{kind};base64,{data}"}}


def _jpegs(frames: Frames) -> list[str]:
    try:
        from PIL import Image
    except ImportError as error:
        raise InputError("sending frames needs Pillow: pip install 'merunibench[models]'") from error
    found = []
    for pixels in frames.pixels:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=JPEG_QUALITY)
        found.append(base64.b64encode(stream.getvalue()).decode())
    return found
