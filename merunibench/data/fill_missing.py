"""Rows that stop at an earlier stage than scoring begins with are finished by an extractor: text, labels, polarity.

How labels are taken from text is not known here: whoever scores hands in what does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from merunibench.data.account import READ_ANYWAY, Reason
from merunibench.data.cells import Mask, has, is_null
from merunibench.data.columns import label_column, python_values, text_column
from merunibench.data.tables import Table
from merunibench.errors import InputError
from merunibench.kinds import NEUTRAL, Answer

GIVEN = "given"
"""Where labels and polarity come from that the predictions hold."""


class Extractor(Protocol):
    """What finishes a row."""

    @property
    def name(self) -> str:
        """Its name and version, as signatures have it: `rules@2`."""
        ...

    def labels(self, text: str) -> list[str]:
        """The labels in a model's answer."""
        ...

    def polarity(self, labels: Sequence[str]) -> str:
        """The polarity of a label list: positive, negative or neutral."""
        ...

    def has_trace(self, text: str) -> bool:
        """Whether a model's answer holds its reasoning, which is dropped before the answer is read."""
        ...

    def looks_like(self, text: str) -> Reason | None:
        """What a model's answer looks like, if it gives nothing; None if the extractor does not look."""
        ...

    def knows(self, labels: Sequence[str]) -> bool:
        """Whether any of the labels decides a polarity."""
        ...


@dataclass(frozen=True)
class CompletedRows:
    """A table that can be scored, and what was done to finish it.

    Attributes:
        table: The table.
        labels_from: Where the labels come from.
        polarity_from: Where the polarity comes from.
        read: Rows that an extractor has finished here, shape (N,).
        unanswered: Rows that have not failed and hold nothing that could be finished, shape (N,).
        traces: Number of reasoning traces that were dropped.
        reasons: Row -> what is to be said of it, for rows that were finished here.
        labels: Row -> the labels that its polarity comes from, where none of them is known.
    """

    table: Table
    labels_from: str
    polarity_from: str
    read: Mask
    unanswered: Mask
    traces: int = 0
    reasons: dict[int, Reason] = field(default_factory=dict)
    labels: dict[int, Sequence[str]] = field(default_factory=dict)


def fill_missing(table: Table, needed: Answer, failed: Mask, extractor: Extractor | None) -> CompletedRows:
    """Fill the column that scoring needs where a row holds only what comes before it.

    A column `labels_from` or `polarity_from`, as `merunibench extract` writes it, says where given ones come from.

    Args:
        table: The predictions.
        needed: `labels` or `polarity`.
        failed: Rows on which the model failed, which need nothing, shape (N,).
        extractor: What reads text and labels; None to refuse such rows.

    Raises:
        InputError: there are such rows and no extractor; the message names the first.
    """
    missing = ~failed & is_null(table, needed)
    of_labels = needed != "labels" and missing.any()
    from_labels = missing & has(table, "labels") if of_labels else np.zeros(len(missing), bool)
    from_text = missing & ~from_labels & has(table, "text") if missing.any() else from_labels
    rows = from_labels | from_text
    # An empty list of labels is an answer, and its polarity neutral.
    unanswered = missing & ~rows & (is_null(table, "labels") if of_labels else True)
    origins = _origin(table, "labels_from"), _origin(table, "polarity_from")
    given = CompletedRows(table, *origins, read=rows, unanswered=unanswered)
    if not rows.any():
        return given
    if extractor is None:
        raise InputError(_refusal(table, needed, from_labels, from_text))
    values = list(python_values(table, needed)) if needed in table.columns else [None] * table.num_rows
    of_texts = np.flatnonzero(from_text)
    found = text_column(table, "text").take(pa.array(of_texts)).to_pylist() if len(of_texts) else []
    texts: dict[int, str] = dict(zip(of_texts.tolist(), found, strict=True))
    lists: Any = label_column(table, "labels") if from_labels.any() else None
    for row in np.flatnonzero(rows).tolist():
        text = texts.get(row)
        labels = lists[row] if text is None else extractor.labels(text)
        values[row] = labels if needed == "labels" else extractor.polarity(labels)
        reason = _reason(text, labels, values[row], extractor)
        if reason is not None:
            given.reasons[row] = reason
            given.labels[row] = labels
    traces = sum(map(extractor.has_trace, texts.values()))
    read = {"labels_from": missing} if needed == "labels" else {"labels_from": from_text, "polarity_from": missing}
    named = {
        column: extractor.name if these.all() else _joined(getattr(given, column), extractor.name)
        for column, these in read.items()
        if these.any()
    }
    table = replace(table, columns={"name": table.columns["name"], needed: values})
    origins = named.get("labels_from", given.labels_from), named.get("polarity_from", given.polarity_from)
    return replace(given, table=table, labels_from=origins[0], polarity_from=origins[1], traces=traces)


def _reason(text: str | None, labels: Sequence[str], value: object, extractor: Extractor) -> Reason | None:
    """What is to be said of a row that was finished: that it gave nothing, or looks as if it should not have."""
    if labels and value == NEUTRAL and not extractor.knows(labels):
        return Reason.UNKNOWN
    if text is None:
        return None if labels else Reason.EMPTY
    looks = extractor.looks_like(text)
    return (READ_ANYWAY.get(looks) if labels else looks) if looks else None


def _joined(*origins: str) -> str:
    return "+".join(dict.fromkeys(origins))


def _origin(table: Table, column: str) -> str:
    """What a column says about where the values of another come from; `given` where it says nothing."""
    if column not in table.columns:
        return GIVEN
    found = text_column(table, column).fill_null(GIVEN)
    return _joined(*sorted(pc.unique(found).to_pylist()))


def _refusal(table: Table, needed: Answer, from_labels: Mask, from_text: Mask) -> str:
    rows, what = np.flatnonzero(from_labels), "labels without polarity"
    if not len(rows):
        rows, what = np.flatnonzero(from_text), "raw text only"
    return (
        f"{table.where(int(rows[0]))}: holds {what} ({len(rows)} rows do); scoring needs {needed}: extract it first "
        f"(`merunibench extract`), or give it in the column {needed!r}"
    )
