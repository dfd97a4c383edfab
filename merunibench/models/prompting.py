"""A clip as a model is asked about it: the question, the subtitle in it or left out, and the decoded media."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from merunibench.errors import InputError, MediaError
from merunibench.media import Frames, Sound, file_hash, read_frames, read_sound
from merunibench.models.base import MODALITIES, Modality, Options, Sample

SUBTITLE = "{subtitle}"
"""Where the subtitle goes in a prompt."""


def fill(prompt: str, subtitle: str | None) -> str:
    r"""The prompt with the subtitle in its place, or `without_subtitle`.

    Args:
        prompt: Text with `{subtitle}` in it; other braces mean nothing.
        subtitle: What is said; None to leave it out.

    Example:
        >>> fill("They say: {subtitle}\nHow do they feel?", "Oh, {great}.")
        'They say: Oh, {great}.\nHow do they feel?'
        >>> fill("They say: {subtitle}. How do they feel?", None)
        'How do they feel?'
    """
    return without_subtitle(prompt) if subtitle is None else prompt.replace(SUBTITLE, subtitle)


# Also behind a quotation mark, where the full stop stands before it or is left out.
_SENTENCE = re.compile(r".+?(?:[.!?\"”»](?=\s)|[。！？]|$)\s*")


def without_subtitle(prompt: str) -> str:
    r"""A prompt for a model that is not told what is said: without the sentence that has `{subtitle}` in it.

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
    """What a model is given of every sample, in the order of `MODALITIES`.

    Args:
        options: What is asked for, and what to do with what the model cannot take.
        taken: What the model can take.
        model: Its name, for the message.

    Raises:
        InputError: the model does not take what was asked for, or nothing would be left of it, or the prompt has no
            place for the text.
    """
    asked = [modality for modality in MODALITIES if modality in options.modalities]
    kept = tuple(modality for modality in asked if modality in taken)
    refused = [modality for modality in asked if modality not in taken]
    if refused and not kept:
        raise InputError(f"{model} takes no {' and no '.join(refused)}, and nothing else was asked for")
    if refused and options.on_unsupported == "error":
        raise InputError(
            f"{model} takes no {' and no '.join(refused)}: it would answer without, and not say so. Ask for "
            f"--modalities {'+'.join(kept)}, or --on-unsupported drop to have that recorded in every row"
        )
    if "text" in kept and SUBTITLE not in options.prompt:
        raise InputError(f"the prompt has no {SUBTITLE}, so the text would not be given: add it, or leave text out")
    if "text" not in kept and not fill(options.prompt, None).strip():
        raise InputError("the prompt asks nothing")
    return kept


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


def picture_file(sample: Sample) -> Path:
    """The file with a sample's picture.

    Raises:
        MediaError: it has none.
    """
    if sample.video is None:
        raise MediaError(f"{sample.name}: no video file; leave video out, or provide one")
    return sample.video


def sound_file(sample: Sample) -> Path:
    """The file with a sample's sound: its own, or that with the picture.

    Raises:
        MediaError: it has none.
    """
    path = sample.audio or sample.video
    if path is None:
        raise MediaError(f"{sample.name}: no audio file; leave audio out, or provide one")
    return path


def subtitle_of(sample: Sample) -> str:
    """What is said in a sample.

    Raises:
        MediaError: it is not known.
    """
    if sample.subtitle is None:
        raise MediaError(
            f"{sample.name}: no subtitle is known; leave text out, or provide one (empty if nobody speaks)"
        )
    return sample.subtitle
