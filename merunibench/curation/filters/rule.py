"""User-defined filters: a function from a row to a value, and a rule that the value must satisfy.

They are registered by an entry point of the group `merunibench.filters`:

    [project.entry-points."merunibench.filters"]
    questions = "my_package:questions"

where `questions = RowRule("questions", lambda row: row["words"], least=3)`, or any other `Filter`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from merunibench._text import one_line
from merunibench.curation.filters.base import Judged, judged
from merunibench.curation.rows import Rows
from merunibench.errors import InputError
from merunibench.kinds import POLARITY_OF


@dataclass(frozen=True)
class RowRule:
    """Fails rows whose value is out of bounds or not allowed.

    Attributes:
        name: Its name in reports.
        value: Function from a row (`name`, `labels`, `polarity`, `words`, `characters`, `repetition`, `language`, and
            `speaker` if it was measured) to a value; None gives no verdict.
        least: Smallest value that passes.
        most: Largest value that passes.
        allowed: The values that pass.
    """

    name: str
    value: Callable[[Mapping[str, Any]], Any]
    least: float | None = None
    most: float | None = None
    allowed: tuple[Any, ...] | None = None

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Filter`."""
        given = {"least": self.least, "most": self.most, "allowed": self.allowed and list(self.allowed)}
        return {key: value for key, value in given.items() if value is not None}

    def judge(self, rows: Rows) -> Judged:
        """See `Filter`.

        Raises:
            InputError: the function fails; the message names the filter and the row.
        """
        values = [self._value(row) for row in plain_rows(rows)]
        absent = np.array([value is None for value in values], bool)
        fails = np.array([value is not None and not self._passes(value) for value in values], bool)
        return judged(len(rows), {"no value": absent}, {self.name: fails}, {"value": values}, self.settings)

    def _value(self, row: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the user's own
        try:
            return self.value(row)
        except Exception as error:
            raise InputError(f"filter {self.name!r}: fails on {row['name']!r}: {one_line(error)}") from error

    def _passes(self, value: Any) -> bool:  # noqa: ANN401
        try:
            within = (self.least is None or value >= self.least) and (self.most is None or value <= self.most)
        except TypeError as error:
            raise InputError(f"filter {self.name!r}: {value!r} cannot be compared with its bounds") from error
        return bool(within) and (self.allowed is None or value in self.allowed)


def plain_rows(rows: Rows) -> Iterable[dict[str, Any]]:
    """Yield the rows as dictionaries."""
    measures = rows.measures
    for row, name in enumerate(rows.names.to_pylist()):
        answered = bool(measures.answered[row])
        found: dict[str, Any] = {
            "name": name,
            "labels": rows.labels[row] if rows.labelled[row] else None,
            "polarity": POLARITY_OF.get(int(rows.polarities[row])),
            "words": int(measures.words[row]) if answered else None,
            "characters": int(measures.characters[row]) if answered else None,
            "repetition": float(measures.repetition[row]) if answered else None,
            "language": measures.languages[measures.language[row]] or None,
        }
        if rows.speaker is not None and not np.isnan(rows.speaker.value[row]):
            found["speaker"] = float(rows.speaker.value[row])
        yield found
