"""A filter: does the visible person speak? It judges the values of a detector (`merunibench.speaking`).

All detectors look for a moving mouth during speech, so dubbed speech and chewing count as speaking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from merunibench.curation.filters.base import Judged, judged, not_measured
from merunibench.curation.rows import Rows
from merunibench.errors import InputError
from merunibench.speaking import least_of


@dataclass(frozen=True)
class Speaker:
    """Fails clips without a visible face, and clips in which the mouth moves during too little of the speech.

    Attributes:
        least: Minimum share of the speech during which a visible person seems to speak; None: the detector's default.
        speech: Minimum share of the clip that is speech; below it there is no verdict.
        height: Minimum height of the face in pixels; below it there is no verdict.
    """

    least: float | None = None
    speech: float = 0.1
    height: float = 40.0
    name = "speaker"

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Filter`."""
        return {"least": self.least}

    def judge(self, rows: Rows) -> Judged:
        """See `Filter`.

        Raises:
            InputError: no threshold is given, and the defaults of the detectors differ.
        """
        found = rows.speaker
        if found is None:
            return not_measured(len(rows))
        least = _shared_least(found.by) if self.least is None else self.least
        # Only rows with details have information about speech and faces.
        no_face = found.detailed & ((found.faces == 0) | (np.isnan(found.faces) & np.isnan(found.height)))
        silent = found.detailed & ~(found.speech >= self.speech)
        absent = np.isnan(found.value)
        undecided = {
            "not measured": ~found.measured,
            "failed": found.failed,
            "no speech": silent,
            "no value": absent & ~no_face,
            "face too small": (found.height < self.height) & ~no_face,
        }
        fails = {"no face": no_face, "does not speak": found.value < least}
        settings = {"least": least, "speech_least": self.speech, "face_least": self.height, "by": "+".join(found.by)}
        return judged(len(rows), undecided, fails, {"value": found.value}, settings)


def _shared_least(by: Sequence[str]) -> float:
    """Return the common default threshold of the detectors."""
    found = {least_of(name): name for name in by}
    if len(found) > 1:
        names = " and ".join(found.values())
        raise InputError(
            f"speaker values were measured by {names}, whose thresholds differ; give one for all (--speaker-least)"
        )
    return next(iter(found))
