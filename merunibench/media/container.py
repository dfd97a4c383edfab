"""Open untrusted media files: what they contain, and whether that agrees with their headers.

Only media containers are opened, and only as local files. Playlists are refused, since they refer to other files and
addresses. `probe` reads the packets without decoding them, so that headers need not be trusted.
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
"""Formats without a length in the header; FFmpeg estimates it from the bit rate."""

COMPLETE = 0.9
"""Minimum share of the announced content that must exist; with less, the file counts as broken, not inexact."""


@dataclass(frozen=True)
class Limits:
    """Limits of clips. Files beyond them are refused before they use too much memory or time.

    Attributes:
        file_bytes: Size of the file.
        seconds: Length.
        packets: Number of packets, including frames.
        frame_pixels: Width times height of a frame.
        decoded_pixels: Pixels of all frames that must be decoded: an hour of 720p at 25 frames per second.
        kept_bytes: Bytes of all frames that are kept in memory: 8 of the largest, or 64 of 1080p.
        rates: Minimum and maximum of samples per second of sound.
        channels: Number of channels of sound.
        samples: Number of samples of sound in all channels: an hour of stereo at 48 kHz.
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
    """Content of a file by its packets, without decoding.

    Attributes:
        frames: Number of frames; 0 without a picture (cover images do not count).
        sound: Whether there is sound.
        seconds: Time from the first packet to the end of the last.
    """

    frames: int
    sound: bool
    seconds: float


def file_hash(path: Path) -> str:
    """Return the first 16 hexadecimal digits of a file's SHA-256.

    Raises:
        MediaError: the file cannot be read.
    """
    try:
        with open_plain(path) as stream:
            file: Any = stream  # its type lacks methods that it has
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except InputError as error:
        raise MediaError(str(error)) from error
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {one_line(error)}") from error


def probe(path: Path, limits: Limits = LIMITS) -> Contents:
    """Return what a media file contains, without decoding it.

    Raises:
        MediaError: it is not a media file, is truncated or beyond the limits.
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
                raise MediaError(f"{path}: has more than {limits.packets} packets, too many for a clip")
            frames += packet.stream is picture and not packet.is_discard
            sound += packet.stream.type == "audio"
            if packet.pts is not None and packet.time_base:
                first = min(first, float(packet.pts * packet.time_base))
                last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        estimating = bool(_ESTIMATING_FORMATS.intersection(container.format.name.split(",")))
    seconds = max(last - first, 0.0)
    if not frames and not sound:
        raise MediaError(f"{path}: contains neither picture nor sound")
    if seconds > limits.seconds:
        raise MediaError(f"{path}: is {seconds:.0f} s long; the maximum is {limits.seconds:.0f} s")
    # A clip may start with a gap, so its end is compared too.
    if announced is not None and not estimating and max(seconds, last) < COMPLETE * announced:
        raise MediaError(f"{path}: truncated: {seconds:.2f} s of {announced:.2f} s according to its header")
    return Contents(frames, bool(sound), seconds)


def announced_seconds(container: Any) -> float | None:  # noqa: ANN401 - av has no types
    """Return the length in seconds from a container's header; None if missing."""
    return None if container.duration is None or container.duration <= 0 else container.duration / 1e6


@contextmanager
def opened(path: Path, limits: Limits = LIMITS) -> Iterator[Any]:
    """Open a file as a PyAV container; failures become a `MediaError` that names the file.

    Raises:
        MediaError: it is not a regular file, empty, too large, not media, or decoding it fails within the block.
        InputError: the extra `models` is not installed.
    """
    av = library()
    check_file(path, limits)
    with decoding(path):
        options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
        with av.open(f"file:{path.resolve()}", options=options, metadata_errors="replace") as container:
            for stream in container.streams:
                if stream.codec_context is not None:  # frames may be larger than the header says
                    stream.codec_context.options = {"max_pixels": str(limits.frame_pixels)}
            yield container


@contextmanager
def decoding(path: Path) -> Iterator[None]:
    """Turn failures while decoding a file into a `MediaError` that names the file.

    Raises:
        MediaError: the block failed. An InputError of the block is not changed.
        InputError: the extra `models` is not installed.
    """
    av = library()
    try:
        yield
    except InputError:
        raise
    except (av.error.FFmpegError, IndexError, MemoryError, OSError, RuntimeError, ValueError) as error:
        unannounced = "it has packets of an undeclared stream" if isinstance(error, IndexError) else None
        reason = unannounced or getattr(error, "strerror", None) or one_line(error)
        raise MediaError(f"{path}: cannot be decoded: {reason}") from error


def check_file(path: Path, limits: Limits) -> None:
    """Refuse files that would block, do not exist, or are clearly not media.

    Raises:
        MediaError: the file does not exist, is not regular, empty, too large, or shorter than its RIFF header says.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise MediaError(f"{path}: is {'a folder' if path.is_dir() else 'not a regular file'}")
        with path.open("rb") as stream:
            head = stream.read(12)
    except (OSError, ValueError) as error:  # e.g. a name with a NUL, or with a lone surrogate
        raise MediaError(f"{path}: cannot be read: {one_line(error)}") from error
    if not status.st_size:
        raise MediaError(f"{path}: is empty")
    if status.st_size > limits.file_bytes:
        raise MediaError(f"{path}: has {status.st_size} bytes; the maximum is {limits.file_bytes}")
    # FFmpeg and libsndfile accept truncated RIFF files. Recorders write 0 or -1 as the size while streaming.
    if head[:4] == b"RIFF":
        announced = int.from_bytes(head[4:8], "little")
        if announced not in (0, 0xFFFFFFFF) and status.st_size < COMPLETE * (announced + 8):
            raise MediaError(f"{path}: truncated: {status.st_size} bytes of {announced + 8} according to its header")


def picture_of(container: Any) -> Any:  # noqa: ANN401
    """Return the first video stream that is not a cover image; None without one."""
    cover = library().stream.Disposition.attached_pic
    return next((stream for stream in container.streams.video if not stream.disposition & cover), None)


def decoded(container: Any, stream: Any, path: Path) -> Iterator[Any]:  # noqa: ANN401
    """Yield the frames of a stream. Frames of damaged packets are skipped, unless there are too many.

    Raises:
        MediaError: there is no decoder for it, or more than a tenth of the packets are damaged.
    """
    av = library()
    if stream.codec_context is None:
        raise MediaError(f"{path}: no decoder for its {stream.type} codec is available")
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
    """Return the module PyAV.

    Raises:
        InputError: it is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise InputError("reading clips needs PyAV: pip install 'merunibench[models]'") from error
    return av
