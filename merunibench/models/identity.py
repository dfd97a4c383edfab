"""Which weights were used, and with which libraries."""

import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from merunibench.errors import InputError
from merunibench.files.reading import one_line

_WEIGHTS = frozenset({".safetensors", ".bin", ".pt", ".pth", ".gguf", ".npz", ".onnx"})
_PIECE = 1 << 16
_PIECES = 64


def folder_hash(folder: Path) -> str:
    """A hash of a model's folder: small files whole, weights by size and by 64 pieces spread over each file.

    Training on changes every weight, so that pieces tell models apart; reading them takes milliseconds where the
    whole takes minutes. Hidden files and documentation do not count, and neither does the folder's place.

    Returns:
        `sha256:` and 16 hexadecimal digits.

    Raises:
        InputError: a file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if not path.is_file() or any(part.startswith(".") for part in name.parts) or path.suffix == ".md":
                continue
            size = path.stat().st_size
            digest.update(f"{name.as_posix()}\0{size}\0".encode())
            with path.open("rb") as stream:
                whole = path.suffix not in _WEIGHTS or size <= _PIECE * _PIECES
                for start in [0] if whole else [(size - _PIECE) * k // (_PIECES - 1) for k in range(_PIECES)]:
                    stream.seek(start)
                    digest.update(stream.read() if whole else stream.read(_PIECE))
    except OSError as error:
        raise InputError(f"{folder}: cannot be read: {one_line(error)}") from error
    return f"sha256:{digest.hexdigest()[:16]}"


def versions(*packages: str) -> dict[str, str]:
    """The installed versions of packages, those that are absent left out."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
