"""Find names that would match if they were written differently. This gives hints only; names are never changed."""

import re
import shlex
from collections import Counter
from collections.abc import Iterable
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import short_repr

_TRIED = 20
_LONGEST = 200
_MOST = 200_000
_ENDING = ".*"
"""Stands for any file extension of a name."""


def name_hint(wanted: pa.Array, given: pa.Array) -> str:
    """Return how many of the given names would match, and how: `; 8 of 8 would match without '.mp4': …`, or nothing.

    Args:
        wanted: The names of the ground truth.
        given: The names of the predictions.
    """
    left = given.filter(pc.invert(pc.is_in(given, value_set=wanted)))
    missing = {*wanted.filter(pc.invert(pc.is_in(wanted, value_set=given))).to_pylist()}
    if not len(left) or not missing:
        return ""
    tried = left[:_TRIED].to_pylist()
    least = max(min(len(left), len(missing)) // 2, len(left) // 50) + 1
    for frame in _frames(tried, missing):
        pattern = _pattern(*frame)
        count = _matching(_cut(left, pattern), missing)
        if count >= least:
            return f"; {count} of {len(left)} would match without {_named(*frame)}: --name-regex {shlex.quote(pattern)}"
    small = {" ".join(name.casefold().split()) for name in missing}
    if (count := _matching(pc.utf8_lower(pc.utf8_trim_whitespace(left)), small)) >= least:
        return f"; {count} of {len(left)} would match in lower case: write them as in the ground truth"
    for frame in _frames(list(missing)[:_TRIED], {*left.to_pylist()}):
        bare = {*_cut(pa.array(missing, left.type), _pattern(*frame)).to_pylist()}
        if (count := _matching(left, bare)) >= least:
            return f"; {count} of {len(left)} would match with {_named(*frame)}, as in the ground truth"
    count = len(_alike(missing, left.to_pylist())) if max(len(left), len(missing)) <= _MOST else 0
    what = "if folder, extension, case and punctuation were ignored: write them as in the ground truth"
    return f"; {count} of {len(left)} would match {what}" if count >= least else ""


def _alike(*names: Iterable[str]) -> set[str]:
    """Return the cores of the names that both sides have in common."""
    return set.intersection(*({_core(name) for name in each} for each in names)) - {""}


def _core(name: str) -> str:
    """Return the part of a name that identifies a sample, without folders, extension and punctuation."""
    last = re.split(r"[/\\]", unquote(name).casefold().rstrip("/\\"))[-1]
    return re.sub(r"[\W_]+", "", re.sub(r"\.[a-z]\w{1,4}\s*$", "", last))


def _frames(names: Iterable[str], others: set[str]) -> list[tuple[str, str]]:
    """Return the text before and after one of the other names in each name, the most frequent first."""
    found: Counter[tuple[str, str]] = Counter()
    for name in names:
        spans = ((i, j) for i in range(len(name)) for j in range(i + 1, len(name) + 1)) if len(name) < _LONGEST else ()
        inner = [(j - i, i, j) for i, j in spans if name[i:j] in others]
        if inner:
            _, begin, end = max(inner)
            before, after = _general(name[:begin]), name[end:]
            found[before, after] += 1
            if re.fullmatch(r"\.\w{1,5}", after):
                found[before, _ENDING] += 1
    return [frame for frame, _ in found.most_common(4)]


def _general(before: str) -> str:
    """Generalise a folder to any folder."""
    return before[-1] if before[-1:] in ("/", "\\") else before


def _pattern(before: str, after: str) -> str:
    """Return a pattern whose group is a name without the optional text around it."""
    front = r".*[/\\]" if before in ("/", "\\") else r"\s*" if before.isspace() else _literal(before)
    back = r"\s*" if after.isspace() else r"\.\w{1,5}" if after == _ENDING else _literal(after)
    return "^" + (f"(?:{front})?" if front else "") + "(.+?)" + (f"(?:{back})?" if back else "") + "$"


def _literal(text: str) -> str:
    """Return a printable pattern for a text; `.` replaces characters that cannot be printed."""
    return "".join(re.escape(c) if c.isprintable() else r"\s" if c.isspace() else "." for c in text)


def _cut(names: pa.Array, pattern: str) -> pa.Array:
    return pc.replace_substring_regex(names, pattern, r"\1")


def _named(before: str, after: str) -> str:
    """Describe the text around names."""
    parts = (
        "the folder" if before in ("/", "\\") else _part(before, " in front"),
        "the extension" if after == _ENDING else _part(after, ""),
    )
    return " and ".join(dict.fromkeys(filter(None, parts)))


def _part(part: str, where: str) -> str:
    return "blanks" if part.isspace() else short_repr(part) + where if part else ""


def _matching(names: pa.Array, wanted: set[str]) -> int:
    """Count the distinct names that are among the wanted ones."""
    return sum(name in wanted for name in pc.unique(names).to_pylist())
