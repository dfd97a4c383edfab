"""Read pictures and sound from a clip's files: uniformly spaced frames, and 16 kHz mono sound.

Files that cannot be decoded raise a `MediaError` with the reason: broken, truncated, empty or oversized files, and
files without the requested picture or sound. They are never replaced by silence or black frames. Needs the extra
`models`.
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
