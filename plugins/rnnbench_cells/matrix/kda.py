"""Kimi delta attention and GDN-2: the delta rule with a decay for each row."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_cells.matrix.deltanet import delta_writes
from rnnbench_cells.matrix.matrix_memory import MatrixMemory, Raw
from rnnbench_cells.matrix.memory import Rule
from rnnbench_cells.matrix.parts import HeadNorm, LearnedDecay, unit
from rnnbench_cells.matrix.recurrence import Writes


class KimiDeltaAttention(MatrixMemory):
    """S_t = D_t S_{t-1} + beta_t k_t (v_t - (D_t S_{t-1})^T k_t)^T, with D_t = diag(a_t).

    The gated DeltaNet with a decay for each row, a_t = exp(-exp(A_log) softplus(W_2 W_1 x_t + b)),
    where W_1 maps to as many numbers as a value has. The output gate is
    sigmoid(V_2 V_1 x_t), of the same rank.

    source: Kimi Team 2025, arXiv:2510.26692, section 3, and its public code.
    The surprise: the output gate is a sigmoid, where the gated DeltaNet has SiLU.

    negative_eigenvalues: whether beta lies in (0, 2) in place of (0, 1).
    Other options: `MatrixMemory`.
    """

    name = "kda"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        heads: int = 4,
        key_size: int = 16,
        negative_eigenvalues: bool = False,
        convolution: int = 0,
        implementation: str = "chunk",
    ) -> None:
        rank = max(hidden_size // max(heads, 1), 1)
        super().__init__(
            self.name,
            input_size,
            hidden_size,
            heads,
            key_size,
            Rule(decay="row", erases=True, activated=True),
            [self.gates(heads, key_size, hidden_size), rank, rank],
            convolution,
            implementation,
        )
        self.largest_beta = 2.0 if negative_eigenvalues else 1.0
        self.to_decay = nn.Linear(rank, heads * key_size, bias=False)
        self.to_gate = nn.Linear(rank, hidden_size)
        self.decay = LearnedDecay(heads, low=1.0, channels=key_size)
        self.norm = HeadNorm(self.value_size)

    def gates(self, heads: int, key_size: int, hidden_size: int) -> int:  # noqa: ARG002
        """Return the number of write strengths."""
        return heads

    def param_groups(self) -> Sequence[rnnbench.ParameterGroup]:
        """Return A_log and b as a group without weight decay, as the source has it."""
        return [self.decay.without_weight_decay()]

    def writes(self, raw: Raw, *extras: Tensor) -> Writes:
        """Return unit queries and keys, with values and keys times their gates, and decays."""
        log_decay = self.decay(self.to_decay(extras[1]).view_as(raw.query))
        gates = self.largest_beta * torch.sigmoid(extras[0])
        return self.gated(raw, gates)._replace(log_decay=log_decay)

    def gated(self, raw: Raw, gates_BTG: Tensor) -> Writes:
        """Return what is written with these gates."""
        return delta_writes(raw, gates_BTG[:, :, None, :, None])

    def read(self, y_BTNV: Tensor, raw: Raw, *extras: Tensor) -> Tensor:  # noqa: ARG002
        """Return normed and gated outputs."""
        gate_BTH = torch.sigmoid(self.to_gate(extras[2]))
        return self.norm(y_BTNV) * gate_BTH.view_as(y_BTNV)  # type: ignore[no-any-return]


class GatedDeltaNet2(KimiDeltaAttention):
    """S_t = D_t S_{t-1}, then S_t += k_t (w_t * v_t - S_t^T (b_t * k_t))^T.

    As KDA, but beta is two gates of vectors: b_t, (K), says of which entries of the key the stored
    value is erased, and w_t, (V), which entries of the value are written.

    source: arXiv:2605.22791.
    The surprise: b_t = w_t = beta_t is KDA; b_t = 0 and w_t = 1 is GLA.

    negative_eigenvalues: whether the erase gate lies in (0, 2) in place of (0, 1).
    Other options: `MatrixMemory`.
    """

    name = "gdn-2"

    def gates(self, heads: int, key_size: int, hidden_size: int) -> int:
        """Return the number of erase gates and write gates."""
        return heads * key_size + hidden_size

    def gated(self, raw: Raw, gates_BTG: Tensor) -> Writes:
        """Return what is written with these gates."""
        key = unit(raw.key)
        keys = self.heads * self.key_size
        erase, write = torch.split(gates_BTG, [keys, self.heads * self.value_size], dim=-1)
        write = write / self.largest_beta
        return Writes(
            unit(raw.query) * self.key_size**-0.5,
            key,
            raw.value * write.view_as(raw.value),
            key * erase.view_as(key),
        )
