"""Does a data set hold samples on which models are tested? By name: those of MER-UniBench's test sets, as hashes.

Names of licensed data sets are not handed on, so what travels with the package are the first 12 hexadecimal digits of
each name's SHA-256, made by `tools/benchmark_names.py`. Folders, the ending of a file and capitals make no difference;
a name that holds one of them among other words is told apart. A clip that was renamed is not found.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pyarrow as pa

from merunibench._resources import resource
from merunibench.errors import InputError

DIGITS = 12
_FILE = "benchmark_names.txt"
_ENDINGS = re.compile(
    r"(?:\.(?:mp4|m4v|avi|mkv|mov|webm|mpe?g|flv|wmv|wav|mp3|m4a|flac|ogg|npy|npz|pt|jpe?g|png|json|txt))+\Z"
)
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
    return _hash(stem)


def plain_name(name: str) -> str:
    """A sample's name without folders, endings of files and white space around it, in small letters.

    Example:
        >>> plain_name(" video/Sample_00000001.MP4 ")
        'sample_00000001'
    """
    path = unicodedata.normalize("NFKC", name).strip("/\\ \t\r\n").replace("\\", "/")
    return _ENDINGS.sub("", path.rpartition("/")[2].strip().casefold())


def sample_hash(name: str) -> str:
    """What a test sample is known by, however its name is written."""
    return _hash(plain_name(name))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


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
    near: list[tuple[str, str]] = []
    for name in names.to_pylist():
        plain = plain_name(name)
        datasets = known.get(_hash(plain))
        if datasets is not None:
            for dataset in datasets.split("+"):
                counts[dataset] = counts.get(dataset, 0) + 1
            first.append((name, datasets))
        elif within := next((known[each] for each in map(_hash, _parts(plain)) if each in known), None):
            near.append((name, within))
    return Contamination(dict(sorted(counts.items())), tuple(first[:most]), len(near), tuple(near[:most]))


def _parts(plain: str) -> Iterator[str]:
    """What is left of a name without its first, or its last words; not what is too short to tell."""
    for divider in _DIVIDER.finditer(plain):
        if len(plain) - divider.end() >= _LEAST:
            yield plain[divider.end() :]
        if divider.start() >= _LEAST:
            yield plain[: divider.start()]
