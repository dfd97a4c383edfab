"""NumPy arrays from raw bytes: only plain numbers and text, and only if type, shape and bytes agree exactly."""

import math
import re
from typing import Any

import numpy as np
import numpy.typing as npt

_KINDS = "biufSUO"
_TYPE = re.compile(r"[<>=|]?[biufSUO][0-9]{0,9}")
_MAX_DIMENSIONS = 32
_LAST_CODE_POINT = 0x10FFFF

AnyArray = npt.NDArray[Any]


def plain_dtype(dtype: object) -> np.dtype[Any]:
    """The type of booleans, integers, floats, bytes, text or objects that `dtype` stands for.

    Args:
        dtype: A NumPy type, or its short name such as `<U14`.

    Raises:
        ValueError: it is another type, one with fields, or one without size.
    """
    if isinstance(dtype, str) and _TYPE.fullmatch(dtype):
        try:
            dtype = np.dtype(dtype)
        except (TypeError, OverflowError):
            raise ValueError(f"unknown array type {dtype!r}") from None
    if isinstance(dtype, np.dtype) and dtype.kind in _KINDS and dtype.itemsize and not dtype.subdtype:
        return dtype
    raise ValueError(f"arrays of type {str(dtype)[:40]!r} are not read")


def element_count(shape: object) -> int:
    """The number of elements of an array of that shape.

    Raises:
        ValueError: it is no tuple of at most 32 counts.
    """
    if not isinstance(shape, tuple) or len(shape) > _MAX_DIMENSIONS:
        raise ValueError("the shape of an array is not understood")
    if not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError("the shape of an array is not understood")
    return math.prod(shape)


def array_from_bytes(data: memoryview, dtype: np.dtype[Any], shape: tuple[int, ...], *, fortran: bool) -> AnyArray:
    """The array of `shape` whose elements are `data`, without a copy.

    Raises:
        ValueError: the bytes are too few or too many, or are no text where the type says text.
    """
    if dtype.hasobject:
        raise ValueError("an array of objects cannot be read from bytes")
    if element_count(shape) * dtype.itemsize != data.nbytes:
        raise ValueError(f"an array holds {data.nbytes} bytes, which is not what its shape and type say")
    if not data.nbytes:
        return np.zeros(shape, dtype)
    array = np.frombuffer(data, dtype)
    if dtype.kind == "U":
        # NumPy finds out only when an element is taken, deep inside some later loop.
        code_points = np.frombuffer(data, np.dtype(np.uint32).newbyteorder(dtype.byteorder))
        if int(code_points.max()) > _LAST_CODE_POINT:
            raise ValueError("an array of text holds numbers that are no characters")
    return array.reshape(shape, order="F" if fortran else "C")


def array_from_items(items: list[Any], shape: tuple[int, ...], *, fortran: bool) -> AnyArray:
    """The array of objects of `shape` that holds `items`; items that are lists stay lists.

    Raises:
        ValueError: the items are too few or too many.
    """
    if element_count(shape) != len(items):
        raise ValueError(f"an array holds {len(items)} objects, which is not what its shape says")
    return np.fromiter(items, dtype=object, count=len(items)).reshape(shape, order="F" if fortran else "C")
