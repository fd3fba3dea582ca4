"""DeltaNet, and DeltaProduct with the gated DeltaNet: writes by the delta rule."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

import rnnbench
from rnnbench_cells.matrix.matrix_memory import MatrixMemory, Raw
from rnnbench_cells.matrix.memory import Rule
from rnnbench_cells.matrix.parts import HeadNorm, LearnedDecay, unit
from rnnbench_cells.matrix.recurrence import Writes


class DeltaNet(MatrixMemory):
    """S_t = S_{t-1} + beta_t k_t (v_t - S_{t-1}^T k_t)^T, y_t = norm(S_t^T q_t); |k_t| = |q_t| = 1.

    Queries, keys and values go through SiLU, and queries and keys are scaled to length one, before
    q is scaled by K^(-1/2). The write strength is beta_t = sigmoid(W_b x_t).

    source: Schlag et al. 2021, arXiv:2102.11174; Yang et al. 2024, arXiv:2406.06484, section 3.
    The surprise: without a convolution (option `convolution`; 4 in the source) the key of a value
    that comes one step later is gone, and recall of pairs cannot be learned.

    negative_eigenvalues: whether beta_t lies in (0, 2) in place of (0, 1), so that
                          I - beta k k^T has an eigenvalue in (-1, 1) (Grazzi et al. 2024,
                          arXiv:2411.12537).
    Other options: `MatrixMemory`.
    """

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
        super().__init__(
            "deltanet",
            input_size,
            hidden_size,
            heads,
            key_size,
            Rule(erases=True, activated=True),
            [heads],
            convolution,
            implementation,
        )
        self.largest_beta = 2.0 if negative_eigenvalues else 1.0
        self.norm = HeadNorm(self.value_size)

    def writes(self, raw: Raw, *extras: Tensor) -> Writes:
        """Return unit queries and keys, with values and keys times beta."""
        beta = self.largest_beta * torch.sigmoid(extras[0])
        return delta_writes(raw, beta[:, :, None, :, None])

    def read(self, y_BTNV: Tensor, raw: Raw, *extras: Tensor) -> Tensor:  # noqa: ARG002
        """Return normed outputs."""
        return self.norm(y_BTNV)  # type: ignore[no-any-return]


class DeltaProduct(MatrixMemory):
    """S_t = a_t S_{t-1}, then for j = 1..J: S_t += beta_j k_j (v_j - S_t^T k_j)^T; y_t is gated.

    Each of J writes has its own key, value and beta; J = 1 is the gated DeltaNet. The decay
    a_t = exp(-exp(A_log) softplus(W_a x_t + b)) is one number a head, and
    y_t = norm(S_t^T q_t) * silu(W_g x_t). Queries, keys and values are as in DeltaNet.

    source: J = 1: Yang et al. 2024, arXiv:2412.06464, equation 10; J > 1: Siems et al. 2025,
    arXiv:2502.10297, section 3.
    The surprise: with negative eigenvalues J writes are J reflections, so that J = m - 1 is enough
    to track permutations of m letters in one layer.

    householders:         J.
    negative_eigenvalues: whether beta lies in (0, 2) in place of (0, 1).
    Other options: `MatrixMemory`.
    """

    name = "deltaproduct"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        heads: int = 4,
        key_size: int = 16,
        householders: int = 2,
        negative_eigenvalues: bool = False,
        convolution: int = 0,
        implementation: str = "chunk",
    ) -> None:
        super().__init__(
            self.name,
            input_size,
            hidden_size,
            heads,
            key_size,
            Rule(decay="head", erases=True, writes=householders, activated=True),
            [householders * heads, heads, hidden_size],
            convolution,
            implementation,
        )
        self.largest_beta = 2.0 if negative_eigenvalues else 1.0
        self.decay = LearnedDecay(heads, low=0.0)
        self.norm = HeadNorm(self.value_size)

    def param_groups(self) -> Sequence[rnnbench.ParameterGroup]:
        """Return A_log and b as a group without weight decay, as the source has it."""
        return [self.decay.without_weight_decay()]

    def writes(self, raw: Raw, *extras: Tensor) -> Writes:
        """Return unit queries and keys, with values and keys times beta, and decays."""
        beta_BTJN1 = self.largest_beta * torch.sigmoid(
            torch.unflatten(extras[0], -1, (self.rule.writes, self.heads, 1))
        )
        log_decay = self.decay(extras[1].unsqueeze(-1))
        return delta_writes(raw, beta_BTJN1)._replace(log_decay=log_decay)

    def read(self, y_BTNV: Tensor, raw: Raw, *extras: Tensor) -> Tensor:  # noqa: ARG002
        """Return normed and gated outputs."""
        return self.norm(y_BTNV) * functional.silu(extras[2]).view_as(y_BTNV)  # type: ignore[no-any-return]


class GatedDeltaNet(DeltaProduct):
    """S_t = a_t S_{t-1} + beta_t k_t (v_t - a_t S_{t-1}^T k_t)^T; y_t is normed and gated.

    It is the DeltaProduct of one write a step.

    source: Yang et al. 2024, arXiv:2412.06464, equation 10.
    The surprise: a head forgets as a whole and replaces key by key, each by a gate of its own.

    negative_eigenvalues: whether beta lies in (0, 2) in place of (0, 1).
    Other options: `MatrixMemory`.
    """

    name = "gated-deltanet"

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
        super().__init__(
            input_size,
            hidden_size,
            heads,
            key_size,
            1,
            negative_eigenvalues,
            convolution,
            implementation,
        )


def delta_writes(raw: Raw, beta_BTJN1: Tensor) -> Writes:
    """Return the writes of the delta rule with unit queries and keys."""
    key = unit(raw.key)
    query = unit(raw.query) * raw.query.shape[-1] ** -0.5
    return Writes(query, key, beta_BTJN1 * raw.value, beta_BTJN1 * key)
