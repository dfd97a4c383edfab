"""Visual input of AffectGPT: eight faces from an `.npy` file, or eight frames of a video, 224 x 224 pixels.

Pictures are scaled without cropping or keeping the aspect ratio: faces by OpenCV, frames by FFmpeg's filter `scale`,
both bilinear, as in training.
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
"""Colour order of faces. `stored`: as in the file, where the authors' packing script puts blue first; the model was
trained with it. `swap`: the first and the last colour are exchanged."""


@dataclass(frozen=True, eq=False)
class Pictures:
    """Faces or frames of a clip.

    Attributes:
        pixels: Of shape (n, 224, 224, 3), uint8.
        indices: Index of each in the clip; the last one is repeated if there are fewer than n.
        total: Number of faces or frames in the clip.
    """

    pixels: np.ndarray
    indices: tuple[int, ...]
    total: int


def frame_indices(total: int, frames: int) -> tuple[int, ...]:
    """Return the indices of pictures to use: `⌊k · total / m⌋` for k < m = min(frames, total); repeat the last one.

    The first picture is always used, the last one only if there are at most `frames`.

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
    """Read faces of a clip.

    Args:
        path: An `.npy` file of shape (T, H, W, 3), uint8. Only the used faces are read; pickles are refused.
        frames: Number of faces.
        order: Whether to exchange the first and the last colour.
        limits: Maximum bytes of the file, and pixels of a face.

    Raises:
        MediaError: it is not such a file, or contains no face.
        InputError: the extra `models` is not installed.
    """
    check_file(path, limits)
    try:
        faces = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise MediaError(f"{path}: faces cannot be read: {one_line(error)}") from error
    if not isinstance(faces, np.ndarray) or faces.ndim != 4 or faces.shape[3] != 3 or faces.dtype != np.uint8:
        raise MediaError(f"{path}: must be an .npy array of faces, of shape (T, H, W, 3) and type uint8")
    if not faces.size:
        raise MediaError(f"{path}: contains no faces")
    if faces.nbytes > limits.file_bytes or faces.shape[1] * faces.shape[2] > limits.frame_pixels:
        raise MediaError(f"{path}: faces of shape {faces.shape} are too large for a clip")
    indices = frame_indices(len(faces), frames)
    pixels = resized(np.stack([faces[index] for index in indices]))
    return Pictures(pixels[..., ::-1].copy() if order == "swap" else pixels, indices, len(faces))


def resized(faces: np.ndarray) -> np.ndarray:
    """Scale faces of shape (T, H, W, 3) to (T, 224, 224, 3), both uint8, by OpenCV's bilinear interpolation.

    Raises:
        InputError: the extra `models` is not installed.
    """
    try:
        import cv2
    except ImportError as error:
        raise InputError("faces need OpenCV: pip install 'merunibench[models]'") from error
    return np.stack([cv2.resize(face, (SIZE, SIZE)) for face in faces])


def read_frames(path: Path, frames: int = 8, limits: Limits = LIMITS) -> Pictures:
    """Read frames of a clip, red first, scaled like decord does.

    Args:
        path: A video that FFmpeg reads, or a picture.
        frames: Number of frames.
        limits: Limits of clips.

    Raises:
        MediaError: it is broken, or has no picture.
        InputError: the extra `models` is not installed.
    """
    found, total, _ = sample_frames(path, lambda total: frame_indices(total, frames), _scaled, limits, whole=True)
    indices = frame_indices(total, frames)
    return Pictures(np.stack([found[index] for index in indices]), indices, total)


def _scaled(frame: Any, *_: int) -> np.ndarray:  # noqa: ANN401 - av has no types
    """Return a frame of shape (224, 224, 3), scaled by the same filter as decord, which upstream uses.

    (`VideoFrame.reformat` positions the chroma planes differently, and deviates by up to three levels.)
    """
    filters = library().filter.Graph()
    # One graph per frame, since size and format may change within a video.
    source = filters.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or Fraction(1, 25)
    )
    scale = filters.add("scale", f"{SIZE}:{SIZE}:flags=bilinear")
    filters.link_nodes(source, scale, filters.add("format", "rgb24"), filters.add("buffersink")).configure()
    filters.push(frame)
    pixels: np.ndarray = filters.pull().to_ndarray()
    return pixels
