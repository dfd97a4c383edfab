"""A clip as a model is asked about it: the question, and the decoded media."""

from dataclasses import dataclass
from typing import Any

from merunibench.media import Frames, Sound, file_hash, read_frames, read_sound
from merunibench.models.base import Modality, Sample
from merunibench.models.prompting import fill, picture_file, sound_file, subtitle_of


@dataclass(frozen=True, eq=False)
class Clip:
    """What a model is asked about one sample.

    Attributes:
        prompt: The question, the subtitle in it.
        frames: The picture; None where it is not given.
        sound: The sound; None where it is not given.
    """

    prompt: str
    frames: Frames | None = None
    sound: Sound | None = None


def read_clip(sample: Sample, modalities: tuple[Modality, ...], prompt: str, frames: int) -> Clip:
    """Decode what is given of a sample.

    Raises:
        MediaError: a file is absent or broken, or the subtitle is not known.
    """
    return Clip(
        fill(prompt, subtitle_of(sample) if "text" in modalities else None),
        read_frames(picture_file(sample), frames) if "video" in modalities else None,
        read_sound(sound_file(sample)) if "audio" in modalities else None,
    )


def describe(sample: Sample, clip: Clip) -> dict[str, Any]:
    """What was made of a sample's files, for its row."""
    media: dict[str, Any] = {}
    if clip.frames is not None:
        height, width = clip.frames.pixels.shape[1:3]
        media["video"] = {
            "hash": file_hash(picture_file(sample)),
            "frames": list(clip.frames.indices),
            "of": clip.frames.total,
            "rate": round(clip.frames.rate, 3),
            "seconds": round(clip.frames.seconds, 3),
            "size": [width, height],
        }
    if clip.sound is not None:
        media["audio"] = {
            "hash": file_hash(sound_file(sample)),
            "rate": clip.sound.rate,
            "seconds": round(clip.sound.seconds, 3),
            "silent": clip.sound.silent,
        }
    return media
