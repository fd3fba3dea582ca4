"""The classic cells over torch's kernels. Gate order i, f, g, o as in torch; two bias vectors, as in torch."""

import math
from collections.abc import Callable
from difflib import get_close_matches

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench

Activation = Callable[[Tensor], Tensor]
KERNEL_ACTIVATIONS = ("tanh", "relu")
ACTIVATIONS: dict[str, Activation] = {
    "celu": functional.celu,
    "elu": functional.elu,
    "gelu": functional.gelu,
    "hardsigmoid": functional.hardsigmoid,
    "hardswish": functional.hardswish,
    "hardtanh": functional.hardtanh,
    "identity": lambda x: x,
    "leaky_relu": functional.leaky_relu,
    "mish": functional.mish,
    "relu": torch.relu,
    "relu6": functional.relu6,
    "selu": functional.selu,
    "sigmoid": torch.sigmoid,
    "silu": functional.silu,
    "sin": torch.sin,
    "softplus": functional.softplus,
    "softsign": functional.softsign,
    "tanh": torch.tanh,
    "tanhshrink": functional.tanhshrink,
}


class StepRNN(rnnbench.StepCell):
    """h_t = f(W x_t + b + U h_{t-1} + b'), y_t = h_t, for any elementwise f, one step at a time.

    source: Elman 1990. Weights are drawn as torch's nn.RNN draws its own: U(-1/sqrt(H), 1/sqrt(H)).
    """

    def __init__(self, input_size: int, hidden_size: int, activation: Activation) -> None:
        super().__init__()
        self.from_input = nn.Linear(input_size, hidden_size)
        self.from_state = nn.Linear(hidden_size, hidden_size)
        self.activation = activation
        bound = 1 / math.sqrt(hidden_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), self.from_state.in_features)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step; output and new state are the same (B, H)."""
        h_BH = self.activation(self.from_input(x_BI) + self.from_state(state))
        return h_BH, h_BH


def build_rnn(input_size: int, hidden_size: int, nonlinearity: str = "tanh") -> nn.Module:
    """h_t = f(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh).  source: Elman 1990.

    tanh and relu run on torch's kernel, every other activation step by step. Raises RnnbenchError for a name that is
    not in `ACTIVATIONS`.
    """
    if nonlinearity in KERNEL_ACTIVATIONS:
        return nn.RNN(input_size, hidden_size, nonlinearity=nonlinearity, batch_first=True)
    if nonlinearity not in ACTIVATIONS:
        nearest = get_close_matches(nonlinearity, ACTIVATIONS, n=1, cutoff=0.5)
        guess = f" Did you mean '{nearest[0]}'?" if nearest else ""
        raise rnnbench.RnnbenchError(
            f"rnn: no nonlinearity called '{nonlinearity}'.{guess} There are: {', '.join(sorted(ACTIVATIONS))}."
        )
    return StepRNN(input_size, hidden_size, ACTIVATIONS[nonlinearity])


def build_gru(input_size: int, hidden_size: int) -> nn.Module:
    """h_t = (1 - z_t) n_t + z_t h_{t-1}, n_t = tanh(W x_t + b + r_t (U h_{t-1} + b')).

    source: Cho et al. 2014, arXiv:1406.1078v1. The surprise: torch resets *after* the product with U, which is the
    variant of the paper's first version and of cuDNN, not that of its third.
    """
    return nn.GRU(input_size, hidden_size, batch_first=True)


def build_lstm(input_size: int, hidden_size: int, forget_bias: float = 1.0, chrono: float = 0.0) -> nn.Module:
    """c_t = f_t c_{t-1} + i_t g_t, h_t = o_t tanh(c_t), all gates from x_t and h_{t-1}.

    source: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000. torch adds two biases, so that the
    forget bias goes into one of them and the other is zero there.

    forget_bias: bias of the forget gate at the start (1: Jozefowicz et al. 2015).
    chrono: Tmax > 2 turns on chrono initialisation, which replaces `forget_bias`: b_f = log U(1, Tmax - 1),
        b_i = -b_f (Tallec & Ollivier 2018, arXiv:1804.11188, equation 16). 0 leaves it off.
    Raises RnnbenchError for a chrono that is neither 0 nor above 2.
    """
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    if chrono and chrono <= 2:
        raise rnnbench.RnnbenchError(f"lstm: chrono should be 0 (off) or above 2, got {chrono:g}")
    biases = dict(lstm.named_parameters())
    into, other = biases["bias_ih_l0"], biases["bias_hh_l0"]
    input_gate, forget_gate = slice(0, hidden_size), slice(hidden_size, 2 * hidden_size)
    with torch.no_grad():
        other[forget_gate] = 0.0
        if chrono:
            into[forget_gate] = torch.log(torch.empty(hidden_size).uniform_(1.0, chrono - 1.0))
            into[input_gate] = -into[forget_gate]
            other[input_gate] = 0.0
        else:
            into[forget_gate] = forget_bias
    return lstm
