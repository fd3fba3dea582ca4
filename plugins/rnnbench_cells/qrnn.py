"""The quasi-recurrent network: convolutions over steps, and a gated sum over all of them."""

import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_cells.options import require_one_of
from rnnbench_cells.scan import SCANS, require_steps

State = tuple[Tensor, Tensor]


class QRNN(nn.Module):
    """c_t = f_t c_{t-1} + (1 - f_t) z_t, y_t = o_t c_t, where z, f and o see the last k inputs.

    z_t = tanh(W_z X_t + b_z), f_t = sigmoid(W_f X_t + b_f) and o_t = sigmoid(W_o X_t + b_o), where
    X_t holds x_{t-k+1} to x_t, and inputs before the first step are 0. c_0 = 0.

    source: Bradbury et al. 2016, arXiv:1611.01576, section 2.1 (fo-pooling).
    The surprise: f_t keeps the state, as in the paper; in the authors' code f_t multiplies z_t.

    window:         k, at least 2 (2: Bradbury et al. for words; 6: for characters). The last k - 1
                    inputs are state. 1 would be a gated sum of single steps, without convolution.
    implementation: "scan" (parallel) or "loop" (by steps).

    Weights and biases are drawn as in torch's nn.Linear over k I features. The rows of `filters`
    are in the order z, f, o; its columns go from x_{t-k+1} to x_t. Raises RnnbenchError for a
    window below 2 and for an unknown implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        window: int = 2,
        implementation: str = "scan",
    ) -> None:
        super().__init__()
        require_one_of("qrnn: implementation", implementation, tuple(SCANS))
        if window < 2:
            raise rnnbench.RnnbenchError(f"qrnn: window should be 2 or above, got {window}")
        self.implementation = implementation
        self.hidden_size = hidden_size
        self.window = window
        self.filters = nn.Linear(window * input_size, 3 * hidden_size)

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for c, (B, H), and for the inputs before the first, (B, k - 1, I)."""
        before_BKI = x_BI.new_zeros(len(x_BI), self.window - 1, x_BI.shape[1])
        return x_BI.new_zeros(len(x_BI), self.hidden_size), before_BKI

    def forward(self, x_BTI: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Map (B, T, I) to outputs, (B, T, H), the last c, (B, H), and the last k - 1 inputs.

        Raises ValueError where T is 0.
        """
        require_steps(x_BTI)
        c_BH, before_BKI = self.initial_state(x_BTI[:, 0]) if state is None else state
        padded_BTI = torch.cat([before_BKI, x_BTI], 1)
        windows_BTF = padded_BTI.unfold(1, self.window, 1).transpose(2, 3).flatten(2)
        candidate_BTH, forget_BTH, out_BTH = self.filters(windows_BTF).chunk(3, dim=-1)
        written_BTH = torch.sigmoid(-forget_BTH) * torch.tanh(candidate_BTH)
        c_BTH = SCANS[self.implementation](torch.sigmoid(forget_BTH), written_BTH, c_BH)
        return torch.sigmoid(out_BTH) * c_BTH, (c_BTH[:, -1], padded_BTI[:, x_BTI.shape[1] :])
