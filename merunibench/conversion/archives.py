"""Read logs of inspect_ai: zip archives compressed with Zstandard, which Python before 3.14 does not support.

The sizes that the archive declares are not trusted: members are decompressed piece by piece, with one limit for all.
"""

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import pyarrow as pa

from merunibench._text import escape_controls, one_line
from merunibench.errors import InputError
from merunibench.files import open_plain
from merunibench.files.reading import read_bounded, read_unpacked, reading

_ZSTANDARD = 93
_ENCRYPTED = 0x1
_SAMPLES = "samples/"
_MOST_MEMBERS = 200_000
_HEADER = struct.Struct("<4s22xHH")
_LOCAL = b"PK\x03\x04"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    pa.ArrowException,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)


def read_log(path: Path, max_bytes: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the samples of a log, and the name of each in the archive.

    Args:
        path: The archive.
        max_bytes: Maximum decompressed size of all samples together.

    Raises:
        UnsafeFileError: The decompressed samples are larger.
        InputError: The archive is broken, encrypted or compressed in another way, or a sample is not a JSON object.
    """
    samples, names = [], []
    with reading(path, *_BROKEN), open_plain(path) as stream, zipfile.ZipFile(stream) as archive:
        for name, content in _members(archive, stream, path, max_bytes):
            samples.append(_sample(content, f"{path}, {name}"))
            names.append(name)
    return samples, names


def _members(archive: zipfile.ZipFile, stream: BinaryIO, path: Path, max_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Yield the members that contain samples, decompressed one after the other."""
    packed = os.fstat(stream.fileno()).st_size
    members = [each for each in archive.infolist() if each.filename.startswith(_SAMPLES)]
    if len(members) > _MOST_MEMBERS:
        raise InputError(f"{path}: has more than {_MOST_MEMBERS} members")
    already = 0
    for member in members:
        if not member.filename.endswith(".json"):
            continue
        name = escape_controls(member.filename, 100)
        if member.flag_bits & _ENCRYPTED:
            raise InputError(f"{path}, {name}: is encrypted; write the log without a password")
        with _unpacked(archive, member, stream, path) as content:
            if already:
                data = read_bounded(content, path, max_bytes, already)
            else:
                data = read_unpacked(content, path, packed, max_bytes)
        if zlib.crc32(data) != member.CRC:
            raise InputError(f"{path}, {name}: is damaged: its checksum does not match; copy the log again")
        already += len(data)
        yield name, data


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, stream: BinaryIO, path: Path) -> IO[bytes]:
    """Open a member as a stream of its decompressed bytes."""
    if member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return archive.open(member)
    if member.compress_type != _ZSTANDARD:
        raise InputError(f"{path}: uses a compression that inspect_ai does not use; write the log again as JSON")
    stream.seek(member.header_offset)
    mark, name, extra = _HEADER.unpack(stream.read(_HEADER.size))
    if mark != _LOCAL:
        raise zipfile.BadZipFile("a member is not at the position given in the archive")
    stream.seek(name + extra, os.SEEK_CUR)
    # Do not read more than the file contains, whatever size the archive declares.
    packed = stream.read(min(member.compress_size, os.fstat(stream.fileno()).st_size))
    return cast("IO[bytes]", pa.CompressedInputStream(pa.BufferReader(packed), "zstd"))


def _sample(content: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except RecursionError:
        raise InputError(f"{where}: cannot be read as JSON: nested too deeply") from None
    except ValueError as error:
        raise InputError(f"{where}: cannot be read as JSON: {one_line(error)}") from None
    if not isinstance(value, dict):
        raise InputError(f"{where}: is not a sample of inspect_ai, which must be a JSON object")
    return value
