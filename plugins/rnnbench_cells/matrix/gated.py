"""GLA and HGRN2: values are added to a matrix each of whose rows decays by a gate of its own."""

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.matrix.matrix_memory import MatrixMemory, Raw
from rnnbench_cells.matrix.memory import Rule
from rnnbench_cells.matrix.parts import HeadNorm
from rnnbench_cells.matrix.recurrence import Writes

GATE_RANK = 16
"""Rank of the map from the input to the decays of GLA."""
GATE_ROOT = 16
"""Which root of its sigmoid a decay of GLA is."""


class GatedLinearAttention(MatrixMemory):
    """S_t = diag(a_t) S_{t-1} + k_t v_t^T, y_t = norm(S_t^T q_t) * silu(W_g x_t); q by K^(-1/2).

    Each row of S has a decay of its own, a_t = sigmoid(W_2 W_1 x_t + b)^(1/16), where W_1 maps to
    16 numbers.

    source: Yang et al. 2023, arXiv:2312.06635, section 4, and the authors' code.
    The surprise: the root keeps decays close to 1, so that a head remembers from the start.

    Options: `MatrixMemory`.
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
            "gla",
            input_size,
            hidden_size,
            heads,
            key_size,
            Rule(decay="row"),
            [GATE_RANK, hidden_size],
            convolution,
            implementation,
        )
        self.to_decay = nn.Linear(GATE_RANK, heads * key_size)
        self.norm = HeadNorm(self.value_size)

    def writes(self, raw: Raw, *extras: Tensor) -> Writes:
        """Return scaled queries, keys and values, with the decay of each row."""
        logits = self.to_decay(extras[0]).view_as(raw.query)
        log_decay = functional.logsigmoid(logits) / GATE_ROOT
        return Writes(raw.query * self.key_size**-0.5, raw.key, raw.value, log_decay=log_decay)

    def read(self, y_BTNV: Tensor, raw: Raw, *extras: Tensor) -> Tensor:  # noqa: ARG002
        """Return normed and gated outputs."""
        return self.norm(y_BTNV) * functional.silu(extras[1]).view_as(y_BTNV)  # type: ignore[no-any-return]


class HGRN2(MatrixMemory):
    """S_t = diag(f_t) S_{t-1} + (1 - f_t) i_t^T, y_t = norm(S_t^T silu(W_q x_t)).

    The forget gate is f_t = l + (1 - l) sigmoid(W_f x_t), and the value is i_t = W_i x_t.

    source: Qin et al. 2024, arXiv:2404.07904, section 3.
    The surprise: there are no keys; what a row forgets is what it writes.

    lower_bound: l, below which no gate forgets. The source learns it and raises it from layer to
                 layer; it is 0 in the lowest one.
    Other options: `MatrixMemory`.

    Raises RnnbenchError unless 0 <= lower_bound < 1.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        heads: int = 4,
        key_size: int = 16,
        lower_bound: float = 0.0,
        convolution: int = 0,
        implementation: str = "chunk",
    ) -> None:
        if not 0 <= lower_bound < 1:
            raise rnnbench.RnnbenchError(
                f"hgrn2: lower_bound should be 0 or above and below 1, got {lower_bound:g}"
            )
        super().__init__(
            "hgrn2",
            input_size,
            hidden_size,
            heads,
            key_size,
            Rule(decay="row"),
            convolution=convolution,
            implementation=implementation,
        )
        self.lower_bound = lower_bound
        self.norm = HeadNorm(self.value_size)

    def writes(self, raw: Raw, *extras: Tensor) -> Writes:  # noqa: ARG002
        """Return queries and values, with 1 - f_t for keys and f_t for decays."""
        written = (1 - self.lower_bound) * torch.sigmoid(-raw.key)
        log_forget = functional.logsigmoid(raw.key)
        if self.lower_bound:
            log_forget = torch.log1p(-written)
        query = functional.silu(raw.query)
        return Writes(query, written, raw.value, log_decay=log_forget.squeeze(2))

    def read(self, y_BTNV: Tensor, raw: Raw, *extras: Tensor) -> Tensor:  # noqa: ARG002
        """Return normed outputs."""
        return self.norm(y_BTNV)  # type: ignore[no-any-return]
