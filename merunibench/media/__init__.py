"""Pictures and sound out of a clip's files: uniformly spaced frames, 16 kHz mono sound, and what was made of them.

Whatever cannot be decoded is a `MediaError` with the reason: broken, truncated, empty or absurd files, files without
the picture or the sound that is wanted. A clip never becomes silence or blackness on the way. Needs the extra `models`.
"""

from merunibench.media.container import LIMITS, Contents, Limits, file_hash, probe
from merunibench.media.frames import Frames, read_frames
from merunibench.media.remux import without_sound
from merunibench.media.sound import SAMPLE_RATE, Sound, read_sound
from merunibench.media.steady import steady_frames, steady_sound

__all__ = [
    "LIMITS",
    "SAMPLE_RATE",
    "Contents",
    "Frames",
    "Limits",
    "Sound",
    "file_hash",
    "probe",
    "read_frames",
    "read_sound",
    "steady_frames",
    "steady_sound",
    "without_sound",
]
