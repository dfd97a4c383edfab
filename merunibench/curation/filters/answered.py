"""A filter: is there a description?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from merunibench.curation.filters.base import Judged, judged
from merunibench.curation.rows import Rows


@dataclass(frozen=True)
class Answered:
    """Passes rows that have a text. A failed call is a failed row, never a description."""

    name = "answered"

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Filter`."""
        return {}

    def judge(self, rows: Rows) -> Judged:
        """See `Filter`."""
        measures = rows.measures
        return judged(len(rows), {}, {"failed": measures.failed, "empty": ~measures.answered})
