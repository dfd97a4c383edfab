"""Compute the unpacked size of the columns of a Parquet file before anything is unpacked.

A page of a few hundred bytes can represent gigabytes: compressed zeros, runs of one value, one long word repeated many
times. Sizes in the footer are not verified. pyarrow uses the sizes in the page headers, and so do the bounds here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from merunibench.files.thrift import INT32, INT64, ThriftReader, Wanted

_MAGIC = b"PAR1"
_TAIL = 8
_MOST_PAGES = 100_000

# Field numbers of parquet.thrift.
_GROUPS, _COLUMNS, _META = 4, 1, 3
_CODEC, _VALUES, _DATA_AT, _DICTIONARY_AT = 4, 5, 9, 11
_CHUNK: Wanted = {_CODEC: INT32, **dict.fromkeys((_VALUES, _DATA_AT, _DICTIONARY_AT), INT64)}
_FOOTER: Wanted = {_GROUPS: [{_COLUMNS: [{_META: _CHUNK}]}]}
_TYPE, _UNPACKED, _PACKED = 1, 2, 3
_DATA, _DICTIONARY, _DATA_2 = 0, 2, 3
_OWN_HEADER = {_DATA: 5, _DICTIONARY: 7, _DATA_2: 8}
_NUMBER, _ENCODING, _ENCODING_2 = 1, 2, 4
_PAGE: Wanted = {
    **dict.fromkeys((_TYPE, _UNPACKED, _PACKED), INT32),
    _OWN_HEADER[_DATA]: {_NUMBER: INT32, _ENCODING: INT32},
    _OWN_HEADER[_DICTIONARY]: {_NUMBER: INT32},
    _OWN_HEADER[_DATA_2]: {_NUMBER: INT32, _ENCODING_2: INT32},
}
_PLAIN = 0
_CODECS = {1: "snappy", 2: "gzip", 4: "brotli", 6: "zstd", 7: "lz4_raw"}
_LENGTH = Struct("<I")
_BY_DICTIONARY = (2, 8)
_BY_PREFIX = 7

_LOOKED_AT = 1 << 25  # bytes of a dictionary that NumPy checks in one piece
_BYTES_OF_A_VALUE = 8
"""Bytes per value besides its content: levels of nesting, an index or an offset."""


class _Page(NamedTuple):
    """A page: its type, start of its content, length, unpacked length, number of values and their encoding."""

    kind: int
    start: int
    packed: int
    unpacked: int
    number: int
    encoding: int


@dataclass
class ChunkBound:
    """Upper bound of the size of a column in one row group, in bytes.

    Attributes:
        codec: Number of the compression of its pages.
        values: Number of values, including null.
        pages: Unpacked size of its pages.
        dictionary: Its dictionary page, if it has one.
        named: Number of values that are given as dictionary indices.
        prefixed: Size of the largest page whose values may share prefixes with the previous value; 0 for none.
        prefixed_values: Number of values in such pages.
    """

    codec: int
    values: int = 0
    pages: int = 0
    dictionary: _Page | None = None
    named: int = 0
    prefixed: int = 0
    prefixed_values: int = 0

    @property
    def repeats(self) -> bool:
        """Whether all values are short dictionary indices: plain text would take a hundred times the memory."""
        return self.named == self.values and self.pages <= _BYTES_OF_A_VALUE * self.values

    @property
    def least(self) -> int:
        """Size that it takes at least, however it is read."""
        return self.pages + _BYTES_OF_A_VALUE * self.values

    def most(self, longest: int) -> int:
        """Return its size as plain text; `longest` is the size of the longest dictionary value in bytes."""
        return self.least + longest * self.named + self.prefixed * self.prefixed_values


class ParquetPages:
    """The pages of a Parquet file.

    Args:
        data: The whole file.

    Raises:
        ValueError: its footer is broken.
    """

    def __init__(self, data: memoryview) -> None:
        if len(data) < _TAIL or data[-4:] != _MAGIC:
            raise ValueError("not a Parquet file, or incomplete: it does not end in PAR1")
        end = len(data) - _TAIL
        start = end - int.from_bytes(data[end : end + 4], "little")
        if start < 0:
            raise ValueError("its footer is longer than the file")
        groups = ThriftReader(data, start, end).structure(_FOOTER).get(_GROUPS, [])
        self._data = data
        self._chunks = [[column.get(_META, {}) for column in group.get(_COLUMNS, [])] for group in groups]
        if not all({_VALUES, _DATA_AT} <= chunk.keys() for chunks in self._chunks for chunk in chunks):
            raise ValueError("a column is not described")

    def bounds(self, leaf: int) -> list[ChunkBound]:
        """Return the bounds of a column in each row group.

        Args:
            leaf: Index of the leaf column in the schema.

        Raises:
            ValueError: a description is broken.
        """
        if any(leaf >= len(chunks) for chunks in self._chunks):
            raise ValueError("a column is not described")
        return [self._bound(chunks[leaf]) for chunks in self._chunks]

    def longest(self, bound: ChunkBound) -> int:
        """Return an upper bound of the longest text in the dictionary of a chunk, in bytes; unpacks the dictionary.

        Raises:
            ValueError: the dictionary is broken.
        """
        page = bound.dictionary
        if page is None:
            return 0
        content = self._dictionary(bound, page)
        if content is None:
            return page.unpacked
        if (length := _common_length(content)) is not None:
            return length
        length_at, end = _LENGTH.unpack_from, len(content) - _LENGTH.size
        position = longest = 0
        while position <= end:
            (length,) = length_at(content, position)
            if length > longest:  # noqa: PLR1730 - calling `max` would double the time
                longest = length
            position += 4 + length
        return min(longest, page.unpacked)

    def common_length(self, bound: ChunkBound) -> int | None:
        """Return the length of the texts in the dictionary if all have the same length, which is fast; else None."""
        page = bound.dictionary
        content = None if page is None or page.unpacked > _LOOKED_AT else self._dictionary(bound, page)
        return None if content is None else _common_length(content)

    def _dictionary(self, bound: ChunkBound, page: _Page) -> memoryview | None:
        """Return the content of a dictionary page; None if its compression is unknown."""
        content = self._data[page.start : page.start + page.packed]
        if bound.codec == _PLAIN:
            return content
        name = _CODECS.get(bound.codec)
        return None if name is None else memoryview(pa.decompress(content, page.unpacked, name))

    def _bound(self, chunk: dict[int, int]) -> ChunkBound:
        bound = ChunkBound(chunk.get(_CODEC, -1))
        for page in self._pages(chunk):
            bound.pages += max(page.packed, page.unpacked)
            if page.kind == _DICTIONARY:
                bound.dictionary = page
                continue
            bound.values += page.number
            if page.encoding in _BY_DICTIONARY:
                bound.named += page.number
            elif page.encoding == _BY_PREFIX:
                bound.prefixed = max(bound.prefixed, page.unpacked)
                bound.prefixed_values += page.number
        return bound

    def _pages(self, chunk: dict[int, int]) -> Iterator[_Page]:
        """Yield the pages that pyarrow reads."""
        position, dictionary_at = chunk[_DATA_AT], chunk.get(_DICTIONARY_AT, 0)
        if 0 < dictionary_at < position:
            position = dictionary_at
        seen = pages = dictionaries = 0
        while seen < chunk[_VALUES] and 0 <= position < len(self._data):
            reader = ThriftReader(self._data, position, len(self._data))
            header = reader.structure(_PAGE)
            kind = header.get(_TYPE, -1)
            own = header.get(_OWN_HEADER.get(kind, 0), {})
            packed, unpacked, number = header.get(_PACKED, -1), header.get(_UNPACKED, -1), own.get(_NUMBER, 0)
            encoding = own.get(_ENCODING_2 if kind == _DATA_2 else _ENCODING, -1)
            pages += 1
            dictionaries += kind == _DICTIONARY
            if min(packed, unpacked, number) < 0 or pages > _MOST_PAGES or dictionaries > 1:
                raise ValueError("a page has a negative size, or there are too many pages")
            yield _Page(kind, reader.position, packed, unpacked, number, encoding)
            seen += number if kind != _DICTIONARY else 0
            position = reader.position + packed


def _common_length(content: memoryview) -> int | None:
    """Return the length of the texts of a dictionary page, which are preceded by their lengths, if all are equal."""
    if not _LENGTH.size <= len(content) <= _LOOKED_AT:
        return None
    (length,) = _LENGTH.unpack_from(content)
    number, rest = divmod(len(content), _LENGTH.size + length)
    if rest:
        return None
    lengths = np.frombuffer(content, np.uint8).reshape(number, -1)[:, : _LENGTH.size]
    return length if (np.ascontiguousarray(lengths).view("<u4") == length).all() else None
