"""TimeDistributed: a layer applied at each step, by folding time into the batch."""

from torch import Tensor, nn


class TimeDistributed(nn.Module):
    """Applies a layer over (N, ...) at each step: (B, T, ...) to (B, T, ...).

    The axes after B and T are those that the layer takes after its batch axis: features (B, T, I),
    frames (B, T, C, H, W). The layer gets all B x T steps as one batch, so a layer with statistics
    over the batch takes them over the steps as well.
    """

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x_BT: Tensor) -> Tensor:
        """Apply the layer to all steps at once. Raises ValueError for an input without a time
        axis."""
        if x_BT.ndim < 3:
            raise ValueError(f"TimeDistributed takes (B, T, ...), got shape {tuple(x_BT.shape)}")
        y_N: Tensor = self.layer(x_BT.flatten(0, 1))
        return y_N.reshape(*x_BT.shape[:2], *y_N.shape[1:])
