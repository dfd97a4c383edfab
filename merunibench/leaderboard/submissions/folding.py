"""Merge equal remarks on many files into one line: `mixed (27 files of MELD, IEMOCAP): 1–43 labels …`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from merunibench.tasks import BUILTIN

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\w)")

_EXAMPLE = " (first: "


@dataclass(frozen=True)
class Remark:
    """A remark on one file.

    Attributes:
        dataset: Its data set.
        where: The file, relative to the submission's folder.
        text: The remark.
    """

    dataset: str
    where: str
    text: str


def folded(remarks: Iterable[Remark]) -> list[str]:
    """Return one line per remark; remarks that differ only in numbers share a line with the range of each number.

    An example (`first: line 4: …`) is kept from the first file only.
    """
    groups: dict[str, list[Remark]] = {}
    for remark in remarks:
        groups.setdefault(_NUMBER.sub("#", _plain(remark)), []).append(remark)
    return [_line(group) for group in groups.values()]


def _line(group: list[Remark]) -> str:
    first = group[0]
    if len(group) == 1:
        return f"{first.where}: {first.text}"
    titles = ", ".join(dict.fromkeys(BUILTIN[remark.dataset].title for remark in group))
    plain = _plain(first)
    example = first.text.removeprefix(plain).removeprefix(_EXAMPLE)
    numbers = [_NUMBER.findall(_plain(remark)) for remark in group]
    columns = iter([_range(column) for column in zip(*numbers, strict=False)])
    text = _NUMBER.sub(lambda found: next(columns, found[0]), plain)
    return f"{titles}, {len(group)} files: {text}" + (f"{_EXAMPLE}{first.where}: {example}" if example else "")


def _plain(remark: Remark) -> str:
    """A remark without its example."""
    return remark.text.partition(_EXAMPLE)[0]


def _range(numbers: Iterable[str]) -> str:
    ordered = sorted(numbers, key=float)
    return ordered[0] if ordered[0] == ordered[-1] else f"{ordered[0]}–{ordered[-1]}"
