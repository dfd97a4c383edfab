"""Pictures as AffectGPT takes them: eight faces out of an `.npy` file, or eight frames of a video, 224 x 224 pixels.

Neither keeps the aspect ratio nor crops; faces are scaled by OpenCV and frames by FFmpeg's filter `scale`, both
bilinear, as in training.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np

from merunibench._text import one_line
from merunibench.errors import InputError, MediaError
from merunibench.media.container import LIMITS, Limits, check_file, library
from merunibench.media.frames import sample_frames

SIZE = 224

ColourOrder = Literal["stored", "swap"]
"""Of faces. `stored`: as they lie in the file, which the authors' packing script leaves blue first, and so the model
was trained. `swap`: the first and the last colour exchanged."""


@dataclass(frozen=True, eq=False)
class Pictures:
    """Faces or frames of a clip.

    Attributes:
        pixels: Of shape (n, 224, 224, 3), uint8.
        indices: Of each among those there are; the last is repeated where there are fewer than n.
        total: How many there are.
    """

    pixels: np.ndarray
    indices: tuple[int, ...]
    total: int


def frame_indices(total: int, frames: int) -> tuple[int, ...]:
    """Which of `total` pictures are taken: `⌊k · total / m⌋` for k < m = min(frames, total), the last one repeated.

    The first is always taken, the last only where there are no more than wanted.

    Example:
        >>> frame_indices(88, 8)
        (0, 11, 22, 33, 44, 55, 66, 77)
        >>> frame_indices(3, 8)
        (0, 1, 2, 2, 2, 2, 2, 2)
    """
    count = min(frames, total)
    taken = np.arange(0, total, total / count).astype(int)[:frames].tolist()
    return tuple(taken + [taken[-1]] * (frames - len(taken)))


def read_faces(path: Path, frames: int = 8, order: ColourOrder = "stored", limits: Limits = LIMITS) -> Pictures:
    """Faces of a clip.

    Args:
        path: An `.npy` file of shape (T, H, W, 3), uint8. Only the faces taken are read of it; no pickle is.
        frames: How many.
        order: Whether to exchange the first and the last colour.
        limits: Most bytes of the file, and pixels of a face.

    Raises:
        MediaError: it is no such file, or holds no face.
        InputError: the extra `models` is not installed.
    """
    check_file(path, limits)
    try:
        faces = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise MediaError(f"{path}: faces cannot be read: {one_line(error)}") from error
    if not isinstance(faces, np.ndarray) or faces.ndim != 4 or faces.shape[3] != 3 or faces.dtype != np.uint8:
        raise MediaError(f"{path}: not faces: an .npy array of shape (T, H, W, 3) of type uint8 is expected")
    if not faces.size:
        raise MediaError(f"{path}: holds no face")
    if faces.nbytes > limits.file_bytes or faces.shape[1] * faces.shape[2] > limits.frame_pixels:
        raise MediaError(f"{path}: faces of shape {faces.shape} are more than a clip may have")
    indices = frame_indices(len(faces), frames)
    pixels = resized(np.stack([faces[index] for index in indices]))
    return Pictures(pixels[..., ::-1].copy() if order == "swap" else pixels, indices, len(faces))


def resized(faces: np.ndarray) -> np.ndarray:
    """Faces of shape (T, 224, 224, 3) of those of shape (T, H, W, 3), both uint8: OpenCV's bilinear scaling.

    Raises:
        InputError: the extra `models` is not installed.
    """
    try:
        import cv2
    except ImportError as error:
        raise InputError("faces need OpenCV: pip install 'merunibench[models]'") from error
    return np.stack([cv2.resize(face, (SIZE, SIZE)) for face in faces])


def read_frames(path: Path, frames: int = 8, limits: Limits = LIMITS) -> Pictures:
    """Frames of a clip, red first, scaled as decord scales them.

    Args:
        path: A video that FFmpeg reads, or a picture.
        frames: How many.
        limits: What is beyond any clip.

    Raises:
        MediaError: it is broken, or has no picture.
        InputError: the extra `models` is not installed.
    """
    found, total, _ = sample_frames(path, lambda total: frame_indices(total, frames), _scaled, limits, whole=True)
    indices = frame_indices(total, frames)
    return Pictures(np.stack([found[index] for index in indices]), indices, total)


def _scaled(frame: Any, *_: int) -> np.ndarray:  # noqa: ANN401 - av has no types
    """A frame of shape (224, 224, 3) through the filter that decord builds, which upstream reads videos with.

    (`VideoFrame.reformat` places the colour planes differently, and is up to three levels away from it.)
    """
    filters = library().filter.Graph()
    # A graph for each frame: size and format may change within a video.
    source = filters.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or Fraction(1, 25)
    )
    scale = filters.add("scale", f"{SIZE}:{SIZE}:flags=bilinear")
    filters.link_nodes(source, scale, filters.add("format", "rgb24"), filters.add("buffersink")).configure()
    filters.push(frame)
    pixels: np.ndarray = filters.pull().to_ndarray()
    return pixels
