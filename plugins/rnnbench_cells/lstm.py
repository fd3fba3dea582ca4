"""The long short-term memory, by torch's kernel or step by step, with torch's parameters."""

import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_cells.kernels import NATIVE, KernelStepCell, check_implementation, refusing_no_steps

State = tuple[Tensor, Tensor]


class StepLSTM(KernelStepCell):
    """c_t = f_t c_{t-1} + i_t g_t, h_t = o_t tanh(c_t), by steps; the state is (h, c).

    source: Hochreiter & Schmidhuber 1997; Gers et al. 2000.
    The parameters are those of torch's nn.LSTM, with rows in the order i, f, g, o.
    """

    fused_name = "lstm"

    def __init__(self, input_size: int, hidden_size: int, implementation: str = "eager") -> None:
        super().__init__(input_size, hidden_size, 4, implementation)

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for h and c, (B, H) each."""
        return super().initial_state(x_BI), super().initial_state(x_BI)

    def step(self, x_BI: Tensor, state: State) -> tuple[Tensor, State]:
        """Map W x + b, (B, 4H), and the state (h, c) to the new h, (B, H), and the new (h, c)."""
        h_BH, c_BH = state
        i_BH, f_BH, g_BH, o_BH = (x_BI + self.from_state(h_BH)).chunk(4, dim=-1)
        c_BH = torch.sigmoid(f_BH) * c_BH + torch.sigmoid(i_BH) * torch.tanh(g_BH)
        h_BH = torch.sigmoid(o_BH) * torch.tanh(c_BH)
        return h_BH, (h_BH, c_BH)


def build_lstm(
    input_size: int,
    hidden_size: int,
    forget_bias: float = 1.0,
    chrono: float = 0.0,
    implementation: str = NATIVE,
) -> nn.Module:
    """c_t = f_t c_{t-1} + i_t g_t, h_t = o_t tanh(c_t), where all gates see x_t and h_{t-1}.

    The gates i, f and o are sigmoids, and g is the tanh, of W x_t + b + U h_{t-1} + b'.
    Shapes: (B, T, I) to (B, T, H); the state is (h, c) and starts at 0.

    source: Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000.
    The surprise: torch adds two biases. The forget bias is written into b, and b' is set to 0 at
    the forget gate.

    forget_bias:    bias of the forget gate at the start (1: Jozefowicz et al. 2015).
    chrono:         the longest expected dependency Tmax, in steps, above 2. It replaces
                    `forget_bias` by b_f = log U(1, Tmax - 1), b_i = -b_f (Tallec & Ollivier 2018,
                    arXiv:1804.11188, equation 16). 0 turns this initialisation off.
    implementation: "native" is torch's kernel; "eager" and "compiled" run step by step; "fused" is
                    one operator in C++ over all steps, on a CPU.

    Raises RnnbenchError for a chrono that is neither 0 nor above 2, and for an unknown
    implementation.
    """
    check_implementation("lstm", implementation)
    if chrono and chrono <= 2:
        raise rnnbench.RnnbenchError(f"lstm: chrono should be 0 (off) or above 2, got {chrono:g}")
    if implementation == NATIVE:
        lstm = refusing_no_steps(nn.LSTM(input_size, hidden_size, batch_first=True))
    else:
        lstm = StepLSTM(input_size, hidden_size, implementation)
    biases = dict(lstm.named_parameters())
    bias_ih = biases["bias_ih_l0"]
    bias_hh = biases["bias_hh_l0"]
    input_gate = slice(0, hidden_size)
    forget_gate = slice(hidden_size, 2 * hidden_size)
    with torch.no_grad():
        bias_hh[forget_gate] = 0.0
        if chrono:
            bias_ih[forget_gate] = torch.log(torch.empty(hidden_size).uniform_(1.0, chrono - 1.0))
            bias_ih[input_gate] = -bias_ih[forget_gate]
            bias_hh[input_gate] = 0.0
        else:
            bias_ih[forget_gate] = forget_bias
    return lstm
