"""The names of MER-UniBench's test samples, as hashes: whether a name is one of them can be told without the labels.

Names of licensed data sets are not handed on, so what travels with the package are the first 12 hexadecimal digits of
each name's SHA-256, made by `tools/benchmark_names.py`. Folders, the ending of a file and capitals make no difference.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from merunibench._resources import resource
from merunibench.errors import InputError

DIGITS = 12
_FILE = "benchmark_names.txt"
_ENDINGS = re.compile(
    r"(?:\.(?:mp4|m4v|avi|mkv|mov|webm|mpe?g|flv|wmv|wav|mp3|m4a|flac|ogg|npy|npz|pt|jpe?g|png|json|txt))+\Z"
)


def plain_name(name: str) -> str:
    """A sample's name without folders, endings of files and white space around it, in small letters.

    Example:
        >>> plain_name(" video/Sample_00000001.MP4 ")
        'sample_00000001'
    """
    path = unicodedata.normalize("NFKC", name).strip("/\\ \t\r\n").replace("\\", "/")
    return _ENDINGS.sub("", path.rpartition("/")[2].strip().casefold())


@lru_cache(maxsize=1 << 16)
def sample_hash(name: str) -> str:
    """What a test sample is known by, however its name is written."""
    return hash_of(plain_name(name))


def hash_of(text: str) -> str:
    """What travels of a name: the first 12 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


@cache
def benchmark_names() -> Mapping[str, str]:
    """Hash of a name -> the test sets that have a sample of that name, joined by `+`.

    Raises:
        InputError: the file that comes with the package is broken.
    """
    path = resource("data", _FILE)
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
