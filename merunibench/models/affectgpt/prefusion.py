"""Pre-fusion (Figure 3): what the face or frames and the voice say together, before the language model.

It works on the raw states of both encoders, not on what temporal pooling made of them. `attention` is what was
published; `qformer` its ablation; without pre-fusion a prompt has no `<MultiHere>`.
"""

from typing import cast

import torch
from torch import nn

from merunibench.models.affectgpt.configuration import AffectGPTConfig
from merunibench.models.affectgpt.qformer import QFormer


class AttentionPreFusion(nn.Module):
    """Two modalities weighed against each other, `m = g₁ v + g₂ a`.

    ```
    v = W_v mean_t(V)        a = W_a mean_t(A)         both of width H = max(H_v, H_a)
    g = W_g (W_h [v; a])                               two numbers: no nonlinearity between, no softmax
    ```
    (every W with its bias). V are states of shape (b, L, H_v), A of shape (b, t, H_a).
    """

    def __init__(self, visual_width: int, acoustic_width: int) -> None:
        super().__init__()
        width = max(visual_width, acoustic_width)
        self.visual = nn.Linear(visual_width, width)
        self.acoustic = nn.Linear(acoustic_width, width)
        self.hidden = nn.Linear(2 * width, width)
        self.gate = nn.Linear(width, 2)

    def embed(self, visual: torch.Tensor, acoustic: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(v, a), each of shape (b, H)."""
        return self.visual(visual.mean(dim=1)), self.acoustic(acoustic.mean(dim=1))

    def weigh(self, v: torch.Tensor, a: torch.Tensor) -> torch.Tensor:
        """The weights g, of shape (b, 2): of the picture, of the voice."""
        return cast("torch.Tensor", self.gate(self.hidden(torch.cat([v, a], dim=1))))

    def forward(self, visual: torch.Tensor, acoustic: torch.Tensor) -> torch.Tensor:
        """The fused vector m, of shape (b, 1, H)."""
        v, a = self.embed(visual, acoustic)
        return self.weigh(v, a)[:, None] @ torch.stack([v, a], dim=1)


class QFormerPreFusion(nn.Module):
    """`m = QFormer(queries, [W_v V; W_a A] + positions)`, joined along time, the picture first.

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
        self.queries = nn.Parameter(torch.zeros(1, config.multi_tokens, sizes.width))
        self.positions = nn.Embedding(sizes.multi_positions, width)
        self.qformer = QFormer(sizes.width, width, sizes.heads, sizes.inner_width, sizes.layers)

    def forward(self, visual: torch.Tensor, acoustic: torch.Tensor) -> torch.Tensor:
        """What the queries have read of V (b, L, H_v) and A (b, t, H_a), of shape (b, n, width of the Q-Former)."""
        states = torch.cat([self.visual(visual), self.acoustic(acoustic)], dim=1)
        return cast("torch.Tensor", self.qformer(self.queries, states + self.positions.weight[: states.shape[1]]))
