"""Convert predictions of any format to JSON Lines with labels, and optionally polarity; the text is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from merunibench.data import Account, Conversion, Extractor, PredictionSource, Table, account_of, conversions
from merunibench.errors import InputError
from merunibench.extraction.extractor import Rules
from merunibench.files import whole_set
from merunibench.journal import refuse_journal
from merunibench.tasks import Task

Field = Literal["labels", "polarity"]


@dataclass
class Extracted:
    """The result of an extraction.

    Attributes:
        files: The files written.
        labels: Number of samples whose labels were extracted from text.
        polarities: Number of samples whose polarity was derived.
        traces: Number of texts from which a reasoning trace was removed.
        failed: Number of samples that failed.
        empty: Number of texts in which no label was found.
        accounts: File -> statistics of its rows.
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
        """Remarks for users of the files, one line for each file and reason."""
        return tuple(f"{path}: {remark}" for path, account in self.accounts.items() for remark in account.remarks())


def refuse_unread(tasks: Iterable[Task]) -> None:
    """Reject data sets whose answers cannot be extracted from text, before a model is asked.

    Raises:
        InputError: One of them is of such a kind.
    """
    for task in tasks:
        if not task.of_kind.is_read:
            raise InputError(
                f"{task.id}: {task.kind} tasks are not answered in free text, so answers cannot be extracted from "
                f"text; write them into a column {task.of_kind.answer!r} and score it (merunibench score)"
            )


def extract(
    source: PredictionSource,
    out: Path,
    *,
    extractor: Extractor | None = None,
    polarity: bool = False,
    again: bool = False,
) -> Extracted:
    """Write every file of `source` as JSON Lines below `out`, with labels for rows that only had text.

    If labels or polarity come from an extractor, the column `labels_from` or `polarity_from` names it, and scoring
    shows it in the signature. Failed rows are unchanged. For language models, use
    `merunibench.extraction.llm.extract_with_models`.

    Args:
        source: The predictions.
        out: Output folder, with the same layout as for `convert`.
        extractor: The extractor; the rules by default.
        polarity: Also derive the polarity of every label list.
        again: Also replace existing labels (and polarity) of rows that have text.

    Raises:
        InputError: An input cannot be read, an output cannot be written, or a data set is of a kind whose answers
            cannot be extracted from text. No file is written in this case.
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
    """The columns of one file while labels and polarity are filled in; failed rows are not changed."""

    def __init__(self, file: Conversion, done: Extracted, *, again: bool) -> None:
        """Prepare to fill the columns of `file` in place.

        Args:
            file: The predictions.
            done: The result, in which rows are counted.
            again: Also replace existing labels (and polarity) of rows that have text.
        """
        self._file, self._columns, self._done, self._again = file, file.columns, done, again
        self._read: set[int] = set()

    @property
    def names(self) -> list[str]:
        """The name of each row's sample."""
        return self._columns["name"]

    def texts(self) -> dict[int, str]:
        """Return row -> text for every row whose labels are to be extracted."""
        rows = zip(self._column("text"), self._column("status"), self._column("labels"), strict=True)
        wanted = {
            row: text
            for row, (text, status, labels) in enumerate(rows)
            if text and status == "ok" and (self._again or labels is None)
        }
        self._read = set(wanted)
        return wanted

    def label_lists(self) -> dict[int, list[str]]:
        """Return row -> labels for every row whose polarity is to be derived; call `texts` before."""
        rows = zip(self._column("labels"), self._column("status"), self._column("polarity"), strict=True)
        return {
            row: labels
            for row, (labels, status, polarity) in enumerate(rows)
            if labels is not None and status == "ok" and (row in self._read or polarity is None)
        }

    def fill(self, field: Field, origin: str, values: Mapping[int, Any]) -> None:
        """Set the field of some rows, and record its origin."""
        self.add(field, values)
        self.add(f"{field}_from", dict.fromkeys(values, origin))
        if field == "labels":
            self._done.labels += len(values)
            self._done.empty += sum(not labels for labels in values.values())
        else:
            self._done.polarities += len(values)

    def fail(self, field: Field, reasons: Mapping[int, str]) -> None:
        """Mark rows as failed because their field could not be filled; clear its previous values."""
        self.add("status", dict.fromkeys(reasons, "failed"))
        self.add("error", reasons)
        self.add(field, dict.fromkeys(reasons))
        self.add(f"{field}_from", dict.fromkeys(reasons))
        self._done.failed += len(reasons)

    def add(self, name: str, values: Mapping[int, Any]) -> None:
        """Set a column of some rows; the column is created if it does not exist."""
        if values:
            column = list(self._column(name))
            for row, value in values.items():
                column[row] = value
            self._columns[name] = column

    def write(self, place: Path | None = None) -> None:
        """Write the file, and add its statistics to the result.

        Args:
            place: Its final path, if it is moved after writing.

        Raises:
            InputError: It cannot be written.
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
