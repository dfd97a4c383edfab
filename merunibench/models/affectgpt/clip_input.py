"""Read the media of a clip as tensors, the input of the encoders."""

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
    """Read one medium of a clip, with a record of what was read.

    Args:
        sample: The clip.
        medium: The medium; not `multi`.
        frames: Number of faces or frames.
        clip_spacing: Spacing of the audio clips.
        face_order: Order of a face's colours.

    Returns:
        Clips (8, 32000), float32, for `audio`; else pictures (t, 3, 224, 224), uint8, with t = 1 for `image`.

    Raises:
        MediaError: its file is missing or broken.
    """
    if medium == "audio":
        samples, rate = read_sound(sound_file(sample))
        seconds = round(samples.shape[1] / rate, 3)
        return audio_clips(samples, rate, clip_spacing), {"seconds": seconds, "rate": rate, "channels": len(samples)}
    if medium == "face":
        if sample.face is None:
            raise MediaError(f"{sample.name}: has no faces (an .npy file), which the mode needs")
        pictures = read_faces(sample.face, frames, face_order)
    else:
        if sample.video is None:
            raise MediaError(f"{sample.name}: has no video, which the mode needs")
        pictures = read_frames(sample.video, 1 if medium == "image" else frames)
    pixels = torch.from_numpy(np.ascontiguousarray(pictures.pixels.transpose(0, 3, 1, 2)))
    return pixels, {"indices": list(pictures.indices), "of": pictures.total}
