"""Opening files that strangers named or sent: regular files only, so that nothing waits for ever or never ends."""

import mmap
import os
import stat
from pathlib import Path
from typing import BinaryIO

from merunibench.errors import InputError, UnsafeFileError
from merunibench.files.reading import reading

# A pipe that nobody writes to is opened at once, and then refused; systems without the flag have no such files.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)
_PIECE = 1 << 20


def open_plain(path: Path, *, within: Path | None = None) -> BinaryIO:
    """Open a file for reading bytes, whoever named it.

    Args:
        path: The file; symbolic links are followed.
        within: The folder that the file must lie in when all links are followed; None for any place.

    Returns:
        The open file: a regular one, neither a pipe nor a socket nor a device.

    Raises:
        UnsafeFileError: it lies outside `within`.
        InputError: it is missing, may not be read, or is no regular file; the message names it.
    """
    with reading(path, ValueError):  # of a name with a NUL, or with half of a character
        place = path if within is None else _place_in(path, within)
        # The built-in function, since `Path.open` takes no opener; whoever asked closes it.
        stream = open(place, "rb", opener=lambda name, flags: os.open(name, flags | _AT_ONCE))  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise InputError(f"{path}: is no regular file but a pipe or a device; name a file on the disk")
    return stream


def _place_in(path: Path, folder: Path) -> Path:
    """Where the file really is, all links followed."""
    place = Path(os.path.realpath(path, strict=True))
    if not place.is_relative_to(os.path.realpath(folder, strict=True)):
        raise UnsafeFileError(f"{path}: lies outside the folder {folder}, by its name or through a link")
    return place


def read_plain(path: Path, max_bytes: int, *, within: Path | None = None) -> bytes:
    """The whole content of a file that `open_plain` opens.

    Raises:
        UnsafeFileError: it is longer than `max_bytes`, or lies outside `within`.
        InputError: it cannot be read.
    """
    with reading(path), open_plain(path, within=within) as stream:
        # No more is asked for than there is: as much is reserved at once.
        content = stream.read(min(os.fstat(stream.fileno()).st_size, max_bytes) + 1)
        while len(content) <= max_bytes and (more := stream.read(_PIECE)):
            content += more
    if len(content) > max_bytes:
        raise UnsafeFileError(f"{path}: is longer than the {max_bytes >> 10} KiB that are read")
    return content


def map_plain(path: Path, *, within: Path | None = None) -> memoryview:
    """The content of a file that `open_plain` opens, mapped: nothing is read before it is looked at.

    Raises:
        UnsafeFileError: it lies outside `within`.
        InputError: it cannot be read, or is empty.
    """
    with reading(path, ValueError), open_plain(path, within=within) as stream:  # ValueError: of an empty file
        return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
