"""The common input of all detectors: speech and faces of a clip, and their details."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from merunibench.errors import MediaError
from merunibench.media import steady_frames, steady_sound
from merunibench.speaking.base import RATE, SAMPLES_A_TICK, Clip, Measured, rounded
from merunibench.speaking.faces import FaceDetector
from merunibench.speaking.mesh import LOWER_LIP, UPPER_LIP, FaceMesh
from merunibench.speaking.tracks import Track, follow
from merunibench.speaking.voice import Voice

_SMOOTHED = 3
_REACH = 4
_LARGEST_LAG = 8
_LEAST_LOUDNESS = 1e-4
_CONSTANT = 1e-9


@dataclass(frozen=True, eq=False)
class Scene:
    """A clip of T ticks, 25 per second.

    Attributes:
        tracks: The tracks of its faces, the main one first.
        speech: Whether each tick has speech, of shape (T,), bool.
        samples: Its sound, of shape (640 T,), float32, 16 kHz; silence if it has no sound.
        video: The file with the picture.
    """

    tracks: tuple[Track, ...]
    speech: np.ndarray
    samples: np.ndarray
    video: Path

    def measured(self, speaking: np.ndarray) -> Measured:
        """Return the share of the speech during which a visible person speaks, with details.

        Args:
            speaking: Whether a visible person seems to speak at each tick, of shape (T,), bool.
        """
        heard = int(self.speech.sum())
        value = None if heard == 0 else float((speaking & self.speech).sum() / heard)
        return Measured(rounded(value), self._details())

    def _details(self) -> dict[str, Any]:
        seen = np.zeros(len(self.speech), bool)
        for track in self.tracks:
            seen[track.ticks] = True
        main = self.tracks[0] if self.tracks else None
        return {
            "seconds": rounded(len(self.speech) / RATE),
            "speech_share": rounded(self.speech.mean()),
            "face_share": rounded(seen.mean()),
            "face_height": rounded(np.median(main.heights)) if main else None,
            "motion": rounded(self._motion(main)) if main else None,
            "correlation": rounded(correlation(opening(main), loudness(self.samples)[main.ticks])) if main else None,
        }

    def _motion(self, track: Track) -> float:
        """Return the median motion of a mouth during speech; over all its ticks if there is no speech."""
        moves, heard = motion(track), self.speech[track.ticks]
        return float(np.median(moves[heard] if heard.any() else moves))


class Scenes:
    """Finds faces and speech in clips.

    Attributes:
        settings: Everything that the results depend on.
    """

    def __init__(self) -> None:
        """Load the networks.

        Raises:
            InputError: a network is not installed.
        """
        self._detector, self._mesh, self._voice = FaceDetector(), FaceMesh(), Voice()
        self.settings = {
            "rate": RATE,
            "faces": self._detector.settings,
            "mesh": self._mesh.settings,
            "voice": self._voice.settings,
        }

    def open(self, clip: Clip) -> Scene:
        """Find faces and speech in a clip.

        Raises:
            MediaError: the clip has no picture, or cannot be decoded.
        """
        if clip.video is None:
            raise MediaError("has no picture")
        tracks, ticks = follow(steady_frames(clip.video, RATE), self._detector, self._mesh)
        sound = steady_sound(clip.audio, clip.video) if clip.audio else steady_sound(clip.video)
        speech = self._voice.speech(sound, ticks)
        samples = np.zeros(ticks * SAMPLES_A_TICK, np.float32)
        if sound is not None:
            samples[: len(sound)] = sound[: len(samples)]
        return Scene(tuple(tracks), speech, samples, clip.video)


def opening(track: Track) -> np.ndarray:
    """Return the opening of the mouth at each tick, shape (T,), relative to the face's height; mean of 3 ticks."""
    gaps = np.linalg.norm(track.marks[:, UPPER_LIP] - track.marks[:, LOWER_LIP], axis=1)
    ends = np.pad(gaps / max(np.median(track.heights), np.finfo(float).eps), _SMOOTHED // 2, mode="edge")
    smooth: np.ndarray = np.lib.stride_tricks.sliding_window_view(ends, _SMOOTHED).mean(axis=1)
    return smooth


def motion(track: Track) -> np.ndarray:
    """Return the range of the opening from 4 ticks before to 4 ticks after each tick, shape (T,)."""
    ends = np.pad(opening(track), _REACH, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(ends, 2 * _REACH + 1)
    spans: np.ndarray = windows.max(axis=1) - windows.min(axis=1)
    return spans


def loudness(samples: np.ndarray) -> np.ndarray:
    """Return the logarithm of the root mean square of each tick, shape (T,)."""
    squares = np.square(samples, dtype=np.float64).reshape(-1, SAMPLES_A_TICK)
    levels: np.ndarray = np.log(np.maximum(np.sqrt(squares.mean(axis=1)), _LEAST_LOUDNESS))
    return levels


def correlation(mouth: np.ndarray, loud: np.ndarray) -> float | None:
    """Return the largest Pearson correlation of two series at lags of up to 8 ticks; None if one is constant.

    Lags of more than half of the series are not tried.
    """
    best = None
    reach = min(_LARGEST_LAG, len(mouth) // 2)
    for lag in range(-reach, reach + 1):
        one = mouth[max(lag, 0) : len(mouth) + min(lag, 0)]
        other = loud[max(-lag, 0) : len(loud) + min(-lag, 0)]
        if min(one.std(), other.std()) > _CONSTANT:
            found = float(np.corrcoef(one, other)[0, 1])
            best = found if best is None else max(best, found)
    return best
