"""Account of the rows of a file: how many contain an answer, where it comes from, and why the others have none.

A row that contributes neither a label nor a polarity is counted under exactly one reason. `predictions` makes the
account along with labels and polarity; reports and `validate` show it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from enum import StrEnum
from typing import Any

from merunibench._text import escape_controls, in_one_line, short_repr
from merunibench.kinds import Answer

_LONGEST_TEXT, _LONGEST_NAME = 120, 80


class Reason(StrEnum):
    """Why a row has no label or polarity of its own; the last three are counted although the row has one."""

    NO_ANSWER = "no answer"
    CUT_OFF = "cut off in its reasoning"
    REFUSAL = "refusal"
    ERROR = "error text"
    LANGUAGE = "another language"
    SYMBOL = "single letter or number"
    NOTHING = "no emotion word found"
    EMPTY = "empty list"
    BESIDE_TEXT = "empty list beside a text"
    STATEMENT = "says that there is none"
    UNKNOWN = "no known label"
    ODD = "no polarity word"

    REFUSAL_READ = "refusal, read by its words"
    ERROR_READ = "error text, read by its words"
    COMPLEMENT = "named by what it is not"


SILENT = (Reason.CUT_OFF, Reason.REFUSAL, Reason.ERROR, Reason.LANGUAGE, Reason.SYMBOL, Reason.NOTHING)
"""Reasons why a text gives nothing; predictions with too many of these are refused."""
READ_ANYWAY = {Reason.REFUSAL: Reason.REFUSAL_READ, Reason.ERROR: Reason.ERROR_READ}
"""The reasons that apply to a text that gives something nevertheless."""

_REMARKS: Mapping[Reason, str] = {
    Reason.NO_ANSWER: "{n} rows contain neither {field} nor text and count as missing predictions, not as {empty}",
    Reason.CUT_OFF: "{n} answers end within their reasoning and count as {empty}: raise --max-new-tokens",
    Reason.REFUSAL: "{n} answers are refusals and count as {empty}",
    Reason.ERROR: "{n} answers are error messages and count as {empty}: ask the model again, or mark them as failed",
    Reason.LANGUAGE: "{n} answers are in a language that the rules do not read and count as {empty}: extract labels "
    "from them with a language model (`merunibench extract --extractor`)",
    Reason.SYMBOL: "{n} answers are single letters or numbers and count as {empty}: replace them by what they mean",
    Reason.NOTHING: "no emotion word was found in {n} answers, which count as {empty}",
    Reason.EMPTY: "{n} answers are given as empty lists",
    Reason.BESIDE_TEXT: "{n} answers are given as empty lists next to a text: if an extractor failed, extract labels "
    "from the texts (`merunibench extract --overwrite-labels`)",
    Reason.STATEMENT: "{n} answers say that there is no emotion, in words that are not labels",
    Reason.UNKNOWN: "{count} polarities come from labels that are all unknown, and count as neutral",
    Reason.ODD: "{count} polarities such as {text} are not positive, negative or neutral, and count as neutral",
    Reason.REFUSAL_READ: "{n} answers look like refusals and are scored by the words in them",
    Reason.ERROR_READ: "{n} answers look like error messages and are scored by the words in them",
    Reason.COMPLEMENT: "{count} polarities such as {text} are negated: non-negative counts as positive, "
    "non-positive as negative",
}


@dataclass
class Found:
    """The rows with one reason: their number, the location of the first (`line 3`), and its text, shortened."""

    count: int
    first: str
    text: str | None = None
    detail: str = ""


@dataclass
class Account:
    """The rows of one file, or of one data set in it.

    Attributes:
        rows: Number of rows.
        field: The kind of answer that is needed, such as `labels` or `polarity`.
        given: Rows whose answer is in the file, including empty lists.
        read: Extractor -> rows whose answer it extracted from text or labels, here or earlier.
        failed: Rows on which the model failed.
        without: Reason -> the rows that contribute nothing of their own; each row has one reason.
        besides: Reason -> rows that contribute something but deserve a remark.
    """

    rows: int
    field: Answer
    given: int = 0
    read: dict[str, int] = made_by(default_factory=dict)
    failed: int = 0
    without: dict[Reason, Found] = made_by(default_factory=dict)
    besides: dict[Reason, Found] = made_by(default_factory=dict)

    def count(self, reason: Reason, place: str, text: str | None = None, number: int = 1) -> None:
        """Count rows; the first is at `place` and has this text. Call it in the order of the rows."""
        kept = self.besides if reason in (*READ_ANYWAY.values(), Reason.COMPLEMENT) else self.without
        if reason in kept:
            kept[reason].count += number
        else:
            kept[reason] = Found(number, place, None if text is None else in_one_line(text, _LONGEST_TEXT))

    @property
    def missing(self) -> int:
        """Number of rows without any answer, which are missing predictions."""
        return self._number((Reason.NO_ANSWER,))

    @property
    def nothing(self) -> int:
        """Number of rows that contribute nothing of their own, without the failed ones."""
        return self._number(self.without)

    def _number(self, reasons: Iterable[Reason]) -> int:
        return sum(self.without[reason].count for reason in reasons if reason in self.without)

    def remarks(self, reasons: Iterable[Reason] = tuple(Reason)) -> tuple[str, ...]:
        """Return a line for each of these reasons, with the number of rows and the first of them."""
        words = {"field": self.field, "empty": "empty" if self.field == "labels" else "neutral"}
        said = []
        for reason, found in (self.without | self.besides).items():
            if reason not in reasons:
                continue
            number = f"1 of {self.rows}" if found.count == 1 else found.count
            sentence = _REMARKS[reason].format(n=number, count=found.count, text=short_repr(found.text), **words)
            quoted = "" if found.text is None or "{text}" in _REMARKS[reason] else f": {short_repr(found.text)}"
            said.append(f"{sentence} (first: {found.first}{quoted}){found.detail}")
        return tuple(said)

    def refusal(self) -> str | None:
        """Return why these answers should not be scored: most of them give nothing; None if they can be scored."""
        silent, answered = self._number(SILENT), self.rows - self.failed - self.missing
        if 2 * silent <= answered:
            return None
        return (
            f"{silent} of {answered} answers give no {self._one}, more than half: {'; '.join(self.remarks(SILENT))}; "
            "fix them, or choose --missing zero (score them as they are)"
        )

    def summary(self) -> str:
        """Return `answers: 2 given, 6 read from text by rules@2, 1 without a label: 1 × refusal (first: line 4)`."""
        text = "text" if self.field == "labels" else "text or labels"
        read = [
            f"{number} read from {text} by {escape_controls(name, _LONGEST_NAME)}" for name, number in self.read.items()
        ]
        parts = [f"{self.given} given", *read, *([f"{self.failed} failed"] if self.failed else [])]
        reasons = "; ".join(map(self._listed, self.without))
        return f"answers: {', '.join([*parts, f'{self.nothing} without a {self._one}'])}{': ' * bool(reasons)}{reasons}"

    @property
    def _one(self) -> str:
        return {"labels": "label"}.get(self.field, self.field)

    def _listed(self, reason: Reason) -> str:
        return f"{self.without[reason].count} × {reason} (first: {self.without[reason].first})"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        named = {"without": self.without, "besides": self.besides}
        reasons = {key: {str(reason): _plain(each) for reason, each in held.items()} for key, held in named.items()}
        return {"rows": self.rows, "given": self.given, "read": self.read, "failed": self.failed, **reasons}


def _plain(found: Found) -> dict[str, Any]:
    return {"count": found.count, "first": found.first, **({} if found.text is None else {"text": found.text})}
