"""NumPy arrays from raw bytes: only plain numbers and text, and only if type, shape and bytes match exactly."""

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
    """Return `dtype` as a NumPy type of booleans, integers, floats, bytes, text or objects.

    Args:
        dtype: A NumPy type, or its short name such as `<U14`.

    Raises:
        ValueError: it is another type, or has fields or no size.
    """
    if isinstance(dtype, str) and _TYPE.fullmatch(dtype):
        try:
            dtype = np.dtype(dtype)
        except (TypeError, OverflowError):
            raise ValueError(f"unknown array type {dtype!r}") from None
    if isinstance(dtype, np.dtype) and dtype.kind in _KINDS and dtype.itemsize and not dtype.subdtype:
        return dtype
    raise ValueError(f"arrays of type {str(dtype)[:40]!r} are not supported")


def element_count(shape: object) -> int:
    """Return the number of elements of an array of that shape.

    Raises:
        ValueError: it is not a tuple of at most 32 non-negative integers.
    """
    if not isinstance(shape, tuple) or len(shape) > _MAX_DIMENSIONS:
        raise ValueError("invalid array shape")
    if not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError("invalid array shape")
    return math.prod(shape)


def array_from_bytes(data: memoryview, dtype: np.dtype[Any], shape: tuple[int, ...], *, fortran: bool) -> AnyArray:
    """Return the array of `shape` with the elements `data`, without copying.

    Raises:
        ValueError: there are too few or too many bytes, or the type is text and they are not text.
    """
    if dtype.hasobject:
        raise ValueError("an array of objects cannot be read from bytes")
    if element_count(shape) * dtype.itemsize != data.nbytes:
        raise ValueError(f"an array has {data.nbytes} bytes, which does not match its shape and type")
    if not data.nbytes:
        return np.zeros(shape, dtype)
    array = np.frombuffer(data, dtype)
    if dtype.kind == "U":
        # NumPy itself would only fail later, when an element is accessed.
        code_points = np.frombuffer(data, np.dtype(np.uint32).newbyteorder(dtype.byteorder))
        if int(code_points.max()) > _LAST_CODE_POINT:
            raise ValueError("a text array contains numbers that are not characters")
    return array.reshape(shape, order="F" if fortran else "C")


def array_from_items(items: list[Any], shape: tuple[int, ...], *, fortran: bool) -> AnyArray:
    """Return the array of objects of `shape` with the elements `items`; lists remain lists.

    Raises:
        ValueError: there are too few or too many items.
    """
    if element_count(shape) != len(items):
        raise ValueError(f"an array has {len(items)} objects, which does not match its shape")
    return np.fromiter(items, dtype=object, count=len(items)).reshape(shape, order="F" if fortran else "C")
