"""The long short-term memory with peepholes, complete or with one part removed or added."""

from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.fused.loop import Weights
from rnnbench_cells.fused.step import FusedStepCell

Change = Literal[
    "none",
    "no-input-gate",
    "no-forget-gate",
    "no-output-gate",
    "no-input-activation",
    "no-output-activation",
    "cifg",
    "full-gate-recurrence",
]
BLOCKS_LEFT: dict[str, str] = {
    "no-input-gate": "fgo",
    "no-forget-gate": "igo",
    "no-output-gate": "ifg",
    "cifg": "igo",
}
"""The blocks that keep their weights after a change: gates i, f, o and the block input g."""
State = tuple[Tensor, ...]


class VanillaLSTM(FusedStepCell):
    """c_t = f_t c_{t-1} + i_t tanh(W x_t + U h_{t-1} + b), h_t = o_t tanh(c_t), with peepholes.

    The gates see the cell state through peepholes p, elementwise:
    i_t and f_t = sigmoid(W x_t + U h_{t-1} + p c_{t-1} + b), and
    o_t = sigmoid(W x_t + U h_{t-1} + p c_t + b). Each gate has its own weights.
    Shapes: (B, T, I) to (B, T, H). The state is (h, c), or (h, c, gates) with full gate
    recurrence; it starts at 0.

    source: Gers & Schmidhuber 2000, doi:10.1109/IJCNN.2000.861302, and Gers, Schraudolph &
    Schmidhuber 2002, JMLR 3:115-143; this is the "vanilla LSTM" of Greff et al. 2015,
    arXiv:1503.04069, section II.
    The surprise: the peephole of the output gate sees the *new* c_t.

    peepholes:   False removes p, which gives the variant NP of Greff et al.: the equations of
                 `lstm` with one bias.
    forget_bias: bias of the forget gate at the start (1: Jozefowicz et al. 2015); all other biases
                 start at 0. With coupled gates the input gate starts at -forget_bias.
    weight_std:  weights and peepholes are drawn from N(0, weight_std^2); Greff et al. use 0.1.
    change:      the part that differs, see `rnnbench_cells.ablations`. A removed part has no
                 parameters.
    implementation: "eager" and "compiled" run step by step; "fused" is one operator in C++ over
                 all steps, on a CPU.

    Raises RnnbenchError for an unknown change or implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        peepholes: bool = True,
        forget_bias: float = 1.0,
        weight_std: float = 0.1,
        implementation: str = "eager",
        change: Change = "none",
    ) -> None:
        super().__init__(implementation)
        if change not in get_args(Change):
            raise rnnbench.RnnbenchError(
                f"no change called '{change}'. There are: {', '.join(get_args(Change))}"
            )
        self.change = change
        self.hidden_size = hidden_size
        self.blocks = BLOCKS_LEFT.get(change, "ifgo")
        self.gates = self.blocks.replace("g", "")
        rows = len(self.blocks) * hidden_size
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size))
        self.peepholes = (
            nn.Parameter(torch.empty(len(self.gates), hidden_size)) if peepholes else None
        )
        self.weight_gates = (
            nn.Parameter(torch.empty(3 * hidden_size, 3 * hidden_size))
            if change == "full-gate-recurrence"
            else None
        )
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=weight_std)
        self.bias = nn.Parameter(torch.zeros(rows))
        with torch.no_grad():
            if "f" in self.blocks:
                self.bias.view(-1, hidden_size)[self.blocks.index("f")] = forget_bias
            elif change == "cifg":
                self.bias.view(-1, hidden_size)[self.blocks.index("i")] = -forget_bias

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for h and c, (B, H) each, and for recurrent gates, (B, 3H)."""
        sizes = (1, 1) if self.weight_gates is None else (1, 1, 3)
        return tuple(x_BI.new_zeros(len(x_BI), size * self.hidden_size) for size in sizes)

    def fused_parts(self) -> tuple[str, Weights]:
        """Return W, U, and b with the peepholes, which are 0 where there are none."""
        name = "peephole-lstm" if self.change == "none" else self.change
        of_units = self.bias.new_zeros(len(self.gates) * self.hidden_size)
        if self.peepholes is not None:
            of_units = self.peepholes.flatten()
        biases = torch.cat([self.bias, of_units])
        return name, (self.weight_ih, self._recurrent_weights(), biases)

    def _recurrent_weights(self) -> Tensor:
        """Return U, or what h and the gates are multiplied by, (4H, 4H), where gates recur."""
        if self.weight_gates is None:
            return self.weight_hh
        i_and_f, of_o = self.weight_gates.tensor_split([2 * self.hidden_size])
        none_of_g = of_o.new_zeros(of_o.shape)
        of_gates = torch.cat([i_and_f, none_of_g, of_o])
        return torch.cat([self.weight_hh, of_gates], dim=1)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return W x + b of all steps, (B, T, blocks * H), in the order of `blocks`."""
        return functional.linear(x_BTI, self.weight_ih, self.bias)

    def step(self, x_BI: Tensor, state: State) -> tuple[Tensor, State]:
        """Map W x + b, (B, blocks * H), and the state to the new h, (B, H), and the new state."""
        h_BH, c_BH, *gates_before = state
        sums = self._sums(x_BI, h_BH, gates_before)
        i_BH = self._gate("i", sums, c_BH)
        f_BH = 1 - i_BH if self.change == "cifg" else self._gate("f", sums, c_BH)
        g_BH = sums["g"] if self.change == "no-input-activation" else torch.tanh(sums["g"])
        c_BH = f_BH * c_BH + i_BH * g_BH
        o_BH = self._gate("o", sums, c_BH)
        read_BH = c_BH if self.change == "no-output-activation" else torch.tanh(c_BH)
        h_BH = o_BH * read_BH
        gates = () if self.weight_gates is None else (torch.cat([i_BH, f_BH, o_BH], dim=-1),)
        return h_BH, (h_BH, c_BH, *gates)

    def _sums(self, x_BI: Tensor, h_BH: Tensor, gates_before: list[Tensor]) -> dict[str, Tensor]:
        """Return W x + U h + b of each block, (B, H) each.

        With full gate recurrence, the gates also get their share of the previous gates.
        """
        all_sums = x_BI + functional.linear(h_BH, self.weight_hh)
        sums = dict(zip(self.blocks, all_sums.chunk(len(self.blocks), dim=-1), strict=True))
        if self.weight_gates is None:
            return sums
        from_gates = functional.linear(gates_before[0], self.weight_gates)
        parts = from_gates.chunk(len(self.gates), dim=-1)
        for gate, part_BH in zip(self.gates, parts, strict=True):
            sums[gate] = sums[gate] + part_BH
        return sums

    def _gate(self, name: str, sums: dict[str, Tensor], c_BH: Tensor) -> Tensor:
        """Return a gate, (B, H), given the cell state it sees; a removed gate is 1 everywhere."""
        if name not in sums:
            return torch.ones_like(c_BH)
        if self.peepholes is None:
            return torch.sigmoid(sums[name])
        return torch.sigmoid(sums[name] + self.peepholes[self.gates.index(name)] * c_BH)
