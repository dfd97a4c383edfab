"""What every reader of untrusted files shares: the size limit, and errors that name the file in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from merunibench._text import one_line
from merunibench.errors import InputError, UnsafeFileError

DEFAULT_MAX_BYTES = 1 << 30
"""How many bytes a file may unpack to before it is refused: 1 GiB, a hundred times the largest official file."""

_CHUNK = 1 << 20
_ALWAYS_UNPACKED = 64 << 20
_MOST_GROWTH = 256
"""How many times its size a table may unpack to: text packs to a tenth, the most repetitive to a hundredth."""


@contextmanager
def reading(path: Path, *errors: type[Exception]) -> Iterator[None]:
    """Turn the failures of a block that reads `path` into an InputError that names it.

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
    """The error for a file that unpacks to more than `max_bytes`."""
    return UnsafeFileError(
        f"{path}: unpacks to more than {max_bytes} bytes; if you trust the file, raise the limit (--max-bytes)"
    )


def read_bounded(stream: IO[bytes], path: Path, max_bytes: int, already: int = 0) -> bytes:
    """All bytes of a stream, read piece by piece so that no header has to be believed.

    Args:
        stream: What to read.
        path: The file it belongs to, for the message.
        max_bytes: How much the file may unpack to.
        already: How much of it was read before.

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
    """All bytes that a compressed file unpacks to; one that grows as no table does is refused before it fills memory.

    Args:
        stream: What to read.
        path: The file, for the message.
        packed: Its size.
        max_bytes: How much it may unpack to.

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
            f"{path}: unpacks to more than {_MOST_GROWTH} times its size, as no table does; "
            "if you trust it, unpack it yourself"
        ) from None
