"""CfC: a closed form of a liquid time-constant network, for steps of any length in time."""

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench

NO_FEATURE = -1
AMPLITUDE = 1.7159
SLOPE = 0.666
"""The scaled tanh of the backbone, 1.7159 tanh(0.666 x), as in the authors' code."""


class CfC(rnnbench.StepCell):
    """h_t = (1 - s_t) tanh(g_t) + s_t tanh(k_t), where s_t = sigmoid(a_t d_t + b_t); y_t = h_t.

    d_t is the time since the step before. g_t, k_t, a_t and b_t are linear in one hidden layer,
    1.7159 tanh(0.666 (W x_t + U h_{t-1} + c)), the backbone. h_0 = 0.

    source: Hasani et al. 2022, arXiv:2106.13898; public package ncps, mode "default".
    The surprise: nothing of h_{t-1} is kept but what the backbone says of it, also where no time
    passes. The gate has two heads as in the authors' code, where the paper has one, -f_t d_t.

    time_feature: index of the input feature that holds d_t, which is then left out of x_t; -1 takes
                  d_t = 1 at each step. It counts features of this layer's input, so it means
                  nothing behind an embedding or another layer.
    backbone:     width of the backbone; 0 takes H (the authors' code takes 128).

    As in the authors' code, weights are drawn by Glorot & Bengio's uniform rule and biases as in
    torch's nn.Linear. The rows of `heads` are in the order g, k, a, b. Raises RnnbenchError for a
    time feature that the inputs do not have, for a backbone below 0, and for an unknown
    implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        time_feature: int = NO_FEATURE,
        backbone: int = 0,
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        if not NO_FEATURE <= time_feature < input_size:
            raise rnnbench.RnnbenchError(
                f"cfc: time_feature should be -1 (none) or one of the {input_size} features from"
                f" 0 on, got {time_feature}"
            )
        if backbone < 0:
            raise rnnbench.RnnbenchError(f"cfc: backbone should be 0 or above, got {backbone}")
        self.hidden_size = hidden_size
        self.time_feature = time_feature
        self.seen = [k for k in range(input_size) if k != time_feature]
        width = backbone or hidden_size
        self.backbone = nn.Linear(len(self.seen) + hidden_size, width)
        self.heads = nn.Linear(width, 4 * hidden_size)
        nn.init.xavier_uniform_(self.backbone.weight)
        for rows_HK in self.heads.weight.chunk(4):
            nn.init.xavier_uniform_(rows_HK)

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Return zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), self.hidden_size)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return W x + c of all steps, and d at the end, (B, T, K + 1), for a backbone of K."""
        from_input_BTK = functional.linear(
            x_BTI[..., self.seen], self.backbone.weight[:, : len(self.seen)], self.backbone.bias
        )
        if self.time_feature == NO_FEATURE:
            elapsed_BT1 = torch.ones_like(from_input_BTK[..., :1])
        else:
            elapsed_BT1 = x_BTI[..., self.time_feature : self.time_feature + 1]
        return torch.cat([from_input_BTK, elapsed_BT1], -1)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Map W x + c and d, (B, K + 1), and h to the new h, (B, H), which is output and state."""
        from_state_BK = functional.linear(state, self.backbone.weight[:, len(self.seen) :])
        features_BK = AMPLITUDE * torch.tanh(SLOPE * (x_BI[:, :-1] + from_state_BK))
        g_BH, k_BH, a_BH, b_BH = self.heads(features_BK).chunk(4, dim=-1)
        share_BH = torch.sigmoid(a_BH * x_BI[:, -1:] + b_BH)
        h_BH = torch.lerp(torch.tanh(g_BH), torch.tanh(k_BH), share_BH)
        return h_BH, h_BH
