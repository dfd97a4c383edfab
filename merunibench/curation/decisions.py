"""Apply all filters to all rows; write one line per row with the verdict and the reason of every filter.

Dropped rows have a line too. Every filter judges every row, whatever the filters before it decided; `dropped_by` is
the first filter that drops the row, in the declared order.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.curation.filters.base import FAIL, NOT_MEASURED, UNDECIDED, WORDS, Filter, Judged, Mask
from merunibench.curation.folder import DECISIONS, Folder, read_lines
from merunibench.curation.rows import Rows
from merunibench.curation.settings import FilterSettings
from merunibench.files import open_atomic
from merunibench.journal import config_hash

VERSION = 1
"""Version of the decisions' definition; part of the hash of the settings."""

_AT_ONCE = 1 << 14
_PRECISION = 6

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Outcome:
    """Verdicts of one filter on N rows.

    Attributes:
        name: The filter.
        judged: Its verdicts.
        drops: Which rows it drops, whatever the other filters decide.
    """

    name: str
    judged: Judged
    drops: Mask

    @property
    def measured(self) -> bool:
        """Whether the filter's input was available for any row."""
        return not self.unmeasured.all()

    @cached_property
    def unmeasured(self) -> Mask:
        """The rows for which the filter's input was missing."""
        return _not_measured(self.judged)


@dataclass(frozen=True, eq=False)
class Decisions:
    """Decisions on N rows.

    Attributes:
        rows: The rows.
        outcomes: Outcome of each filter, in the declared order.
        dropped_by: Index of the first filter that drops the row, -1 if the row is kept, shape (N,).
        settings: Everything that the decisions depend on, as JSON values.
        filters: The filters themselves.
    """

    rows: Rows
    outcomes: tuple[Outcome, ...]
    dropped_by: npt.NDArray[np.int16]
    settings: Mapping[str, Any]
    filters: tuple[Filter, ...] = ()

    @property
    def kept(self) -> Mask:
        """The rows that no filter drops, shape (N,)."""
        return self.dropped_by < 0

    @property
    def config(self) -> str:
        """The hash of the settings; it is in every line."""
        return config_hash(self.settings)

    def __getitem__(self, name: str) -> Outcome:
        """Return the outcome of a filter.

        Raises:
            KeyError: there is no filter of that name.
        """
        for outcome in self.outcomes:
            if outcome.name == name:
                return outcome
        raise KeyError(name)


def decide(
    rows: Rows, filters: Sequence[Filter], settings: FilterSettings, inputs: Mapping[str, Mapping[str, str]]
) -> Decisions:
    """Judge all rows by all filters, and decide which rows are kept.

    A row without a verdict is dropped if the settings say so for that filter, but never because of a missing measure.

    Args:
        rows: The rows.
        filters: The filters, in the order in which they drop rows.
        settings: Their settings.
        inputs: Hashes of the files of the rows and the votes; part of the settings of the decisions.
    """
    outcomes = []
    dropped_by = np.full(len(rows), -1, np.int16)
    for number, each in enumerate(filters):
        judged = each.judge(rows)
        drops = judged.verdicts == FAIL
        if settings.drops_undecided(each.name):
            drops |= (judged.verdicts == UNDECIDED) & ~_not_measured(judged)
        dropped_by[drops & (dropped_by < 0)] = number
        outcomes.append(Outcome(each.name, judged, drops))
    said = {
        "version": VERSION,
        "filters": {each.name: dict(each.judged.settings) for each in outcomes},
        "undecided": {each.name: "drop" if settings.drops_undecided(each.name) else "keep" for each in outcomes},
        "labels_from": list(rows.labels_from),
        "inputs": inputs,
    }
    return Decisions(rows, tuple(outcomes), dropped_by, json.loads(json.dumps(said)), tuple(filters))


def _not_measured(judged: Judged) -> Mask:
    if NOT_MEASURED not in judged.reason_texts:
        return np.zeros(len(judged.verdicts), bool)
    number = judged.reason_texts.index(NOT_MEASURED)
    return np.asarray((judged.verdicts == UNDECIDED) & (judged.reasons == number), bool)


def write_decisions(decisions: Decisions, folder: Folder) -> None:
    """Write `decisions/<set>.jsonl` for every set, and remove the files of sets that no longer exist.

    Raises:
        InputError: a file cannot be written.
    """
    entries = [_Entries(each) for each in decisions.outcomes]
    for name, rows in decisions.rows.sets.items():
        with open_atomic(folder.file(DECISIONS, name), sync=False) as stream:
            for lines in _lines(decisions, entries, rows):
                stream.writelines(lines)
    for name, path in folder.found(DECISIONS).items():
        if name not in decisions.rows.sets:
            path.unlink()


def stale(decisions: Decisions, folder: Folder) -> str | None:
    """Return a warning if decisions were written before something changed; None if they are current or missing."""
    for path in folder.found(DECISIONS).values():
        first = next(iter(read_lines(path)), {})
        if first.get("settings") != decisions.config:
            return (
                f"{path}: was written before votes, values, labels or settings changed; this output uses the current "
                "ones, and `merunibench curate filter` updates the file"
            )
    return None


def lines_of(decisions: Decisions, rows: slice, chosen: Mask) -> Iterator[str]:
    """Yield the lines of the chosen rows in a range, many at once as one text."""
    entries = [_Entries(each) for each in decisions.outcomes]
    first = rows.start
    for lines in _lines(decisions, entries, rows):
        here = chosen[first : first + len(lines)].tolist()
        yield "".join(line for line, wanted in zip(lines, here, strict=True) if wanted)
        first += len(lines)


def _lines(decisions: Decisions, entries: Sequence["_Entries"], rows: slice) -> Iterator[list[str]]:
    """Yield the lines of a range of rows, many at once."""
    droppers = ["null", *(json.dumps(each.name) for each in decisions.outcomes)]
    end = f'}}, "settings": "{decisions.config}"}}\n'
    for first in range(rows.start, rows.stop, _AT_ONCE):
        here = slice(first, min(first + _AT_ONCE, rows.stop))
        names = map(_dump, decisions.rows.names[here.start : here.stop].to_pylist())
        dropped = (decisions.dropped_by[here] + 1).tolist()
        parts = zip(*(each.texts(here) for each in entries), strict=True)
        yield [
            f'{{"name": {name}, "kept": {"true" if by == 0 else "false"}, "dropped_by": {droppers[by]}, "filters": {{'
            f"{', '.join(each)}{end}"
            for name, by, each in zip(names, dropped, parts, strict=True)
        ]


class _Entries:
    """Entries of one filter in the lines. Few rows differ, so each distinct entry is serialized only once."""

    def __init__(self, outcome: Outcome) -> None:
        judged = outcome.judged
        self._key = _dump(outcome.name)
        self._calls = [column for column in judged.columns.values() if callable(column)]
        columns = {name: coded(column) for name, column in judged.columns.items() if not callable(column)}
        verdicts, reasons = judged.verdicts.astype(np.int64) + 1, judged.reasons.astype(np.int64) + 1
        self._codes, first = _combined([verdicts, reasons, *(codes for codes, _ in columns.values())])
        same = {key: value for key, value in judged.settings.items() if _in_entry(key, value)}
        self._heads: list[str] = []
        for row in first.tolist():
            entry: dict[str, Any] = {"verdict": WORDS[int(judged.verdicts[row])]}
            if judged.reasons[row] >= 0:
                entry["reason"] = judged.reason_texts[int(judged.reasons[row])]
            entry |= {name: values[codes[row]] for name, (codes, values) in columns.items()}
            self._heads.append(_dump(entry | same if outcome.measured else entry)[:-1])

    def texts(self, rows: slice) -> list[str]:
        """Return the entry of each row, as `"length": {…}`."""
        heads = [self._heads[code] for code in self._codes[rows].tolist()]
        if not self._calls:
            return [f"{self._key}: {head}}}" for head in heads]
        found = []
        for row, head in zip(range(rows.start, rows.stop), heads, strict=True):
            more = {key: value for call in self._calls for key, value in call(row).items()}
            found.append(f"{self._key}: {head}{', ' + _dump(more)[1:-1] if more else ''}}}")
        return found


def _in_entry(key: str, value: object) -> bool:
    """Whether a setting is in every row: bounds and the measurer are; tables and the rest are in the report."""
    return not isinstance(value, dict | list) and key in ("least", "most", "by")


def coded(column: Any) -> tuple[Codes, Sequence[Any]]:  # noqa: ANN401 - an array, a list, a `Coded`
    """Return a column as codes, shape (N,), and its distinct values for JSON: no NaN, integral floats as integers."""
    if hasattr(column, "codes"):
        return np.asarray(column.codes, np.int64), column.values
    if isinstance(column, np.ndarray) and column.dtype != object:
        distinct, codes = np.unique(
            np.round(column, _PRECISION) if column.dtype.kind == "f" else column, return_inverse=True
        )
        return codes.astype(np.int64), [_plain(value) for value in distinct.tolist()]
    known: dict[str, int] = {}
    values: list[Any] = []
    codes = np.empty(len(column), np.int64)
    for row, value in enumerate(column):
        plain = _plain(value)
        code = known.setdefault(_dump(plain), len(values))
        if code == len(values):
            values.append(plain)
        codes[row] = code
    return codes, values


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return None if not np.isfinite(value) else int(value) if value.is_integer() and abs(value) > 1 else value
    return value


def _combined(columns: Sequence[Codes]) -> tuple[Codes, Codes]:
    """Return one code per distinct combination of codes, shape (N,), and the first row that has each."""
    key = np.zeros(len(columns[0]), np.int64)
    for codes in columns:
        radix = int(codes.max(initial=0)) + 1
        if len(key) and int(key.max()) >= np.iinfo(np.int64).max // radix:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
        key = key * radix + codes
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return inverse.astype(np.int64), first.astype(np.int64)


def _dump(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
