"""Convert Arrow columns of any type to a few types, and compute their size without shared values.

Dictionaries, views and run ends can repeat one long value a million times with a few bytes each. Other modules do not
handle these types: they are expanded here, after their size is known.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_types = pa.types
_TEXTS = (_types.is_string, _types.is_large_string, _types.is_string_view)
_BYTES = (_types.is_binary, _types.is_large_binary, _types.is_binary_view)
_LIST_VIEWS = (_types.is_list_view, _types.is_large_list_view)
_LISTS = (_types.is_list, _types.is_large_list, _types.is_fixed_size_list, *_LIST_VIEWS)
_STAND_INS = (_types.is_dictionary, _types.is_run_end_encoded)
"""Types whose values refer to another array."""
_SHARING = (
    *_STAND_INS,
    _types.is_string_view,
    _types.is_binary_view,
    _types.is_null,
    *_LIST_VIEWS,
)
_MOST_VALUES = 1 << 25
_LARGEST = 2**50
"""Sums of numbers up to this are exact, and no column has this many bytes."""

Sizes = npt.NDArray[np.int64]


def plain_array(values: pa.Array) -> pa.Array:
    """Return the values as text (`large_string`), as a dictionary of text, or as lists (`list`, `large_list`) of text.

    Numbers, structures and maps are not changed, and bytes become `large_binary`. Lists do not contain dictionaries.

    Args:
        values: Values of any type that passed `validate(full=True)`.
    """
    kind = values.type
    if _types.is_dictionary(kind):
        words = plain_array(values.dictionary)
        if not _types.is_large_string(words.type):
            return words.take(values.indices)
        return pa.DictionaryArray.from_arrays(values.indices, words, ordered=kind.ordered, safe=False)
    if _types.is_run_end_encoded(kind):
        values = plain_array(values.values.take(pa.array(_runs(values))))
    elif isinstance(values, pa.ExtensionArray):
        values = plain_array(values.storage)
    elif _is_one_of(kind, _TEXTS):
        values = values.cast(pa.large_string())
    elif _is_one_of(kind, _BYTES):
        values = values.cast(pa.large_binary())
    elif _is_one_of(kind, _LISTS) and not _is_plain_list(kind):
        values = _plain_lists(values)
    return values


def _is_plain_list(kind: pa.DataType) -> bool:
    lists = _is_one_of(kind, (_types.is_list, _types.is_large_list))
    return lists and _is_one_of(kind.value_type, (_types.is_string, _types.is_large_string))


def _plain_lists(lists: pa.Array) -> pa.Array:
    # A cast would not work: pyarrow 26 loses the last list of a list view.
    items = plain_array(lists.flatten())
    if _types.is_dictionary(items.type):
        items = items.cast(items.type.value_type)
    lengths = pc.list_value_length(lists).fill_null(0).to_numpy().astype(np.int64)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    mask = lists.is_null() if lists.null_count else None
    return pa.LargeListArray.from_arrays(pa.array(offsets), items, mask=mask)


def _is_one_of(kind: pa.DataType, checks: Iterable[Callable[[pa.DataType], bool]]) -> bool:
    return any(check(kind) for check in checks)


def _runs(values: pa.Array) -> Sizes:
    """Return the run that each value belongs to."""
    places = np.arange(values.offset, values.offset + len(values))
    return np.searchsorted(values.run_ends.to_numpy(), places, side="right").astype(np.int64)


def written_out(values: pa.Array) -> int:
    """Return the bytes that the values take without sharing; 0 if the type cannot share values.

    Raises:
        OverflowError: there are too many values to count.
    """
    return int(_sizes(values).sum()) if _shares(values.type) else 0


def _shares(kind: pa.DataType) -> bool:
    if isinstance(kind, pa.BaseExtensionType):
        return _shares(kind.storage_type)
    parts = (kind.field(number).type for number in range(kind.num_fields))
    return _is_one_of(kind, _SHARING) or any(map(_shares, parts))


def _sizes(values: pa.Array) -> Sizes:
    """Return an upper bound of the bytes of each value, shape (N,)."""
    if len(values) > _MOST_VALUES:
        raise OverflowError("a few bytes represent tens of millions of values")
    sizes = _of_kind(values)
    if not (_is_one_of(values.type, _STAND_INS) or isinstance(values, pa.ExtensionArray)):
        sizes = sizes + 8
    if len(sizes) and float(sizes.max()) * len(sizes) > _LARGEST and sizes.sum(dtype=np.float64) > _LARGEST:
        raise OverflowError("a few bytes represent terabytes")
    return sizes


def _of_kind(values: pa.Array) -> Sizes:
    kind = values.type
    sizes: Sizes = np.zeros(len(values), np.int64)
    if _types.is_dictionary(kind):
        words = np.append(_sizes(values.dictionary), np.int64(0))
        places = values.indices.fill_null(0) if len(words) > 1 else np.zeros(len(values), np.int64)
        sizes = words.take(np.asarray(places))
    elif _types.is_run_end_encoded(kind):
        sizes = _sizes(values.values)[_runs(values)]
    elif isinstance(values, pa.ExtensionArray):
        sizes = _sizes(values.storage)
    elif _types.is_string_view(kind) or _types.is_binary_view(kind):
        lengths = np.frombuffer(values.buffers()[1] or b"", np.int32)[::4]
        sizes = _given(values, lengths[values.offset : values.offset + len(values)])
    elif _is_one_of(kind, (*_TEXTS, *_BYTES)):
        sizes = pc.binary_length(values).fill_null(0).to_numpy().astype(np.int64)
    elif _is_one_of(kind, _LISTS) or _types.is_map(kind):
        sizes = _of_lists(values)
    elif _types.is_struct(kind):
        sizes = sizes + sum(map(_sizes, values.flatten()))
    elif _types.is_union(kind):
        raise OverflowError(f"values of type {kind} are not supported")
    return sizes


def _of_lists(lists: pa.Array) -> Sizes:
    kind = lists.type
    items = _sizes(lists.keys) + _sizes(lists.items) if _types.is_map(kind) else _sizes(lists.values)
    until: Sizes = np.concatenate([np.zeros(1, np.int64), np.cumsum(items)])
    if _types.is_fixed_size_list(kind):
        bounds = (lists.offset + np.arange(len(lists) + 1)) * kind.list_size
        begins, ends = bounds[:-1], bounds[1:]
    elif _is_one_of(kind, _LIST_VIEWS):
        begins = lists.offsets.to_numpy()
        ends = begins + _given(lists, lists.sizes.to_numpy())
    else:
        begins, ends = lists.offsets.to_numpy()[:-1], lists.offsets.to_numpy()[1:]
    sizes: Sizes = until[ends] - until[begins]
    return sizes


def _given(values: pa.Array, sizes: npt.NDArray[Any]) -> Sizes:
    """Return the sizes, with 0 for null values."""
    return np.where(values.is_valid().to_numpy(zero_copy_only=False), sizes, 0).astype(np.int64)
