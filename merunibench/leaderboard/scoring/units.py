"""Pack a system's units into bytes small enough to cache: what paired tests need in addition to replicates."""

import zlib

import numpy as np
import numpy.typing as npt

from merunibench.scoring import Units

_HEAD = 2 * 4  # bytes: rows and columns
_MOST = 256 << 20  # bytes unpacked; a hundred times the largest data set


def pack(units: Units) -> bytes:
    """Compress quantities and keys: most quantities are zero."""
    head = np.array(units.quantities.shape, "<u4").tobytes()
    content = units.quantities.astype("<f8").tobytes() + units.keys.astype("<u8").tobytes()
    return zlib.compress(head + content, 1)


def unpack(content: bytes) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint64]]:
    """Return quantities, shape (K, U), and keys, shape (U,).

    Raises:
        ValueError: the content is not valid.
    """
    try:
        reader = zlib.decompressobj()
        plain = reader.decompress(content, _MOST)
    except zlib.error as error:
        raise ValueError("units are not compressed") from error
    rows, columns = np.frombuffer(plain[:_HEAD].ljust(_HEAD, b"\0"), "<u4").tolist()
    if not reader.eof or len(plain) != _HEAD + 8 * columns * (rows + 1):
        raise ValueError("units are truncated")
    quantities = np.frombuffer(plain, "<f8", rows * columns, _HEAD).reshape(rows, columns)
    return quantities, np.frombuffer(plain, "<u8", columns, _HEAD + 8 * rows * columns)
