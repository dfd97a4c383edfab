"""Read uniformly spaced frames of a clip, with their times, in one streaming pass that keeps only these.

Models that write times into their prompt, or derive positions from them, need the frame rate and the indices. With
pixels alone, the frames of every clip would seem to be equally far apart in time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from merunibench.errors import InputError, MediaError
from merunibench.media.container import COMPLETE, LIMITS, Limits, decoded, opened, picture_of, probe

_FALLBACK_RATE = 25.0
_FASTEST_RATE = 1000.0


@dataclass(frozen=True, eq=False)
class Frames:
    """Frames and their times.

    Attributes:
        pixels: Of shape (T, H, W, 3), uint8, red, green, blue; upright.
        indices: Index of each frame in the clip, increasing, of length T.
        total: Number of frames of the clip.
        rate: Mean frames per second of the clip.
    """

    pixels: np.ndarray
    indices: tuple[int, ...]
    total: int
    rate: float

    @property
    def seconds(self) -> float:
        """Length of the clip in seconds."""
        return self.total / self.rate


def read_frames(path: Path, count: int, limits: Limits = LIMITS) -> Frames:
    """Read `count` frames, uniformly spaced from the first to the last; all frames if the clip has fewer.

    Frame k of n has the index round(k (N - 1) / (n - 1)) among N frames; a single one is the first.

    Args:
        path: A container that FFmpeg reads.
        count: Number of frames, at least 1.
        limits: Limits of clips.

    Raises:
        MediaError: the file is broken, truncated, without a picture, or beyond the limits.
        InputError: the extra `models` is not installed, or `count` is below 1.
    """
    if count < 1:
        raise InputError(f"the number of frames must be at least 1, not {count}")
    found, total, rate = sample_frames(path, lambda total: _uniform(count, total), upright, limits)
    indices = tuple(found)
    pixels = np.empty((len(indices), *found[indices[0]].shape), np.uint8)
    for place, index in enumerate(indices):
        pixels[place] = found.pop(index)  # one at a time, to avoid holding all frames twice
    return Frames(pixels, indices, total, rate)


def sample_frames(
    path: Path,
    choose: Callable[[int], Sequence[int]],
    convert: Callable[[Any, int, int], np.ndarray],
    limits: Limits = LIMITS,
    *,
    whole: bool = False,
) -> tuple[dict[int, np.ndarray], int, float]:
    """Read frames chosen by index: (index -> pixels, number of frames of the clip, frames per second).

    Args:
        path: A container that FFmpeg reads.
        choose: Number of frames -> indices of the frames to read, increasing.
        convert: A frame of PyAV, width and height of the clip -> pixels.
        limits: Limits of clips.
        whole: Whether to decode the frames after the last chosen one too, to count them.

    Raises:
        MediaError: the file is broken, truncated, without a picture, or beyond the limits.
        InputError: the extra `models` is not installed.
    """
    total = probe(path, limits).frames
    if not total:
        raise MediaError(f"{path}: has no picture")
    wanted = choose(total)
    pixels, seen, rate = _pass(path, wanted, convert, limits, whole=whole)
    if seen != total if whole else len(pixels) < len(wanted):
        # In some codecs, packets are not frames. The decodable frames are sampled; losing too many is an error.
        if seen < COMPLETE * total:
            raise MediaError(f"{path}: damaged: only {seen} of its {total} frames can be decoded")
        total = seen
        pixels, _, rate = _pass(path, choose(total), convert, limits, whole=whole)
    return pixels, total, rate


def _uniform(count: int, total: int) -> list[int]:
    positions: list[int] = np.linspace(0, total - 1, min(count, total)).round().astype(int).tolist()
    return positions


def _pass(
    path: Path, wanted: Sequence[int], convert: Callable[[Any, int, int], np.ndarray], limits: Limits, *, whole: bool
) -> tuple[dict[int, np.ndarray], int, float]:
    """Return (index -> pixels, frames decoded, rate); stop after the last wanted frame unless `whole`."""
    kept: dict[int, np.ndarray] = {}
    seen = 0
    with opened(path, limits) as container:
        stream = picture_of(container)
        width, height = frame_size(stream, path, limits)
        if width * height * (wanted[-1] + 1) > limits.decoded_pixels:
            raise MediaError(
                f"{path}: {wanted[-1] + 1} frames of {width}x{height} pixels are too many to decode; cut it"
            )
        rate = float(stream.average_rate or 0)
        for frame in decoded(container, stream, path):
            if seen in wanted:
                kept[seen] = convert(frame, width, height)
                if kept[seen].nbytes * len(wanted) > limits.kept_bytes:
                    raise MediaError(
                        f"{path}: {len(wanted)} frames of {width}x{height} pixels need too much memory; choose fewer "
                        "(--frames), or scale it down"
                    )
            seen += 1
            if seen > wanted[-1] and not whole:
                break
    return kept, seen, rate if 0 < rate <= _FASTEST_RATE else _FALLBACK_RATE


def frame_size(stream: Any, path: Path, limits: Limits) -> tuple[int, int]:  # noqa: ANN401 - av has no types
    """Return (width, height) in pixels, before decoding."""
    context = stream.codec_context
    width, height = (0, 0) if context is None else (context.width, context.height)
    if width < 1 or height < 1:
        raise MediaError(f"{path}: its picture has no size")
    if width * height > limits.frame_pixels:
        raise MediaError(f"{path}: frames of {width}x{height} pixels are too large")
    return width, height


def upright(frame: Any, width: int, height: int) -> np.ndarray:  # noqa: ANN401
    """Return pixels of shape (H, W, 3); all frames have the size of the first one, and are rotated upright."""
    pixels: np.ndarray = frame.to_ndarray(format="rgb24", width=width, height=height)
    return np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90)))
