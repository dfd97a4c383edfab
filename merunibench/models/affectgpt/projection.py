"""Projection (Figure 3): a vector of a modality becomes embeddings of the language model.

`y = p Wᵀ + b`, repeated for each of the modality's placeholders.
"""

import torch
from torch import nn


class Projection(nn.Module):
    """A linear map into the language model's width.

    Args:
        width: Width of what is projected.
        llm_width: Width D of the language model.
        copies: How many identical embeddings each vector becomes; 1 as published.
    """

    def __init__(self, width: int, llm_width: int, copies: int = 1) -> None:
        super().__init__()
        self.linear = nn.Linear(width, llm_width)
        self.copies = copies

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Embeddings of shape (b, copies · m, D) of vectors of shape (b, m, width), each repeated in place."""
        embeddings: torch.Tensor = self.linear(vectors)
        return embeddings.repeat_interleave(self.copies, dim=1)
