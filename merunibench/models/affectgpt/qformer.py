"""The Q-Former: learned queries that read a sequence of encoder states through cross-attention.

Two layers of BERT (LayerNorm after each residual sum, eps 1e-12, exact GELU), each with cross-attention. The queries
have no position or word embeddings. Parameters are initialised like BERT's, and trained with AffectGPT. In training,
dropout of 0.1 applies to the queries, the attention weights, and the input of each residual sum.
"""

from typing import cast

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - its usual name

_EPSILON = 1e-12
_DROPOUT = 0.1
INITIAL_STD = 0.02
"""Standard deviation of the initial weights, and of the queries."""


class ResidualAttention(nn.Module):
    """`LN(Dense(softmax(Q Kᵀ / √d) V) + x)` with Q from x, and K and V from the context.

    Args:
        width: Width of x.
        context_width: Width of the context.
        heads: Number of heads; d = width / heads.
    """

    def __init__(self, width: int, context_width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(context_width, width)
        self.value = nn.Linear(context_width, width)
        self.output = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, eps=_EPSILON)
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, x: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """Return states of shape (b, n, width) for x (b, n, width) and context (b, L, context_width)."""
        query, key, value = (
            layer(states).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for layer, states in ((self.query, x), (self.key, context), (self.value, context))
        )
        dropped = self.dropout.p if self.training else 0.0
        attended = F.scaled_dot_product_attention(query, key, value, dropout_p=dropped).transpose(1, 2).flatten(2)
        return cast("torch.Tensor", self.norm(self.dropout(self.output(attended)) + x))


class FeedForward(nn.Module):
    """`LN(W₂ gelu(W₁ x) + x)`."""

    def __init__(self, width: int, inner_width: int) -> None:
        super().__init__()
        self.inner = nn.Linear(width, inner_width)
        self.output = nn.Linear(inner_width, width)
        self.norm = nn.LayerNorm(width, eps=_EPSILON)
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return states of shape (b, n, width) for states of the same shape."""
        return cast("torch.Tensor", self.norm(self.dropout(self.output(F.gelu(self.inner(x)))) + x))


class QFormerLayer(nn.Module):
    """Self-attention among the queries, cross-attention to the encoder's states, feed-forward."""

    def __init__(self, width: int, context_width: int, heads: int, inner_width: int) -> None:
        super().__init__()
        self.self_attention = ResidualAttention(width, width, heads)
        self.cross_attention = ResidualAttention(width, context_width, heads)
        self.feed_forward = FeedForward(width, inner_width)

    def forward(self, x: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """Return queries of shape (b, n, width) after one layer; the context has shape (b, L, context_width)."""
        x = self.self_attention(x, x)
        x = self.cross_attention(x, context)
        return cast("torch.Tensor", self.feed_forward(x))


class QFormer(nn.Module):
    """The Q-Former: a LayerNorm of the queries, then the layers.

    Args:
        width: Width of the queries; 768 as in bert-base.
        context_width: Width of the encoder's states.
        heads: Number of heads; 12 as in bert-base.
        inner_width: Inner width of the feed-forward part; 3072 as in bert-base.
        layers: Number of layers; 2.
    """

    def __init__(self, width: int, context_width: int, heads: int, inner_width: int, layers: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, eps=_EPSILON)
        self.dropout = nn.Dropout(_DROPOUT)
        self.layers = nn.ModuleList(QFormerLayer(width, context_width, heads, inner_width) for _ in range(layers))
        self.apply(_as_bert)

    def forward(self, queries: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """Return the queries' outputs, shape (b, n, width).

        Args:
            queries: Of shape (1, n, width); the same for every sample.
            context: States of the encoder, of shape (b, L, context_width).
        """
        # Dropout is independent for each sample.
        x: torch.Tensor = self.dropout(self.norm(queries).expand(len(context), -1, -1))
        for layer in self.layers:
            x = layer(x, context)
        return x


def _as_bert(module: nn.Module) -> None:
    """Initialise a module like BERT: weights N(0, 0.02), biases 0; LayerNorm has these defaults already."""
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=INITIAL_STD)
        nn.init.zeros_(module.bias)
