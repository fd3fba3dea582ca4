"""DeltaNet: a cell whose state is a matrix that stores values under keys by the delta rule."""

import torch
from torch import Tensor, nn

import rnnbench

TINY = 1e-6
"""Added to the squared norm of keys and queries, so that a key of zeros has a finite gradient."""
State = tuple[Tensor, Tensor]


class DeltaNet(rnnbench.StepCell):
    """S_t = S_{t-1} + beta_t (v_t - S_{t-1} k_t) k_t^T, y_t = S_t q_t, where |k_t| = |q_t| = 1.

    The matrix S is (H, K) and starts at 0. Outputs are not normalised.

    source: Schlag et al. 2021, arXiv:2102.11174, equations 24 and 26; unit keys and the short
    convolution over steps: Yang et al. 2024, arXiv:2406.06484, section 3.
    The surprise: k_t and beta_t are full linear maps of x_{t-1} and x_t, where Yang et al. have a
    depthwise convolution of width 4 on q, k and v. A cell whose keys see x_t alone could not store
    a value that comes one step after its key.

    key_size:             K, the number of columns of S. Each column adds H + 1 numbers to the
                          state and 3 I parameters; the output keeps its width H.
    negative_eigenvalues: whether beta_t lies in (0, 2) in place of (0, 1), so that
                          I - beta k k^T has an eigenvalue in (-1, 1) (Grazzi et al. 2024,
                          arXiv:2411.12537).

    Raises RnnbenchError for a key size below 1.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        key_size: int = 16,
        negative_eigenvalues: bool = False,
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        if key_size < 1:
            raise rnnbench.RnnbenchError(f"deltanet: key_size should be 1 or above, got {key_size}")
        self.sizes = [key_size, key_size + 1, key_size + 1, hidden_size]
        self.largest_beta = 2.0 if negative_eigenvalues else 1.0
        self.from_input = nn.Linear(input_size, sum(self.sizes), bias=False)
        self.value_bias = nn.Parameter(torch.zeros(hidden_size))
        self.beta_bias = nn.Parameter(torch.zeros(1))

    def initial_state(self, x_BI: Tensor) -> State:
        """Return zeros for S, (B, H, K), and for x_{t-1} in key and beta, (B, K + 1)."""
        keys, before, _, hidden = self.sizes
        return x_BI.new_zeros(len(x_BI), hidden, keys), x_BI.new_zeros(len(x_BI), before)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return all linear maps of the input, (B, T, 3 K + 2 + H)."""
        return self.from_input(x_BTI)  # type: ignore[no-any-return]

    def step(self, x_BI: Tensor, state: State) -> tuple[Tensor, State]:
        """Return the output, (B, H), and the new state.

        The state is S, (B, H, K), and what x_t adds to the next key and beta, (B, K + 1).
        """
        s_BHK, before_BK = state
        query_BK, now_BK, next_BK, value_BH = torch.split(x_BI, self.sizes, dim=-1)
        both_BK = now_BK + before_BK
        key_BK = unit(both_BK[:, :-1])
        beta_B1 = self.largest_beta * torch.sigmoid(both_BK[:, -1:] + self.beta_bias)
        known_BH = torch.einsum("bhk,bk->bh", s_BHK, key_BK)
        written_BH = beta_B1 * (value_BH + self.value_bias - known_BH)
        s_BHK = s_BHK + written_BH[:, :, None] * key_BK[:, None, :]
        return torch.einsum("bhk,bk->bh", s_BHK, unit(query_BK)), (s_BHK, next_BK)


def unit(x_BK: Tensor) -> Tensor:
    """Return vectors scaled to length one, (B, K); vectors much shorter than 1e-3 stay short."""
    return x_BK * torch.rsqrt(x_BK.square().sum(-1, keepdim=True) + TINY)
