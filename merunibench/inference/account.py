"""Summarise which rows of a result have no answer, and why: one entry per reason."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from merunibench.chat.base import LENGTH
from merunibench.inference.rows import Row

EMPTY = "the answer is empty"
_NUMBERS = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True)
class Reason:
    """A reason why rows have no answer.

    Attributes:
        reason: The reason given by the first row; those of the other rows may differ in names and numbers.
        rows: Number of rows with this reason.
        first: The sample of the first row.
    """

    reason: str
    rows: int
    first: str


@dataclass(frozen=True)
class Account:
    """A summary of the rows of a result.

    Attributes:
        unanswered: The reasons why rows have no answer, the most frequent first.
        cut: Number of answers that reached the maximum length, and may be incomplete.
    """

    unanswered: tuple[Reason, ...] = ()
    cut: int = 0


def account_of(rows: Iterable[Row]) -> Account:
    """Summarise rows, which are in the order of the data set."""
    found: dict[str, list[Row]] = {}
    cut = 0
    for row in rows:
        reason = _reason(row)
        if reason is None:
            cut += row.get("finish_reason") == LENGTH
        else:
            found.setdefault(_NUMBERS.sub("#", reason.replace(row["name"], "")), []).append(row)
    reasons = [Reason(str(_reason(same[0])), len(same), same[0]["name"]) for same in found.values()]
    return Account(tuple(sorted(reasons, key=lambda reason: -reason.rows)), cut)


def _reason(row: Row) -> str | None:
    """Return why a row has no answer, or None if it has one."""
    if row.get("status") == "failed":
        return str(row.get("error") or "no reason given")
    return None if str(row.get("text") or "").strip() else EMPTY
