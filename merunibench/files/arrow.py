"""Compute the unpacked size of the messages of an Arrow file before any of them is unpacked.

A compressed buffer begins with its unpacked length, and pyarrow allocates that memory immediately. A message locates
its buffers in a FlatBuffer: tables whose fields are found through a list of offsets.
"""

from typing import Any

import numpy as np

_HEADER_TYPE, _HEADER = 1, 2  # fields of Message, as Message.fbs numbers them
_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3
_RECORDS = 1  # field of DictionaryBatch
_BUFFERS, _COMPRESSION = 2, 3  # fields of RecordBatch


def unpacked_size(message: Any) -> int:  # noqa: ANN401 - pyarrow has no types
    """Return the unpacked size in bytes of the buffers of a `pyarrow.ipc.Message`.

    Raises:
        ValueError: the message is broken.
    """
    data = memoryview(message.metadata)
    root = _number(data, 0, 4)
    kind = _field(data, root, _HEADER_TYPE)
    batch = _reference(data, _field(data, root, _HEADER))
    if not kind or data[kind] not in (_DICTIONARY_BATCH, _RECORD_BATCH):
        return 0
    if data[kind] == _DICTIONARY_BATCH:
        batch = _reference(data, _field(data, batch, _RECORDS))
    vector = _reference(data, _field(data, batch, _BUFFERS))
    count = _number(data, vector, 4) if vector else 0
    buffers = np.frombuffer(data, "<i8", 2 * count, vector + 4).reshape(-1, 2)
    if not _field(data, batch, _COMPRESSION):
        return sum(buffers[:, 1].tolist())
    return sum(_unpacked(memoryview(message.body), offset, length) for offset, length in buffers.tolist())


def _unpacked(body: memoryview, offset: int, length: int) -> int:
    if length < 8:
        return 0
    unpacked = int.from_bytes(body[offset : offset + 8], "little", signed=True)
    if unpacked < -1:
        raise ValueError("a compressed buffer has a negative length")
    return length if unpacked == -1 else unpacked  # -1 marks an uncompressed buffer


def _field(data: memoryview, table: int, number: int) -> int:
    """Return the position of a field of a table; 0 if it is absent."""
    offsets = table - _number(data, table, 4, signed=True)
    slot = 4 + 2 * number
    place = _number(data, offsets + slot, 2) if slot < _number(data, offsets, 2) else 0
    return table + place if place else 0


def _reference(data: memoryview, position: int) -> int:
    """Return the position that a field refers to; 0 if there is no field."""
    return position + _number(data, position, 4) if position else 0


def _number(data: memoryview, position: int, width: int, *, signed: bool = False) -> int:
    if not 0 <= position <= len(data) - width:
        raise ValueError("a message is broken")
    return int.from_bytes(data[position : position + width], "little", signed=signed)
