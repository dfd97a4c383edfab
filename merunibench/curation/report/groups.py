"""Drop rates of groups of rows: by voted emotion, described emotion, subtitle, face and set.

They reveal filters that drop rare emotions: with a crowd that never votes for disgust, no disgust is kept.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.curation.decisions import Decisions
from merunibench.curation.report.filters import share_of, shares
from merunibench.curation.report.vocabulary import Vocabulary

_SUBTITLE = (
    ("no words", 0, 1),
    ("1-3 words", 1, 4),
    ("4-7 words", 4, 8),
    ("8-15 words", 8, 16),
    ("16+ words", 16, np.inf),
)
_FACE = (
    ("under 40 px", 0, 40),
    ("40-79 px", 40, 80),
    ("80-159 px", 80, 160),
    ("160-319 px", 160, 320),
    ("320+ px", 320, np.inf),
)


def drop_rates(decisions: Decisions, vocabulary: Vocabulary) -> dict[str, list[dict[str, Any]]]:
    """Return groups of rows by property, each with rows, kept, dropped, lift, and the number dropped by each filter."""
    found = {
        "voted emotion": _voted(decisions, "crowd.emotion"),
        "voted sentiment": _voted(decisions, "crowd.sentiment"),
        "described emotion (wheel 1)": _described(decisions, vocabulary),
        "subtitle": _bins(decisions.rows.measures.subtitle_words, _SUBTITLE, decisions),
        "face height": _bins(decisions.rows.speaker.height, _FACE, decisions) if decisions.rows.speaker else [],
        "set": _sets(decisions) if len(decisions.rows.sets) > 1 else [],
    }
    return {key: groups for key, groups in found.items() if groups}


def _voted(decisions: Decisions, name: str) -> list[dict[str, Any]]:
    """Group by the voted element of the first grouping, which is usually the first wheel."""
    column: Any = next((each.judged.columns.get("voted") for each in decisions.outcomes if each.name == name), None)
    if column is None or not hasattr(column, "codes"):
        return []
    values = [value[0] if isinstance(value, list) and value else value for value in column.values]
    known = sorted({str(value) for value in values if value is not None and value != []})
    number = {word: place for place, word in enumerate(known)}
    of_value = np.array([number.get(str(value), -1) if value is not None else -1 for value in values], np.int64)
    return shares(of_value[np.asarray(column.codes, np.int64)], known, decisions)


def _described(decisions: Decisions, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """Group by the sectors of the description's labels; a row is in one group per sector."""
    sets = vocabulary.sets[0]
    groups = [(name, (sets & sets.dtype.type(1 << bit)) != 0) for bit, name in enumerate(vocabulary.sectors[0])]
    return [share_of(here, name, decisions) for name, here in groups if here.any()]


def _bins(
    values: npt.NDArray[np.float64], bins: tuple[tuple[str, float, float], ...], decisions: Decisions
) -> list[dict[str, Any]]:
    found = []
    for name, low, high in bins:
        here = (values >= low) & (values < high)
        if here.any():
            found.append(share_of(here, name, decisions))
    return found


def _sets(decisions: Decisions) -> list[dict[str, Any]]:
    found = []
    for name, rows in decisions.rows.sets.items():
        here = np.zeros(len(decisions.rows), bool)
        here[rows] = True
        found.append(share_of(here, name, decisions))
    return found
