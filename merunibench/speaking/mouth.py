"""`mouth@1`, the measure that needs no trained detector: does a mouth move while speech is heard?

It sees a moving mouth, no more: chewing, laughing, and a face that talks under somebody else's voice all count.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from merunibench.speaking.base import Clip, Measured
from merunibench.speaking.scene import Scenes, motion

NAME = "mouth@1"
LEAST_MOTION = 0.012
"""From which range of the opening, in heights of the face, a mouth moves."""


class Mouth:
    """The share of the speech during which some visible mouth moves."""

    name = NAME

    def __init__(self) -> None:
        """Load what it needs.

        Raises:
            InputError: a package is not installed.
        """
        self._scenes = Scenes()

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Speaker`."""
        return {"speaker": NAME, "least_motion": LEAST_MOTION, **self._scenes.settings}

    def measure(self, clip: Clip) -> Measured:
        """See `Speaker`."""
        scene = self._scenes.open(clip)
        moving = np.zeros(len(scene.speech), bool)
        for track in scene.tracks:
            moving[track.ticks] |= motion(track) > LEAST_MOTION
        return scene.measured(moving)
