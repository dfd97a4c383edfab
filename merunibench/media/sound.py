"""Read the sound of a clip as mono at 16 kHz, from any container.

A file without an audio stream is an error if sound is requested. Digital silence is valid, and reported as such.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from merunibench._text import one_line
from merunibench.errors import InputError, MediaError
from merunibench.media.container import LIMITS, Limits, check_file, decoded, decoding, library, opened, probe

SAMPLE_RATE = 16_000
"""Samples per second of all sound; the rate that the feature extractors of all model families expect."""

_LOSSLESS = frozenset({".wav", ".flac"})
"""File extensions that libsndfile reads without loss; all other files are read by FFmpeg."""
_BLOCK = 1 << 16
"""Samples per channel that are in memory at a time."""


@dataclass(frozen=True, eq=False)
class Sound:
    """Mono sound.

    Attributes:
        samples: Of shape (N,), float32, within [-1, 1].
        rate: Samples per second.
    """

    samples: np.ndarray
    rate: int = SAMPLE_RATE

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate

    @property
    def silent(self) -> bool:
        """Whether every sample is zero."""
        return not self.samples.any()


class LosslessError(MediaError):
    """A file that libsndfile cannot read; FFmpeg may be able to."""


def read_sound(path: Path, rate: int = SAMPLE_RATE, limits: Limits = LIMITS) -> Sound:
    """Read the first audio stream of a file; average its channels, resample it, and clip it to [-1, 1].

    It is clipped because codecs overshoot full scale by a few percent.

    Args:
        path: wav, flac, or a container that FFmpeg reads.
        rate: Samples per second.
        limits: Limits of clips.

    Raises:
        MediaError: the file is broken, truncated, without sound, or beyond the limits.
        InputError: the extra `models` is not installed.
    """
    if not probe(path, limits).sound:
        raise MediaError(f"{path}: has no sound")
    samples = _lossless(path, rate, limits) if path.suffix.lower() in _LOSSLESS else None
    if samples is None:
        with opened(path, limits) as container:
            samples = _joined(_resampled(sound_frames(container, path, limits), rate), path, rate, limits)
    if not len(samples):
        raise MediaError(f"{path}: its sound has no samples")
    if not np.isfinite(samples).all():
        raise MediaError(f"{path}: its sound contains values that are not finite")
    return Sound(np.clip(samples, -1, 1, out=samples), rate)


def _lossless(path: Path, rate: int, limits: Limits) -> np.ndarray | None:
    """Read samples of shape (N,) with libsndfile, block by block; None if the file has another format than its name."""
    try:
        with decoding(path), _lossless_file(path, limits) as file:
            blocks = file.blocks(_BLOCK, dtype="float32", always_2d=True)
            mono: Iterator[np.ndarray] = (block.mean(axis=1, dtype=np.float32) for block in blocks)
            if file.samplerate != rate:
                mono = _resampled((_frame(piece, file.samplerate) for piece in mono if len(piece)), rate)
            return _joined(mono, path, rate, limits)
    except LosslessError as error:
        if "Format not recognised" in str(error):
            return None
        raise


def _frame(mono: np.ndarray, rate: int) -> object:
    frame = library().AudioFrame.from_ndarray(mono[None], format="flt", layout="mono")
    frame.sample_rate = rate
    return frame


def read_lossless(path: Path, limits: Limits = LIMITS) -> tuple[np.ndarray, int]:
    """Read (samples of shape (N, channels), float32, 16-bit values / 32768; samples per second) with libsndfile.

    Raises:
        LosslessError: libsndfile cannot read the file.
        MediaError: the file does not exist, is truncated or beyond the limits.
        InputError: the extra `models` is not installed.
    """
    with decoding(path), _lossless_file(path, limits) as file:
        return file.read(dtype="float32", always_2d=True), file.samplerate


@contextmanager
def _lossless_file(path: Path, limits: Limits) -> Iterator[Any]:
    """Open a file in libsndfile, after checking its header against the limits; see `read_lossless`."""
    try:
        import soundfile
    except ImportError as error:
        raise InputError("reading sound needs soundfile: pip install 'merunibench[models]'") from error
    check_file(path, limits)
    try:
        with soundfile.SoundFile(path) as file:
            _check_kind(path, file.samplerate, file.channels, limits)
            if file.frames > limits.seconds * file.samplerate:
                raise MediaError(f"{path}: is longer than the maximum of {limits.seconds:.0f} s")
            _check_amount(path, file.frames * file.channels, limits)
            yield file
    except soundfile.SoundFileError as error:
        raise LosslessError(f"{path}: cannot be decoded: {one_line(error)}") from error


def sound_frames(container: Any, path: Path, limits: Limits) -> Iterator[Any]:  # noqa: ANN401 - av has no types
    """Yield the frames of a container's first audio stream.

    Raises:
        MediaError: they are beyond the limits, or cannot be decoded.
    """
    samples = 0
    for frame in decoded(container, container.streams.audio[0], path):
        channels = frame.layout.nb_channels
        _check_kind(path, frame.sample_rate, channels, limits)
        samples += frame.samples * channels
        _check_amount(path, samples, limits)
        yield frame


def _check_kind(path: Path, rate: int, channels: int, limits: Limits) -> None:
    """Refuse sound of which a few bytes would expand to many samples."""
    lowest, highest = limits.rates
    if not lowest <= rate <= highest:
        raise MediaError(f"{path}: has {rate} samples per second; allowed are {lowest} to {highest}")
    if channels > limits.channels:
        raise MediaError(f"{path}: has {channels} channels; the maximum is {limits.channels}")


def _check_amount(path: Path, samples: int, limits: Limits) -> None:
    if samples > limits.samples:
        raise MediaError(f"{path}: has more than the maximum of {limits.samples} samples; cut it, or mix it down")


def _resampled(frames: Iterator[object], rate: int) -> Iterator[np.ndarray]:
    """Yield pieces of shape (n,), mono, at `rate`."""
    resampler = library().AudioResampler(format="flt", layout="mono", rate=rate)
    for frame in frames:
        for piece in resampler.resample(frame):
            yield piece.to_ndarray()[0]
    for piece in resampler.resample(None):
        yield piece.to_ndarray()[0]


def _joined(pieces: Iterator[np.ndarray], path: Path, rate: int, limits: Limits) -> np.ndarray:
    kept = [np.zeros(0, np.float32)]
    samples = 0
    for piece in pieces:
        samples += len(piece)
        if samples > limits.seconds * rate:
            raise MediaError(f"{path}: is longer than the maximum of {limits.seconds:.0f} s")
        kept.append(piece)
    return np.concatenate(kept)
