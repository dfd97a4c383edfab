"""Does the visible person speak? The verdict on what a detector measured (`merunibench.speaking`).

Whatever the detector, it sees a moving mouth while speech is heard: it does not know dubbing, and chewing counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from merunibench.curation.filters.base import Judged, judged, not_measured
from merunibench.curation.rows import Rows


@dataclass(frozen=True)
class Speaker:
    """Fails clips in which no face is seen, or the mouth moves during too little of the speech.

    Attributes:
        least: Least share of the speech that a moving mouth covers.
        speech: Least share of the clip that is speech; under it there is no verdict.
        height: Least height of the face in pixels; under it there is no verdict.
    """

    least: float = 0.15
    speech: float = 0.1
    height: float = 40.0
    name = "speaker"

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Filter`."""
        return {"least": self.least}

    def judge(self, rows: Rows) -> Judged:
        """See `Filter`."""
        found = rows.speaker
        if found is None:
            return not_measured(len(rows))
        # A table of values alone says nothing about speech and faces; rows with details do.
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
        fails = {"no face": no_face, "does not speak": found.value < self.least}
        settings = {**self.settings, "speech_least": self.speech, "face_least": self.height, "by": found.by}
        return judged(len(rows), undecided, fails, {"value": found.value}, settings)
