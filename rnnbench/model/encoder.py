"""Encoders: what stands between a batch and the first cell."""

import torch
from torch import Tensor, nn

from rnnbench.time_distributed import TimeDistributed


class Encoder(nn.Module):
    """Tokens are embedded in `width` numbers; features are projected to it, or given as they are
    where that may be.

    Where a batch carries both, the two are added. Frames are flattened for cells over features, and
    given as they are to cells over frames.

    features: how many numbers a step has, or None where there are only tokens.
    keep:     whether features may go to the cell as they are.
    """

    def __init__(
        self, features: int | None, vocabulary: int | None, width: int, *, keep: bool
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width) if vocabulary is not None else None
        self.projection: nn.Module | None = None
        self.width = width
        if features is not None and keep and vocabulary is None:
            self.width = features
        elif features is not None:
            self.projection = TimeDistributed(nn.Linear(features, width))

    def forward(self, inputs: Tensor, tokens: Tensor | None = None) -> Tensor:
        """(B, T, I), frames (B, T, C, H, W) or tokens (B, T) to (B, T, width)."""
        if self.embedding is not None and tokens is None:
            return self.embedding(inputs)  # type: ignore[no-any-return]
        x_BTI = inputs.flatten(2)
        if self.projection is not None:
            x_BTI = self.projection(x_BTI)
        return x_BTI if self.embedding is None else x_BTI + self.embedding(tokens)


def at_last_step(y_BTH: Tensor, lengths: Tensor | None) -> Tensor:
    """(B, H): each sequence at its last real step."""
    if lengths is None:
        return y_BTH[:, -1]
    return y_BTH[torch.arange(len(y_BTH), device=y_BTH.device), lengths - 1]
