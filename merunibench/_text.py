"""Prepare untrusted text for comparison or display: escaped, in one line, of limited length.

Every message, table and page uses these functions. Each format adds its own markup escaping afterwards.
"""

import re
import unicodedata
from collections.abc import Iterable

_LONGEST_VALUE, _LONGEST_REASON = 60, 200
_MARKS = 30
_RUN_OF_MARKS = re.compile(rf"(?:[^\x00-\u02ff\w]|[\uff9e\uff9f]){{{_MARKS + 1},}}")
"""A run of characters with possibly more marks than that; for `re`, marks are not word characters, but kana's are."""


def escape_controls(text: str, longest: int | None = None) -> str:
    r"""Return the text with control characters, direction marks and other unprintable characters as escapes.

    This prevents names from moving the cursor, breaking lines or changing the text direction.

    Args:
        text: Untrusted text.
        longest: Maximum length of the result; longer text is cut and ends in `…`. None for no limit.

    Example:
        >>> escape_controls("evil\x1b[31m\nname")
        'evil\\x1b[31m\\nname'
        >>> escape_controls("a long name", 6)
        'a lon…'
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return text if longest is None or len(text) <= longest else text[: longest - 1] + "…"


def in_one_line(text: str, longest: int) -> str:
    """Return the text in one line: white space as single spaces, controls escaped, cut to `longest` characters."""
    return escape_controls(" ".join(text[: 4 * longest].split()), longest)


def one_line(error: BaseException) -> str:
    """Return the message of an exception, in one line of at most 200 characters."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    line = next(filter(None, text.splitlines()), type(error).__name__)[:_LONGEST_REASON]
    return line if line.isprintable() else repr(line)


def short_repr(value: object) -> str:
    """Return a value of a file for messages: in one line, short and safe."""
    if isinstance(value, str):
        return repr(value[:_LONGEST_VALUE]) + ("…" if len(value) > _LONGEST_VALUE else "")
    if isinstance(value, int) and abs(value) >= 1 << 64:
        return "a number with many digits"
    if value is None or isinstance(value, bool | int | float):
        return str(value)[:_LONGEST_VALUE]
    return f"a value of type {type(value).__name__}"


def listed(names: Iterable[str], most: int = 20) -> str:
    """List the first `most` names of a file for messages, in one line, with unprintable or long names quoted."""
    every = list(names)
    plain = [name.isprintable() and len(name) <= _LONGEST_VALUE for name in every[:most]]
    texts = [name if fits else repr(name[:_LONGEST_VALUE]) for name, fits in zip(every, plain, strict=False)]
    return ", ".join(texts) + (", …" if len(every) > most else "")


def compatible(text: str) -> str:
    r"""Return a text in NFKC form with at most 30 marks per letter, as in Unicode's Stream-Safe Text Format.

    No language needs more, and sorting n marks takes n² steps (https://unicode.org/reports/tr15/#Stream_Safe_Text_Format).

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
