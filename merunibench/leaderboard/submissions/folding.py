"""The same remark on many files -> one line: `mixed (27 files of MELD, IEMOCAP): 1–43 labels …`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from merunibench.tasks import TASKS

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\w)")


@dataclass(frozen=True)
class Remark:
    """Something that is said of one file.

    Attributes:
        dataset: Its data set.
        where: The file, from the submission's folder.
        text: What is said.
    """

    dataset: str
    where: str
    text: str


def folded(remarks: Iterable[Remark]) -> list[str]:
    """A line for each remark; those that differ in numbers alone share one, which gives the range of each number.

    What is quoted of the first of a row (`first: line 4: …`) is kept of the first file alone.
    """
    groups: dict[str, list[Remark]] = {}
    for remark in remarks:
        shape = re.sub(r" \(first: .*?\)(?=$|[:;,])", " (first: …)", remark.text)
        groups.setdefault(_NUMBER.sub("#", shape), []).append(remark)
    return [_line(group) for group in groups.values()]


def _line(group: list[Remark]) -> str:
    first = group[0]
    if len(group) == 1:
        return f"{first.where}: {first.text}"
    titles = ", ".join(dict.fromkeys(TASKS[remark.dataset].title for remark in group))
    plain, _, example = first.text.partition(" (first: ")
    numbers = [_NUMBER.findall(remark.text.partition(" (first: ")[0]) for remark in group]
    columns = iter([_range(column) for column in zip(*numbers, strict=False)])
    text = _NUMBER.sub(lambda found: next(columns, found[0]), plain)
    return f"{titles}, {len(group)} files: {text}" + (f" (first: {first.where}: {example}" if example else "")


def _range(numbers: Iterable[str]) -> str:
    ordered = sorted(numbers, key=float)
    return ordered[0] if ordered[0] == ordered[-1] else f"{ordered[0]}–{ordered[-1]}"
