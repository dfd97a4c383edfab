"""Write files atomically: readers never see a partial file, and a failure keeps the old file."""

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
    """Open a temporary file that replaces `path` when the block ends, and is deleted if the block fails.

    Parent folders are created. Text is UTF-8 with Unix line ends on every system.

    Args:
        path: The file to write.
        mode: `w` for text, `wb` for bytes.
        sync: Whether to flush the content to disk when the block ends, so that it survives a power cut.

    Yields:
        The open temporary file, in the folder of `path` so that the final move is atomic.

    Raises:
        InputError: the file cannot be written (no permission, a folder of that name, a full disk).
    """
    text = {} if mode == "wb" else {"encoding": "utf-8", "newline": "\n"}
    if _is_device(path):
        # Write to /dev/stdout and the like directly: replacing the device would destroy it.
        with writing(path), path.open(mode, **text) as stream:  # type: ignore[call-overload]
            yield stream
        return
    path = Path(os.path.realpath(path))  # replace the target of a symbolic link, not the link
    # tempfile is not used, since its files are private to the user; a result should have the usual permissions.
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
        with suppress(OSError):  # the parent may not be a folder; that error was already raised
            temporary.unlink(missing_ok=True)


@contextmanager
def whole_set(out: Path) -> Iterator[Path]:
    """Provide a folder for a set of files, which are moved to `out` when the block ends; if it fails, none is.

    The folder is inside `out`, so that it is on the same file system.

    Raises:
        InputError: a file of the set cannot be moved, or `out` cannot be written.
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
            with suppress(OSError):  # folders that are not empty belong to others
                folder.rmdir()
        if isinstance(error, InputError):  # do not mention the temporary folder
            raise type(error)(str(error).replace(f"{temporary.name}{os.sep}", "")) from error
        raise
    shutil.rmtree(temporary, ignore_errors=True)


def remove_leftovers(path: Path) -> None:
    """Remove files that killed writers of a file left next to it. The caller must be the only writer."""
    path = Path(os.path.realpath(path))
    for left in path.parent.glob(_temporary_name(path, "?" * _DIGITS)):
        with suppress(OSError):
            left.unlink()


def remove_all_leftovers(folder: Path, *, recursive: bool = False) -> None:
    """Remove files that killed writers of any file or set left in a folder. The caller must be the only writer there.

    Args:
        folder: The folder; it need not exist.
        recursive: Whether to also clean its sub-folders.
    """
    pattern = f".{'[0-9a-f]' * 2 * _DIGITS}.tmp"
    for left in sorted(folder.rglob(pattern) if recursive else folder.glob(pattern)):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            with suppress(OSError):
                left.unlink()


def _temporary_name(path: Path, random: str | None = None) -> str:
    """Return a name whose first half identifies the target, to find leftovers, and whose second half is random."""
    mark = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:_DIGITS]
    return f".{mark}{random or secrets.token_hex(_DIGITS // 2)}.tmp"


def _move(source: Path, target: Path) -> None:
    """Move the files below a folder to the same relative paths below another."""
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
    """Raise an InputError of one line if the block fails to write a file.

    Args:
        path: The file named in the message.
        errors: Exceptions that a library raises in this case, besides `OSError`.

    Raises:
        InputError: the file cannot be written.
    """
    caught: tuple[type[Exception], ...] = (OSError, *errors)
    try:
        yield
    except BrokenPipeError:  # the reader of a device has left; the path is not to blame
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
    """Write `text` to `path` as UTF-8, atomically.

    Raises:
        InputError: the file cannot be written.
    """
    with open_atomic(path) as stream:
        stream.write(text)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, atomically.

    Raises:
        InputError: the file cannot be written.
    """
    with open_atomic(path, "wb") as stream:
        stream.write(content)


def write_changed(path: Path, content: bytes) -> None:
    """Write `content` to `path` unless it is unchanged, since few of hundreds of files in a folder change at a time.

    The write is atomic, but does not wait for the disk: use it for files that can be recreated after a power cut.

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
