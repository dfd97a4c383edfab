"""Truncated hashes of the names of test samples, to find test samples in lists of names.

Names of licensed data sets are not distributed. The package contains only the first 12 hexadecimal digits of each
name's SHA-256, written by `tools/benchmark_names.py`. They serve to compare lists, not to keep names secret. Folders,
file extensions and case are ignored. Renamed clips are not found.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.tasks.task import Task

DIGITS = 12
_FILE = "benchmark_names.txt"
_ENDINGS = re.compile(
    r"(?:\.(?:mp4|m4v|avi|mkv|mov|webm|mpe?g|flv|wmv|wav|mp3|m4a|flac|ogg|npy|npz|pt|jpe?g|png|json|txt))+\Z"
)


def plain_name(name: str) -> str:
    """Return a sample's name in lower case, without folders, file extensions and surrounding white space.

    Example:
        >>> plain_name(" video/Sample_00000001.MP4 ")
        'sample_00000001'
    """
    path = unicodedata.normalize("NFKC", name).strip("/\\ \t\r\n").replace("\\", "/")
    return _ENDINGS.sub("", path.rpartition("/")[2].strip().casefold())


def sample_hash(name: str) -> str:
    """Return the hash of a test sample, for any spelling of its name."""
    return hash_of(plain_name(name))


def hash_of(text: str) -> str:
    """Return the first digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


@cache
def benchmark_names() -> Mapping[str, str]:
    """Return hash of a name -> the test sets with a sample of that name, joined by `+`.

    Raises:
        InputError: The file of the package is damaged.
    """
    path = resource("tasks", _FILE)
    found: dict[str, list[str]] = {}
    dataset = ""
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), start=1):
        if line.startswith("[") and line.endswith("]"):
            dataset = line[1:-1]
        elif len(line) == DIGITS and dataset:
            found.setdefault(line, []).append(dataset)
        elif line and not line.startswith("#"):
            raise InputError(f"{path}, line {number}: not the hash of a name; install merunibench again")
    return {digest: "+".join(datasets) for digest, datasets in found.items()}


def overlap(names: Iterable[str]) -> dict[str, int]:
    """Return test set -> number of its samples in a list of names; sets without any are omitted."""
    known = benchmark_names()
    found = (known.get(digest) for digest in {sample_hash(name) for name in names})
    return dict(Counter(dataset for datasets in found if datasets for dataset in datasets.split("+")))


@cache
def sizes() -> Mapping[str, int]:
    """Return test set -> number of its samples that are known by name."""
    return Counter(dataset for datasets in benchmark_names().values() for dataset in datasets.split("+"))


@cache
def samples_within(tested: Task, trained: Task) -> int:
    """Return how many samples of one data set are in another: all if its definition says so, else by equal names.

    Args:
        tested: The data set whose samples are counted.
        trained: The data set that may contain them.
    """
    if tested.id == trained.id or tested.id in trained.holds:
        return tested.samples
    if tested.own or trained.own:
        return 0
    return sum({tested.id, trained.id} <= {*datasets.split("+")} for datasets in benchmark_names().values())
