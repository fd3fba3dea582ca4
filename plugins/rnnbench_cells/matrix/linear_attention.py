"""Linear attention and RetNet: values are added to a matrix that keeps all, or decays steadily."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnbench_cells.matrix.matrix_memory import MatrixMemory, Raw
from rnnbench_cells.matrix.memory import Rule
from rnnbench_cells.matrix.parts import NORM_EPSILON
from rnnbench_cells.matrix.recurrence import Writes


class LinearAttention(MatrixMemory):
    """S_t = S_{t-1} + phi(k_t) v_t^T, y_t = S_t^T phi(q_t) / (z_t^T phi(q_t)).

    The normaliser is z_t = z_{t-1} + phi(k_t). Features are phi(x) = elu(x) + 1, which is
    exp(x) below 0 and 1 + x above.

    source: Katharopoulos et al. 2020, arXiv:2006.16236, section 3.4.
    The surprise: nothing is ever forgotten; a key that is written twice returns the mean of both
    values.

    normaliser: whether outputs are divided by z_t^T phi(q_t).
    Other options: `MatrixMemory`.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        heads: int = 4,
        key_size: int = 16,
        normaliser: bool = True,
        convolution: int = 0,
        implementation: str = "chunk",
    ) -> None:
        rule = Rule(normalised=normaliser)
        super().__init__(
            "linear-attention",
            input_size,
            hidden_size,
            heads,
            key_size,
            rule,
            convolution=convolution,
            implementation=implementation,
        )

    def writes(self, raw: Raw, *extras: Tensor) -> Writes:  # noqa: ARG002
        """Return features of queries and keys, with the values."""
        return Writes(_positive(raw.query), _positive(raw.key), raw.value)


class RetNet(MatrixMemory):
    """S_t = gamma S_{t-1} + k_t v_t^T, y_t = norm(S_t^T q_t) * silu(W_g x_t); q by K^(-1/2).

    Head h = 0, 1, ... keeps gamma = 1 - 2^(-5 - h), which is not learned. The norm is over each
    head, with mean and variance.

    source: Sun et al. 2023, arXiv:2307.08621, section 2 (recurrent representation; gated
    multi-scale retention).
    The surprise: queries and keys are not rotated by their position, which a state cannot carry
    for sequences without end.

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
            "retnet",
            input_size,
            hidden_size,
            heads,
            key_size,
            Rule(decay="head"),
            [hidden_size],
            convolution,
            implementation,
        )
        self.norm_weight = nn.Parameter(torch.ones(hidden_size))
        self.norm_bias = nn.Parameter(torch.zeros(hidden_size))
        self.gamma: Tensor
        self.register_buffer("gamma", 1 - 2.0 ** (-5 - torch.arange(heads)[:, None]), False)

    def writes(self, raw: Raw, *extras: Tensor) -> Writes:  # noqa: ARG002
        """Return scaled queries, keys and values, with the fixed decay of each head."""
        log_gamma = self.gamma.log().expand(*raw.query.shape[:-1], 1)
        return Writes(raw.query * self.key_size**-0.5, raw.key, raw.value, log_decay=log_gamma)

    def read(self, y_BTNV: Tensor, raw: Raw, *extras: Tensor) -> Tensor:  # noqa: ARG002
        """Return normed and gated outputs."""
        (gate_BTH,) = extras
        flat = y_BTNV.flatten(2)
        normed = functional.group_norm(
            flat.flatten(0, 1), self.heads, self.norm_weight, self.norm_bias, NORM_EPSILON
        )
        return (normed.view_as(flat) * functional.silu(gate_BTH)).view_as(y_BTNV)


def _positive(x: Tensor) -> Tensor:
    """Return elu(x) + 1, above 0."""
    return functional.elu(x) + 1
