"""Read untrusted files of `torch.save`: only plain tensors, numbers and text.

`torch.load(weights_only=True)` runs no code from a file, but raises many kinds of exceptions for broken files, and
crashes the process if a dictionary key is a deeply nested tuple.
"""

import pickle
import pickletools
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

from merunibench._text import one_line
from merunibench.errors import InputError, UnsafeFileError
from merunibench.files.plain import open_plain

_RECORD = "data.pkl"
_MOST_BYTES = 16 << 20
_DEEPEST = 100
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
)
"""Exceptions of torch for broken files, whose instructions its reader hardly validates."""


def load_torch(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """Load a file of `torch.save`; tensors stay on disk until they are used.

    Raises:
        UnsafeFileError: it would run code, or fill the memory; none of its code was run.
        InputError: it cannot be read.
    """
    import torch

    with open_plain(path) as stream:
        whole = zipfile.is_zipfile(stream)
    if not whole:
        raise InputError(f"{path}: not a checkpoint, which is a zip file of torch.save; is the download complete?")
    try:
        _check_instructions(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings about pickle protocols that torch does not write, but reads
            # Memory-mapped, since two thirds of a released file belong to the optimizer.
            return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except InputError:
        raise
    except pickle.UnpicklingError as error:
        raise UnsafeFileError(
            f"{path}: not plain weights ({one_line(error)}); refused, and none of its code was run"
        ) from error
    except _BROKEN as error:
        raise InputError(f"{path}: cannot be read as a checkpoint: {one_line(error)}") from error


def _check_instructions(path: Path) -> None:
    """Refuse a file with a large or deeply nested pickle before torch reads it."""
    import torch

    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist() if part.filename.endswith(_RECORD)) > _MOST_BYTES:
            raise UnsafeFileError(f"{path}: its list of tensors is longer than {_MOST_BYTES >> 20} MiB")
    # Read with torch's reader, since two readers of zip files may see different contents.
    instructions = torch._C.PyTorchFileReader(str(path)).get_record(_RECORD)  # noqa: SLF001 - there is no public reader
    if _height(instructions) > _DEEPEST:
        raise UnsafeFileError(f"{path}: nested too deeply")


def _height(payload: bytes) -> int:
    """Return an upper bound of the levels of nested tuples in a pickle; torch refuses what cannot be followed."""
    stack: list[int] = []
    marks: list[int] = []
    memo: dict[int, int] = {}
    highest = 0
    for operation, argument, _ in pickletools.genops(payload):
        name = operation.name
        if name == "MARK":
            marks.append(len(stack))
        elif "GET" in name:
            stack.append(memo.get(argument or 0, 0))
        elif "PUT" in name or name == "MEMOIZE":
            memo[len(memo) if argument is None else argument] = stack[-1]
        else:
            before = operation.stack_before
            if pickletools.markobject in before:
                first = marks.pop() - before.index(pickletools.markobject)
            else:
                first = len(stack) - len(before)
            if first < 0:
                raise ValueError("its stack is empty")
            height = max(stack[first:], default=0) + (name.startswith("TUPLE") or name in ("REDUCE", "NEWOBJ"))
            stack[first:] = [height] * len(operation.stack_after)
            highest = max(highest, height)
    return highest
