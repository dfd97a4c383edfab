"""A filter: is the text in an accepted language?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from merunibench.curation.crowd.coded import Coded
from merunibench.curation.filters.base import NO_TEXT, Judged, judged
from merunibench.curation.rows import NO_LANGUAGE, Rows


@dataclass(frozen=True)
class LanguageIs:
    """Fails texts in languages that are not accepted; by default every language passes.

    Attributes:
        wanted: Two-letter codes of the accepted languages.
    """

    wanted: tuple[str, ...] = ()
    name = "language"

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Filter`."""
        return {"languages": list(self.wanted)} if self.wanted else {}

    def judge(self, rows: Rows) -> Judged:
        """See `Filter`."""
        measures = rows.measures
        passes = np.array([not self.wanted or code in self.wanted for code in measures.languages])
        silent = {NO_TEXT: ~measures.answered, "no letters": measures.language == measures.languages.index(NO_LANGUAGE)}
        value = Coded([code or None for code in measures.languages], measures.language)
        fails = {"another language": ~passes[measures.language]}
        return judged(len(rows), silent, fails, {"value": value}, self.settings)
