"""`mouth@1`, a detector without trained weights: does a mouth move during speech?

It detects any moving mouth: chewing, laughing, and a face that talks while another person is heard all count.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from merunibench.speaking.base import Clip, Measured
from merunibench.speaking.scene import Scenes, motion

NAME = "mouth@1"
LEAST_MOTION = 0.012
"""Range of the mouth's opening, relative to the height of the face, from which a mouth counts as moving."""


class Mouth:
    """Measures the share of the speech during which a visible mouth moves."""

    name = NAME

    def __init__(self) -> None:
        """Load the networks.

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
