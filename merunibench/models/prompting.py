"""Prepare a clip for a model: the prompt with or without its subtitle, and the decoded media."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from merunibench.errors import InputError, MediaError
from merunibench.media import Frames, Sound, file_hash, read_frames, read_sound
from merunibench.models.base import MODALITIES, Modality, Options, Sample

SUBTITLE = "{subtitle}"
"""The placeholder for the subtitle in a prompt."""


def fill(prompt: str, subtitle: str | None) -> str:
    r"""Return the prompt with the subtitle inserted, or `without_subtitle`.

    Args:
        prompt: Text with the placeholder `{subtitle}`; other braces have no meaning.
        subtitle: The subtitle; None to leave it out.

    Example:
        >>> fill("They say: {subtitle}\nHow do they feel?", "Oh, {great}.")
        'They say: Oh, {great}.\nHow do they feel?'
        >>> fill("They say: {subtitle}. How do they feel?", None)
        'How do they feel?'
    """
    return without_subtitle(prompt) if subtitle is None else prompt.replace(SUBTITLE, subtitle)


# A sentence may also end after a quotation mark, with the full stop before the mark or omitted.
_SENTENCE = re.compile(r".+?(?:[.!?\"”»](?=\s)|[。！？]|$)\s*")


def without_subtitle(prompt: str) -> str:
    r"""Return the prompt without the sentence that contains `{subtitle}`, for a model that is not given the subtitle.

    Example:
        >>> without_subtitle('Look.\nThe person says: "{subtitle}"\nHow does it feel?')
        'Look.\nHow does it feel?'
        >>> without_subtitle("Look. The subtitle is: {subtitle}. How does it feel?")
        'Look. How does it feel?'
    """
    lines = []
    for line in prompt.split("\n"):
        kept = "".join(sentence for sentence in _SENTENCE.findall(line) if SUBTITLE not in sentence).rstrip()
        if kept or SUBTITLE not in line:
            lines.append(kept)
    return "\n".join(lines)


def resolve_modalities(options: Options, taken: Collection[Modality], model: str) -> tuple[Modality, ...]:
    """Return the modalities that a model is given of every sample, in the order of `MODALITIES`.

    Args:
        options: The requested modalities, and what to do with unsupported ones.
        taken: The modalities that the model supports.
        model: Its name, for the message.

    Raises:
        InputError: The model does not support a requested modality, or none of them, or the prompt has no
            placeholder for the text.
    """
    asked = [modality for modality in MODALITIES if modality in options.modalities]
    kept = tuple(modality for modality in asked if modality in taken)
    refused = [modality for modality in asked if modality not in taken]
    if refused and not kept:
        raise InputError(f"{model} does not support {' or '.join(refused)}, and nothing else was requested")
    if refused and options.on_unsupported == "error":
        raise InputError(
            f"{model} does not support {' or '.join(refused)} and would silently answer without. Use "
            f"--modalities {'+'.join(kept)}, or --on-unsupported drop to record that in every row"
        )
    if "text" in kept and SUBTITLE not in options.prompt:
        raise InputError(f"the prompt has no {SUBTITLE} for the text: add it, or leave text out (--modalities)")
    if "text" not in kept and not fill(options.prompt, None).strip():
        raise InputError("the prompt is empty without the subtitle")
    return kept


@dataclass(frozen=True, eq=False)
class Clip:
    """The input of a model for one sample.

    Attributes:
        prompt: The prompt, with the subtitle inserted.
        frames: The frames; None if video is not given.
        sound: The sound; None if audio is not given.
    """

    prompt: str
    frames: Frames | None = None
    sound: Sound | None = None


def read_clip(sample: Sample, modalities: tuple[Modality, ...], prompt: str, frames: int) -> Clip:
    """Decode the given modalities of a sample.

    Raises:
        MediaError: A file is missing or broken, or the subtitle is not known.
    """
    return Clip(
        fill(prompt, subtitle_of(sample) if "text" in modalities else None),
        read_frames(picture_file(sample), frames) if "video" in modalities else None,
        read_sound(sound_file(sample)) if "audio" in modalities else None,
    )


def describe(sample: Sample, clip: Clip) -> dict[str, Any]:
    """Return the media record of a sample for its row: what was extracted from its files."""
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


def picture_file(sample: Sample) -> Path:
    """Return a sample's video file.

    Raises:
        MediaError: There is none.
    """
    if sample.video is None:
        raise MediaError(f"{sample.name}: no video file; leave video out, or provide one")
    return sample.video


def sound_file(sample: Sample) -> Path:
    """Return the file with a sample's sound: the audio file, or else the video file.

    Raises:
        MediaError: There is none.
    """
    path = sample.audio or sample.video
    if path is None:
        raise MediaError(f"{sample.name}: no audio file; leave audio out, or provide one")
    return path


def subtitle_of(sample: Sample) -> str:
    """Return the subtitle of a sample.

    Raises:
        MediaError: The subtitle is not known.
    """
    if sample.subtitle is None:
        raise MediaError(
            f"{sample.name}: no subtitle is known; leave text out, or provide one (empty if no one speaks)"
        )
    return sample.subtitle
