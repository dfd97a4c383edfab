"""Compare speaker values with human judgements: separation of speaking and silent clips, and the best threshold.

A threshold that is chosen and evaluated on the same clips looks better than it is; the intervals do not account for
that choice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from merunibench._text import listed, short_repr
from merunibench.curation.agreement import clopper_pearson
from merunibench.curation.folder import read_lines
from merunibench.data import Table, read_table
from merunibench.data.columns import find_column, name_column, python_values
from merunibench.errors import InputError
from merunibench.report.columns import Column, percent, span
from merunibench.report.terminal import plain_table, print_to_text

_YES = frozenset({"yes", "y", "true", "1", "1.0", "speaking"})
_NO = frozenset({"no", "n", "false", "0", "0.0", "silent"})
_MOST_ROWS = 20


@dataclass(frozen=True)
class Point:
    """The effect of keeping the clips whose value is at least a threshold.

    Attributes:
        threshold: Smallest value that is kept.
        kept: Number of clips kept.
        right: Number of kept clips that speak.
        speaking: Number of clips that speak.
        silent: Number of clips that do not.
    """

    threshold: float
    kept: int
    right: int
    speaking: int
    silent: int

    @property
    def precision(self) -> float | None:
        """Share of the kept clips that speak; None if none is kept."""
        return self.right / self.kept if self.kept else None

    @property
    def recall(self) -> float | None:
        """Share of the speaking clips that are kept: the true positive rate."""
        return self.right / self.speaking if self.speaking else None

    @property
    def fall_out(self) -> float | None:
        """Share of the silent clips that are kept: the false positive rate."""
        return (self.kept - self.right) / self.silent if self.silent else None

    @property
    def precision_interval(self) -> tuple[float, float] | None:
        """Clopper-Pearson 95 % interval of the precision."""
        return clopper_pearson(self.right, self.kept) if self.kept else None

    @property
    def recall_interval(self) -> tuple[float, float] | None:
        """Clopper-Pearson 95 % interval of the recall."""
        return clopper_pearson(self.right, self.speaking) if self.speaking else None

    def to_dict(self) -> dict[str, Any]:
        """Return the point as JSON values."""
        names = ("precision", "precision_interval", "recall", "recall_interval", "fall_out")
        values = {name: getattr(self, name) for name in names}
        return {"threshold": self.threshold, "kept": self.kept, "right": self.right, **values}


@dataclass(frozen=True)
class SpeakerCheck:
    """Comparison of speaker values with judgements.

    Attributes:
        points: One for each distinct value, the largest first.
        speaking: Number of judged clips with a value that speak.
        silent: Number of judged clips with a value that do not speak.
        undecided: Numbers of (speaking, silent) clips without a value: no speech in them, or measuring failed.
        absent: Judged names without a row.
        wanted: The precision that the threshold should reach.
    """

    FORMATS: ClassVar[tuple[str, ...]] = ("table", "json")

    points: tuple[Point, ...]
    speaking: int
    silent: int
    undecided: tuple[int, int]
    absent: tuple[str, ...]
    wanted: float

    @cached_property
    def chosen(self) -> Point | None:
        """The lowest threshold that reaches the wanted precision; None if none does, or no clip is silent."""
        reaching = [point for point in self.points if (point.precision or 0) >= self.wanted]
        return reaching[-1] if reaching and self.silent else None

    @cached_property
    def auc(self) -> float | None:
        """Area under the ROC: the share of pairs in which the speaking clip has the larger value; ties count half."""
        if not self.speaking or not self.silent:
            return None
        true, false = ([0.0] + [getattr(p, name) for p in self.points] for name in ("recall", "fall_out"))
        return float(np.trapezoid(true, false))

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON values."""
        return {
            "speaking": self.speaking,
            "silent": self.silent,
            "undecided": {"speaking": self.undecided[0], "silent": self.undecided[1]},
            "absent": list(self.absent),
            "auc": self.auc,
            "wanted_precision": self.wanted,
            "threshold": self.chosen and self.chosen.to_dict(),
            "roc": [point.to_dict() for point in self.points],
        }

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Return the ROC as a table, and the threshold."""
        titles = ("Threshold", "Kept", "Precision", "95 % CI", "Recall", "False positives")
        table = plain_table([Column(title, numeric=True) for title in titles])
        for point in self._shown():
            interval = span(point.precision_interval)
            rates = (percent(point.precision), interval, percent(point.recall), percent(point.fall_out))
            table.add_row(f"{point.threshold:.4f}", str(point.kept), *rates)
        return print_to_text("Speaker values against judgements", table, self._notes(), width=width, color=color)

    def _shown(self) -> list[Point]:
        """Return at most `_MOST_ROWS` evenly spaced points, including the chosen one."""
        places = np.linspace(0, len(self.points) - 1, min(_MOST_ROWS, len(self.points))).round().astype(int).tolist()
        kept = {*places} | ({self.points.index(self.chosen)} if self.chosen else set())
        return [self.points[place] for place in sorted(kept)]

    def _notes(self) -> Iterator[str]:
        auc = "none" if self.auc is None else f"{self.auc:.4f}"
        yield f"Rates in percent. {self.speaking} clips speak, {self.silent} do not. Area under the ROC: {auc}."
        if any(self.undecided):
            yield f"Without a value: {self.undecided[0]} that speak, {self.undecided[1]} that do not; ignored."
        if self.absent:
            yield f"Not measured: {len(self.absent)} ({listed(self.absent, 3)}); ignored."
        if self.chosen:
            point = self.chosen
            yield (
                f"Threshold {point.threshold:.4f}: the lowest with a precision of {percent(self.wanted)}. "
                f"Precision {percent(point.precision)} ({span(point.precision_interval)}), "
                f"recall {percent(point.recall)} ({span(point.recall_interval)}); chosen on the same clips."
            )
        elif self.silent:
            yield f"No threshold has a precision of {percent(self.wanted)}."
        else:
            yield "No threshold can be chosen: none of the clips is silent."


def compare(paths: Iterable[Path], truth: Mapping[str, bool], wanted: float) -> SpeakerCheck:
    """Compare the rows of the stage `speaker` with judgements.

    Args:
        paths: Its files.
        truth: Name -> whether the visible person speaks.
        wanted: Precision that the threshold should reach.

    Raises:
        InputError: a file is broken, or none of its rows has a judgement.
    """
    values = {row["name"]: row.get("value") for path in paths for row in read_lines(path) if row["name"] in truth}
    if not values:
        raise InputError(
            "none of the measured clips is in the table of --speaker-truth; its names must match the clips"
        )
    known = [(float(value), truth[name]) for name, value in values.items() if value is not None]
    lost = [truth[name] for name, value in values.items() if value is None]
    absent = tuple(name for name in truth if name not in values)
    speaking = sum(says for _, says in known)
    undecided = (sum(lost), len(lost) - sum(lost))
    silent = len(known) - speaking
    return SpeakerCheck(tuple(_points(known, speaking, silent)), speaking, silent, undecided, absent, wanted)


def _points(known: list[tuple[float, bool]], speaking: int, silent: int) -> Iterator[Point]:
    ordered = sorted(known, reverse=True)
    right = 0
    for place, (value, says) in enumerate(ordered):
        right += says
        if place + 1 == len(ordered) or ordered[place + 1][0] < value:
            yield Point(value, place + 1, right, speaking, silent)


def read_truth(path: Path) -> dict[str, bool]:
    """Read whether the visible person speaks, by name, from a table with the columns `name` and `speaking`.

    Raises:
        InputError: the table cannot be read, lacks a column, or has values other than yes and no.
    """
    table = read_table(path)
    names: list[str] = name_column(table).to_pylist()
    said = python_values(table, find_column(table, "speaking", "speaks"))
    return {name: _yes(value, table, row) for row, (name, value) in enumerate(zip(names, said, strict=True))}


def _yes(value: object, table: Table, row: int) -> bool:
    word = str(value).strip().lower()
    if word not in _YES | _NO:
        raise InputError(f"{table.where(row)}: speaking is {short_repr(value)}; it must be yes or no")
    return word in _YES
