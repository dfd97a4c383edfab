"""Find, identify and load models from the Hugging Face Hub or a folder, and choose their device.

Shared by `chat` and `models`. Importing this module loads no model library.
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
"""Precisions of weights; auto uses the saved precision."""
DEVICE_MAPS = ("balanced", "balanced_low_0", "sequential")
"""Ways to distribute one model over several accelerators."""

_WEIGHTS = frozenset({".safetensors", ".bin", ".pt", ".pth", ".gguf", ".npz", ".onnx"})
_PIECE = 1 << 16
_PIECES = 64
_COMMIT = re.compile(r"[0-9a-f]{40}")
_UNREGISTERED = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


@dataclass(frozen=True)
class Source:
    """Location of a model's files.

    Attributes:
        path: The folder, or `owner/name` on the Hub, as for `from_pretrained`.
        revision: Branch, tag or commit on the Hub; None for `main`, and for a folder.
    """

    path: str
    revision: str | None = None

    @classmethod
    def parse(cls, spec: str) -> "Source":
        """Parse `owner/name`, `owner/name@revision` or a folder, without looking it up.

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
        """Whether it is a local folder."""
        return Path(self.path).is_dir()

    @property
    def name(self) -> str:
        """The name on the Hub, or the name of the folder without its path, which is private."""
        return Path(self.path).resolve().name if self.is_folder else self.path

    @cached_property
    def identity(self) -> str | None:
        """The folder's hash, or the commit on the Hub; None if it is not in the Hub's cache.

        Raises:
            InputError: a file of the folder cannot be read.
        """
        return folder_hash(Path(self.path)) if self.is_folder else _commit(self.path, self.revision)

    def load(self, kind: Any, **options: Any) -> Any:  # noqa: ANN401 - a class of transformers, and what it loads
        """Load the files with `kind.from_pretrained`."""
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
"""Exceptions of the libraries for a broken model folder, whose descriptions they do not validate."""


@contextmanager
def loading(what: str, hint: str = "", *others: type[Exception]) -> Iterator[None]:
    """Convert exceptions of the libraries about missing, broken or unsuitable files to an InputError.

    Args:
        what: Start of the message: what cannot be loaded.
        hint: End of the message.
        others: Further exceptions that the block's own library raises.

    Raises:
        InputError: the block raised one of these. An InputError of the block passes unchanged.
    """
    broken = (*_BROKEN, *_broken_weights(), *others)
    try:
        yield
    except InputError:
        raise
    except broken as error:
        raise InputError(f"{what}: {one_line(error)}{hint}") from error


def _broken_weights() -> tuple[type[Exception], ...]:
    """Return the exceptions of safetensors, which derive directly from Exception."""
    try:
        from safetensors import SafetensorError
    except ImportError:
        return ()
    return (SafetensorError,)


def load_transformers() -> Any:  # noqa: ANN401 - a module without types
    """Import the library transformers, and torch.

    Raises:
        InputError: one of them is not installed.
    """
    try:
        import torch  # noqa: F401 - transformers can be imported without it, but models need it
        import transformers
    except ImportError as error:
        raise InputError(f"models need {error.name}: pip install 'merunibench[models]'") from error
    ensure_torchvision()
    return transformers


def choose_device(asked: str, *, maps: bool = False) -> str:
    """Return the device for an option; `auto` is the best available one.

    Args:
        asked: auto, cpu, cuda, cuda:1, mps.
        maps: Whether one of `DEVICE_MAPS` is allowed; it is returned unchanged.

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
    """Check that a precision is one of `DTYPES`.

    Raises:
        InputError: it is not.
    """
    if asked not in DTYPES:
        raise InputError(f"dtype must be one of {', '.join(DTYPES)}, not {asked!r}")


def versions(*packages: str) -> dict[str, str]:
    """Return the versions of the packages that are installed."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def folder_hash(folder: Path) -> str:
    """Return a hash of a model's folder: small files completely, weights by size and 64 pieces of each file.

    Further training changes every weight, so pieces distinguish models; reading them takes milliseconds, reading whole
    files would take minutes. Hidden files, documentation and the folder's location do not affect the hash.

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
    """Return the commit of a model on the Hub (40 hexadecimal digits) from the local cache, or None."""
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(name, "config.json", revision=revision)
    commit = Path(path).parent.name if isinstance(path, str) else ""
    return commit if _COMMIT.fullmatch(commit) else None


def ensure_torchvision() -> ModuleType | None:
    """Import torchvision, after defining operators that its wheel may fail to register.

    transformers imports torchvision whenever it is installed, even for text models. The wheels on package registries
    are built for CUDA; with a CPU build of torch their import fails, because two operators are not registered. These
    are not needed to prepare frames, so defining them first is sufficient; decoding image files remains impossible, and
    processors must be given arrays.

    Call it in every process before anything of transformers is loaded.

    Returns:
        The module; None if torchvision is not installed.

    Raises:
        RuntimeError: importing torchvision fails for another reason.
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
