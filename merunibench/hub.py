"""Models of the Hugging Face Hub, or of a folder: found, identified, loaded, and the device they run on.

What `chat` and `models` share. Importing this module loads no model library.
"""

import hashlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

from merunibench._text import one_line
from merunibench.errors import InputError

DTYPES = ("auto", "float32", "bfloat16", "float16")
"""Precisions of weights; auto is that in which they were saved."""
DEVICE_MAPS = ("balanced", "balanced_low_0", "sequential")
"""Ways to spread one model over several accelerators."""

_WEIGHTS = frozenset({".safetensors", ".bin", ".pt", ".pth", ".gguf", ".npz", ".onnx"})
_PIECE = 1 << 16
_PIECES = 64
_COMMIT = re.compile(r"[0-9a-f]{40}")
_UNREGISTERED = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


@dataclass(frozen=True)
class Source:
    """Where a model's files are.

    Attributes:
        path: The folder, or `owner/name` on the Hub: what `from_pretrained` takes.
        revision: Branch, tag or commit on the Hub; None for `main`, and for a folder.
    """

    path: str
    revision: str | None = None

    @classmethod
    def parse(cls, spec: str) -> "Source":
        """What a user's `owner/name`, `owner/name@revision` or folder stands for; nothing is looked up.

        Example:
            >>> Source.parse("owner/name@v2")
            Source(path='owner/name', revision='v2')
        """
        folder = Path(spec).expanduser()
        if folder.is_dir():
            return cls(str(folder))
        path, _, revision = spec.partition("@")
        return cls(path, revision or None)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder on this machine."""
        return Path(self.path).is_dir()

    @property
    def name(self) -> str:
        """The name on the Hub, or the folder's own: where it lies on this machine is nobody's business."""
        return Path(self.path).resolve().name if self.is_folder else self.path

    @cached_property
    def identity(self) -> str | None:
        """The folder's hash, or the commit on the Hub; None where the Hub's cache does not say.

        Raises:
            InputError: a file of the folder cannot be read.
        """
        return folder_hash(Path(self.path)) if self.is_folder else _commit(self.path, self.revision)

    def load(self, kind: Any, **options: Any) -> Any:  # noqa: ANN401 - a class of transformers, and what it loads
        """What `kind.from_pretrained` makes of the files."""
        return kind.from_pretrained(self.path, **({"revision": self.revision} if self.revision else {}), **options)


_BROKEN: tuple[type[Exception], ...] = (
    OSError,
    ValueError,
    LookupError,
    ImportError,
    RuntimeError,
    TypeError,
    AttributeError,
)
"""What the libraries raise over a model's folder that is broken: they take its descriptions for right."""


@contextmanager
def loading(what: str, hint: str = "", *others: type[Exception]) -> Iterator[None]:
    """Turn what the libraries raise about files that are absent, broken or of another kind into an InputError.

    Args:
        what: Begins the message: what cannot be loaded.
        hint: Ends it.
        others: What the block's own library raises besides.

    Raises:
        InputError: the block failed so. An InputError of the block passes unchanged.
    """
    broken = (*_BROKEN, *_broken_weights(), *others)
    try:
        yield
    except InputError:
        raise
    except broken as error:
        raise InputError(f"{what}: {one_line(error)}{hint}") from error


def _broken_weights() -> tuple[type[Exception], ...]:
    """What safetensors raises, which is an Exception and nothing more special."""
    try:
        from safetensors import SafetensorError
    except ImportError:
        return ()
    return (SafetensorError,)


def load_transformers() -> Any:  # noqa: ANN401 - a module without types
    """The library transformers, with torch below it.

    Raises:
        InputError: one of them is not installed.
    """
    try:
        import torch  # noqa: F401 - transformers comes without, but models do not
        import transformers
    except ImportError as error:
        raise InputError(f"models need {error.name}: pip install 'merunibench[models]'") from error
    ensure_torchvision()
    return transformers


def choose_device(asked: str, *, maps: bool = False) -> str:
    """The device that an option stands for; `auto` is the best that is here.

    Args:
        asked: auto, cpu, cuda, cuda:1, mps.
        maps: Whether one of `DEVICE_MAPS` will do, which is returned as it is.

    Raises:
        InputError: there is no such device on this machine.
    """
    import torch

    if maps and asked in DEVICE_MAPS:
        return asked
    if asked == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.zeros(1, device=asked)
    except (RuntimeError, AssertionError) as error:
        raise InputError(f"device {asked!r} cannot be used here: {one_line(error)}") from error
    return asked


def check_dtype(asked: str) -> None:
    """Refuse a precision that is none of `DTYPES`.

    Raises:
        InputError: it is none.
    """
    if asked not in DTYPES:
        raise InputError(f"dtype must be one of {', '.join(DTYPES)}, not {asked!r}")


def versions(*packages: str) -> dict[str, str]:
    """The installed versions of packages, those that are absent left out."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


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


def _commit(name: str, revision: str | None) -> str | None:
    """The commit of a model on the Hub, 40 hexadecimal digits, as its cache on this machine knows it; else None."""
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(name, "config.json", revision=revision)
    commit = Path(path).parent.name if isinstance(path, str) else ""
    return commit if _COMMIT.fullmatch(commit) else None


def ensure_torchvision() -> ModuleType | None:
    """Import torchvision, with the operators described that its own wheel failed to register.

    transformers imports torchvision wherever it finds it installed, even for models of text. Its wheels on package
    registries are built for CUDA; beside a CPU torch they fail at import, because two of the operators that they
    describe were never registered. Those two are not needed to prepare frames, so describing them first is enough;
    decoding images from files stays impossible, and processors must be given arrays.

    Call it before anything of transformers is loaded, in every process.

    Returns:
        The module; None where torchvision is not installed.

    Raises:
        RuntimeError: torchvision fails at import for another reason.
    """
    try:
        return import_module("torchvision")
    except ImportError:
        return None
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise
    import torch

    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    for operator in _UNREGISTERED:
        torch.library.define(f"torchvision::{operator}", _SCHEMA)
    return import_module("torchvision")
