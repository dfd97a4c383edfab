"""Shared by all readers of untrusted files: the size limit, and one-line errors that name the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from merunibench._text import one_line
from merunibench.errors import InputError, UnsafeFileError

DEFAULT_MAX_BYTES = 1 << 30
"""Largest size in bytes that a file may unpack to: 1 GiB, a hundred times the largest official file."""

_CHUNK = 1 << 20
_ALWAYS_UNPACKED = 64 << 20
_MOST_GROWTH = 256
"""Largest ratio of unpacked to packed size of a table: text packs to a tenth, repetitive text to a hundredth."""


@contextmanager
def reading(path: Path, *errors: type[Exception]) -> Iterator[None]:
    """Convert exceptions of a block that reads `path` to an InputError that names it.

    Args:
        path: The file being read.
        errors: Exceptions that mean a broken file, besides OSError, EOFError, MemoryError and RecursionError.

    Raises:
        InputError: the block failed in one of these ways. An InputError of the block passes unchanged.
    """
    broken: tuple[type[Exception], ...] = (OSError, EOFError, MemoryError, *errors)
    try:
        yield
    except InputError:
        raise
    except RecursionError as error:
        raise InputError(f"{path}: cannot be read: nested too deeply") from error
    except broken as error:
        raise InputError(f"{path}: cannot be read: {one_line(error)}") from error


def too_large(path: Path, max_bytes: int) -> UnsafeFileError:
    """Return the error for a file that unpacks to more than `max_bytes`."""
    return UnsafeFileError(
        f"{path}: unpacks to more than {max_bytes} bytes; if you trust the file, raise the limit (--max-bytes)"
    )


def read_bounded(stream: IO[bytes], path: Path, max_bytes: int, already: int = 0) -> bytes:
    """Read all bytes of a stream piece by piece, so that no size in a header has to be trusted.

    Args:
        stream: The stream to read.
        path: The file it belongs to, for the message.
        max_bytes: Largest size that the file may unpack to.
        already: Bytes of it that were already read.

    Raises:
        UnsafeFileError: there are more than `max_bytes`.
    """
    pieces = []
    left = max_bytes - already
    while piece := stream.read(min(_CHUNK, left + 1)):
        left -= len(piece)
        if left < 0:
            raise too_large(path, max_bytes)
        pieces.append(piece)
    return b"".join(pieces)


def read_unpacked(stream: IO[bytes], path: Path, packed: int, max_bytes: int) -> bytes:
    """Read all bytes that a compressed file unpacks to; implausibly large growth is refused before it fills memory.

    Args:
        stream: The stream to read.
        path: The file, for the message.
        packed: Its compressed size.
        max_bytes: Largest size that it may unpack to.

    Raises:
        UnsafeFileError: there are more than `max_bytes`, or more than 64 MiB and 256 times its size.
    """
    likely = max(_ALWAYS_UNPACKED, _MOST_GROWTH * packed)
    if likely >= max_bytes:
        return read_bounded(stream, path, max_bytes)
    try:
        return read_bounded(stream, path, likely)
    except UnsafeFileError:
        raise UnsafeFileError(
            f"{path}: unpacks to more than {_MOST_GROWTH} times its size, which is implausible for a table; "
            "if you trust it, unpack it yourself"
        ) from None
