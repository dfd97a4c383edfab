"""Which rows of a result have no answer, and why: one entry for each reason, however many rows it has."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from merunibench.chat.base import LENGTH
from merunibench.inference.rows import Row

EMPTY = "the answer is empty"
_NUMBERS = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True)
class Reason:
    """Why some rows have no answer.

    Attributes:
        reason: As the first row has it; the others' may differ in names and numbers.
        rows: How many there are.
        first: The first row's sample.
    """

    reason: str
    rows: int
    first: str


@dataclass(frozen=True)
class Account:
    """What became of the rows of a result.

    Attributes:
        unanswered: Why rows have no answer, the reason with most rows first.
        cut: How many answers end at their longest length: some may lack their end.
    """

    unanswered: tuple[Reason, ...] = ()
    cut: int = 0


def account_of(rows: Iterable[Row]) -> Account:
    """The account of rows in the order of the data set."""
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
    """Why a row has no answer; None if it has one."""
    if row.get("status") == "failed":
        return str(row.get("error") or "no reason given")
    return None if str(row.get("text") or "").strip() else EMPTY
