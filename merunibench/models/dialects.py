"""Encode frames and sound in a request to an endpoint, for each kind of server.

OpenAI's interface supports images and audio, but not video. Servers have their own extensions:

- vLLM accepts frames as one video (`video/jpeg`), with their true times in `media_io_kwargs`;
- SGLang and `transformers serve` accept files (`video_url`), and sound as `audio_url`;
- llama.cpp accepts a file as `input_video`;
- DashScope's Qwen-Omni accepts one medium per prompt, so the sound must be in the file, and answers in a stream.
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
    """What a kind of server accepts.

    Attributes:
        video: The ways to send video, the default one first.
        audio: The ways to send sound, the default one first; `in_file` means within the video file.
        request: Additional fields of every request.
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
"""The kinds of servers, by their names for `--model-option server=`."""
WHOLE = frozenset({"file", "input_video"})
"""The ways that send the whole file, not its frames."""


def frames_parts(frames: Frames, way: str) -> list[Part]:
    """Return frames as parts of a message, as JPEG in data URLs.

    Args:
        frames: The frames.
        way: `frames`: one image each; `jpegs`: one video of images; `list`: one list of images.
    """
    pictures = _jpegs(frames)
    if way == "jpegs":
        return [{"type": "video_url", "video_url": {"url": f"data:video/jpeg;base64,{','.join(pictures)}"}}]
    addresses = [f"data:image/jpeg;base64,{picture}" for picture in pictures]
    if way == "list":
        return [{"type": "video", "video": addresses}]
    return [{"type": "image_url", "image_url": {"url": address}} for address in addresses]


def times(frames: Frames) -> dict[str, Any]:
    """Return the positions of the frames in the clip, in vLLM's format for a video of images."""
    return {
        "fps": frames.rate,
        "frames_indices": list(frames.indices),
        "total_num_frames": frames.total,
        "duration": frames.seconds,
    }


def sound_part(sound: Sound, way: str) -> Part:
    """Return sound as a part of a message, as 16-bit WAV."""
    import soundfile

    stream = io.BytesIO()
    soundfile.write(stream, sound.samples, sound.rate, format="WAV", subtype="PCM_16")
    data = base64.b64encode(stream.getvalue()).decode()
    if way == "audio_url":
        return {"type": "audio_url", "audio_url": {"url": f"data:audio/wav;base64,{data}"}}
    prefix = "data:;base64," if way == "data_url" else ""
    return {"type": "input_audio", "input_audio": {"data": f"{prefix}{data}", "format": "wav"}}


def file_part(path: Path, way: str, *, with_sound: bool) -> Part:
    """Return a video file as a part of a message; without its sound if audio is not to be given.

    Raises:
        MediaError: The file has no video, is broken, or is too large to send.
    """
    if not probe(path).frames:
        raise MediaError(f"{path}: has no picture")
    if path.stat().st_size > _LARGEST_FILE:
        raise MediaError(f"{path}: larger than {_LARGEST_FILE >> 20} MiB, the maximum for a whole file; send frames")
    silent = None if with_sound else without_sound(path)
    if silent is None:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise MediaError(f"{path}: cannot be read: {one_line(error)}") from error
        ending = path.suffix.removeprefix(".").lower()
        kind = ending if ending.isalnum() else "mp4"  # an unusual suffix must not end up in a URL
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
        raise InputError("sending frames requires Pillow: pip install 'merunibench[models]'") from error
    found = []
    for pixels in frames.pixels:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=JPEG_QUALITY)
        found.append(base64.b64encode(stream.getvalue()).decode())
    return found
