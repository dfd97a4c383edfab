"""Read text files by content, whatever their names: unpack compressed text, and name the format of other files."""

import codecs
import gzip
import os
import zlib
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa

from merunibench.conversion import archive_format, hint
from merunibench.errors import InputError
from merunibench.files import open_plain
from merunibench.files.reading import read_bounded, read_unpacked, reading

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
OTHERS = {
    b"PK\x03\x04": "is an Excel file or another zip archive, not text; save it as CSV or JSON Lines",
    b"BZh": "is packed by bzip2; unpack it, or pack it by gzip or Zstandard",
    b"\xfd7zXZ": "is packed by xz; unpack it, or pack it by gzip or Zstandard",
    b"\x80\x04": "is a pickle, which is never opened; save it as CSV or JSON Lines",
    b"\x80\x05": "is a pickle, which is never opened; save it as CSV or JSON Lines",
    b"\xd0\xcf\x11\xe0": "is an Excel file, not text; save it as CSV or JSON Lines",
    b"\xff\xfe": "is UTF-16; save the file as UTF-8",
    b"\xfe\xff": "is UTF-16; save the file as UTF-8",
    b"\x93NUMPY": "is a NumPy file, not text; save it as CSV or JSON Lines",
    b"SQLite format": "is a database, not text; save it as CSV or JSON Lines",
}
"""First bytes of files that are not text -> the error message for them."""


def first_bytes(path: Path) -> bytes:
    """Return the first bytes of a regular file, which identify its format if its name does not.

    Raises:
        InputError: it is missing, not a regular file, or not readable.
    """
    with reading(path), open_plain(path) as file:
        return file.read(16)


def refuse_others(path: Path, first: bytes) -> None:
    """Refuse a file that is not text by its first bytes; the message says if it can be converted.

    Raises:
        InputError: its format is not supported.
    """
    for begin, reason in OTHERS.items():
        if first.startswith(begin):
            raise InputError(f"{path}: {reason}{hint(path, archive_format(path))}")


def read_text(path: Path, max_bytes: int) -> bytes:
    """Return the bytes of a text file, unpacked if it is compressed by gzip or Zstandard, without a byte order mark.

    Raises:
        UnsafeFileError: there are more than `max_bytes`.
        InputError: the file cannot be read, or is not text.
    """
    with reading(path, zlib.error, pa.ArrowException), open_plain(path) as file:
        first = file.read(16)
        file.seek(0)
        suffix = path.suffix.lower()
        stream: Any = file
        if first.startswith(_GZIP) or suffix == ".gz":
            stream = gzip.GzipFile(fileobj=file)
        elif first.startswith(_ZSTD) or suffix == ".zst":
            stream = pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")
        if stream is file:
            content = read_bounded(file, path, max_bytes)
        else:
            content = read_unpacked(cast("IO[bytes]", stream), path, os.fstat(file.fileno()).st_size, max_bytes)
    content = content.removeprefix(codecs.BOM_UTF8)
    refuse_others(path, content)
    if b"\0" in content[:4]:
        raise InputError(f"{path}: is UTF-16 or not text; save the file as UTF-8")
    return content


def decoded(content: bytes, path: Path) -> str:
    """Decode the text of a file.

    Raises:
        InputError: it is not UTF-8; the message names the line.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from error
