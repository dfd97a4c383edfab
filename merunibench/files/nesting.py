"""How deeply the data of strangers is nested: hashing, printing or comparing endless nesting crashes or hangs."""

from typing import Any

import numpy as np

_MAX_DEPTH = 16
_PLAIN = frozenset({str, bytes, int, float, bool, type(None)})


def nesting(value: object) -> int:
    """The number of levels of dictionaries, lists, tuples and arrays of objects in `value`; 0 for a word or number.

    Raises:
        ValueError: there are more than 16 levels, or `value` holds something that is no plain data.
    """
    return _height(value, 0, {})


def _height(value: object, depth: int, known: dict[int, int]) -> int:
    """The levels below `value`, which stands `depth` levels down.

    Shared parts are visited once (`known`, by identity): following every path to them could take for ever.
    """
    if type(value) in _PLAIN or isinstance(value, np.generic):
        return 0
    height = known.get(id(value))
    if height is None:
        if depth > _MAX_DEPTH:
            raise ValueError("nested too deeply")
        nested = (_height(child, depth + 1, known) for child in _children(value) if type(child) not in _PLAIN)
        height = known[id(value)] = 1 + max(nested, default=0)
    if depth + height > _MAX_DEPTH:
        raise ValueError("nested too deeply")
    return height


def _children(value: object) -> Any:  # noqa: ANN401 - any iterable of anything
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, np.ndarray):
        return value.flat if value.dtype.hasobject else ()
    raise ValueError("a name or an unfinished array stands where data should")
