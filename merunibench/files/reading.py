"""What every reader of untrusted files shares: the size limit, and errors that name the file in one line."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from merunibench.errors import InputError, UnsafeFileError

DEFAULT_MAX_BYTES = 1 << 30
"""How many bytes a file may unpack to before it is refused: 1 GiB, a hundred times the largest official file."""

_CHUNK = 1 << 20


def one_line(error: BaseException) -> str:
    """The reason an exception gives, in one line of at most 200 characters."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    line = next(filter(None, text.splitlines()), type(error).__name__)[:200]
    return line if line.isprintable() else repr(line)


def shown(value: object) -> str:
    """A value of a file as messages show it: in one line, short, and safe however odd it is."""
    if isinstance(value, str):
        return repr(value[:60]) + ("…" if len(value) > 60 else "")
    if isinstance(value, int) and abs(value) >= 1 << 64:
        return "a number of many digits"
    if value is None or isinstance(value, bool | int | float):
        return str(value)[:60]
    return f"a value of type {type(value).__name__}"


def listed(names: Iterable[str], most: int = 20) -> str:
    """Names out of a file as messages list them: in one line, odd ones quoted, the first `most`."""
    every = list(names)
    shown = [name if name.isprintable() and len(name) <= 60 else repr(name[:60]) for name in every[:most]]
    return ", ".join(shown) + (", …" if len(every) > most else "")


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
