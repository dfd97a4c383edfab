"""Does a data set hold samples on which models are tested? By name: those of MER-UniBench's test sets, as hashes.

How names are known is in `merunibench.tasks.names`; a name that holds one of them among other words is told apart.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from merunibench.tasks.names import benchmark_names, hash_of, plain_name, sample_hash

__all__ = ["Contamination", "benchmark_names", "contaminated", "name_hash", "sample_hash"]

_DIVIDER = re.compile(r"[\W_]+")
_LEAST = 10
"""Characters that a name within another has at least: `0001_0002` is in many."""
_VIDEO = (".mp4", ".avi", ".mkv", ".mov", ".webm", ".wav", ".mp3", ".flac", ".npy")


@dataclass(frozen=True)
class Contamination:
    """Which rows carry the name of a test sample.

    Attributes:
        counts: Test set -> how many rows do; those without any are left out.
        names: The first few of these rows, with the test sets.
        near: How many other rows hold such a name with something before or behind it: `cut_dia3_utt1`.
        near_names: The first few of these.
    """

    counts: Mapping[str, int]
    names: tuple[tuple[str, str], ...]
    near: int = 0
    near_names: tuple[tuple[str, str], ...] = ()


def name_hash(name: str) -> str:
    """What a sample's name is known by; the ending of a file does not count.

    Example:
        >>> name_hash("clip.mp4") == name_hash("clip")
        True
    """
    lower = name.lower()
    stem = next((name[: -len(ending)] for ending in _VIDEO if lower.endswith(ending)), name)
    return hash_of(stem)


def contaminated(names: pa.Array, *, most: int = 5) -> Contamination:
    """The rows whose names are those of test samples.

    Args:
        names: Names of the rows.
        most: How many of them to list.
    """
    known = benchmark_names()
    counts: dict[str, int] = {}
    first: list[tuple[str, str]] = []
    near: list[tuple[str, str]] = []
    for name in names.to_pylist():
        plain = plain_name(name)
        datasets = known.get(hash_of(plain))
        if datasets is not None:
            for dataset in datasets.split("+"):
                counts[dataset] = counts.get(dataset, 0) + 1
            first.append((name, datasets))
        elif within := next((known[each] for each in map(hash_of, _parts(plain)) if each in known), None):
            near.append((name, within))
    return Contamination(dict(sorted(counts.items())), tuple(first[:most]), len(near), tuple(near[:most]))


def _parts(plain: str) -> Iterator[str]:
    """What is left of a name without its first, or its last words; not what is too short to tell."""
    for divider in _DIVIDER.finditer(plain):
        if len(plain) - divider.end() >= _LEAST:
            yield plain[divider.end() :]
        if divider.start() >= _LEAST:
            yield plain[: divider.start()]
