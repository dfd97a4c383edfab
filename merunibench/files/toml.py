"""TOML within bounds: whatever a file of a stranger holds, it is parsed quickly or refused in one line.

`tomllib` keeps every prefix of a dotted key (50,000 dots take gigabytes), calls itself for every bracket, and fails in
other ways than its own error. So size, keys and brackets are looked at before it is called, and values afterwards.
"""

import math
import re
import tomllib
from pathlib import Path
from typing import Any

from merunibench._text import one_line, short_repr
from merunibench.errors import InputError, UnsafeFileError
from merunibench.files.plain import read_plain

MAX_BYTES = 1 << 20
"""Most bytes of a file, unless said otherwise: a hundred times the largest table of this package."""
MAX_PARTS = 16
"""Most parts of a dotted key, most brackets within each other, and most levels of the whole table."""

_MARK = re.compile(r""" ["]{3} | '{3} | ["'\#.=,\n\[\]{}] """, re.VERBOSE)
# What ends a string or comment that such a mark begins; an escaped character is stepped over.
_END = {
    '"""': re.compile(r'\\.|"{3,5}', re.DOTALL),
    '"': re.compile(r'\\.|["\n]', re.DOTALL),
    "'''": re.compile(r"'{3,5}"),
    "'": re.compile(r"['\n]"),
    "#": re.compile(r"\n"),
}


def read_toml(path: Path, *, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """Read a TOML file; see `parse_toml`."""
    return parse_toml(read_plain(path, max_bytes), path, max_bytes=max_bytes)


def parse_toml(content: bytes, where: Path | str, *, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """The table that a TOML document is.

    Args:
        content: The document.
        where: What messages call it.
        max_bytes: How long it may be.

    Returns:
        Plain data: numbers are finite and of 64 bits at most, and no more than `MAX_PARTS` levels are nested.

    Raises:
        UnsafeFileError: it is longer than `max_bytes`, or a key has more than `MAX_PARTS` parts.
        InputError: it is no TOML in UTF-8, or holds something else than the above.
    """
    if len(content) > max_bytes:
        raise UnsafeFileError(f"{where}: is longer than the {max_bytes >> 10} KiB that are read")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{where}, line {line}: not UTF-8; save the file as UTF-8") from None
    _refuse_endless_keys(text, where)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where}: cannot be read as TOML: {one_line(error)}") from None
    except RecursionError:
        raise InputError(f"{where}: nested too deeply") from None
    except ValueError:
        # Python's own limit for decimal digits; its message advises what users cannot do.
        raise InputError(f"{where}: cannot be read as TOML: a number has thousands of digits") from None
    _refuse_odd_values(table, where)
    return table


def _refuse_endless_keys(text: str, where: Path | str) -> None:
    """Count dots and brackets outside strings and comments, as the parser would meet them."""
    position = dots = depth = 0
    while found := _MARK.search(text, position):
        mark, position = found[0], found.end()
        if mark in _END:
            position = _end(text, position, mark)
        elif mark == ".":
            dots += 1
        else:
            dots = 0
            depth += (mark in "[{") - (mark in "]}")
        if dots >= MAX_PARTS or depth > MAX_PARTS:
            line = text.count("\n", 0, found.start()) + 1
            what = f"a key has more than {MAX_PARTS} parts" if depth <= MAX_PARTS else "nested too deeply"
            raise UnsafeFileError(f"{where}, line {line}: {what}")


def _end(text: str, start: int, mark: str) -> int:
    """Where a string or comment ends whose content begins at `start`; one without an end is no TOML, and takes all."""
    for found in _END[mark].finditer(text, start):
        if not found[0].startswith("\\"):
            return found.end() - (found[0] == "\n")
    return len(text)


def _refuse_odd_values(table: dict[str, Any], where: Path | str) -> None:
    """Refuse what would be trouble for whoever gets the table: numbers that JSON has not, endless nesting."""
    waiting: list[tuple[str, Any, int]] = [(key, value, 1) for key, value in table.items()]
    while waiting:
        key, value, depth = waiting.pop()
        if depth > MAX_PARTS:
            raise InputError(f"{where}: {short_repr(key)}: nested too deeply")
        if isinstance(value, dict):
            waiting += [(name, child, depth + 1) for name, child in value.items()]
        elif isinstance(value, list):
            waiting += [(key, child, depth + 1) for child in value]
        elif isinstance(value, float) and not math.isfinite(value):
            raise InputError(f"{where}: {short_repr(key)}: must be a finite number, not {value}")
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise InputError(f"{where}: {short_repr(key)}: is a number of more than 64 bits")
