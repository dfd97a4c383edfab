"""Writing files whole or not at all: a reader never sees half a file, a failure leaves the old one in place."""

import errno
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Literal

from merunibench._text import one_line
from merunibench.errors import InputError

_DIGITS = 8
"""Hexadecimal digits of each half of a temporary name."""


@contextmanager
def open_atomic(path: Path, mode: Literal["w", "wb"] = "w", *, sync: bool = True) -> Iterator[IO[Any]]:
    """A file to write to that takes the place of `path` when the block ends, and vanishes when it fails.

    Folders above it are created. Text is UTF-8 with Unix line ends on every system.

    Args:
        path: Where the content shall stand.
        mode: `w` for text, `wb` for bytes.
        sync: Whether the content must be on the disk when the block ends, so that a power cut cannot take it.

    Yields:
        The open temporary file, in the folder of `path` so that the final move is atomic.

    Raises:
        InputError: the file cannot be written (no permission, a folder of that name, a full disk).
    """
    text = {} if mode == "wb" else {"encoding": "utf-8", "newline": "\n"}
    if _is_device(path):
        # /dev/stdout and its like are written to; replacing one would be the end of it.
        with writing(path), path.open(mode, **text) as stream:  # type: ignore[call-overload]
            yield stream
        return
    path = Path(os.path.realpath(path))  # behind a symbolic link stands the file that is meant
    # Not tempfile: its files are private to the user, where a result should have the usual permissions.
    temporary = path.parent / _temporary_name(path)
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("xb" if mode == "wb" else "x", **text) as stream:  # type: ignore[call-overload]
                yield stream
                stream.flush()
                if sync:
                    os.fsync(stream.fileno())
            temporary.replace(path)
    finally:
        with suppress(OSError):  # the folder may be no folder; what went wrong has been said
            temporary.unlink(missing_ok=True)


@contextmanager
def whole_set(out: Path) -> Iterator[Path]:
    """A folder to write a set of files to; they take their places below `out` when the block ends, none if it fails.

    It lies in `out`, so that it is of the same file system, whatever `out` is.

    Raises:
        InputError: a file of the set cannot take its place, or `out` cannot be written.
    """
    temporary = out / _temporary_name(out)
    fresh = next((path for path in (*reversed(out.parents), out) if not os.path.lexists(path)), None)
    try:
        with writing(out):
            temporary.mkdir(parents=True)
        yield temporary
        _move(temporary, out)
    except BaseException as error:
        shutil.rmtree(temporary, ignore_errors=True)
        for folder in sorted((fresh, *fresh.rglob("*")), reverse=True) if fresh else ():
            with suppress(OSError):  # what is not empty is somebody else's
                folder.rmdir()
        if isinstance(error, InputError):  # whoever reads it knows of no temporary folder
            raise type(error)(str(error).replace(f"{temporary.name}{os.sep}", "")) from error
        raise
    shutil.rmtree(temporary, ignore_errors=True)


def remove_leftovers(path: Path) -> None:
    """Remove what killed writers of a file have left beside it; for who knows that nobody else is writing it."""
    path = Path(os.path.realpath(path))
    for left in path.parent.glob(_temporary_name(path, "?" * _DIGITS)):
        with suppress(OSError):
            left.unlink()


def remove_all_leftovers(folder: Path, *, recursive: bool = False) -> None:
    """Remove what killed writers of any file or set have left in a folder; for who knows that nobody else writes there.

    Args:
        folder: The folder; it need not be there.
        recursive: Whether to look into folders below it as well.
    """
    pattern = f".{'[0-9a-f]' * 2 * _DIGITS}.tmp"
    for left in sorted(folder.rglob(pattern) if recursive else folder.glob(pattern)):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            with suppress(OSError):
                left.unlink()


def _temporary_name(path: Path, random: str | None = None) -> str:
    """Half of it tells what is being written, so that leftovers are known; the other half tells writers apart."""
    mark = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:_DIGITS]
    return f".{mark}{random or secrets.token_hex(_DIGITS // 2)}.tmp"


def _move(source: Path, target: Path) -> None:
    """Move the files below a folder to the same places below another."""
    files = [path for path in sorted(source.rglob("*")) if not path.is_dir()]
    places = [Path(os.path.realpath(target / path.relative_to(source))) for path in files]
    for place in places:
        with writing(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_dir():
                raise IsADirectoryError(errno.EISDIR, "Is a directory")
    for path, place in zip(files, places, strict=True):
        with writing(place):
            path.replace(place)


@contextmanager
def writing(path: Path, *errors: type[Exception]) -> Iterator[None]:
    """Say in one line that a file cannot be written, where the block fails to.

    Args:
        path: What the message names.
        errors: What a library raises of that, besides `OSError`.

    Raises:
        InputError: it cannot.
    """
    caught: tuple[type[Exception], ...] = (OSError, *errors)
    try:
        yield
    except BrokenPipeError:  # the reader of a device has left, which is no fault of its name
        raise
    except caught as error:
        hint = "" if isinstance(error, OSError) else "is the disk full? "
        raise InputError(f"{path}: cannot be written: {hint}{one_line(error)}") from error


def _is_device(path: Path) -> bool:
    try:
        kind = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(kind) or stat.S_ISDIR(kind))


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, whole or not at all.

    Raises:
        InputError: the file cannot be written.
    """
    with open_atomic(path) as stream:
        stream.write(text)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all.

    Raises:
        InputError: the file cannot be written.
    """
    with open_atomic(path, "wb") as stream:
        stream.write(content)


def write_changed(path: Path, content: bytes) -> None:
    """Write `content` to `path` unless it is there already: of a folder of hundreds of files, few change at a time.

    Whole or not at all, but without waiting for the disk: for what can be made again after a power cut.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        same = path.read_bytes() == content
    except OSError:
        same = False
    if not same:
        with open_atomic(path, "wb", sync=False) as stream:
            stream.write(content)
