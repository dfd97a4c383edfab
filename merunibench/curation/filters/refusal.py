"""A filter: is the description a refusal and nothing else?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from merunibench.curation.crowd.coded import Coded
from merunibench.curation.filters.base import NO_TEXT, Judged, judged
from merunibench.curation.filters.labels import known_labels
from merunibench.curation.rows import Rows
from merunibench.lexicon import Lexicon


@dataclass(frozen=True)
class Refusal:
    """Fails refusals, unless they name an emotion that the lexicon knows.

    Partial refusals are common (21 of 574 released MER-Caption+ descriptions). Those that name emotions are preferred
    by people as often as other descriptions.
    """

    lexicon: Lexicon
    name = "refusal"

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Filter`."""
        return {}

    def judge(self, rows: Rows) -> Judged:
        """See `Filter`."""
        measures = rows.measures
        says = measures.refusal & measures.answered
        refuses = says & (known_labels(rows, self.lexicon) == 0)
        value = Coded([False, True], says.astype("int8"))
        return judged(len(rows), {NO_TEXT: ~measures.answered}, {"refusal": refuses}, {"value": value})
