"""The interface of speaker detectors: they take a clip, and return a value with details."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

RATE = 25
"""Ticks per second, the common frame rate of all clips; learned detectors were trained at this rate."""
SAMPLES_A_TICK = 640
"""Samples of sound per tick, at 16 kHz."""


@dataclass(frozen=True)
class Clip:
    """The files of a clip.

    Attributes:
        name: Its name in the data set.
        video: File with the picture, and usually the sound.
        audio: Separate file with the sound; if None, the sound of `video` is used.
    """

    name: str
    video: Path | None = None
    audio: Path | None = None


@dataclass(frozen=True)
class Measured:
    """Values measured on a clip.

    Attributes:
        value: Share of the speech during which a visible person seems to speak, from 0 to 1; None without speech.
        details: `seconds`; `speech_share` and `face_share`, shares of the clip; and for the main face `face_height`
            (forehead to chin, in pixels), `motion` (median over the speech) and `correlation` (of mouth and loudness),
            None without a face. Values from elsewhere have no details.
    """

    value: float | None
    details: Mapping[str, Any] = field(default_factory=dict)


class Speaker(Protocol):
    """A detector that measures whether the visible person speaks."""

    @property
    def name(self) -> str:
        """Its name in rows, including the version, or the hash of the weights."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """Everything that its values depend on, as JSON values."""
        ...

    def measure(self, clip: Clip) -> Measured:
        """Measure one clip.

        Raises:
            MediaError: this clip cannot be measured; the message becomes the reason in its row.
            InputError: no clip can be measured.
        """
        ...


def rounded(number: float | None) -> float | None:
    """Round a number for a row. Digits beyond the sixth depend on the processor rather than on the clip."""
    return None if number is None else round(float(number), 6)
