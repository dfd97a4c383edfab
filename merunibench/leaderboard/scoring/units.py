"""A system's units as bytes, small enough to be kept with its figures: what paired tests need beside replicates."""

import zlib

import numpy as np
import numpy.typing as npt

from merunibench.errors import InputError
from merunibench.scoring import Units

_HEAD = 2 * 4  # bytes: rows and columns
_MOST = 256 << 20  # bytes unpacked; a hundred times what the largest data set has


def pack(units: Units) -> bytes:
    """Quantities and keys, compressed: most quantities are zero."""
    head = np.array(units.quantities.shape, "<u4").tobytes()
    content = units.quantities.astype("<f8").tobytes() + units.keys.astype("<u8").tobytes()
    return zlib.compress(head + content, 1)


def unpack(content: bytes) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint64]]:
    """Quantities, shape (K, U), and keys, shape (U,).

    Raises:
        InputError: these are no units.
    """
    try:
        reader = zlib.decompressobj()
        plain = reader.decompress(content, _MOST)
        rows, columns = np.frombuffer(plain[:_HEAD], "<u4").tolist()
        if not reader.eof or len(plain) != _HEAD + 8 * columns * (rows + 1):
            raise ValueError("cut short")
    except (zlib.error, ValueError) as error:
        raise InputError("the cache holds units that are none; delete it, or build with --no-cache") from error
    quantities = np.frombuffer(plain, "<f8", rows * columns, _HEAD).reshape(rows, columns)
    return quantities, np.frombuffer(plain, "<u8", columns, _HEAD + 8 * rows * columns)
