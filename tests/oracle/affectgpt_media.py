"""AffectGPT's media by definition: sample by sample, in float64 and exact fractions."""

import math
from fractions import Fraction

import numpy as np


def resampled(samples, rate, target):
    """Hann-windowed sinc interpolation, six zero crossings, cut off at 0.99 of the lower rate; samples (N,)."""
    cutoff = 0.99 * min(rate, target)
    reach = math.ceil(6 * rate / cutoff)
    result = []
    for m in range(math.ceil(len(samples) * target / rate)):
        centre = m * rate / target
        total = 0.0
        for n in range(max(0, math.floor(centre) - reach), min(len(samples), math.floor(centre) + reach + 2)):
            u = cutoff * (n / rate - m / target)
            if abs(u) < 6:
                total += samples[n] * np.sinc(u) * math.cos(math.pi * u / 12) ** 2 * cutoff / rate
        result.append(total)
    return np.array(result)


def starts(samples, divisor):
    """Starts of eight clips of two seconds at 16 kHz."""
    room = Fraction(samples / 16000 - 2.0)
    return [math.floor(room / divisor * k * 16000) for k in range(8)]


def indices(total, frames):
    """Uniform positions by whole numbers alone; the last repeated."""
    count = min(total, frames)
    taken = [k * total // count for k in range(count)]
    return taken + taken[-1:] * (frames - count)
