"""A reader for the few pickles that data files need, which cannot run code.

A pickle is a program for a small stack machine, and Python's machine calls any function the program names. Restricting
these names (`Unpickler.find_class`) is not enough for untrusted files: its C code still crashes the process on a
dictionary whose key is a deeply nested tuple, and allocates gigabytes for one large memo index. So this module
implements the machine with only the instructions that plain data needs. No instruction calls anything: calls of NumPy's
constructors are read as data and checked.
"""

import pickletools
import re
import warnings
from collections.abc import Callable
from enum import Enum
from typing import Any, ClassVar

import numpy as np

from merunibench._text import escape_controls, one_line
from merunibench.errors import InputError, UnsafeFileError
from merunibench.files.arrays import AnyArray, array_from_bytes, array_from_items, plain_dtype

_MAX_MARKS = 100
# One byte can create an object of 64 bytes: without this limit, a pickle within the size limit could fill the memory.
_MAX_INSTRUCTIONS = 20_000_000
# A few bytes can request another copy of a long text or array: all copies may be this many times the pickle's size.
_MAX_GROWTH = 8
# Hashing, printing or comparing endless nesting crashes or hangs.
_MAX_DEPTH = 16

_PLAIN = frozenset({str, bytes, int, float, bool, type(None)})
_TEXT = {"UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"}
_NUMBERS = {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"}
_PUSHES_ARGUMENT = frozenset(_TEXT | _NUMBERS)


class _Global(Enum):
    """The names that a pickle of plain data may use. They are markers, never the named objects themselves."""

    ARRAY_CLASS = "numpy.ndarray"
    DTYPE = "numpy.dtype"
    NEW_ARRAY = "numpy.core.multiarray._reconstruct"
    SCALAR = "numpy.core.multiarray.scalar"
    ENCODE = "_codecs.encode"


_GLOBALS = {tuple(mark.value.rsplit(".", 1)): mark for mark in _Global}
_GLOBALS |= {("numpy._core.multiarray", name): mark for (_, name), mark in _GLOBALS.items() if "core" in mark.value}


class _Array:
    """A partially read array: its content follows in a BUILD instruction."""

    def __init__(self) -> None:
        self.memo_indices: list[int] = []


class _DType:
    """A NumPy type in a pickle: its short name, then its byte order in a BUILD instruction."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dtype: np.dtype[Any] | None = None

    def build(self, state: object) -> None:
        """Read the byte order from `state`; fields, subarrays and metadata are refused."""
        match state:
            case (int(), "<" | ">" | "|" | "=" as order, None, None, None, int(), int(), int()):
                if not re.fullmatch(r"[a-zA-Z][0-9]*", self.name):
                    raise ValueError("invalid array type")
                self.dtype = plain_dtype(order + self.name)
            case _:
                raise ValueError("invalid array type")


def load_pickle(payload: bytes, where: str) -> Any:  # noqa: ANN401 - a pickle may hold any plain data
    """Load the plain data in a pickle: dict, list, tuple, str, bytes, int, float, bool, None, NumPy arrays and scalars.

    Args:
        payload: The pickle, of any protocol; bytes after its end are ignored.
        where: File and array, for the messages.

    Raises:
        UnsafeFileError: it names anything but NumPy's array constructors, or uses what plain data never needs.
        InputError: it is not a pickle, or is broken.
    """
    try:
        with warnings.catch_warnings():
            # Suppress the standard library's warnings about unusual escapes in untrusted text.
            warnings.simplefilter("ignore", DeprecationWarning)
            value = _Machine(where).run(payload)
        _height(value, 0, {})
    except InputError:
        raise
    except (ValueError, TypeError, IndexError, OverflowError, MemoryError) as error:
        raise InputError(f"{where}: broken pickle: {one_line(error)}") from error
    return value


def _height(value: object, depth: int, known: dict[int, int]) -> int:
    """Return the levels of dictionaries, lists, tuples and arrays of objects in `value`, which is at level `depth`.

    Shared parts are visited once (`known`, by identity): following every path to them could take forever.

    Raises:
        ValueError: there are more than 16 levels in total, or `value` contains something other than plain data.
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
    raise ValueError("found a name or an incomplete array instead of data")


class _Machine:
    """The stack machine. Its memo is a dictionary, so that a large index needs no memory."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []
        self._memo: dict[int, Any] = {}
        self._allowance = 0

    def run(self, payload: bytes) -> Any:  # noqa: ANN401
        """Run the program and return the top of the stack at its end."""
        self._allowance = _MAX_GROWTH * len(payload)
        argument: Any
        for count, (opcode, argument, _) in enumerate(pickletools.genops(payload)):
            name = opcode.name
            if count >= _MAX_INSTRUCTIONS:
                raise self._refusal(f"has more than {_MAX_INSTRUCTIONS} instructions")
            if name in _PUSHES_ARGUMENT:
                self._stack.append(argument)
            elif name in self._INSTRUCTIONS:
                self._INSTRUCTIONS[name](self, argument)
            elif name == "STOP":
                return self._stack.pop()
            elif name == "INST":
                self._global(argument)
                raise self._refusal("makes an instance of a class")
            else:
                raise self._refusal(f"uses the instruction {name}, which plain data never needs")
        raise ValueError("it has no end")

    def _refusal(self, what: str) -> UnsafeFileError:
        return UnsafeFileError(f"{self._where}: the pickle {what}; refused, and none of it was run")

    def _copy(self, size: int) -> None:
        """Deduct `size` bytes, which an instruction is about to copy, from the allowance."""
        self._allowance -= size
        if self._allowance < 0:
            raise self._refusal("copies its content over and over")

    def _push(self, value: object) -> None:
        self._stack.append(value)

    def _since_mark(self) -> list[Any]:
        items = self._stack
        self._stack = self._below.pop()
        return items

    def _mark(self, _: object) -> None:
        if len(self._below) > _MAX_MARKS:
            raise ValueError("nested too deeply")
        self._below.append(self._stack)
        self._stack = []

    def _nothing(self, _: object) -> None:
        """Ignore protocol version and frames, which do not affect the data."""

    def _put(self, index: int) -> None:
        value = self._stack[-1]
        if type(value) is _Array:
            value.memo_indices.append(index)
        self._memo[index] = value

    def _get(self, index: int) -> None:
        if index not in self._memo:
            raise ValueError("it reads a memo entry that was never stored")
        value = self._memo[index]
        if type(value) is _Array:
            raise ValueError("an array contains itself")
        self._stack.append(value)

    def _tuple(self, length: int) -> None:
        if len(self._stack) < length:
            raise IndexError("the stack is empty")
        first = len(self._stack) - length
        self._stack[first:] = [tuple(self._stack[first:])]

    def _extend(self, items: list[Any]) -> None:
        target = self._stack[-1]
        if type(target) is not list:
            raise TypeError("an item is appended to something other than a list")
        target.extend(items)

    def _set_items(self, items: list[Any]) -> None:
        target = self._stack[-1]
        if type(target) is not dict or len(items) % 2:
            raise TypeError("an item is stored in something other than a dictionary")
        for key, value in zip(items[::2], items[1::2], strict=True):
            # Tuples are refused: hashing a deeply nested one overflows the C stack and crashes the process.
            if not isinstance(key, str | bytes | int | float | np.generic):
                raise TypeError("the key of a dictionary is neither text nor number")
            target[key] = value

    def _set_item(self, _: object) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._set_items([key, value])

    def _dict(self, _: object) -> None:
        items = self._since_mark()
        self._stack.append({})
        self._set_items(items)

    def _global(self, name: str) -> None:
        self._push_global(*name.split(" ", 1))

    def _stack_global(self, _: object) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        if not (isinstance(module, str) and isinstance(name, str)):
            raise TypeError("a name is not text")
        self._push_global(module, name)

    def _push_global(self, module: str, name: str) -> None:
        mark = _GLOBALS.get((module, name))
        if mark is None:
            raise self._refusal(f"asks for {escape_controls(f'{module}.{name}', 100)}, which is not plain data")
        self._stack.append(mark)

    def _reduce(self, _: object) -> None:
        arguments, function = self._stack.pop(), self._stack.pop()
        if type(function) is not _Global or type(arguments) is not tuple:
            raise self._refusal("calls something other than a function")
        match function, arguments:
            case _Global.NEW_ARRAY, (_Global.ARRAY_CLASS, (0,), b"b" | "b"):
                self._stack.append(_Array())
            case _Global.DTYPE, (str(name), _, _):
                self._stack.append(_DType(name))
            case _Global.SCALAR, (_DType(dtype=np.dtype() as dtype), bytes(data)):
                self._copy(len(data))
                self._stack.append(array_from_bytes(memoryview(data), dtype, (), fortran=False)[()])
            case _Global.ENCODE, (str(text), "latin1"):
                self._copy(len(text))
                self._stack.append(text.encode("latin1"))
            case _:
                raise self._refusal("makes a call that plain data never needs")

    def _build(self, _: object) -> None:
        state, target = self._stack.pop(), self._stack[-1]
        if type(target) is _DType:
            target.build(state)
        elif type(target) is _Array:
            array = self._stack[-1] = self._array(state)
            for index in target.memo_indices:
                self._memo[index] = array
        else:
            raise self._refusal("sets the state of an object")

    def _array(self, state: object) -> AnyArray:
        """Return the array that NumPy describes as (version, shape, type, Fortran order, content)."""
        match state:
            case (1, tuple(shape), _DType(dtype=np.dtype() as dtype), bool(fortran), list(items)) if dtype.hasobject:
                self._copy(8 * len(items))
                return array_from_items(items, shape, fortran=fortran)
            case (1, tuple(shape), _DType(dtype=np.dtype() as dtype), bool(fortran), bytes(data)):
                return array_from_bytes(memoryview(data), dtype, shape, fortran=fortran)
        raise ValueError("invalid array content")

    _INSTRUCTIONS: ClassVar[dict[str, Callable[["_Machine", Any], None]]] = {
        "PROTO": _nothing,
        "FRAME": _nothing,
        "MARK": _mark,
        "NONE": lambda self, _: self._push(None),
        "NEWTRUE": lambda self, _: self._push(value=True),
        "NEWFALSE": lambda self, _: self._push(value=False),
        "EMPTY_LIST": lambda self, _: self._push([]),
        "LIST": lambda self, _: self._push(self._since_mark()),
        "APPEND": lambda self, _: self._extend([self._stack.pop()]),
        "APPENDS": lambda self, _: self._extend(self._since_mark()),
        "EMPTY_DICT": lambda self, _: self._push({}),
        "DICT": _dict,
        "SETITEM": _set_item,
        "SETITEMS": lambda self, _: self._set_items(self._since_mark()),
        "EMPTY_TUPLE": lambda self, _: self._push(()),
        "TUPLE": lambda self, _: self._push(tuple(self._since_mark())),
        "TUPLE1": lambda self, _: self._tuple(1),
        "TUPLE2": lambda self, _: self._tuple(2),
        "TUPLE3": lambda self, _: self._tuple(3),
        "PUT": _put,
        "BINPUT": _put,
        "LONG_BINPUT": _put,
        "MEMOIZE": lambda self, _: self._put(len(self._memo)),
        "GET": _get,
        "BINGET": _get,
        "LONG_BINGET": _get,
        "GLOBAL": _global,
        "STACK_GLOBAL": _stack_global,
        "REDUCE": _reduce,
        "BUILD": _build,
    }
