"""All between the encoders and the language model: temporal pooling, pre-fusion and projection of every modality.

This is what AffectGPT trains besides LoRA. Faces and frames share the visual part.
"""

from typing import NamedTuple

import torch
from torch import nn

from merunibench.errors import InputError
from merunibench.models.affectgpt.configuration import AffectGPTConfig
from merunibench.models.affectgpt.pooling import ImageMean, ImageTokens, as_sequence, temporal_pooling
from merunibench.models.affectgpt.prefusion import AttentionPreFusion, QFormerPreFusion
from merunibench.models.affectgpt.projection import Projection


class Encoded(NamedTuple):
    """One modality of a batch.

    Attributes:
        tokens: Embeddings of the language model, of shape (b, n, D).
        states: The encoder's states as pre-fusion takes them, of shape (b, L, h).
    """

    tokens: torch.Tensor
    states: torch.Tensor


class ModalityFusion(nn.Module):
    """Temporal pooling, then projection, of one modality.

    Args:
        pooling: States (b, t, h) or (b, t, q, h) -> vectors (b, m, width).
        projection: Vectors -> embeddings (b, n, D).
    """

    def __init__(self, pooling: nn.Module, projection: Projection) -> None:
        super().__init__()
        self.pooling = pooling
        self.projection = projection

    def forward(self, states: torch.Tensor) -> Encoded:
        """Embeddings of the language model, and the states for pre-fusion."""
        return Encoded(self.projection(self.pooling(states)), as_sequence(states))


class MultiFusion(nn.Module):
    """Pre-fusion, then projection, of picture and voice together.

    Args:
        fusion: States (b, L, H_v) and (b, t, H_a) -> vectors (b, m, width).
        projection: Vectors -> embeddings (b, n, D).
    """

    def __init__(self, fusion: nn.Module, projection: Projection) -> None:
        super().__init__()
        self.fusion = fusion
        self.projection = projection

    def forward(self, visual: torch.Tensor, acoustic: torch.Tensor) -> torch.Tensor:
        """Embeddings of the language model, of shape (b, n, D)."""
        embeddings: torch.Tensor = self.projection(self.fusion(visual, acoustic))
        return embeddings


class AffectGPTFusion(nn.Module):
    """The trained part of AffectGPT besides LoRA.

    Args:
        config: Which variants, how many tokens, which widths.
    """

    def __init__(self, config: AffectGPTConfig) -> None:
        super().__init__()
        self.config = config
        sizes = config.qformer
        self.visual = _modality(
            config.visual_pooling, config.visual_width, config.visual_tokens, sizes.frame_positions, config
        )
        self.acoustic = _modality(
            config.acoustic_pooling, config.acoustic_width, config.acoustic_tokens, sizes.clip_positions, config
        )
        self.multi = _multi(config)
        self.image = _image(config)

    def fuse(self, visual: Encoded, acoustic: Encoded) -> torch.Tensor:
        """Embeddings (b, n, D) of `<MultiHere>` from the states of the face or frames and of the voice.

        Raises:
            InputError: the checkpoint has no pre-fusion.
        """
        if self.multi is None:
            raise InputError("this checkpoint has no pre-fusion (no multi_* weights); use a mode without <MultiHere>")
        embeddings: torch.Tensor = self.multi(visual.states, acoustic.states)
        return embeddings

    def encode_image(self, states: torch.Tensor) -> torch.Tensor:
        """Embeddings (b, n, D) of `<ImageHere>` from an image's states, (b, 1, h) or (b, 1, q, h).

        Raises:
            InputError: the checkpoint has no image part.
        """
        if self.image is None:
            raise InputError("this checkpoint has no image_llama_proj; use another mode than 'image'")
        encoded: Encoded = self.image(states)
        return encoded.tokens


def _modality(kind: str, width: int, tokens: int, positions: int, config: AffectGPTConfig) -> ModalityFusion:
    pooling, pooled_width = temporal_pooling(kind, width, tokens, positions, config)  # type: ignore[arg-type]
    copies = 1 if kind == "qformer" else tokens
    return ModalityFusion(pooling, Projection(pooled_width, config.llm_width, copies))


def _multi(config: AffectGPTConfig) -> MultiFusion | None:
    widths = config.visual_width, config.acoustic_width
    if config.pre_fusion == "attention":
        projection = Projection(max(widths), config.llm_width, config.multi_tokens)
        return MultiFusion(AttentionPreFusion(*widths), projection)
    if config.pre_fusion == "qformer":
        return MultiFusion(QFormerPreFusion(*widths, config), Projection(config.qformer.width, config.llm_width))
    return None


def _image(config: AffectGPTConfig) -> ModalityFusion | None:
    if config.image_pooling is None:
        return None
    if config.image_pooling == "mean":
        return ModalityFusion(ImageMean(), Projection(config.visual_width, config.llm_width, config.image_tokens))
    return ModalityFusion(ImageTokens(config.image_tokens), Projection(config.visual_width, config.llm_width))
