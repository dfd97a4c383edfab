"""Errors of a model over all data sets of a board: what was predicted on each wheel, and the share of hits."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from merunibench.leaderboard.schema.details import Details
from merunibench.lexicon.runtime.wheels import PUBLISHED_WHEELS, load_wheels
from merunibench.report.error_analysis.result import NOTHING, Confusion

Stored = Mapping[str, Sequence[Mapping[str, Any]]]
"""Data set -> the confusion counts of a model there, one entry per wheel."""


def stored(details: Details, board: str) -> Stored:
    """Return what the details of a model contain for a board; they describe one row per board."""
    parts = ((dataset, text) for (where, dataset), text in details.parts.items() if where == board)
    return {dataset: json.loads(text)["losses"]["confusions"] for dataset, text in parts}


def first_wheel(found: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the counts of the first wheel, or else those of polarity; an empty list for none."""
    first = min((_order(each["wheel"]) for each in found), default=0.0)
    return [each for each in found if _order(each["wheel"]) == first]


def _order(wheel: int | None) -> float:
    return math.inf if wheel is None else wheel


def confusions(held: Stored) -> list[Confusion]:
    """Return what was predicted instead of the truth: the counts of all data sets, summed.

    Args:
        held: The counts on a board.

    Returns:
        One confusion per known wheel, in order, then that of polarity. False alarms are not known.
    """
    counts: dict[int | None, dict[str, dict[str, float]]] = {}
    for found in chain.from_iterable(held.values()):
        of_wheel = counts.setdefault(found["wheel"], {})
        for row, values in zip(found["rows"], found["counts"], strict=True):
            said = of_wheel.setdefault(row, {})
            for column, value in zip(found["columns"], values, strict=True):
                said[column] = said.get(column, 0.0) + value
    wheels = sorted(counts, key=_order)
    return [_confusion(wheel, counts[wheel]) for wheel in wheels]


def hits(found: Sequence[Confusion]) -> list[dict[str, float]]:
    """For each of the five wheels: sector -> the share of its samples that were hit; empty if unknown."""
    shares: list[dict[str, float]] = [{} for _ in range(PUBLISHED_WHEELS)]
    for each in found:
        if each.wheel is not None and each.wheel <= PUBLISHED_WHEELS:
            rows = zip(each.rows, each.shares, each.totals, strict=True)
            shares[each.wheel - 1] = {name: row[each.columns.index(name)] for name, row, total in rows if total}
    return shares


def _confusion(wheel: int | None, counts: dict[str, dict[str, float]]) -> Confusion:
    """Build the table with rows and columns in the order of the wheel; `nothing` comes last."""
    rows = _ordered(wheel, counts)
    others = {name for said in counts.values() for name in said} - counts.keys() - {NOTHING}
    columns = (*rows, *_ordered(wheel, others), NOTHING)
    table = tuple(tuple(counts[row].get(column, 0.0) for column in columns) for row in rows)
    return Confusion(wheel, rows, columns, table, (), round(sum(map(sum, table))))


def _ordered(wheel: int | None, names: Iterable[str]) -> tuple[str, ...]:
    known: tuple[str, ...] = ()
    if wheel is not None and wheel <= PUBLISHED_WHEELS:
        known = tuple(load_wheels()[wheel - 1].sectors)
    return tuple(sorted(names, key=lambda name: (known.index(name) if name in known else len(known), name)))
