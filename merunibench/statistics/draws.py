"""Bootstrap counts that depend only on the name of a unit, the number of the resample, and the seed.

This is the Poisson bootstrap: each unit's count in a resample is an independent Poisson variable with mean 1 (Hanley
and MacGibbon 2006; Chamandy, Muralidharan, Najmi and Naidu 2012). The usual draw with replacement also fixes the number
of units, which makes no difference to scores that are ratios of sums. The advantage is that a count depends only on the
name: a clip in two data sets has the same counts in both, whatever their other samples and order, and systems are
paired even if their samples only overlap.

Counts come from SplitMix64 (Steele, Lea and Flood 2014), with one stream per unit, seeded by the hash of its name. They
are identical on every processor and with every version of NumPy.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.uint8]
Swaps = npt.NDArray[np.bool_]
Seed = int | list[int]
_Drawn = tuple[bytes, int, str]

CHUNK = 1 << 18  # number of counts computed at once, so that all intermediate arrays fit into the processor's cache

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)
_SWAPS = "swaps"


def unit_keys(names: Iterable[str], source: str = "") -> Keys:
    """Return the keys of units: a hash of each name and of the source of the names; shape (U,)."""
    digests = (hashlib.blake2b(f"{source}\0{name}".encode("utf-8", "surrogatepass"), digest_size=8) for name in names)
    return np.frombuffer(b"".join(digest.digest() for digest in digests), "<u8").astype(np.uint64)


class BootstrapCounts:
    """A cache of draws, so that they are computed once for many systems on the same samples."""

    def __init__(self) -> None:
        self._counts: dict[_Drawn, list[Counts]] = {}

    def of(self, keys: Keys, resamples: int, seed: Seed) -> list[Counts]:
        """Return the result of `draw_counts`, cached."""
        drawn = _drawn(keys, resamples, seed)
        if drawn not in self._counts:
            self._counts[drawn] = list(draw_counts(keys, resamples, seed))
        return self._counts[drawn]


def _drawn(keys: Keys, resamples: int, seed: Seed) -> _Drawn:
    return hashlib.blake2b(keys.tobytes(), digest_size=16).digest(), resamples, repr(seed)


def draw_counts(keys: Keys, resamples: int, seed: Seed) -> Iterator[Counts]:
    """Yield how often each unit is drawn in each of B resamples, in chunks of resamples: shape (chunk, U)."""
    for bits in _random_bits(keys, resamples, repr(seed)):
        yield _POISSON[bits >> np.uint64(48)]


def draw_swaps(keys: Keys, resamples: int, seed: Seed) -> Iterator[Swaps]:
    """Yield whether two systems are swapped on each unit, in the same chunks: shape (chunk, U)."""
    for bits in _random_bits(keys, resamples, f"{seed!r} {_SWAPS}"):
        yield bits >> np.uint64(63) == 1


def _random_bits(keys: Keys, resamples: int, seed: str) -> Iterator[npt.NDArray[Any]]:
    """Yield 64 random bits for each resample and unit, in chunks of resamples: shape (chunk, U)."""
    (start,) = unit_keys([seed])
    streams = _mixed(keys ^ start)
    rows = max(1, CHUNK // max(len(keys), 1))
    for first in range(0, resamples, rows):
        steps = np.arange(first + 1, min(first + rows, resamples) + 1, dtype=np.uint64) * _STEP
        yield _mixed(streams + steps[:, None])


def _mixed(state: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Apply the finaliser of SplitMix64."""
    bits = (state ^ (state >> _SHIFTS[0])) * _FACTORS[0]
    bits = (bits ^ (bits >> _SHIFTS[1])) * _FACTORS[1]
    mixed: npt.NDArray[Any] = bits ^ (bits >> _SHIFTS[2])
    return mixed


def _poisson_table() -> Counts:
    """Return the count for each of the 2^16 values of the first bits: Poisson quantiles with mean 1."""
    shares = np.cumsum([math.exp(-1) / math.factorial(count) for count in range(12)])
    middles = (np.arange(1 << 16) + 0.5) / (1 << 16)
    return np.searchsorted(shares, middles).astype(np.uint8)


_POISSON = _poisson_table()
