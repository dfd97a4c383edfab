"""The media of a clip as tensors: what the encoders take, read from a sample's files."""

import numpy as np
import torch

from merunibench.errors import MediaError
from merunibench.models.affectgpt.audio_input import ClipSpacing, audio_clips, read_sound
from merunibench.models.affectgpt.prompt import Medium
from merunibench.models.affectgpt.visual_input import ColourOrder, read_faces, read_frames
from merunibench.models.base import Json, Sample
from merunibench.models.prompting import sound_file


def read_medium(
    sample: Sample, medium: Medium, frames: int, clip_spacing: ClipSpacing, face_order: ColourOrder
) -> tuple[torch.Tensor, Json]:
    """One medium of a clip, and a record of what was taken of it.

    Args:
        sample: The clip.
        medium: Which one; `multi` is none.
        frames: How many faces or frames.
        clip_spacing: Of the audio clips.
        face_order: Order of a face's colours.

    Returns:
        Clips (8, 32000), float32, of `audio`; else pictures (t, 3, 224, 224), uint8, with t = 1 of `image`.

    Raises:
        MediaError: its file is not there or broken.
    """
    if medium == "audio":
        samples, rate = read_sound(sound_file(sample))
        seconds = round(samples.shape[1] / rate, 3)
        return audio_clips(samples, rate, clip_spacing), {"seconds": seconds, "rate": rate, "channels": len(samples)}
    if medium == "face":
        if sample.face is None:
            raise MediaError(f"{sample.name}: no faces (an .npy file), which the mode takes")
        pictures = read_faces(sample.face, frames, face_order)
    else:
        if sample.video is None:
            raise MediaError(f"{sample.name}: no video, which the mode takes")
        pictures = read_frames(sample.video, 1 if medium == "image" else frames)
    pixels = torch.from_numpy(np.ascontiguousarray(pictures.pixels.transpose(0, 3, 1, 2)))
    return pixels, {"indices": list(pictures.indices), "of": pictures.total}
