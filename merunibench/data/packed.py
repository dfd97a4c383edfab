"""Files of text as they are, whatever they are called: packed or not, and what is no text is called what it is."""

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
"""What files begin with that are no text, and what is to be said of them."""


def first_bytes(path: Path) -> bytes:
    """The first bytes of a file, which tell its format where its name does not; none of what is no regular file.

    Raises:
        InputError: it is missing, or may not be read.
    """
    with reading(path), open_plain(path) as file:
        return file.read(16)


def refuse_others(path: Path, first: bytes) -> None:
    """Refuse a file that is no text by what it begins with; what another tool wrote can be converted.

    Raises:
        InputError: it is none that is read.
    """
    for begin, reason in OTHERS.items():
        if first.startswith(begin):
            raise InputError(f"{path}: {reason}{hint(path, archive_format(path))}")


def read_text(path: Path, max_bytes: int) -> bytes:
    """The bytes of a file of text, unpacked where it is packed by gzip or Zstandard, without a byte order mark.

    Raises:
        UnsafeFileError: there are more than `max_bytes`.
        InputError: the file cannot be read, or is no text.
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
        raise InputError(f"{path}: is UTF-16 or no text at all; save the file as UTF-8")
    return content


def decoded(content: bytes, path: Path) -> str:
    """The text of a file.

    Raises:
        InputError: it is not UTF-8; the message names the line.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from error
