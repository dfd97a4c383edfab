"""Which weights a model has: the commit of the Hub that they came from, or a hash of the folder that holds them."""

import hashlib
import re
from pathlib import Path

from merunibench._text import one_line
from merunibench.errors import InputError

_WEIGHTS = frozenset({".safetensors", ".bin", ".pt", ".pth", ".gguf", ".npz", ".onnx"})
_PIECE = 1 << 16
_PIECES = 64
_COMMIT = re.compile(r"[0-9a-f]{40}")


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


def hub_commit(name: str, revision: str | None) -> str | None:
    """The commit of a model on the Hugging Face Hub, as its cache on this machine knows it.

    Args:
        name: `owner/name`.
        revision: Branch, tag or commit; None for `main`.

    Returns:
        40 hexadecimal digits; None where the cache does not say.
    """
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(name, "config.json", revision=revision)
    commit = Path(path).parent.name if isinstance(path, str) else ""
    return commit if _COMMIT.fullmatch(commit) else None
