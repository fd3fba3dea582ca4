"""Mamba-2: a state space with one decay a head, which is a matrix memory."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.matrix.matrix_memory import MatrixMemory, Raw
from rnnbench_cells.matrix.memory import Rule
from rnnbench_cells.matrix.parts import HeadNorm, LearnedDecay
from rnnbench_cells.matrix.recurrence import Writes


class Mamba2(MatrixMemory):
    """S_t = a_t S_{t-1} + B_t (D_t x_t)^T, y_t = norm((S_t^T C_t + d x_t) * silu(W_z u_t)).

    From the input u_t come x_t, B_t and C_t, each through SiLU, and the time step
    D_t = softplus(W_D u_t + b); a_t = exp(-D_t exp(A_log)) is one number a head. All heads share
    B_t and C_t.

    source: Dao & Gu 2024, arXiv:2405.21060, section 7, and the authors' code.
    The surprise: without its convolution of width 4 (option `convolution`) the cell sees one step
    at a time; the published block always has it.

    Options: `MatrixMemory`; `key_size` is the size of the state of each channel.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        heads: int = 4,
        key_size: int = 16,
        convolution: int = 0,
        implementation: str = "chunk",
    ) -> None:
        super().__init__(
            "mamba2",
            input_size,
            hidden_size,
            heads,
            key_size,
            Rule(decay="head", shared_keys=True, activated=True),
            [heads, hidden_size],
            convolution,
            implementation,
        )
        self.decay = LearnedDecay(heads, low=1.0)
        self.skip = nn.Parameter(torch.ones(heads, 1))
        self.norm = HeadNorm(hidden_size)

    def param_groups(self) -> Sequence[rnnbench.ParameterGroup]:
        """Return A_log, b and d as a group without weight decay, as the source has it."""
        decay = self.decay.without_weight_decay()
        return [decay, rnnbench.ParameterGroup([self.skip], weight_decay=False)]

    def writes(self, raw: Raw, *extras: Tensor) -> Writes:
        """Return C, B and the values times their time step, with the decay of each head."""
        time_BTN1 = extras[0].unsqueeze(-1)
        value = raw.value * self.decay.step_size(time_BTN1).unsqueeze(2)
        return Writes(raw.query, raw.key, value, log_decay=self.decay(time_BTN1))

    def read(self, y_BTNV: Tensor, raw: Raw, *extras: Tensor) -> Tensor:
        """Return outputs with the skip, gated and normed over all heads."""
        y_BTNV = y_BTNV + self.skip * raw.value.squeeze(2)
        gated_BTH = y_BTNV.flatten(2) * functional.silu(extras[1])
        return self.norm(gated_BTH).view_as(y_BTNV)  # type: ignore[no-any-return]
