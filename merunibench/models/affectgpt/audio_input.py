"""Audio input of AffectGPT: eight clips of two seconds at 16 kHz, each with its mean removed.

Upstream reads files with torchaudio; its processing is implemented here, because it affects the numbers.
"""

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from merunibench.errors import MediaError
from merunibench.media.container import LIMITS, Limits, opened, probe
from merunibench.media.sound import SAMPLE_RATE, LosslessError, read_lossless, sound_frames

CLIP_SECONDS = 2
CLIPS = 8

ClipSpacing = Literal[7, 8]
"""Divisor of the range of start times. 8: as in the library version pinned by the authors, which never uses the last
eighth. 7: as in its later versions, with which the last clip ends with the sound."""

_FILTER_WIDTH = 6
_ROLLOFF = 0.99
_VARIANCE_FLOOR = 1e-7
_MOST_SAMPLES = 40_000_000
"""Maximum number of samples of all channels; they are in memory at once, some more than once."""
_MOST_WEIGHTS = 1 << 25
"""Maximum size of a resampling filter; rates with few common divisors need gigabytes (44,101 Hz: 700 million)."""


def resample(samples: torch.Tensor, rate: int, target: int = SAMPLE_RATE) -> torch.Tensor:
    """Resample by band-limited interpolation, like `torchaudio.functional.resample` by default.

    With both rates divided by their greatest common divisor, `c = 0.99 · min(rate, target)` and the Hann-windowed sinc
    `h(u) = cos²(π u / 12) · sinc(u)` for |u| < 6,

        y[m] = Σ_n x[n] · (c / rate) · h(c · (n / rate - m / target)).

    is computed in float32, including the filter, as in torchaudio.

    Source: https://ccrma.stanford.edu/~jos/resample/, and the documentation of torchaudio.

    Args:
        samples: Of shape (channels, N), float32.
        rate: Samples per second.
        target: Samples per second of the result.

    Returns:
        Of shape (channels, ceil(N · target / rate)).
    """
    divisor = math.gcd(rate, target)
    old, new = rate // divisor, target // divisor
    if old == new:
        return samples
    cutoff = min(old, new) * _ROLLOFF
    width = math.ceil(_FILTER_WIDTH * old / cutoff)
    # One row for each of the `new` phases of output samples within a stride of `old` input samples.
    offsets = torch.arange(-width, width + old, dtype=samples.dtype, device=samples.device) / old
    phases = torch.arange(0, -new, -1, dtype=samples.dtype, device=samples.device)[:, None] / new
    u = ((phases + offsets) * cutoff).clamp(-_FILTER_WIDTH, _FILTER_WIDTH)
    window = torch.cos(u * math.pi / _FILTER_WIDTH / 2) ** 2
    kernel = torch.sinc(u) * window * (cutoff / old)
    padded = torch.nn.functional.pad(samples, (width, width + old))
    pieces = torch.nn.functional.conv1d(padded[:, None], kernel[:, None], stride=old)
    length = math.ceil(new * samples.shape[1] / old)
    return pieces.transpose(1, 2).flatten(1)[:, :length]


def _filter_size(rate: int, target: int = SAMPLE_RATE) -> int:
    """Return the approximate number of weights of the filter of `resample`."""
    divisor = math.gcd(rate, target)
    old, new = rate // divisor, target // divisor
    return new * (old + 2 * math.ceil(_FILTER_WIDTH * max(old / new, 1) / _ROLLOFF))


def downmixed(samples: torch.Tensor) -> torch.Tensor:
    """Average two channels of sound (channels, N) to shape (1, N); sound with another number of channels is unchanged.

    With more than two channels, HuBERT gets the first one, but the mean removed from a clip is that of all channels.
    """
    return samples.mean(dim=0, keepdim=True) if len(samples) == 2 else samples


def clip_starts(samples: int, spacing: ClipSpacing = 8, rate: int = SAMPLE_RATE, clips: int = CLIPS) -> tuple[int, ...]:
    """Return the starts of the two-second clips, in samples: `⌊d / spacing · k · rate⌋`, d = total seconds - 2.

    The seconds are a float, followed by exact arithmetic, as upstream; integers would differ by one in some cases.

    Args:
        samples: Length of the sound, at least two seconds.
        spacing: 8 or 7.
        rate: Samples per second.
        clips: Number of clips.
    """
    room = Fraction(max(samples / rate - CLIP_SECONDS, 0.0))
    return tuple(math.floor(room / spacing * k * rate) for k in range(clips))


def cut_clips(samples: torch.Tensor, spacing: ClipSpacing = 8, rate: int = SAMPLE_RATE) -> torch.Tensor:
    """Cut sound (channels, N) into eight clips, shape (8, channels, 2 · rate); short sound is padded with silence."""
    length = CLIP_SECONDS * rate
    missing = length - samples.shape[1]
    if missing > 0:
        samples = torch.nn.functional.pad(samples, (0, missing))
    starts = clip_starts(samples.shape[1], spacing, rate)
    return torch.stack([samples[:, start : start + length] for start in starts])


def without_mean(clips: torch.Tensor) -> torch.Tensor:
    """Subtract from each clip of (clips, channels, samples) its mean over all channels.

    Upstream has this as a side effect: an unused spectrogram modifies the samples that HuBERT gets.
    """
    return clips - clips.mean(dim=(1, 2), keepdim=True)


def normalised(clips: torch.Tensor) -> torch.Tensor:
    """Return `(x - mean) / √(variance + 1e-7)` over all clips of a sample together.

    It is not computed per clip, because upstream's feature extractor treats the clips of a sample as one utterance.

    Args:
        clips: Of shape (…, clips, samples).
    """
    mean = clips.mean(dim=(-2, -1), keepdim=True)
    variance = clips.var(dim=(-2, -1), correction=0, keepdim=True)
    return (clips - mean) / torch.sqrt(variance + _VARIANCE_FLOOR)


def read_sound(path: Path, limits: Limits = LIMITS) -> tuple[np.ndarray, int]:
    """Read the sound of a file without resampling: (samples of shape (channels, N), float32; samples per second).

    Integers become fractions of full scale (16 bits: / 32768), as in torchaudio.

    Args:
        path: A file that libsndfile reads (wav, flac, …), or a video, whose first audio stream is used.
        limits: Limits of clips.

    Raises:
        MediaError: the file is broken, without sound, or too long.
        InputError: the extra `models` is not installed.
    """
    limits = replace(limits, samples=min(limits.samples, _MOST_SAMPLES))
    try:
        samples, rate = read_lossless(path, limits)
        samples = np.ascontiguousarray(samples.T)
    except LosslessError:
        samples, rate = _stream_sound(path, limits)
    if _filter_size(rate) > _MOST_WEIGHTS:
        raise MediaError(f"{path}: {rate} samples per second cannot be resampled to {SAMPLE_RATE}; use a common rate")
    if not samples.size or not np.isfinite(samples).all():
        raise MediaError(f"{path}: its sound has no samples, or values that are not finite")
    return samples, rate


def _stream_sound(path: Path, limits: Limits) -> tuple[np.ndarray, int]:
    """Read the first audio stream of a container with its rate and channels."""
    import av

    if not probe(path, limits).sound:
        raise MediaError(f"{path}: has no sound")
    with opened(path, limits) as container:
        resampler = av.AudioResampler(format="fltp")
        frames = [piece for frame in sound_frames(container, path, limits) for piece in resampler.resample(frame)]
        if not frames:
            raise MediaError(f"{path}: its sound has no samples")
        return np.concatenate([frame.to_ndarray() for frame in frames], axis=1), frames[0].sample_rate


def audio_clips(samples: np.ndarray, rate: int, spacing: ClipSpacing = 8) -> torch.Tensor:
    """Return the input of AffectGPT's HuBERT for a sound: (8, 32000), float32.

    Args:
        samples: Of shape (channels, N), float32, within [-1, 1].
        rate: Samples per second.
        spacing: 8 or 7.
    """
    mono = downmixed(resample(torch.from_numpy(samples), rate))
    return without_mean(cut_clips(mono, spacing))[:, 0]
