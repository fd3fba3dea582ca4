"""sLSTM: an LSTM with exponential gates, a normaliser, and heads that do not see each other."""

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.options import require_count, require_one_of

FORGETS = ("sigmoid", "exponential")
GATES = 4
"""Cell input z, input gate i, forget gate f, output gate o, in this order."""
LEAST_BIAS = -5.0
RANGE_OF_BIASES = 12.0
POWER = 0.3
State = tuple[Tensor, Tensor, Tensor, Tensor]


class SLSTM(rnnbench.StepCell):
    """c_t = f_t c_{t-1} + i_t z_t, n_t = f_t n_{t-1} + i_t, h_t = o_t c_t / n_t; y_t = h_t.

    All gates are linear in x_t and, within a head, in h_{t-1}: z_t = tanh(.), i_t = exp(.),
    o_t = sigmoid(.), and f_t = sigmoid(.) or exp(.). c and n are stored divided by exp(m_t), where
    m_t = max(m_{t-1} + log f_t, log i_t), which changes no output. The initial state is c = n = h =
    0 and m = -infinity, so that the first step writes all of z.

    source: Beck et al. 2024, arXiv:2405.04517, section 2.2; initial values: the authors' code.
    The surprise: h_t is a weighted mean of all z so far; what is forgotten is forgotten relative to
    what is written.

    heads:  the recurrent matrices are H / heads wide, one for each head and gate.
    forget: "sigmoid" or "exponential".

    The bias of the forget gate rises over the units of a head from -5 to 7 by the power .3.
    Raises RnnbenchError where heads do not divide H, for another forget gate, and for an unknown
    implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        heads: int = 4,
        forget: str = "sigmoid",
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        require_count("slstm: heads", heads, least=1)
        require_one_of("slstm: forget", forget, FORGETS)
        if hidden_size % heads:
            raise rnnbench.RnnbenchError(
                f"slstm: hidden size should be a multiple of heads = {heads}, got {hidden_size}"
            )
        units = hidden_size // heads
        self.heads = heads
        self.is_exponential = forget == "exponential"
        self.from_input = nn.Linear(input_size, GATES * hidden_size)
        self.recurrent = nn.Parameter(torch.randn(heads, units, GATES * units) / units**0.5)
        with torch.no_grad():
            self.from_input.bias.zero_()
            places = torch.arange(units) / max(units - 1, 1)
            rising = LEAST_BIAS + RANGE_OF_BIASES * places**POWER
            self.from_input.bias.view(heads, GATES, units)[:, 2] = rising

    def initial_state(self, x_BI: Tensor) -> State:
        """Return c = n = h = 0 and m = -infinity, each (B, H), in the order c, n, m, h."""
        zeros_BH = x_BI.new_zeros(len(x_BI), self.from_input.out_features // GATES)
        return zeros_BH, zeros_BH, torch.full_like(zeros_BH, -torch.inf), zeros_BH

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return what the gates have of the input, (B, T, heads, 4 H / heads)."""
        return torch.unflatten(self.from_input(x_BTI), -1, (self.heads, -1))

    def step(self, x_BI: Tensor, state: State) -> tuple[Tensor, State]:
        """Return h, (B, H), and the new state."""
        c_BH, n_BH, m_BH, h_BH = state
        h_BNU = torch.unflatten(h_BH, -1, (self.heads, -1))
        from_state = torch.einsum("bnu,nug->bng", h_BNU, self.recurrent)
        gates = torch.unflatten(x_BI + from_state, -1, (GATES, -1)).unbind(2)
        z_BH, log_i_BH, f_BH, o_BH = (gate.flatten(1) for gate in gates)
        log_f_BH = f_BH if self.is_exponential else functional.logsigmoid(f_BH)
        kept_BH = m_BH + log_f_BH
        m_BH = torch.maximum(kept_BH, log_i_BH).detach()
        keep_BH = (kept_BH - m_BH).exp()
        write_BH = (log_i_BH - m_BH).exp()
        c_BH = keep_BH * c_BH + write_BH * torch.tanh(z_BH)
        n_BH = keep_BH * n_BH + write_BH
        h_BH = torch.sigmoid(o_BH) * c_BH / n_BH
        return h_BH, (c_BH, n_BH, m_BH, h_BH)
