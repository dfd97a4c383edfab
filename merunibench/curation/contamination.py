"""Find samples of MER-UniBench's test sets in a data set, by hashes of their names.

`merunibench.tasks.names` has the hashes. Names that contain such a name next to other words are counted separately.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from merunibench.tasks.names import benchmark_names, hash_of, plain_name, sample_hash

__all__ = ["Contamination", "benchmark_names", "contaminated", "name_hash", "sample_hash"]

_DIVIDER = re.compile(r"[\W_]+")
_LEAST = 10
"""Shortest name that is searched for within others: `0001_0002` is part of many."""
_VIDEO = (".mp4", ".avi", ".mkv", ".mov", ".webm", ".wav", ".mp3", ".flac", ".npy")


@dataclass(frozen=True)
class Contamination:
    """Rows that have the name of a test sample.

    Attributes:
        counts: Test set -> number of such rows; sets without any are left out.
        names: The first few of these rows, with their test sets.
        near: Number of other rows whose name contains such a name with text before or after it: `cut_dia3_utt1`.
        near_names: The first few of these.
    """

    counts: Mapping[str, int]
    names: tuple[tuple[str, str], ...]
    near: int = 0
    near_names: tuple[tuple[str, str], ...] = ()


def name_hash(name: str) -> str:
    """Return the hash of a sample's name without a file extension.

    Example:
        >>> name_hash("clip.mp4") == name_hash("clip")
        True
    """
    lower = name.lower()
    stem = next((name[: -len(ending)] for ending in _VIDEO if lower.endswith(ending)), name)
    return hash_of(stem)


def contaminated(names: pa.Array, *, most: int = 5) -> Contamination:
    """Find the rows whose names are those of test samples.

    Args:
        names: Names of the rows.
        most: Maximum number of rows to list.
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
    """Yield a name without its first or its last words, unless the rest is too short."""
    for divider in _DIVIDER.finditer(plain):
        if len(plain) - divider.end() >= _LEAST:
            yield plain[divider.end() :]
        if divider.start() >= _LEAST:
            yield plain[: divider.start()]
