"""Make the account of a file: the origin of each answer, and the rows that contribute nothing of their own.

The code works on whole columns, and on single rows only if they contribute nothing.
"""

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from merunibench._text import short_repr
from merunibench.data.account import Account, Reason
from merunibench.data.cells import Mask, as_mask, has, is_null
from merunibench.data.columns import label_column, map_column, text_column
from merunibench.data.fill_missing import GIVEN, CompletedRows, Extractor
from merunibench.data.polarity_words import is_complement, read_polarity
from merunibench.data.tables import Table
from merunibench.errors import InputError
from merunibench.kinds import NEUTRAL, POLARITIES, Answer
from merunibench.labels import LabelLists
from merunibench.words import Words

STATEMENTS = ("none", "no emotion", "no emotions", "no label", "no labels", "n/a", "na", "nan", "null", "<na>", "[]")
"""Labels that mean "no emotion"; the official protocol does not know them."""
_LOOKED_AT = 20  # texts next to empty lists
_ODD, _COMPLEMENT = 8, 2

_Rows = npt.NDArray[np.intp]


class PolarityWords(NamedTuple):
    """A column of polarity words.

    Attributes:
        values: +1, -1 or 0; null and every other word count as 0. Shape (N,).
        odd: Which words are not a polarity, shape (N,).
        complements: Which words are negated (`non-negative`), shape (N,).
    """

    values: npt.NDArray[np.int8]
    odd: Mask
    complements: Mask


def polarity_words(table: Table, name: str, derived: int = 0) -> PolarityWords:
    """Read a column of polarity words.

    Args:
        table: The table.
        name: The column.
        derived: How many of the words were not given but derived.

    Raises:
        InputError: a value is not text, or more than half of the given words are not a polarity.
    """
    codes = map_column(table, name, np.arange(table.num_rows), _code, np.int8)
    odd, complements = codes == _ODD, abs(codes) == _COMPLEMENT
    words = int((~is_null(table, name)).sum()) - derived if odd.any() else 0
    if 2 * int(odd.sum()) > words:
        row = int(np.argmax(odd))
        others = f" ({odd.sum()} of {words} words are none of these)" if words > 1 else ""
        raise InputError(
            f"{table.where(row)}: {name!r} must be positive, negative or neutral, not "
            f"{short_repr(_value(table, name, row))}{others}"
        )
    return PolarityWords(np.sign(np.where(odd, 0, codes)).astype(np.int8), odd, complements)


def _code(word: object) -> int:
    if word is None:
        return 0
    if not isinstance(word, str):
        raise ValueError(f"must be positive, negative or neutral, not {short_repr(word)}")  # noqa: TRY004
    known = POLARITIES.get(word)
    found = read_polarity(word) if known is None else known
    if found is None:
        return _ODD
    return found * _COMPLEMENT if known is None and is_complement(word) else found


def take_account(
    table: Table,
    failed: Mask,
    finished: CompletedRows,
    answers: LabelLists | PolarityWords,
    extractor: Extractor | None,
) -> Account:
    """Make the account of a file.

    Args:
        table: Its rows as in the file.
        failed: Rows on which the model failed, shape (N,).
        finished: How missing answers were filled in.
        answers: The resulting labels or polarity words.
        extractor: The extractor that filled them in.
    """
    needed: Answer = "labels" if isinstance(answers, LabelLists) else "polarity"
    account = Account(table.num_rows, needed, failed=int(failed.sum()))
    standing = ~(failed | finished.unanswered | finished.read)
    by_extractor = _count_origins(account, table, standing, finished, extractor)
    found: dict[Reason, list[_Rows]] = defaultdict(list)
    found[Reason.NO_ANSWER].append(np.flatnonzero(finished.unanswered))
    for row, reason in finished.reasons.items():
        found[reason].append(np.array([row]))
    rows = _Standing(table, standing, by_extractor, extractor)
    if isinstance(answers, LabelLists):
        rows.add_labels(found, answers)
        found[Reason.STATEMENT].append(np.flatnonzero(_statements(answers) & ~failed))
    else:
        rows.add_polarities(found, answers)
    for reason in Reason:
        together = np.concatenate([np.zeros(0, np.intp), *found[reason]])
        if len(together):
            first = int(together.min())
            text = rows.text(reason, first, finished)
            account.count(reason, table.where(first).removeprefix(f"{table.path}, "), text, len(together))
    if Reason.BESIDE_TEXT in account.without and extractor is not None:
        account.without[Reason.BESIDE_TEXT].detail = rows.what_texts_give(found[Reason.BESIDE_TEXT][0], extractor)
    return account


def _count_origins(
    account: Account, table: Table, standing: Mask, finished: CompletedRows, extractor: Extractor | None
) -> Mask:
    """Count the origins of the answers; return which answers in the file come from an extractor, shape (N,)."""
    column, by_extractor = f"{account.field}_from", np.zeros(len(standing), bool)
    read: dict[str, int] = defaultdict(int)
    if column in table.columns:
        origins = text_column(table, column).fill_null(GIVEN)
        by_extractor = standing & as_mask(pc.not_equal(origins, GIVEN))
        for pair in pc.value_counts(origins.filter(by_extractor)).to_pylist():
            read[pair["values"]] += pair["counts"]
    account.given = int((standing & ~by_extractor).sum())
    if extractor is not None and finished.read.any():
        read[extractor.name] += int(finished.read.sum())
    account.read = dict(sorted(read.items()))
    return by_extractor


class _Standing(NamedTuple):
    """The rows whose answer is in the file, and which of these answers come from an extractor."""

    table: Table
    standing: Mask
    by_extractor: Mask
    extractor: Extractor | None

    def add_labels(self, found: dict[Reason, list[_Rows]], labels: LabelLists) -> None:
        """Add the rows with an empty list to `found`, by reason."""
        empty = self.standing & (labels.counts() == 0)
        if not empty.any():
            return
        with_text = has(self.table, "text")
        found[Reason.EMPTY].append(np.flatnonzero(empty & ~self.by_extractor & ~with_text))
        found[Reason.BESIDE_TEXT].append(np.flatnonzero(empty & ~self.by_extractor & with_text))
        for row in np.flatnonzero(empty & self.by_extractor).tolist():
            found[self._looks(row)].append(np.array([row]))

    def add_polarities(self, found: dict[Reason, list[_Rows]], words: PolarityWords) -> None:
        """Add the rows whose polarity is neutral by default to `found`, by reason."""
        null = self.standing & is_null(self.table, "polarity")
        found[Reason.EMPTY].append(np.flatnonzero(null))
        found[Reason.ODD].append(np.flatnonzero(self.standing & words.odd))
        found[Reason.COMPLEMENT].append(np.flatnonzero(self.standing & words.complements))
        neutral = self.by_extractor & ~null & ~words.odd & (words.values == 0)
        if not neutral.any() or "labels" not in self.table.columns:
            return
        known = ~is_null(self.table, "labels")
        lists = label_column(self.table, "labels")
        for row in np.flatnonzero(neutral & known).tolist():
            if not lists[row]:
                found[self._looks(row)].append(np.array([row]))
            elif self.extractor is not None and not self.extractor.knows(lists[row]):
                found[Reason.UNKNOWN].append(np.array([row]))

    def _looks(self, row: int) -> Reason:
        """Return why an extractor found nothing in the text of a row."""
        text = _value(self.table, "text", row) if "text" in self.table.columns else None
        looks = self.extractor.looks_like(text) if self.extractor is not None and isinstance(text, str) else None
        return looks or Reason.NOTHING

    def text(self, reason: Reason, row: int, finished: CompletedRows) -> str | None:
        """Return the text that is quoted for the first row with a reason."""
        if row in finished.labels and reason is Reason.UNKNOWN:
            return ", ".join(finished.labels[row])
        column = "polarity" if reason in (Reason.ODD, Reason.COMPLEMENT) else "text"
        if reason in (Reason.UNKNOWN, Reason.STATEMENT) and row not in finished.reasons:
            column = "labels"
        value = _value(self.table, column, row) if column in self.table.columns else None
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return value if isinstance(value, str) else None

    def what_texts_give(self, rows: _Rows, extractor: Extractor) -> str:
        """Return what the extractor finds in the first texts next to empty lists."""
        looked_at = rows[:_LOOKED_AT].tolist()
        texts = text_column(self.table, "text")
        found = (extractor.labels(texts[row].as_py()) for row in looked_at)
        # If the text only says `neutral`, the list was made by an extractor that omits it.
        lists = [labels for labels in found if labels and labels != [NEUTRAL]]
        if not lists:
            return ""
        looked = f"of the first {len(looked_at)} texts" if len(rows) > len(looked_at) else "of the texts"
        return f"; {extractor.name} finds labels in {len(lists)} {looked}, such as {short_repr(', '.join(lists[0]))}"


def _statements(labels: LabelLists) -> Mask:
    """Return which lists only contain labels that mean "no emotion", shape (N,)."""
    says_none = labels.vocabulary.positions_in(Words.of(STATEMENTS)) >= 0
    if not says_none.any():
        return np.zeros(len(labels), bool)
    samples, codes = labels.flatten()
    saying = np.bincount(samples, weights=says_none[codes], minlength=len(labels))
    found: Mask = (saying > 0) & (saying == labels.counts())
    return found


def _value(table: Table, column: str, row: int) -> object:
    values = table.columns[column]
    return values[row] if isinstance(values, list) else values[row].as_py()
