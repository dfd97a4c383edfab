"""Mel-frequency cepstral coefficients on which the learned detectors were trained, as in python_speech_features.

Davis and Mermelstein, 1980; details as in that library: no window function, triangular filters between integer bins of
the spectrum, and the first coefficient replaced by the logarithm of the frame's power.
"""

from functools import cache

import numpy as np

COEFFICIENTS = 13
HOP = 160
"""Samples from frame to frame: 100 frames per second at 16 kHz."""
_RATE = 16_000
_FRAME = 400
_BINS = 512
_FILTERS = 26
_EMPHASIS = 0.97
_LIFTER = 22


def mfcc(samples: np.ndarray) -> np.ndarray:
    """Return the coefficients of sound at 16 kHz, shape (n, 13), float64, n = 1 + ceil((N - 400) / 160).

    Args:
        samples: Shape (N,), values of int16; they are not scaled.
    """
    signal = np.asarray(samples, np.float64)
    signal = np.concatenate([signal[:1], signal[1:] - _EMPHASIS * signal[:-1]])
    count = 1 + max(-(-(len(signal) - _FRAME) // HOP), 0)
    padded = np.zeros((count - 1) * HOP + _FRAME)
    padded[: len(signal)] = signal
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::HOP]
    power = np.abs(np.fft.rfft(frames, _BINS)) ** 2 / _BINS
    energy = power.sum(axis=1)
    coefficients: np.ndarray = np.log(_positive(power @ _filters().T)) @ _cosines().T
    coefficients *= 1 + _LIFTER / 2 * np.sin(np.pi * np.arange(COEFFICIENTS) / _LIFTER)
    coefficients[:, 0] = np.log(_positive(energy))
    return coefficients


def int16(samples: np.ndarray) -> np.ndarray:
    """Convert sound within [-1, 1] to 16-bit integers, shape (N,)."""
    numbers: np.ndarray = np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
    return numbers


def _positive(values: np.ndarray) -> np.ndarray:
    return np.where(values == 0, np.finfo(np.float64).eps, values)


@cache
def _filters() -> np.ndarray:
    """Return triangular filters, evenly spaced on the mel scale from 0 to 8 kHz, shape (26, 257)."""
    highest = 2595 * np.log10(1 + _RATE / 2 / 700)
    hertz = 700 * (10 ** (np.linspace(0, highest, _FILTERS + 2) / 2595) - 1)
    edges = np.floor((_BINS + 1) * hertz / _RATE)
    bins = np.arange(_BINS // 2 + 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins - low) / (middle - low), (high - bins) / (high - middle)
    inside = (bins >= low) & (bins < high)
    return np.where(inside, np.where(bins < middle, rising, falling), 0.0)


@cache
def _cosines() -> np.ndarray:
    """Return the first 13 rows of the orthonormal DCT-II of 26 values."""
    rows, columns = np.arange(COEFFICIENTS)[:, None], np.arange(_FILTERS)
    matrix: np.ndarray = np.sqrt(2 / _FILTERS) * np.cos(np.pi * rows * (2 * columns + 1) / (2 * _FILTERS))
    matrix[0] /= np.sqrt(2)
    return matrix
