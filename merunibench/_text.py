"""Text from strangers' files and libraries, made fit to be compared or shown: escaped, in one line, of sensible length.

Every message, table and page takes it from here. Markup is each format's own affair, and comes after.
"""

import re
import unicodedata
from collections.abc import Iterable

_LONGEST_VALUE, _LONGEST_REASON = 60, 200
_MARKS = 30
_RUN_OF_MARKS = re.compile(rf"(?:[^\x00-\u02ff\w]|[\uff9e\uff9f]){{{_MARKS + 1},}}")
"""A run of signs among which may be more marks than that; marks are no part of words to `re`, but kana's are."""


def escape_controls(text: str, longest: int | None = None) -> str:
    r"""The text with control characters, direction marks and other unprintable characters written as escapes.

    So no name can move a cursor, break a line or turn the reading direction.

    Args:
        text: From outside.
        longest: Most characters of the result; what is cut off leaves a `…`. None for all of it.

    Example:
        >>> visible("evil\x1b[31m\nname")
        'evil\\x1b[31m\\nname'
        >>> visible("a long name", 6)
        'a lon…'
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return text if longest is None or len(text) <= longest else text[: longest - 1] + "…"


def in_one_line(text: str, longest: int) -> str:
    """The text in one line: white space as single spaces, controls escaped, cut to `longest` characters."""
    return escape_controls(" ".join(text[: 4 * longest].split()), longest)


def one_line(error: BaseException) -> str:
    """The reason an exception gives, in one line of at most 200 characters."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    line = next(filter(None, text.splitlines()), type(error).__name__)[:_LONGEST_REASON]
    return line if line.isprintable() else repr(line)


def short_repr(value: object) -> str:
    """A value of a file as messages show it: in one line, short, and safe however odd it is."""
    if isinstance(value, str):
        return repr(value[:_LONGEST_VALUE]) + ("…" if len(value) > _LONGEST_VALUE else "")
    if isinstance(value, int) and abs(value) >= 1 << 64:
        return "a number of many digits"
    if value is None or isinstance(value, bool | int | float):
        return str(value)[:_LONGEST_VALUE]
    return f"a value of type {type(value).__name__}"


def listed(names: Iterable[str], most: int = 20) -> str:
    """Names out of a file as messages list them: in one line, odd ones quoted, the first `most`."""
    every = list(names)
    plain = [name.isprintable() and len(name) <= _LONGEST_VALUE for name in every[:most]]
    texts = [name if fits else repr(name[:_LONGEST_VALUE]) for name, fits in zip(every, plain, strict=False)]
    return ", ".join(texts) + (", …" if len(every) > most else "")


def compatible(text: str) -> str:
    r"""A text in the form NFKC, in which a letter bears 30 marks at most, as in Unicode's Stream-Safe Text Format.

    No language needs more, and to sort n marks takes n² steps (https://unicode.org/reports/tr15/#Stream_Safe_Text_Format).

    Example:
        >>> compatible("ﬁne"), len(compatible("q" + "\u0301\u0316" * 1000))
        ('fine', 31)
    """
    if len(text) > _MARKS:
        text = _RUN_OF_MARKS.sub(_with_few_marks, text)
    return unicodedata.normalize("NFKC", text)


def _with_few_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for sign in run.group():
        marks = marks + 1 if unicodedata.category(sign)[0] == "M" or sign in "\uff9e\uff9f" else 0
        if marks <= _MARKS:
            kept.append(sign)
    return "".join(kept)
