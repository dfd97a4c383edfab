"""Open untrusted files: regular files only, so that reading never blocks and always ends."""

import mmap
import os
import stat
from pathlib import Path
from typing import BinaryIO

from merunibench.errors import InputError, UnsafeFileError
from merunibench.files.reading import reading

# Opens a pipe without a writer immediately, so that it can be refused; systems without the flag have no such pipes.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)
_PIECE = 1 << 20


def open_plain(path: Path, *, within: Path | None = None) -> BinaryIO:
    """Open a file with an untrusted name for reading bytes.

    Args:
        path: The file; symbolic links are followed.
        within: The folder that the file must be in after all links are resolved; None for any place.

    Returns:
        The open file: a regular one, neither a pipe nor a socket nor a device.

    Raises:
        UnsafeFileError: it is outside `within`.
        InputError: it is missing, not readable, or not a regular file; the message names it.
    """
    with reading(path, ValueError):  # for a name with a NUL, or with a lone surrogate
        place = path if within is None else _place_in(path, within)
        # `Path.open` takes no opener, so the built-in function is used; the caller closes the file.
        stream = open(place, "rb", opener=lambda name, flags: os.open(name, flags | _AT_ONCE))  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise InputError(f"{path}: is a pipe or a device, not a regular file; name a file on the disk")
    return stream


def _place_in(path: Path, folder: Path) -> Path:
    """Return the real path of the file, with all links resolved."""
    place = Path(os.path.realpath(path, strict=True))
    if not place.is_relative_to(os.path.realpath(folder, strict=True)):
        raise UnsafeFileError(f"{path}: is outside the folder {folder}, by its name or through a link")
    return place


def read_plain(path: Path, max_bytes: int, *, within: Path | None = None) -> bytes:
    """Return the whole content of a file that `open_plain` opens.

    Raises:
        UnsafeFileError: it is longer than `max_bytes`, or is outside `within`.
        InputError: it cannot be read.
    """
    with reading(path), open_plain(path, within=within) as stream:
        # Request no more than the file size, since that much memory is allocated immediately.
        content = stream.read(min(os.fstat(stream.fileno()).st_size, max_bytes) + 1)
        while len(content) <= max_bytes and (more := stream.read(_PIECE)):
            content += more
    if len(content) > max_bytes:
        raise UnsafeFileError(f"{path}: is longer than {max_bytes >> 10} KiB, the maximum")
    return content


def map_plain(path: Path, *, within: Path | None = None) -> memoryview:
    """Return the content of a file that `open_plain` opens, mapped into memory: bytes are read when accessed.

    Raises:
        UnsafeFileError: it is outside `within`.
        InputError: it cannot be read, or is empty.
    """
    with reading(path, ValueError), open_plain(path, within=within) as stream:  # ValueError: for an empty file
        return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
