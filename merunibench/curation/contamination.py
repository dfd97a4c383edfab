"""Does a data set hold samples on which models are tested? By name: those of MER-UniBench's test sets, as hashes.

Names of licensed data sets are not handed on, so what travels with the package are the first 12 hexadecimal digits of
each name's SHA-256, made by `tools/benchmark_names.py`. A clip that was renamed is not found.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pyarrow as pa

from merunibench._resources import resource
from merunibench.errors import InputError

DIGITS = 12
_FILE = "benchmark_names.txt"
_VIDEO = (".mp4", ".avi", ".mkv", ".mov", ".webm", ".wav", ".mp3", ".flac", ".npy")


@dataclass(frozen=True)
class Contamination:
    """Which rows carry the name of a test sample.

    Attributes:
        counts: Test set -> how many rows do; those without any are left out.
        names: The first few of these rows, with the test sets.
    """

    counts: Mapping[str, int]
    names: tuple[tuple[str, str], ...]


def name_hash(name: str) -> str:
    """What a sample's name is known by; the ending of a file does not count.

    Example:
        >>> name_hash("clip.mp4") == name_hash("clip")
        True
    """
    lower = name.lower()
    stem = next((name[: -len(ending)] for ending in _VIDEO if lower.endswith(ending)), name)
    return hashlib.sha256(stem.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


@cache
def benchmark_names() -> Mapping[str, str]:
    """Hash of a name -> the test sets that have a sample of that name, joined by `+`.

    Raises:
        InputError: the file that comes with the package is broken.
    """
    path = resource("curation", _FILE)
    found: dict[str, list[str]] = {}
    dataset = ""
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), start=1):
        if line.startswith("[") and line.endswith("]"):
            dataset = line[1:-1]
        elif len(line) == DIGITS and dataset:
            found.setdefault(line, []).append(dataset)
        elif line and not line.startswith("#"):
            raise InputError(f"{path}, line {number}: is no hash of a name; install merunibench again")
    return {digest: "+".join(datasets) for digest, datasets in found.items()}


def contaminated(names: pa.Array, *, most: int = 5) -> Contamination:
    """The rows whose names are those of test samples.

    Args:
        names: Names of the rows.
        most: How many of them to list.
    """
    known = benchmark_names()
    counts: dict[str, int] = {}
    first: list[tuple[str, str]] = []
    for name in names.to_pylist():
        datasets = known.get(name_hash(name))
        if datasets is not None:
            for dataset in datasets.split("+"):
                counts[dataset] = counts.get(dataset, 0) + 1
            if len(first) < most:
                first.append((name, datasets))
    return Contamination(dict(sorted(counts.items())), tuple(first))
