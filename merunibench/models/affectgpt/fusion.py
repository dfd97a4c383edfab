"""Temporal pooling, pre-fusion and projection (Figure 3): everything between the encoders and the language model.

These are the trained parts of AffectGPT besides LoRA. Faces and frames share the visual part.

States X have the shape (b, t, h): t segments (8 as published) of width h. Visual encoders with several tokens per frame
give (b, t, q, h). The published variant of pooling and pre-fusion is `attention`; `mean` and `qformer` are ablations.
Pre-fusion uses the raw states of both encoders; without it, prompts have no `<MultiHere>`.
"""

from collections.abc import Mapping
from typing import NamedTuple, cast

import torch
from torch import nn

from merunibench.errors import InputError
from merunibench.models.affectgpt.configuration import AffectGPTConfig, Fusion, QFormerConfig
from merunibench.models.affectgpt.prompt import Medium, Mode
from merunibench.models.affectgpt.qformer import INITIAL_STD, QFormer


def frame_means(states: torch.Tensor) -> torch.Tensor:
    """Return states of shape (b, t, h); several tokens per frame, (b, t, q, h), are averaged."""
    return states.mean(dim=2) if states.dim() == 4 else states


def as_sequence(states: torch.Tensor) -> torch.Tensor:
    """Return states as input of pre-fusion: (b, t, h), or (b, t · q, h) for (b, t, q, h)."""
    return states.flatten(1, -2)


class AttentionPooling(nn.Module):
    """`p = Σ_t s_t X_t` with `s_t = w · X_t + b`.

    The weights are the raw scores, without softmax or scale: they may be negative and need not sum to one.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.score = nn.Linear(width, 1)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return the pooled vector, shape (b, 1, h), of states of shape (b, t, h) or (b, t, q, h)."""
        states = frame_means(states)
        return cast("torch.Tensor", self.score(states).transpose(1, 2) @ states)


class MeanPooling(nn.Module):
    """`p = (1/t) Σ_t X_t`; it has no parameters."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return the mean, shape (b, 1, h), of states of shape (b, t, h) or (b, t, q, h)."""
        return frame_means(states).mean(dim=1, keepdim=True)


class QFormerPooling(nn.Module):
    """`p = QFormer(queries, X + positions)`; the position of segment t is added to each of its tokens.

    Args:
        width: Width h of the states.
        queries: Number of queries; each becomes one embedding of the language model.
        positions: Length of the table of positions: the maximum number of segments.
        config: Sizes of the Q-Former.
    """

    def __init__(self, width: int, queries: int, positions: int, config: QFormerConfig) -> None:
        super().__init__()
        self.queries = nn.Parameter(torch.randn(1, queries, config.width) * INITIAL_STD)
        self.positions = nn.Embedding(positions, width)
        self.qformer = QFormer(config.width, width, config.heads, config.inner_width, config.layers)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return the queries' outputs, shape (b, n, width of the Q-Former), for (b, t, h) or (b, t, q, h)."""
        positions = self.positions.weight[: states.shape[1]]
        placed = states + (positions[:, None] if states.dim() == 4 else positions)
        return cast("torch.Tensor", self.qformer(self.queries, as_sequence(placed)))


class ImageMean(nn.Module):
    """One vector per image: (b, 1, h) unchanged, or the mean over q of (b, 1, q, h)."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return one vector, shape (b, 1, h)."""
        return frame_means(states)


class ImageTokens(nn.Module):
    """All tokens of an image: (b, 1, h) repeated n times, or (b, 1, q, h) as a sequence of q.

    Args:
        copies: Number of copies of a single token.
    """

    def __init__(self, copies: int) -> None:
        super().__init__()
        self.copies = copies

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return tokens, shape (b, copies, h) or (b, q, h)."""
        return as_sequence(states) if states.dim() == 4 else states.expand(-1, self.copies, -1)


class AttentionPreFusion(nn.Module):
    """Weighted sum of two modalities, `m = g₁ v + g₂ a`.

    ```
    v = W_v mean_t(V)        a = W_a mean_t(A)         both of width H = max(H_v, H_a)
    g = W_g (W_h [v; a])                               two numbers, without nonlinearity or softmax
    ```
    (every W has a bias). V are states of shape (b, L, H_v), A of shape (b, t, H_a).
    """

    def __init__(self, visual_width: int, acoustic_width: int) -> None:
        super().__init__()
        width = max(visual_width, acoustic_width)
        self.visual = nn.Linear(visual_width, width)
        self.acoustic = nn.Linear(acoustic_width, width)
        self.hidden = nn.Linear(2 * width, width)
        self.gate = nn.Linear(width, 2)

    def embed(self, visual: torch.Tensor, acoustic: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return (v, a), each of shape (b, H)."""
        return self.visual(visual.mean(dim=1)), self.acoustic(acoustic.mean(dim=1))

    def weigh(self, v: torch.Tensor, a: torch.Tensor) -> torch.Tensor:
        """Return the weights g of picture and voice, shape (b, 2)."""
        return cast("torch.Tensor", self.gate(self.hidden(torch.cat([v, a], dim=1))))

    def forward(self, visual: torch.Tensor, acoustic: torch.Tensor) -> torch.Tensor:
        """Return the fused vector m, shape (b, 1, H)."""
        v, a = self.embed(visual, acoustic)
        return self.weigh(v, a)[:, None] @ torch.stack([v, a], dim=1)


class QFormerPreFusion(nn.Module):
    """`m = QFormer(queries, [W_v V; W_a A] + positions)`, concatenated along time, the picture first.

    Args:
        visual_width: H_v.
        acoustic_width: H_a.
        config: Number of queries, length of the table of positions, sizes of the Q-Former.
    """

    def __init__(self, visual_width: int, acoustic_width: int, config: AffectGPTConfig) -> None:
        super().__init__()
        width, sizes = max(visual_width, acoustic_width), config.qformer
        self.visual = nn.Linear(visual_width, width)
        self.acoustic = nn.Linear(acoustic_width, width)
        self.queries = nn.Parameter(torch.randn(1, config.multi_tokens, sizes.width) * INITIAL_STD)
        self.positions = nn.Embedding(sizes.multi_positions, width)
        self.qformer = QFormer(sizes.width, width, sizes.heads, sizes.inner_width, sizes.layers)

    def forward(self, visual: torch.Tensor, acoustic: torch.Tensor) -> torch.Tensor:
        """Return the queries' outputs, shape (b, n, width of the Q-Former), for V (b, L, H_v) and A (b, t, H_a)."""
        states = torch.cat([self.visual(visual), self.acoustic(acoustic)], dim=1)
        return cast("torch.Tensor", self.qformer(self.queries, states + self.positions.weight[: states.shape[1]]))


class Projection(nn.Module):
    """A linear map to the language model's width, `y = p Wᵀ + b`, repeated for each placeholder of a modality.

    Args:
        width: Width of the input.
        llm_width: Width D of the language model.
        copies: Number of identical embeddings per vector; 1 as published.
    """

    def __init__(self, width: int, llm_width: int, copies: int = 1) -> None:
        super().__init__()
        self.linear = nn.Linear(width, llm_width)
        self.copies = copies

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Return embeddings of shape (b, copies · m, D) for vectors of shape (b, m, width), each repeated in place."""
        embeddings: torch.Tensor = self.linear(vectors)
        return embeddings.repeat_interleave(self.copies, dim=1)


class Encoded(NamedTuple):
    """One modality of a batch.

    Attributes:
        tokens: Embeddings of the language model, of shape (b, n, D).
        states: The encoder's states as input of pre-fusion, of shape (b, L, h).
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
        """Return embeddings of the language model, and the states for pre-fusion."""
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
        """Return embeddings of the language model, shape (b, n, D)."""
        embeddings: torch.Tensor = self.projection(self.fusion(visual, acoustic))
        return embeddings


class AffectGPTFusion(nn.Module):
    """The trained parts of AffectGPT besides LoRA.

    Args:
        config: Variants, numbers of tokens, and widths.
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

    def forward(self, mode: Mode, states: Mapping[Medium, torch.Tensor]) -> dict[Medium, torch.Tensor]:
        """Return embeddings of the language model for every medium of a mode, each of shape (b, n, D).

        Args:
            mode: The mode, which determines the media of the prompt and of pre-fusion.
            states: States of the encoders for each of `mode.inputs`: (b, t, h), or (b, t, q, h).
        """
        encoded: dict[Medium, Encoded] = {
            medium: (self.acoustic if medium == "audio" else self.visual)(states[medium])
            for medium in mode.inputs - {"image"}
        }
        tokens: dict[Medium, torch.Tensor] = {medium: found.tokens for medium, found in encoded.items()}
        if "image" in mode.inputs:
            tokens["image"] = self.encode_image(states["image"])
        if "multi" in mode.placeholders:
            tokens["multi"] = self.fuse(encoded[mode.stream], encoded["audio"])
        return tokens

    def fuse(self, visual: Encoded, acoustic: Encoded) -> torch.Tensor:
        """Return embeddings (b, n, D) of `<MultiHere>` from the states of faces or frames and of the voice.

        Raises:
            InputError: the checkpoint has no pre-fusion.
        """
        if self.multi is None:
            raise InputError("this checkpoint has no pre-fusion (no multi_* weights); use a mode without <MultiHere>")
        embeddings: torch.Tensor = self.multi(visual.states, acoustic.states)
        return embeddings

    def encode_image(self, states: torch.Tensor) -> torch.Tensor:
        """Return embeddings (b, n, D) of `<ImageHere>` from an image's states, (b, 1, h) or (b, 1, q, h).

        Raises:
            InputError: the checkpoint has no image part.
        """
        if self.image is None:
            raise InputError("this checkpoint has no image_llama_proj; use another mode than 'image'")
        encoded: Encoded = self.image(states)
        return encoded.tokens


def _modality(kind: Fusion, width: int, tokens: int, positions: int, config: AffectGPTConfig) -> ModalityFusion:
    if kind == "qformer":
        pooling = QFormerPooling(width, tokens, positions, config.qformer)
        return ModalityFusion(pooling, Projection(config.qformer.width, config.llm_width))
    pooled = AttentionPooling(width) if kind == "attention" else MeanPooling()
    return ModalityFusion(pooled, Projection(width, config.llm_width, tokens))


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
