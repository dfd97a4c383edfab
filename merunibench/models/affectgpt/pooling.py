"""Temporal pooling (Figure 3): the states of the segments of a clip become the vectors that are projected.

States X have the shape (b, t, h): t segments (8 as published) of width h. Visual encoders with several tokens a frame
give (b, t, q, h). `attention` is what was published; `mean` and `qformer` are its ablations.
"""

from typing import cast

import torch
from torch import nn

from merunibench.models.affectgpt.configuration import AffectGPTConfig, Fusion, QFormerConfig
from merunibench.models.affectgpt.qformer import QFormer


def frame_means(states: torch.Tensor) -> torch.Tensor:
    """States of shape (b, t, h): those of a frame's tokens averaged where there are several, (b, t, q, h)."""
    return states.mean(dim=2) if states.dim() == 4 else states


def as_sequence(states: torch.Tensor) -> torch.Tensor:
    """States as pre-fusion takes them: (b, t, h), or (b, t · q, h) of (b, t, q, h)."""
    return states.flatten(1, -2)


class AttentionPooling(nn.Module):
    """`p = Σ_t s_t X_t` with `s_t = w · X_t + b`.

    The weights are the bare scores: no softmax, no scale; they may be negative and need not sum to one.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.score = nn.Linear(width, 1)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """The pooled vector, of shape (b, 1, h), of states of shape (b, t, h) or (b, t, q, h)."""
        states = frame_means(states)
        return cast("torch.Tensor", self.score(states).transpose(1, 2) @ states)


class MeanPooling(nn.Module):
    """`p = (1/t) Σ_t X_t`; without parameters."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """The mean, of shape (b, 1, h), of states of shape (b, t, h) or (b, t, q, h)."""
        return frame_means(states).mean(dim=1, keepdim=True)


class QFormerPooling(nn.Module):
    """`p = QFormer(queries, X + positions)`, the position of segment t added to each of its tokens.

    Args:
        width: Width h of the states.
        queries: Number of queries, each one embedding of the language model.
        positions: Length of the table of positions: the most segments there may be.
        config: Sizes of the Q-Former.
    """

    def __init__(self, width: int, queries: int, positions: int, config: QFormerConfig) -> None:
        super().__init__()
        self.queries = nn.Parameter(torch.zeros(1, queries, config.width))
        self.positions = nn.Embedding(positions, width)
        self.qformer = QFormer(config.width, width, config.heads, config.inner_width, config.layers)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """What the queries have read, of shape (b, n, width of the Q-Former), of (b, t, h) or (b, t, q, h)."""
        positions = self.positions.weight[: states.shape[1]]
        placed = states + (positions[:, None] if states.dim() == 4 else positions)
        return cast("torch.Tensor", self.qformer(self.queries, as_sequence(placed)))


class ImageMean(nn.Module):
    """One vector of an image: (b, 1, h) as it is, the mean over q of (b, 1, q, h)."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """A vector, of shape (b, 1, h)."""
        return frame_means(states)


class ImageTokens(nn.Module):
    """Every token of an image: (b, 1, h) repeated n times, or (b, 1, q, h) as a sequence of q.

    Args:
        copies: How often a single token is repeated.
    """

    def __init__(self, copies: int) -> None:
        super().__init__()
        self.copies = copies

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Tokens, of shape (b, copies, h) or (b, q, h)."""
        return as_sequence(states) if states.dim() == 4 else states.expand(-1, self.copies, -1)


def temporal_pooling(
    kind: Fusion, width: int, queries: int, positions: int, config: AffectGPTConfig
) -> tuple[nn.Module, int]:
    """The pooling of one modality, and the width of what it gives."""
    if kind == "qformer":
        return QFormerPooling(width, queries, positions, config.qformer), config.qformer.width
    return (AttentionPooling(width) if kind == "attention" else MeanPooling()), width
