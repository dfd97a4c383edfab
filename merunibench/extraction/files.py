"""Predictions of any format -> JSON Lines with labels, and polarity if wanted; the text is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from merunibench.data import Extractor, PredictionSource, conversions
from merunibench.extraction.answers import clean_answer
from merunibench.extraction.rules import Rules


@dataclass(frozen=True)
class Extracted:
    """What `extract` did.

    Attributes:
        files: The files written.
        labels: Number of samples whose labels were taken from text.
        polarities: Number whose polarity was derived.
        traces: Number of texts from which a reasoning trace was dropped.
    """

    files: tuple[Path, ...]
    labels: int
    polarities: int
    traces: int


def extract(
    source: PredictionSource,
    out: Path,
    *,
    extractor: Extractor | None = None,
    polarity: bool = False,
    again: bool = False,
) -> Extracted:
    """Write every file of `source` as JSON Lines below `out`, with labels where there was text alone.

    Where labels or polarity come from an extractor, `labels_from` or `polarity_from` names it, and scoring shows it in
    the signature. Failed rows stay as they are.

    Args:
        source: The predictions.
        out: The folder to write into, laid out as by `convert`.
        extractor: What reads; the rules by default.
        polarity: Derive the polarity of every label list too.
        again: Also replace the labels (and the polarity) of rows that have some, wherever there is text.

    Raises:
        InputError: an input cannot be read, or an output cannot be written.
    """
    worker = _Completion(Rules() if extractor is None else extractor, polarity, again)
    files = []
    for file in conversions(source, out):
        worker.complete(file.columns)
        file.write()
        files.append(file.path)
    return Extracted(tuple(files), worker.labels, worker.polarities, worker.traces)


class _Completion:
    """Fills the columns of one file after the other, and counts."""

    def __init__(self, extractor: Extractor, polarity: bool, again: bool) -> None:
        self.extractor, self.polarity, self.again = extractor, polarity, again
        self.labels = self.polarities = self.traces = 0

    def complete(self, columns: dict[str, list[Any]]) -> None:
        """Fill `labels`, and `polarity` if wanted, and say where they come from."""
        texts = columns.get("text") or [None] * len(columns["name"])
        wanted = [
            row
            for row, text in enumerate(texts)
            if text and columns["status"][row] == "ok" and (self.again or _absent(columns, "labels", row))
        ]
        self.traces += sum(clean_answer(texts[row]).had_trace for row in wanted)
        self._fill(columns, "labels", ((row, self.extractor.labels(texts[row])) for row in wanted))
        self.labels += len(wanted)
        if self.polarity:
            lists = columns.get("labels") or [None] * len(texts)
            fresh = set(wanted)
            rows = [
                row
                for row, labels in enumerate(lists)
                if labels is not None and (row in fresh or _absent(columns, "polarity", row))
            ]
            self._fill(columns, "polarity", ((row, self.extractor.polarity(lists[row])) for row in rows))
            self.polarities += len(rows)

    def _fill(self, columns: dict[str, list[Any]], name: str, values: Iterable[tuple[int, Any]]) -> None:
        empty = [None] * len(columns["name"])
        column, origin = list(columns.get(name, empty)), list(columns.get(f"{name}_from", empty))
        for row, value in values:
            column[row], origin[row] = value, self.extractor.name
        if any(value is not None for value in origin):
            columns[name], columns[f"{name}_from"] = column, origin


def _absent(columns: dict[str, list[Any]], name: str, row: int) -> bool:
    return name not in columns or columns[name][row] is None
