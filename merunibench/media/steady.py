"""A clip's frames at a constant rate, one after the other, and its sound aligned with them.

Tracking a mouth needs every frame at a constant rate, but only one frame in memory. Whatever the clip's frame rate,
the frame at tick k is the last one at or before k / rate seconds.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from merunibench.errors import MediaError
from merunibench.media.container import COMPLETE, LIMITS, Limits, decoded, opened, picture_of, probe
from merunibench.media.frames import frame_size, upright
from merunibench.media.sound import SAMPLE_RATE, read_sound

_TOLERANCE = Fraction(1, 1000)
"""Containers store times in milliseconds or coarser; a frame that is late by less still counts for its tick."""
_FALLBACK_STEP = Fraction(1, 25)


def steady_frames(path: Path, rate: int, limits: Limits = LIMITS) -> Iterator[np.ndarray]:
    """Yield the frame at each tick k / rate, counted from the first frame, until the last one ends.

    A frame at several ticks is the same array each time.

    Args:
        path: A container that FFmpeg reads.
        rate: Ticks per second.
        limits: Limits of clips.

    Yields:
        Pixels of shape (H, W, 3), uint8, red, green, blue; upright.

    Raises:
        MediaError: the file is broken, truncated, without a picture, or beyond the limits.
        InputError: the extra `models` is not installed.
    """
    announced = probe(path, limits).frames
    if not announced:
        raise MediaError(f"{path}: has no picture")
    tick = seen = 0
    pixels: np.ndarray | None = None
    end = Fraction(0)
    with opened(path, limits) as container:
        stream = picture_of(container)
        width, height = frame_size(stream, path, limits)
        for time, step, frame in _timed(decoded(container, stream, path), stream):
            seen, end = seen + 1, time + step
            _check_length(end, path, limits)
            if seen * width * height > limits.decoded_pixels:
                raise MediaError(f"{path}: {seen} frames of {width}x{height} pixels are too many to decode; cut it")
            while pixels is not None and Fraction(tick, rate) < time - _TOLERANCE:
                yield pixels
                tick += 1
            pixels = upright(frame, width, height)
    if pixels is None or seen < COMPLETE * announced:
        raise MediaError(f"{path}: damaged: only {seen} of its {announced} frames can be decoded")
    while Fraction(tick, rate) < end - _TOLERANCE:
        yield pixels
        tick += 1


def _timed(frames: Iterator[Any], stream: Any) -> Iterator[tuple[Fraction, Fraction, Any]]:  # noqa: ANN401 - av has no types
    """Yield (seconds since the first frame, duration in seconds, frame); times never decrease."""
    step = 1 / Fraction(stream.average_rate) if stream.average_rate else _FALLBACK_STEP
    first: Fraction | None = None
    time: Fraction | None = None
    for frame in frames:
        stamp = None if frame.pts is None or not frame.time_base else Fraction(frame.pts * frame.time_base)
        after = Fraction(0) if time is None else time + step
        if stamp is not None:
            first = stamp - after if first is None else first
            after = max(stamp - first, time or Fraction(0))
        time = after
        yield time, step, frame


def steady_sound(path: Path, beside: Path | None = None, limits: Limits = LIMITS) -> np.ndarray | None:
    """Read mono sound at 16 kHz that starts with the picture of a clip; None if there is no sound.

    Args:
        path: The file with the sound.
        beside: The file with the picture, if it is another one; both are then assumed to start together.
        limits: Limits of clips.

    Returns:
        Samples of shape (N,), float32, within [-1, 1]; sound that starts late is padded with silence.

    Raises:
        MediaError: the file is broken, truncated, or beyond the limits.
        InputError: the extra `models` is not installed.
    """
    if not probe(path, limits).sound:
        return None
    samples = read_sound(path, limits=limits).samples
    if beside is not None:
        return samples
    late = round(_delay(path, limits) * SAMPLE_RATE)
    return samples[-late:] if late <= 0 else np.concatenate([np.zeros(late, np.float32), samples])


def _delay(path: Path, limits: Limits) -> Fraction:
    """Return how many seconds after the picture the sound starts; negative if before."""
    with opened(path, limits) as container:
        starts = [_start(stream) for stream in (picture_of(container), container.streams.audio[0])]
    if starts[0] is None or starts[1] is None:
        return Fraction(0)
    delay = starts[1] - starts[0]
    _check_length(abs(delay), path, limits)
    return delay


def _start(stream: Any) -> Fraction | None:  # noqa: ANN401
    """Return the start of a stream in seconds; None if there is no stream or no start time."""
    known = stream is not None and stream.start_time is not None and stream.time_base
    return Fraction(stream.start_time * stream.time_base) if known else None


def _check_length(time: Fraction, path: Path, limits: Limits) -> None:
    if time > Fraction(limits.seconds):
        raise MediaError(f"{path}: is longer than the maximum of {limits.seconds:.0f} s")
