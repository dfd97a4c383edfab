"""Parse untrusted TOML within limits: quickly, or refused with an error of one line.

`tomllib` keeps every prefix of a dotted key (50,000 dots take gigabytes), recurses for every bracket, and may raise
other exceptions than its own. So size, keys and brackets are checked before it is called, and values afterwards.
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
"""Default limit in bytes: a hundred times the largest table of this package."""
MAX_PARTS = 16
"""Maximum number of parts of a dotted key, of nested brackets, and of levels of the whole table."""

_MARK = re.compile(r""" ["]{3} | '{3} | ["'\#.=,\n\[\]{}] """, re.VERBOSE)
# The end of a string or comment that begins with such a mark; escaped characters are skipped.
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
    """Parse a TOML document.

    Args:
        content: The document.
        where: Its name in messages.
        max_bytes: Its maximum length.

    Returns:
        Plain data: numbers are finite and have at most 64 bits, and at most `MAX_PARTS` levels are nested.

    Raises:
        UnsafeFileError: it is longer than `max_bytes`, or a key has more than `MAX_PARTS` parts.
        InputError: it is not TOML in UTF-8, or contains other data than the above.
    """
    if len(content) > max_bytes:
        raise UnsafeFileError(f"{where}: is longer than {max_bytes >> 10} KiB, the maximum")
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
        # Python's own limit for decimal digits; its message gives advice that users cannot follow.
        raise InputError(f"{where}: cannot be read as TOML: a number has thousands of digits") from None
    _refuse_odd_values(table, where)
    return table


def _refuse_endless_keys(text: str, where: Path | str) -> None:
    """Check dots and brackets outside strings and comments, in the order of the parser."""
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
    """Return the end of a string or comment that begins at `start`; without an end, it is not TOML."""
    for found in _END[mark].finditer(text, start):
        if not found[0].startswith("\\"):
            return found.end() - (found[0] == "\n")
    return len(text)


def _refuse_odd_values(table: dict[str, Any], where: Path | str) -> None:
    """Refuse values that would cause errors later: numbers that JSON cannot represent, and deep nesting."""
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
            raise InputError(f"{where}: {short_repr(key)}: is a number with more than 64 bits")
