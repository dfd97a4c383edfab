"""Detectors that are networks with weights from a file: does a face seem to speak, given the sound?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from merunibench.media import file_hash, steady_frames
from merunibench.speaking.base import RATE, SAMPLES_A_TICK, Clip, Measured
from merunibench.speaking.crops import crops_of
from merunibench.speaking.detectors.light_asd import LightASD
from merunibench.speaking.detectors.lr_asd import LRASD
from merunibench.speaking.detectors.talknet import TalkNet
from merunibench.speaking.detectors.weights import load_detector
from merunibench.speaking.mfcc import HOP, int16, mfcc
from merunibench.speaking.scene import Scenes
from merunibench.speaking.tracks import Track

FRAMES_A_TICK = 4
"""Frames of coefficients per tick, at 100 frames per second."""
LONGEST = 500
"""Maximum number of ticks per network call; longer tracks are split, to bound memory."""
SPEAKING = 1
"""Index of the logit for a speaking face; the face speaks if it is above 0."""


@dataclass(frozen=True)
class Family:
    """A kind of detector.

    Attributes:
        title: Its name for messages.
        network: Makes the network.
    """

    title: str
    network: Callable[[], nn.Module]


FAMILIES: Mapping[str, Family] = {
    "light-asd": Family("Light-ASD", LightASD),
    "lr-asd": Family("LR-ASD", LRASD),
    "talknet": Family("TalkNet", TalkNet),
}


class Learned:
    """Measures the share of the speech during which, according to the network, a visible face speaks."""

    def __init__(self, family: str, weights: Path) -> None:
        """Load a detector.

        Args:
            family: A key of `FAMILIES`.
            weights: Its checkpoint.

        Raises:
            InputError: the checkpoint is invalid, or a package is not installed.
        """
        self._network = load_detector(weights, FAMILIES[family].network, FAMILIES[family].title)
        self.name = f"{family}:{file_hash(weights)}"

    @cached_property
    def _scenes(self) -> Scenes:
        return Scenes()

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `Speaker`."""
        return {"speaker": self.name, "least_logit": 0, "longest": LONGEST, **self._scenes.settings}

    def measure(self, clip: Clip) -> Measured:
        """See `Speaker`."""
        scene = self._scenes.open(clip)
        speaking = np.zeros(len(scene.speech), bool)
        if scene.speech.any() and scene.tracks:  # otherwise no tick counts
            faces = crops_of(steady_frames(scene.video, RATE), scene.tracks)
            for track, crops in zip(scene.tracks, faces, strict=True):
                speaking[track.ticks] |= self._speaking(track, crops, scene.samples)
        return scene.measured(speaking)

    def _speaking(self, track: Track, crops: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """Return whether the face of a track speaks at each tick, shape (T,), bool."""
        pieces = []
        for first in range(0, len(track), LONGEST):
            faces = crops[first : first + LONGEST]
            pieces.append(self.logits(faces, sound_of(samples, track.start + first, len(faces)))[:, SPEAKING] > 0)
        return np.concatenate(pieces)

    def logits(self, faces: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Return logits of (silent, speaking), shape (T, 2).

        Args:
            faces: Of shape (T, 112, 112), grey, 0 to 255.
            coefficients: Of shape (4T, 13); see `mfcc`.
        """
        both = (torch.from_numpy(np.asarray(each, np.float32))[None] for each in (faces, coefficients))
        with torch.inference_mode():
            found: np.ndarray = self._network(*both)[0].numpy()
        return found


def sound_of(samples: np.ndarray, start: int, ticks: int) -> np.ndarray:
    """Return the coefficients of some ticks, shape (4T, 13).

    A frame of coefficients extends 240 samples beyond its hop, so one more hop of sound nearly completes the last one.

    Args:
        samples: The sound of a clip, from its first tick; see `Scene.samples`.
        start: The first tick.
        ticks: Their number T.
    """
    sound = np.zeros(ticks * SAMPLES_A_TICK + HOP, np.float32)
    there = samples[start * SAMPLES_A_TICK :][: len(sound)]
    sound[: len(there)] = there
    return mfcc(int16(sound))[: ticks * FRAMES_A_TICK]
