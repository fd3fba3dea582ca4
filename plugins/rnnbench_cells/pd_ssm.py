"""PD-SSM: a state space whose transition is a column-one-hot matrix times a complex diagonal."""

from math import pi

import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_cells.options import require_count

State = Tensor


class PDSSM(rnnbench.StepCell):
    """h_t = P(x_t) D(x_t) h_{t-1} + B x_t, y_t = C [Re h_t, Im h_t] + E x_t, with complex h_t.

    P is one-hot in each column: where column j of M(x_t) = sum over k of softmax(W x_t)_k A_k is
    largest. D is diagonal, D_j = sigmoid(a_j) exp(2 pi i sigmoid(b_j)), where a and b come from
    x_t by a layer of H SiLU units. The initial state is h_0 = (1, 0, ..., 0).

    source: Terzić et al. 2025, arXiv:2509.22284, section 3.
    The surprise: columns are one-hot, so that many states may move to one, as an automaton has it
    that is reset; with one-hot rows they could not. Gradients go through softmax of the columns in
    place of the largest entry (straight through).

    dictionary: the number of matrices A_k, which are drawn from N(0, 1 / H).

    Raises RnnbenchError for a dictionary below 1, and for an unknown implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        dictionary: int = 8,
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        require_count("pd-ssm: dictionary", dictionary, least=1)
        self.choice = nn.Linear(input_size, dictionary)
        self.matrices = nn.Parameter(
            torch.randn(dictionary, hidden_size, hidden_size) / hidden_size**0.5
        )
        self.diagonal = nn.Sequential(
            nn.Linear(input_size, hidden_size), nn.SiLU(), nn.Linear(hidden_size, 2 * hidden_size)
        )
        self.from_input = nn.Linear(input_size, 2 * hidden_size, bias=False)
        self.out = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        self.skip = nn.Linear(input_size, hidden_size, bias=False)
        self.sizes = [dictionary, 2 * hidden_size, 2 * hidden_size, hidden_size]

    def initial_state(self, x_BI: Tensor) -> State:
        """Return (1, 0, ..., 0) as real and imaginary parts, (B, 2, H)."""
        state_B2H = x_BI.new_zeros(len(x_BI), 2, self.matrices.shape[-1])
        state_B2H[:, 0, 0] = 1
        return state_B2H

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return the weights of the matrices, the logits of D, B x and E x, (B, T, K + 5 H)."""
        weights = torch.softmax(self.choice(x_BTI), -1)
        parts = [weights, self.diagonal(x_BTI), self.from_input(x_BTI), self.skip(x_BTI)]
        return torch.cat(parts, -1)

    def step(self, x_BI: Tensor, state: State) -> tuple[Tensor, State]:
        """Return the output, (B, H), and the new h, (B, 2, H)."""
        weights_BK, diagonal, added, skipped_BH = torch.split(x_BI, self.sizes, dim=-1)
        size_BH, angle_BH = torch.sigmoid(diagonal).chunk(2, dim=-1)
        real_BH = size_BH * torch.cos(2 * pi * angle_BH)
        imaginary_BH = size_BH * torch.sin(2 * pi * angle_BH)
        turned_B2H = torch.stack(
            [
                real_BH * state[:, 0] - imaginary_BH * state[:, 1],
                real_BH * state[:, 1] + imaginary_BH * state[:, 0],
            ],
            1,
        )
        moves_BHH = column_one_hot(torch.einsum("bk,kij->bij", weights_BK, self.matrices))
        moved_B2H = torch.einsum("bij,bpj->bpi", moves_BHH, turned_B2H)
        state = moved_B2H + torch.unflatten(added, -1, (2, -1))
        return self.out(state.flatten(1)) + skipped_BH, state


def column_one_hot(scores_BHH: Tensor) -> Tensor:
    """Return 1 at the largest entry of each column, 0 elsewhere, and the gradient of softmax."""
    soft_BHH = torch.softmax(scores_BHH, 1)
    hard_BHH = torch.zeros_like(soft_BHH).scatter(1, soft_BHH.argmax(1, keepdim=True), 1.0)
    return hard_BHH + soft_BHH - soft_BHH.detach()
