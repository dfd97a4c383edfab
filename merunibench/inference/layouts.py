"""Where the official folders keep the clips and subtitles of each data set, as data.

Source: the AffectGPT release (arXiv 2501.16566) and the MER2025 and MER2026 releases. Labels are not known here: they
are in `merunibench.tasks`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

VIDEO_ENDINGS = (".mp4", ".avi", ".mkv", ".webm", ".mov")
AUDIO_ENDINGS = (".wav", ".flac", ".mp3", ".m4a", ".ogg")


@dataclass(frozen=True)
class Layout:
    """The files of one data set, relative to its folder; `{name}` stands for a sample's name.

    Attributes:
        subtitles: CSV with the subtitles, with a column `name`.
        column: The column of that CSV that is the subtitle.
        video: Where a video may be, most likely place first.
        audio: Where its sound may be.
        face: Where its face crops may be.
    """

    subtitles: str
    column: str
    video: tuple[str, ...]
    audio: tuple[str, ...] = ("audio/{name}.wav",)
    face: tuple[str, ...] = ("openface_face/{name}.npy",)


_ENGLISH = "transcription-engchi-polish.csv"
_MP4 = ("video/{name}.mp4",)
_MP4_OR_AVI = ("video/{name}.mp4", "video/{name}.avi")
_SUBAUDIO = ("subaudio/{name}.wav",)
_NESTED_FACES = ("openface_face/{name}/{name}.npy", "openface_face/{name}.npy")

LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        "mer2023": Layout(_ENGLISH, "english", _MP4_OR_AVI),
        # The one data set whose subtitles were never translated for the published results.
        "mer2024": Layout("transcription_merge.csv", "chinese", _MP4_OR_AVI),
        "meld": Layout(_ENGLISH, "english", ("subvideo/{name}.mp4",), _SUBAUDIO),
        "iemocapfour": Layout(_ENGLISH, "english", ("subvideo-tgt/{name}.avi",), _SUBAUDIO),
        "cmumosi": Layout(_ENGLISH, "english", ("subvideo/{name}.mp4",), _SUBAUDIO),
        "cmumosei": Layout(_ENGLISH, "english", ("subvideo_new/{name}.mp4",), _SUBAUDIO),
        "sims": Layout(_ENGLISH, "english", _MP4),
        "simsv2": Layout(_ENGLISH, "english", ("video_new/{name}.mp4",)),
        "ovmerdplus": Layout("subtitle_eng.csv", "sentence", _MP4),
        "mer2025ov": Layout("subtitle_chieng.csv", "english", _MP4, face=_NESTED_FACES),
        "mer2026ov": Layout("subtitle_chieng.csv", "english", _MP4, face=_NESTED_FACES),
    }
)
"""Data set -> its layout."""
