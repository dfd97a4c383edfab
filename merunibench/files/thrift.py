"""Read the metadata of Parquet, in Thrift's compact protocol: requested fields are returned, all others skipped.

pyarrow trusts this metadata: it allocates the memory that it declares, or crashes. So it is read here first, and
everything ambiguous is refused.
"""

from collections.abc import Mapping
from typing import Any

INT32, INT64 = 5, 6
_TRUE, _FALSE, _BYTE, _INT16, _DOUBLE, _TEXT, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 4, 7, 8, 9, 10, 11, 12
_BITS = {_INT16: 16, INT32: 32, INT64: 64}
_WIDTHS = {_BYTE: 1, _DOUBLE: 8}
_MOST_VALUES = 4_000_000
_DEEPEST = 32

Wanted = Mapping[int, Any]
"""Field number -> requested content: INT32, INT64, the requested fields of a structure, or these in a list."""


class ThriftReader:
    """Reads structures one after the other.

    Args:
        data: The bytes that contain them.
        position: Start of the first structure.
        end: Position that no structure may exceed.
    """

    def __init__(self, data: memoryview, position: int, end: int) -> None:
        self.position = position
        self._data, self._end = data, end
        self._left = _MOST_VALUES

    def structure(self, wanted: Wanted) -> dict[int, Any]:
        """Return the requested fields of the next structure, by number; absent ones are left out.

        Raises:
            ValueError: it ends too early, has millions of values, or repeats a requested field or has it in a
                different type.
        """
        return self._structure(wanted, 0)

    def _structure(self, wanted: Wanted, depth: int) -> dict[int, Any]:
        if depth > _DEEPEST:
            raise ValueError("a description is nested too deeply")
        found: dict[int, Any] = {}
        field = 0
        while head := self._byte():
            kind = head & 15
            field = field + (head >> 4) if head >> 4 else self._number(_INT16)
            if field not in wanted:
                self._value(kind, None, depth)
                continue
            want = wanted[field]
            expected = want if isinstance(want, int) else _LIST if isinstance(want, list) else _STRUCT
            if kind != expected or field in found:
                raise ValueError("a description is broken")
            found[field] = self._value(kind, want, depth)
        return found

    def _value(self, kind: int, want: Any, depth: int) -> Any:  # noqa: ANN401 - any field
        self._left -= 1
        if self._left < 0:
            raise ValueError("a description has millions of values")
        if kind in _BITS:
            return self._number(kind)
        if kind == _STRUCT:
            return self._structure(want or {}, depth + 1)
        if kind in (_LIST, _SET):
            return self._list(want, depth)
        if kind == _MAP:
            return self._map(depth)
        if kind in (_BYTE, _DOUBLE, _TEXT):
            return self._skip(_WIDTHS.get(kind) or self._length())
        if kind not in (_TRUE, _FALSE):  # the type of a boolean field is its value
            raise ValueError("a description is broken")
        return None

    def _list(self, want: list[Wanted] | None, depth: int) -> list[Any] | None:
        head = self._byte()
        length = head >> 4 if head >> 4 < 15 else self._length()
        if want is None:
            for _ in range(length):
                self._item(head & 15, depth)
            return None
        if head & 15 != _STRUCT and length:
            raise ValueError("a description is broken")
        return [self._value(_STRUCT, want[0], depth) for _ in range(length)]

    def _map(self, depth: int) -> None:
        length = self._length()
        kinds = self._byte() if length else 0
        for _ in range(length):
            self._item(kinds >> 4, depth)
            self._item(kinds & 15, depth)

    def _item(self, kind: int, depth: int) -> None:
        """Skip an item of a list or map; booleans take one byte there."""
        if depth > _DEEPEST:
            raise ValueError("a description is nested too deeply")
        self._value(_BYTE if kind in (_TRUE, _FALSE) else kind, None, depth + 1)

    def _byte(self) -> int:
        position = self.position
        if position >= self._end:
            raise ValueError("a description ends too early")
        self.position = position + 1
        return self._data[position]

    def _skip(self, length: int) -> None:
        self.position += length
        if self.position > self._end:
            raise ValueError("a description ends too early")

    def _length(self) -> int:
        """Read an unsigned number with seven bits per byte."""
        number = shift = 0
        while (byte := self._byte()) >= 128:
            number |= (byte & 127) << shift
            shift += 7
            if shift > 63:
                raise ValueError("a description is broken")
        return number | byte << shift

    def _number(self, kind: int) -> int:
        number = self._length()
        number = number >> 1 ^ -(number & 1)
        if number.bit_length() >= _BITS[kind]:
            raise ValueError("a description is broken")
        return number
