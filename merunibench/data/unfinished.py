"""Rows that stop at an earlier stage (text, labels) than scoring begins with (labels, polarity): finished, or refused.

How labels are taken from text is not known here: whoever scores hands in an `Extractor`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench.data.columns import label_column, text_column
from merunibench.data.tables import Table
from merunibench.errors import InputError

GIVEN = "given"
"""Where labels and polarity come from that the predictions hold."""

Mask = npt.NDArray[np.bool_]


class Extractor(Protocol):
    """What finishes a row."""

    @property
    def name(self) -> str:
        """Its name and version, as signatures have it: `rules@1`."""
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


@dataclass(frozen=True)
class Finished:
    """A table that can be scored, where labels and polarity come from, and how many reasoning traces were dropped."""

    table: Table
    labels_from: str = GIVEN
    polarity_from: str = GIVEN
    traces: int = 0


def finish(table: Table, needed: str, failed: Mask, extractor: Extractor | None) -> Finished:
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
    given = Finished(table, _origin(table, "labels_from"), _origin(table, "polarity_from"))
    missing = ~failed
    if needed in table.columns:
        missing &= is_null(table, needed)
    if not missing.any():
        return given
    from_labels = missing & _has(table, "labels") if needed != "labels" else np.zeros(len(missing), bool)
    from_text = missing & ~from_labels & _has(table, "text")
    if not (from_labels.any() or from_text.any()):
        return given
    if extractor is None:
        raise InputError(_refusal(table, needed, from_labels, from_text))
    values = _values(table, needed)
    texts: Any = text_column(table, "text") if from_text.any() else None
    lists: Any = label_column(table, "labels") if from_labels.any() else None
    for row in np.flatnonzero(from_labels | from_text).tolist():
        labels = lists[row] if from_labels[row] else extractor.labels(texts[row].as_py())
        values[row] = labels if needed == "labels" else extractor.polarity(labels)
    traces = sum(extractor.has_trace(texts[row].as_py()) for row in np.flatnonzero(from_text).tolist())
    return replace(_finished(given, needed, values, from_text, missing, extractor.name), traces=traces)


def _finished(given: Finished, needed: str, values: list[Any], from_text: Mask, missing: Mask, name: str) -> Finished:
    table = replace(given.table, columns={"name": given.table.columns["name"], needed: values})
    rest_given = not missing.all()
    if needed == "labels":
        return Finished(table, _joined(given.labels_from, name) if rest_given else name, given.polarity_from)
    labels_from = given.labels_from
    if from_text.any():
        labels_from = name if from_text.all() else _joined(labels_from, name)
    return Finished(table, labels_from, _joined(given.polarity_from, name) if rest_given else name)


def _joined(*origins: str) -> str:
    return "+".join(dict.fromkeys(origins))


def _origin(table: Table, column: str) -> str:
    """What a column says about where the values of another come from; `given` where it says nothing."""
    if column not in table.columns:
        return GIVEN
    found = text_column(table, column).fill_null(GIVEN)
    return _joined(*sorted(pc.unique(found).to_pylist()))


def _refusal(table: Table, needed: str, from_labels: Mask, from_text: Mask) -> str:
    rows, what = np.flatnonzero(from_labels), "labels without polarity"
    if not len(rows):
        rows, what = np.flatnonzero(from_text), "raw text only"
    return (
        f"{table.where(int(rows[0]))}: holds {what} ({len(rows)} rows do); scoring needs {needed}: extract it first "
        f"(`merunibench extract`), or give it in the column {needed!r}"
    )


def _values(table: Table, needed: str) -> list[Any]:
    values: Any = table.columns.get(needed)
    if values is None:
        return [None] * table.num_rows
    return list(values) if isinstance(values, list) else list(values.to_pylist())


def _has(table: Table, column: str) -> Mask:
    """Whether a row has something there; all false without the column."""
    return ~_is_empty(table, column) if column in table.columns else np.zeros(table.num_rows, bool)


def is_null(table: Table, column: str) -> Mask:
    """Which rows of a column are null, shape (N,)."""
    values = table.columns[column]
    if isinstance(values, list):
        return np.fromiter((value is None for value in values), bool, len(values))
    return as_mask(values.is_null())


def _is_empty(table: Table, column: str) -> Mask:
    """Whether a row has nothing there: null, empty text or an empty list."""
    values = text_column(table, column) if column == "text" else table.columns[column]
    if isinstance(values, list):
        return np.fromiter((not value for value in values), bool, len(values))
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        lengths = pc.list_value_length(values)
    elif pa.types.is_large_string(values.type):
        lengths = pc.binary_length(values)
    else:
        return is_null(table, column)
    return as_mask(pc.equal(lengths.fill_null(0), 0))


def as_mask(booleans: pa.BooleanArray) -> Mask:
    """Arrow's truth values as NumPy's, shape (N,)."""
    return np.asarray(booleans.to_numpy(zero_copy_only=False), bool)
