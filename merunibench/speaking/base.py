"""What a measure of speaking is to whoever runs it: a clip in, a value and its details out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

RATE = 25
"""Ticks a second to which all pictures are brought; what learned detectors were trained at."""
SAMPLES_A_TICK = 640
"""Samples of sound at 16 kHz that belong to a tick."""


@dataclass(frozen=True)
class Clip:
    """Where the files of a clip are.

    Attributes:
        name: Its name in the data set.
        video: File with the picture, and often the sound.
        audio: File with the sound alone; without one, the sound of `video` is used.
    """

    name: str
    video: Path | None = None
    audio: Path | None = None


@dataclass(frozen=True)
class Measured:
    """What was measured of a clip.

    Attributes:
        value: Share of the speech during which a visible person seems to speak, from 0 to 1; None if nothing is said.
        details: What it rests on: `seconds`; `speech_share` and `face_share`, shares of the clip; and of the main face
            `face_height` (forehead to chin, pixels), `motion` (median over the speech) and `correlation` (of mouth and
            loudness), None where there is none. Values from elsewhere have no details.
    """

    value: float | None
    details: Mapping[str, Any] = field(default_factory=dict)


class Speaker(Protocol):
    """A measure of whether the visible person speaks."""

    @property
    def name(self) -> str:
        """What rows call it; it tells versions, and weights by their hash."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """Everything that decides a value, as JSON values."""
        ...

    def measure(self, clip: Clip) -> Measured:
        """Measure one clip.

        Raises:
            MediaError: this clip cannot be measured; the message becomes the row's reason.
            InputError: no clip can.
        """
        ...


def rounded(number: float | None) -> float | None:
    """A number as rows have it: what differs beyond the sixth digit is the processor's, not the clip's."""
    return None if number is None else round(float(number), 6)
