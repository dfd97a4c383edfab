"""Uniformly spaced frames of a clip, in one streaming pass that keeps only these, with the times they were taken at.

Models that write times into their prompt, or derive positions from them, need the rate and the indices: pixels alone
would make every clip look as if its frames were a fixed fraction of a second apart.
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
    """Frames and when they were taken.

    Attributes:
        pixels: Of shape (T, H, W, 3), uint8, red, green, blue; upright.
        indices: Of each frame among the clip's, rising, of length T.
        total: Number of frames of the clip.
        rate: Frames a second of the clip, on average.
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
    """`count` frames from the first to the last, uniformly spaced; all frames of a clip that has fewer.

    Frame k of n is number round(k (N - 1) / (n - 1)) of N; a single one is the first.

    Args:
        path: A container that any FFmpeg reads.
        count: How many frames, at least 1.
        limits: What is beyond any clip.

    Raises:
        MediaError: broken, truncated, without a picture, or beyond the limits.
        InputError: the extra `models` is not installed, or `count` is below 1.
    """
    if count < 1:
        raise InputError(f"{count} frames: at least 1 is needed")
    found, total, rate = sample_frames(path, lambda total: _uniform(count, total), upright, limits)
    indices = tuple(found)
    pixels = np.empty((len(indices), *found[indices[0]].shape), np.uint8)
    for place, index in enumerate(indices):
        pixels[place] = found.pop(index)  # one at a time: all frames twice would be twice the memory
    return Frames(pixels, indices, total, rate)


def sample_frames(
    path: Path,
    choose: Callable[[int], Sequence[int]],
    convert: Callable[[Any, int, int], np.ndarray],
    limits: Limits = LIMITS,
    *,
    whole: bool = False,
) -> tuple[dict[int, np.ndarray], int, float]:
    """Frames chosen by their numbers: (number -> pixels, frames of the clip, frames a second).

    Args:
        path: A container that any FFmpeg reads.
        choose: Number of frames -> numbers of those that are wanted, rising.
        convert: A frame of PyAV, width and height of the clip -> pixels.
        limits: What is beyond any clip.
        whole: Whether to count the frames behind the last one wanted too.

    Raises:
        MediaError: broken, truncated, without a picture, or beyond the limits.
        InputError: the extra `models` is not installed.
    """
    total = probe(path, limits).frames
    if not total:
        raise MediaError(f"{path}: has no picture")
    wanted = choose(total)
    pixels, seen, rate = _pass(path, wanted, convert, limits, whole=whole)
    if seen != total if whole else len(pixels) < len(wanted):
        # Packets are not frames in every coding. What is left is sampled; what is lost is not passed over in silence.
        if seen < COMPLETE * total:
            raise MediaError(f"{path}: damaged: {seen} of its {total} frames can be decoded")
        total = seen
        pixels, _, rate = _pass(path, choose(total), convert, limits, whole=whole)
    return pixels, total, rate


def _uniform(count: int, total: int) -> list[int]:
    positions: list[int] = np.linspace(0, total - 1, min(count, total)).round().astype(int).tolist()
    return positions


def _pass(
    path: Path, wanted: Sequence[int], convert: Callable[[Any, int, int], np.ndarray], limits: Limits, *, whole: bool
) -> tuple[dict[int, np.ndarray], int, float]:
    """(number -> pixels, frames seen, rate), stopping at the last one wanted if not asked for the whole."""
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
                        f"{path}: {len(wanted)} frames of {width}x{height} pixels fill the memory; ask for fewer "
                        "(--frames), or shrink it"
                    )
            seen += 1
            if seen > wanted[-1] and not whole:
                break
    return kept, seen, rate if 0 < rate <= _FASTEST_RATE else _FALLBACK_RATE


def frame_size(stream: Any, path: Path, limits: Limits) -> tuple[int, int]:  # noqa: ANN401 - av has no types
    """(width, height) in pixels, before anything is decoded."""
    context = stream.codec_context
    width, height = (0, 0) if context is None else (context.width, context.height)
    if width < 1 or height < 1:
        raise MediaError(f"{path}: its picture has no size")
    if width * height > limits.frame_pixels:
        raise MediaError(f"{path}: frames of {width}x{height} pixels are larger than any clip's")
    return width, height


def upright(frame: Any, width: int, height: int) -> np.ndarray:  # noqa: ANN401
    """Pixels of shape (H, W, 3); all frames in the first one's size, turned as the camera was held."""
    pixels: np.ndarray = frame.to_ndarray(format="rgb24", width=width, height=height)
    return np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90)))
