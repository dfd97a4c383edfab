"""What is printed where a stream cannot encode it: typographic characters as ASCII, all others as escapes."""

import codecs
import io
import re
import sys

FALLBACK = "merunibench.ascii"
"""Name of the error handler, as `str.encode` and streams take it."""
WIDENED = 6
"""By how much a line of a table grows at most: up to three cells are cut, and `…` becomes `...`."""

_CUT_CELL = re.compile("…  (?= )")

_ASCII = {
    **dict.fromkeys("–—−‑─━", "-"),
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("“”", '"'),
    "…": "...",
    "×": "x",
    "·": ".",
    "•": "*",
    "≤": "<=",
    "≥": ">=",
    "±": "+/-",
    "→": "->",
    "\u00a0": " ",
}


def _fall_back(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(_ASCII.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in signs), error.end


codecs.register_error(FALLBACK, _fall_back)


def fitted(text: str, encoding: str | None) -> str:
    r"""The text as a stream of that encoding can print it.

    Example:
        >>> fitted("53.41–57.96 …", "ascii")
        '53.41-57.96 ...'
        >>> fitted("53.41–57.96 爱", "latin-1")
        '53.41-57.96 \\u7231'
    """
    encoding = encoding or "utf-8"
    if not can_encode("…", encoding):
        text = _CUT_CELL.sub("...", text)  # three signs take the room of one and of the gap, so that columns stay
    return text.encode(encoding, FALLBACK).decode(encoding)


def can_encode(text: str, encoding: str | None) -> bool:
    """Whether a stream of that encoding can print the text as it is."""
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def fit_streams() -> None:
    """Let whatever is printed fall back: help and tables of other libraries do not go through `emit`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors != FALLBACK:
            stream.reconfigure(errors=FALLBACK)
