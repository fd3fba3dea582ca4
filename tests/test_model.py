"""The model around a cell, and the hidden size that a budget allows."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnbench.errors import CellContractError, Refused
from rnnbench.model import Model, count_parameters, hidden_size, probe
from rnnbench.records import Recipe
from rnnbench.task import Batch


def gru(inputs: int, hidden: int) -> nn.Module:
    return nn.GRU(inputs, hidden, batch_first=True)


def features(batch: int = 2, steps: int = 5, size: int = 3) -> Batch:
    return Batch(np.zeros((batch, steps, size), np.float32), np.zeros((batch, 1), np.float32))


def test_only_the_last_step_is_read_out() -> None:
    """The readout is linear in y at the last step."""
    model = Model(gru, features(), None, 4, 6)
    x_BTI = torch.randn(2, 5, 3)
    expected = model.readout(model.cell(x_BTI)[0][:, -1])
    assert torch.equal(model(x_BTI), expected)


def test_tokens_are_embedded_in_as_many_numbers_as_hidden_units() -> None:
    """And the embedding counts towards the budget."""
    tokens = Batch(np.zeros((2, 5), np.int64), np.zeros(2, np.int64))
    model = Model(gru, tokens, 11, 4, 6)
    assert model(torch.zeros(2, 5, dtype=torch.int64)).shape == (2, 4)
    assert count_parameters(model) == 11 * 6 + 3 * (6 * 6 + 6 * 6 + 2 * 6) + (6 * 4 + 4)


@given(st.integers(200, 200_000), st.sampled_from([nn.RNN, nn.GRU, nn.LSTM]))
def test_the_hidden_size_is_the_nearest_to_the_budget(budget: int, kind: type[nn.RNNBase]) -> None:
    """No neighbouring size has a count nearer to the budget."""
    gates = {nn.RNN: 1, nn.GRU: 3, nn.LSTM: 4}[kind]

    def count(hidden: int) -> int:
        return gates * (2 * hidden + hidden * hidden + 2 * hidden) + hidden + 1

    size = hidden_size(Recipe(parameters=budget), count)
    assert all(abs(count(size) - budget) <= abs(count(other) - budget) for other in (max(1, size - 1), size + 1))


def test_an_equal_hidden_size_is_what_it_says() -> None:
    """Where the recipe matches hidden sizes, the budget of parameters plays no part."""
    assert hidden_size(Recipe(match="hidden", hidden_size=17, parameters=1), lambda _: 0) == 17


@pytest.mark.parametrize("count", [lambda _: 5000, lambda _: 10])
def test_a_budget_that_no_size_meets_is_refused(count: object) -> None:
    """Too big at one unit, or not growing at all."""
    with pytest.raises(Refused, match="parameters"):
        hidden_size(Recipe(parameters=1000), count)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("build", "floats"),
    [
        (lambda: nn.LSTM(3, 6, batch_first=True), 12),
        (lambda: nn.GRU(3, 6, batch_first=True), 6),
        (lambda: _StateTree(), 6 + 2 * 6 + 6),
    ],
)
def test_state_is_counted_for_one_sequence(build: object, floats: int) -> None:
    """Whatever tree it comes in; complex numbers count twice, and what does not grow with the batch not at all."""
    assert probe(build(), torch.zeros(1, 2, 3)) == (6, floats)  # type: ignore[operator]


class _StateTree(nn.Module):
    def forward(self, x: torch.Tensor, state: object = None) -> tuple[torch.Tensor, object]:
        h = x.new_zeros(len(x), 6)
        return x.new_zeros(*x.shape[:2], 6), {
            "h": h,
            "c": (h.to(torch.complex64), [h]),
            "t": 3,
            "fixed": torch.zeros(9),
        }


@pytest.mark.parametrize(
    ("forward", "complaint"),
    [
        (lambda x: x, r"should return \(y, state\), got Tensor"),
        (lambda x: (x[:, -1], None), r"y should be \(B, T, H\), got \(2, 3\)"),
        (lambda x: (x.transpose(0, 1), None), r"y should be \(B, T, H\), got \(5, 2, 3\)"),
        (lambda x: (None, None), "got NoneType"),
    ],
)
def test_a_cell_that_breaks_the_contract_is_told_how(forward: object, complaint: str) -> None:
    """In the words of the contract, with shapes."""

    class Odd(nn.Module):
        def forward(self, x: torch.Tensor, state: object = None) -> object:
            return forward(x)  # type: ignore[operator]

    with pytest.raises(CellContractError, match=f"Odd: .*{complaint}"):
        probe(Odd(), torch.zeros(1, 5, 3))
