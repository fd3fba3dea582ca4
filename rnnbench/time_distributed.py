"""TimeDistributed: any layer applied at each step, by folding time into the batch."""

from torch import Tensor, nn


class TimeDistributed(nn.Module):
    """Applies `layer` at each step: (B, T, ...) to (B, T, ...), where `layer` takes (N, ...) to (N,
    ...).

    Whatever the layer takes behind its batch axis may stand behind the first two: features (B, T,
    I), frames (B, T, C, H, W). It sees all B x T steps as one batch, so that a layer with
    statistics over the batch takes them over the steps as well.
    """

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x_BT: Tensor) -> Tensor:
        """All steps at once. Raises ValueError for an input without a time axis."""
        if x_BT.ndim < 3:
            raise ValueError(f"TimeDistributed takes (B, T, ...), got shape {tuple(x_BT.shape)}")
        y_N: Tensor = self.layer(x_BT.flatten(0, 1))
        return y_N.reshape(*x_BT.shape[:2], *y_N.shape[1:])
