"""Opening a stranger's media file: what it holds, and whether it holds what it announces.

Only containers of media are opened, and only as local files: playlists, which name other files and addresses, are not
media here. A survey reads the packets without decoding them, so that no header has to be believed.
"""

import hashlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from merunibench._text import one_line
from merunibench.errors import InputError, MediaError
from merunibench.files import open_plain

_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,asf,mpeg,mpegts,mpegvideo,h264,hevc,gif,"
    "wav,w64,aiff,caf,flac,ogg,mp3,aac,ac3,amr,au"
)
_ESTIMATING_FORMATS = frozenset({"mp3", "aac", "ac3", "amr", "h264", "hevc", "mpegvideo", "mpeg", "gif"})
"""Formats that announce no length: what FFmpeg gives there is a guess from the bit rate."""

COMPLETE = 0.9
"""Share of what is announced that must be there; less, and the file is broken rather than inexact."""


@dataclass(frozen=True)
class Limits:
    """What is beyond any clip; a file beyond it is refused before it fills memory or time.

    Attributes:
        file_bytes: Size of the file.
        seconds: Length.
        packets: Number of packets, frames among them.
        frame_pixels: Width times height of a frame.
        decoded_pixels: The same, of all frames that must be decoded: an hour of 720p at 25 frames a second.
        kept_bytes: Of all frames that are kept together: 8 of the largest, or 64 of 1080p.
        rates: Fewest and most samples of sound a second.
        channels: Number of channels of sound.
        samples: Number of samples of sound, of all channels: an hour of stereo at 48 kHz.
    """

    file_bytes: int = 4 << 30
    seconds: float = 3600.0
    packets: int = 2_000_000
    frame_pixels: int = 4096 * 4096
    decoded_pixels: int = 90_000 * 1280 * 720
    kept_bytes: int = 8 * 4096 * 4096 * 3
    rates: tuple[int, int] = (4_000, 384_000)
    channels: int = 8
    samples: int = 3600 * 48_000 * 2


LIMITS = Limits()


@dataclass(frozen=True)
class Contents:
    """What a file holds, by its packets; nothing was decoded.

    Attributes:
        frames: Number of frames; 0 where there is no picture (the cover of a song is none).
        sound: Whether there is sound.
        seconds: From the first packet to the end of the last.
    """

    frames: int
    sound: bool
    seconds: float


def file_hash(path: Path) -> str:
    """The first 16 hexadecimal digits of the file's SHA-256.

    Raises:
        MediaError: the file cannot be read.
    """
    try:
        with open_plain(path) as stream:
            file: Any = stream  # of a type that does not tell all it can do
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except InputError as error:
        raise MediaError(str(error)) from error
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {one_line(error)}") from error


def probe(path: Path, limits: Limits = LIMITS) -> Contents:
    """What a media file holds, without decoding it.

    Raises:
        MediaError: it is no media file, is truncated or beyond the limits.
        InputError: the extra `models` is not installed.
    """
    with opened(path, limits) as container:
        picture, announced = picture_of(container), announced_seconds(container)
        frames = sound = packets = 0
        first, last = float("inf"), 0.0
        for packet in container.demux():
            if not packet.size:
                continue
            packets += 1
            if packets > limits.packets:
                raise MediaError(f"{path}: more than {limits.packets} packets: too long for a clip")
            frames += packet.stream is picture and not packet.is_discard
            sound += packet.stream.type == "audio"
            if packet.pts is not None and packet.time_base:
                first = min(first, float(packet.pts * packet.time_base))
                last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        estimating = bool(_ESTIMATING_FORMATS.intersection(container.format.name.split(",")))
    seconds = max(last - first, 0.0)
    if not frames and not sound:
        raise MediaError(f"{path}: holds neither picture nor sound")
    if seconds > limits.seconds:
        raise MediaError(f"{path}: {seconds:.0f} s long, more than the {limits.seconds:.0f} s that a clip may have")
    # A clip may begin with nothing for a while: what counts is where it ends.
    if announced is not None and not estimating and max(seconds, last) < COMPLETE * announced:
        raise MediaError(f"{path}: truncated: {seconds:.2f} s of the {announced:.2f} s that it announces")
    return Contents(frames, bool(sound), seconds)


def announced_seconds(container: Any) -> float | None:  # noqa: ANN401 - av has no types
    """The length in seconds that a container states; None if it states none."""
    return None if container.duration is None or container.duration <= 0 else container.duration / 1e6


@contextmanager
def opened(path: Path, limits: Limits = LIMITS) -> Iterator[Any]:
    """The file as a PyAV container; its failures become a `MediaError` that names the file.

    Raises:
        MediaError: it is no regular file, empty, too large, no media, or decoding it fails within the block.
        InputError: the extra `models` is not installed.
    """
    av = library()
    check_file(path, limits)
    with decoding(path):
        options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
        with av.open(f"file:{path.resolve()}", options=options, metadata_errors="replace") as container:
            for stream in container.streams:
                if stream.codec_context is not None:  # what a header says of the size need not be what comes
                    stream.codec_context.options = {"max_pixels": str(limits.frame_pixels)}
            yield container


@contextmanager
def decoding(path: Path) -> Iterator[None]:
    """Turn the failures of a block that decodes a file into a `MediaError` that names it.

    Raises:
        MediaError: the block failed. An InputError of the block passes unchanged.
        InputError: the extra `models` is not installed.
    """
    av = library()
    try:
        yield
    except InputError:
        raise
    except (av.error.FFmpegError, IndexError, MemoryError, OSError, RuntimeError, ValueError) as error:
        unannounced = "packets of a stream that it does not announce" if isinstance(error, IndexError) else None
        reason = unannounced or getattr(error, "strerror", None) or one_line(error)
        raise MediaError(f"{path}: cannot be decoded: {reason}") from error


def check_file(path: Path, limits: Limits) -> None:
    """Refuse what would block, is not there, or is no media on the face of it.

    Raises:
        MediaError: the file is absent, no regular file, empty, too large, or shorter than its RIFF header says.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise MediaError(f"{path}: {'a folder' if path.is_dir() else 'no regular file'}")
        with path.open("rb") as stream:
            head = stream.read(12)
    except (OSError, ValueError) as error:  # of a name with a NUL, or with half of a character
        raise MediaError(f"{path}: cannot be read: {one_line(error)}") from error
    if not status.st_size:
        raise MediaError(f"{path}: empty")
    if status.st_size > limits.file_bytes:
        raise MediaError(f"{path}: {status.st_size} bytes, more than the {limits.file_bytes} that a clip may have")
    # FFmpeg and libsndfile take a RIFF file for as long as it happens to be; recorders write 0 or -1 while streaming.
    if head[:4] == b"RIFF":
        announced = int.from_bytes(head[4:8], "little")
        if announced not in (0, 0xFFFFFFFF) and status.st_size < COMPLETE * (announced + 8):
            raise MediaError(f"{path}: truncated: {status.st_size} bytes of the {announced + 8} that it announces")


def picture_of(container: Any) -> Any:  # noqa: ANN401
    """The first video stream that is no cover picture; None without one."""
    cover = library().stream.Disposition.attached_pic
    return next((stream for stream in container.streams.video if not stream.disposition & cover), None)


def decoded(container: Any, stream: Any, path: Path) -> Iterator[Any]:  # noqa: ANN401
    """The frames of a stream; a damaged packet loses its own frames alone, unless there are too many of them.

    Raises:
        MediaError: no decoder for it, or more than a tenth of the packets are damaged.
    """
    av = library()
    if stream.codec_context is None:
        raise MediaError(f"{path}: no decoder here knows its {stream.type} coding")
    packets = damaged = 0
    for packet in container.demux(stream):
        packets += bool(packet.size)
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            damaged += 1
            continue
        yield from frames
    if damaged > (1 - COMPLETE) * packets:
        raise MediaError(f"{path}: damaged: {damaged} of {packets} {stream.type} packets cannot be decoded")


@cache
def library() -> Any:  # noqa: ANN401
    """PyAV.

    Raises:
        InputError: it is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise InputError("reading clips needs PyAV: pip install 'merunibench[models]'") from error
    return av
