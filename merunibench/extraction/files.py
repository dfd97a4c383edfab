"""Predictions of any format -> JSON Lines with labels, and polarity if wanted; the text is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from merunibench.data import Account, Conversion, Extractor, PredictionSource, Table, account_of, conversions
from merunibench.errors import InputError
from merunibench.extraction.rules import Rules
from merunibench.files import whole_set
from merunibench.journal import refuse_journal
from merunibench.tasks import Task

Field = Literal["labels", "polarity"]


@dataclass
class Extracted:
    """What was done.

    Attributes:
        files: The files written.
        labels: Number of samples whose labels were taken from text.
        polarities: Number whose polarity was derived.
        traces: Number of texts from which a reasoning trace was dropped.
        failed: Number of samples that could not be read.
        empty: Number of texts in which no label was found.
        accounts: What became of the rows of each file.
    """

    files: tuple[Path, ...] = ()
    labels: int = 0
    polarities: int = 0
    traces: int = 0
    failed: int = 0
    empty: int = 0
    accounts: dict[Path, Account] = field(default_factory=dict)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of the files should know, a line for each file and reason."""
        return tuple(f"{path}: {remark}" for path, account in self.accounts.items() for remark in account.remarks())


def refuse_unread(tasks: Iterable[Task]) -> None:
    """Refuse data sets whose answers nothing reads out of text, before a model is asked.

    Raises:
        InputError: one of them is of such a kind.
    """
    for task in tasks:
        if not task.of_kind.is_read:
            raise InputError(
                f"{task.id}: {task.kind} tasks are not answered in free words, so nothing reads the answer out of "
                f"text; write it into a column {task.of_kind.answer!r}, and score that (merunibench score)"
            )


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
    the signature. Failed rows stay as they are. Language models have `merunibench.extraction.llm.extract_with_models`.

    Args:
        source: The predictions.
        out: The folder to write into, laid out as by `convert`.
        extractor: What reads; the rules by default.
        polarity: Derive the polarity of every label list too.
        again: Also replace the labels (and the polarity) of rows that have some, wherever there is text.

    Raises:
        InputError: an input cannot be read, an output cannot be written, or a data set is of a kind whose answers are
            not read out of text. None of the files is there then.
    """
    refuse_unread(source.definitions)
    extractor = Rules() if extractor is None else extractor
    done = Extracted()
    with whole_set(out) as folder:
        for file in conversions(source, folder):
            place = out / file.path.relative_to(folder)
            refuse_journal(place)
            rows = Rows(file, done, again=again)
            texts = rows.texts()
            rows.fill("labels", extractor.name, {row: extractor.labels(text) for row, text in texts.items()})
            done.traces += sum(map(extractor.has_trace, texts.values()))
            if polarity:
                lists = rows.label_lists()
                found = {row: extractor.polarity(labels) for row, labels in lists.items()}
                rows.fill("polarity", extractor.name, found)
            rows.write(place)
    return done


class Rows:
    """The columns of one file while labels and polarity are filled in; rows that have failed are left alone."""

    def __init__(self, file: Conversion, done: Extracted, *, again: bool) -> None:
        """Look at the columns of `file`, which are filled in place.

        Args:
            file: The predictions.
            done: Where rows are counted.
            again: Also replace the labels (and the polarity) of rows that have some, wherever there is text.
        """
        self._file, self._columns, self._done, self._again = file, file.columns, done, again
        self._read: set[int] = set()

    @property
    def names(self) -> list[str]:
        """The sample of each row."""
        return self._columns["name"]

    def texts(self) -> dict[int, str]:
        """Row -> text, for every row whose labels are to be taken from its text."""
        rows = zip(self._column("text"), self._column("status"), self._column("labels"), strict=True)
        wanted = {
            row: text
            for row, (text, status, labels) in enumerate(rows)
            if text and status == "ok" and (self._again or labels is None)
        }
        self._read = set(wanted)
        return wanted

    def label_lists(self) -> dict[int, list[str]]:
        """Row -> labels, for every row whose polarity is to be derived from them; `texts` is asked before."""
        rows = zip(self._column("labels"), self._column("status"), self._column("polarity"), strict=True)
        return {
            row: labels
            for row, (labels, status, polarity) in enumerate(rows)
            if labels is not None and status == "ok" and (row in self._read or polarity is None)
        }

    def fill(self, field: Field, origin: str, values: Mapping[int, Any]) -> None:
        """Set the field of some rows, and say where it comes from."""
        self.add(field, values)
        self.add(f"{field}_from", dict.fromkeys(values, origin))
        if field == "labels":
            self._done.labels += len(values)
            self._done.empty += sum(not labels for labels in values.values())
        else:
            self._done.polarities += len(values)

    def fail(self, field: Field, reasons: Mapping[int, str]) -> None:
        """Mark rows as failed, because their field could not be filled; what stood there before is gone."""
        self.add("status", dict.fromkeys(reasons, "failed"))
        self.add("error", reasons)
        self.add(field, dict.fromkeys(reasons))
        self.add(f"{field}_from", dict.fromkeys(reasons))
        self._done.failed += len(reasons)

    def add(self, name: str, values: Mapping[int, Any]) -> None:
        """Set a column of some rows; the column is made where it is not there."""
        if values:
            column = list(self._column(name))
            for row, value in values.items():
                column[row] = value
            self._columns[name] = column

    def write(self, place: Path | None = None) -> None:
        """Write the file, and take account of it.

        Args:
            place: Where it will stand, if it is moved from where it is written.

        Raises:
            InputError: it cannot be written.
        """
        path, count = place or self._file.path, len(self.names)
        self._file.write()
        self._done.files += (path,)
        table = Table(path, self._columns, count, range(1, count + 1))
        if {"text", "labels"} & self._columns.keys():
            self._done.accounts[path] = account_of(table, "labels", Rules())
        elif "polarity" in self._columns:
            self._done.accounts[path] = account_of(table, "polarity", Rules())

    def _column(self, name: str) -> list[Any]:
        return self._columns.get(name) or [None] * len(self.names)
