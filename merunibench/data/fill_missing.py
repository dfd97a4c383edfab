"""Fill in the answers that scoring needs (labels, polarity) with an extractor, if a row only has an earlier stage.

How labels are extracted from text is not defined here: the caller passes the extractor.
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
"""Origin of labels and polarity that are in the predictions."""


class Extractor(Protocol):
    """Extracts labels and polarity that a row lacks."""

    @property
    def name(self) -> str:
        """Its name and version for signatures: `rules@2`."""
        ...

    def labels(self, text: str) -> list[str]:
        """Return the labels in a model's answer."""
        ...

    def polarity(self, labels: Sequence[str]) -> str:
        """Return the polarity of a label list: positive, negative or neutral."""
        ...

    def has_trace(self, text: str) -> bool:
        """Return whether a model's answer contains its reasoning, which is dropped before the answer is read."""
        ...

    def looks_like(self, text: str) -> Reason | None:
        """Return why a model's answer may give no labels; None if the extractor does not classify it."""
        ...

    def knows(self, labels: Sequence[str]) -> bool:
        """Return whether any of the labels determines a polarity."""
        ...


@dataclass(frozen=True)
class CompletedRows:
    """A table that can be scored, and how missing answers were filled in.

    Attributes:
        table: The table.
        labels_from: Origin of the labels.
        polarity_from: Origin of the polarity.
        read: Rows whose answer was extracted here, shape (N,).
        unanswered: Rows that have not failed and contain nothing to extract from, shape (N,).
        traces: Number of reasoning traces that were dropped.
        reasons: Row -> remark on it, for rows that were extracted here.
        labels: Row -> the labels that its polarity comes from, for rows with a remark.
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
    """Fill in the column that scoring needs for rows that only have text or labels.

    A column `labels_from` or `polarity_from`, as `merunibench extract` writes it, gives the origin of given answers.

    Args:
        table: The predictions.
        needed: `labels` or `polarity`.
        failed: Rows on which the model failed, which are not filled in, shape (N,).
        extractor: Extracts from text and labels; None to refuse such rows.

    Raises:
        InputError: there are such rows, but no extractor; the message names the first.
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
    """Return the remark on a row that was filled in: why it gave nothing, or why its answer is doubtful."""
    if labels and value == NEUTRAL and not extractor.knows(labels):
        return Reason.UNKNOWN
    if text is None:
        return None if labels else Reason.EMPTY
    looks = extractor.looks_like(text)
    return (READ_ANYWAY.get(looks) if labels else looks) if looks else None


def _joined(*origins: str) -> str:
    return "+".join(dict.fromkeys(origins))


def _origin(table: Table, column: str) -> str:
    """Return the origins in a column such as `labels_from`; `given` if it is empty or missing."""
    if column not in table.columns:
        return GIVEN
    found = text_column(table, column).fill_null(GIVEN)
    return _joined(*sorted(pc.unique(found).to_pylist()))


def _refusal(table: Table, needed: Answer, from_labels: Mask, from_text: Mask) -> str:
    rows, what = np.flatnonzero(from_labels), "labels without polarity"
    if not len(rows):
        rows, what = np.flatnonzero(from_text), "raw text only"
    return (
        f"{table.where(int(rows[0]))}: contains {what} ({len(rows)} rows do); scoring needs {needed}: extract it first "
        f"(`merunibench extract`), or give it in the column {needed!r}"
    )
