"""The encoder: it turns a batch into the inputs of the first cell."""

import torch
from torch import Tensor, nn

from rnnbench.time_distributed import TimeDistributed


class Encoder(nn.Module):
    """Embeds tokens in `width` numbers, and projects features to the same width.

    Where a batch has both, the two are added. Frames are flattened to features; the model
    does not call the encoder for cells over frames.

    features: how many numbers a step has; None where there are only tokens.
    keep:     whether features go to the cell unchanged where there are no tokens.
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
        """Return (B, T, width) for features (B, T, I), frames (B, T, C, H, W) or tokens (B, T)."""
        if self.embedding is not None and tokens is None:
            return self.embedding(inputs)  # type: ignore[no-any-return]
        x_BTI = inputs.flatten(2)
        if self.projection is not None:
            x_BTI = self.projection(x_BTI)
        return x_BTI if self.embedding is None else x_BTI + self.embedding(tokens)


def at_last_step(y_BTH: Tensor, lengths: Tensor | None) -> Tensor:
    """Return (B, H), each sequence at its last real step; `lengths` (B,) counts the real steps."""
    if lengths is None:
        return y_BTH[:, -1]
    rows = torch.arange(y_BTH.shape[0], device=y_BTH.device)
    return y_BTH[rows, lengths - 1]
