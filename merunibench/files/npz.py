"""Read untrusted `.npz` archives: only plain arrays and plain pickled data, within a size limit.

`numpy.load(allow_pickle=True)` runs any program in a pickle. This reader runs nothing (see `pickles`), does not trust
the sizes in headers, and unpacks only the requested arrays.
"""

import io
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.lib import format as npy_format

from merunibench._text import listed, one_line
from merunibench.errors import InputError
from merunibench.files.arrays import AnyArray, array_from_bytes, element_count, plain_dtype
from merunibench.files.pickles import load_pickle
from merunibench.files.plain import open_plain, read_plain
from merunibench.files.reading import DEFAULT_MAX_BYTES, read_bounded, reading, too_large

_SUFFIX = ".npy"
_MAX_HEADER_BYTES = 10_000
_ENCRYPTED = 0x1
_READ_HEADER = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}


def npz_keys(path: Path) -> list[str]:
    """Return the names of the arrays in an archive, in file order, without unpacking.

    Raises:
        InputError: the file is missing or not an npz archive.
    """
    with _opened(path) as archive:
        return list(_members(archive))


def read_npz(
    path: Path, keys: Collection[str] | None = None, *, max_bytes: int = DEFAULT_MAX_BYTES
) -> dict[str, AnyArray]:
    """Read arrays of an archive; pickled objects must be plain data (see `pickles.load_pickle`).

    Args:
        path: The `.npz` file.
        keys: Names of the arrays to unpack; None for all.
        max_bytes: Largest total size that they may unpack to.

    Returns:
        The arrays by name, as `numpy.load` would return them, but possibly read-only. A saved dictionary is an array of
        objects without dimensions; get it with `.item()`.

    Raises:
        UnsafeFileError: a pickle contains anything but plain data, or the arrays are larger than `max_bytes`.
        InputError: the file is missing, broken or encrypted, or lacks one of `keys`.
    """
    arrays = {}
    unpacked = 0
    with _opened(path) as archive:
        members = _members(archive)
        for key in members if keys is None else keys:
            if key not in members:
                raise InputError(f"{path}: contains no array {key!r}; it contains {listed(members) or 'none'}")
            content = _unpack(archive, members[key], path, max_bytes, unpacked)
            unpacked += len(content)
            arrays[key] = _parse_array(content, f"{path}, array {key!r}")
    return arrays


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    errors = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OverflowError)
    with reading(path, *errors), open_plain(path) as stream, zipfile.ZipFile(stream) as archive:
        yield archive


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    members = {info.filename: info for info in archive.infolist() if info.filename.endswith(_SUFFIX)}
    return {name.removesuffix(_SUFFIX): info for name, info in members.items()}


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, max_bytes: int, already: int) -> bytes:
    """Return the bytes of one member, in one of the two compressions that NumPy writes, whose output can be limited."""
    if member.flag_bits & _ENCRYPTED:
        raise InputError(f"{path}: is encrypted; save it without a password")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{path}: uses a compression that NumPy does not; save it again with numpy.savez_compressed")
    if already + member.file_size > max_bytes:
        raise too_large(path, max_bytes)
    with archive.open(member) as stream:
        return read_bounded(stream, path, max_bytes, already)


def _parse_array(content: bytes, where: str) -> AnyArray:
    """Parse one array in the `.npy` format, version 1 or 2 (version 3 is for arrays with fields)."""
    stream = io.BytesIO(content)
    try:
        shape, fortran, dtype = _read_header(stream)
        dtype = plain_dtype(dtype)
        if not dtype.hasobject:
            return array_from_bytes(memoryview(content)[stream.tell() :], dtype, shape, fortran=fortran)
        size = element_count(shape)
    except (ValueError, TypeError, KeyError, SyntaxError, TokenError, OverflowError, MemoryError) as error:
        raise InputError(f"{where}: broken array: {one_line(error)}") from error
    value = load_pickle(content[stream.tell() :], where)
    if not isinstance(value, np.ndarray) or not value.dtype.hasobject or value.size != size:
        raise InputError(f"{where}: broken array: its pickle is not the array that its header describes")
    return value.reshape(shape)


def _read_header(stream: io.BytesIO) -> tuple[tuple[int, ...], bool, Any]:
    version = npy_format.read_magic(stream)
    if version not in _READ_HEADER:
        raise ValueError(f"version {version} of the npy format is not supported")
    with warnings.catch_warnings():
        # NumPy warns about unusual headers and then reads them; here they are read or refused without a warning.
        warnings.simplefilter("ignore")
        return _READ_HEADER[version](stream, max_header_size=_MAX_HEADER_BYTES)


def read_npy(path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> AnyArray:
    """Read one array in an `.npy` file, as safely as `read_npz`.

    Raises:
        UnsafeFileError: it is larger than `max_bytes`, or contains a pickle of anything but plain data.
        InputError: the file is missing or broken.
    """
    return _parse_array(read_plain(path, max_bytes), str(path))
