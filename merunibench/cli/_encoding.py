"""Replace characters that a stream cannot encode: typographic characters by ASCII, all others by escapes."""

import codecs
import io
import re
import sys

FALLBACK = "merunibench.ascii"
"""Name of the error handler for `str.encode` and streams."""
WIDENED = 6
"""Most characters by which a table line can grow: up to three cells are cut, and `…` becomes `...`."""

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
    "←": "<-",
    "\u00a0": " ",
}


def _fall_back(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(_ASCII.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in signs), error.end


codecs.register_error(FALLBACK, _fall_back)


def fitted(text: str, encoding: str | None) -> str:
    r"""Return the text in a form that a stream of this encoding can print.

    Example:
        >>> fitted("53.41–57.96 …", "ascii")
        '53.41-57.96 ...'
        >>> fitted("53.41–57.96 爱", "latin-1")
        '53.41-57.96 \\u7231'
    """
    encoding = encoding or "utf-8"
    if not can_encode("…", encoding):
        text = _CUT_CELL.sub("...", text)  # three characters replace one and its gap, so columns stay aligned
    return text.encode(encoding, FALLBACK).decode(encoding)


def can_encode(text: str, encoding: str | None) -> bool:
    """Return whether a stream of this encoding can print the text unchanged."""
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def fit_streams() -> None:
    """Set the error handler on the standard streams: help and tables of other libraries do not go through `emit`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors != FALLBACK:
            stream.reconfigure(errors=FALLBACK)
