"""Encoders (Figure 3): CLIP ViT-L/14 for faces and frames, Chinese HuBERT-large for the voice. Both stay frozen."""

from typing import Any

import torch
from torch import nn

from merunibench.models.affectgpt.audio_input import normalised

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)

LAST_LAYERS = 4
"""Number of HuBERT's last layers that are averaged."""


def clip_pixels(frames: torch.Tensor) -> torch.Tensor:
    """Return `(x / 255 - mean) / std` for each colour, as CLIP's processor does with pictures of the right size.

    Args:
        frames: Integers from 0 to 255, of shape (…, 3, H, W).

    Returns:
        Values of the same shape, float32.
    """
    mean, std = (torch.tensor(values, device=frames.device)[:, None, None] for values in (CLIP_MEAN, CLIP_STD))
    return (frames.float() / 255 - mean) / std


class VisualEncoder(nn.Module):
    """CLIP's image features: the projected CLS token of each frame, without length normalisation.

    Args:
        clip: A `CLIPVisionModelWithProjection`.
    """

    def __init__(self, clip: Any) -> None:  # noqa: ANN401 - transformers
        super().__init__()
        self.clip = clip

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """Return states of shape (b, t, H_v) for frames of shape (b, t, 3, H, W), integers from 0 to 255."""
        features: torch.Tensor = self.clip(pixel_values=clip_pixels(frames.flatten(0, 1))).image_embeds
        return features.reshape(*frames.shape[:2], -1)


class AcousticEncoder(nn.Module):
    """HuBERT: the mean of its last four layers, then the mean over the steps of a clip.

    Args:
        hubert: A `HubertModel`.
    """

    def __init__(self, hubert: Any) -> None:  # noqa: ANN401 - transformers
        super().__init__()
        self.hubert = hubert

    def layers(self, values: torch.Tensor) -> torch.Tensor:
        """Return the states of all layers, shape (layers + 1, b, steps, H_a), for normalised sound (b, samples).

        The final LayerNorm is applied to the last entry only, as in AffectGPT's training; transformers 5 returns the
        last entry without it.
        """
        output = self.hubert(values, output_hidden_states=True)
        return torch.stack([*output.hidden_states[:-1], output.last_hidden_state])

    def forward(self, clips: torch.Tensor) -> torch.Tensor:
        """Return states of shape (b, t, H_a) for clips of shape (b, t, samples), each with mean 0.

        The sound of a sample is normalised by the mean and variance of all its clips together, independently of the
        other samples in the batch.
        """
        values = normalised(clips.float()).flatten(0, 1)
        return self.layers(values)[-LAST_LAYERS:].mean(dim=0).mean(dim=1).reshape(*clips.shape[:2], -1)
