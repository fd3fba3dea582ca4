"""Cells that are linear in their state and gated by their input: facts that need no training."""

import pytest
import torch
from torch import Tensor

import rnnbench
from rnnbench_cells.convolution import CausalConvolution
from rnnbench_cells.griffin import RGLRU


def test_a_causal_convolution_is_that_of_torch_with_zeros_before_it() -> None:
    """With copied weights, whole and in two parts with the carried inputs."""
    torch.manual_seed(0)
    ours = CausalConvolution(5, 4).double()
    theirs = torch.nn.Conv1d(5, 5, 4, groups=5, padding=3).double()
    with torch.no_grad():
        theirs.weight.copy_(ours.weight[:, None])
        theirs.bias.copy_(ours.bias)
    x_BTC = torch.randn(2, 9, 5, dtype=torch.float64)
    expected = theirs(x_BTC.transpose(1, 2))[:, :, :9].transpose(1, 2)
    first, before = ours(x_BTC[:, :2], ours.initial_state(x_BTC[:, 0]))
    second, _ = ours(x_BTC[:, 2:], before)
    torch.testing.assert_close(torch.cat([first, second], 1), expected, atol=1e-14, rtol=0)


def test_a_convolution_of_width_one_is_refused() -> None:
    """With the names of cell and option."""
    with pytest.raises(rnnbench.RnnbenchError, match=r"rglru: convolution should be 0 .*, got 1"):
        RGLRU(3, 5, convolution=1)


def rglru_decays(cell: RGLRU, x_BTI: Tensor) -> Tensor:
    """How much of a state of ones is left after each step, (B, T, H), which is a_1 ... a_t."""
    ones = (torch.ones(len(x_BTI), 6, dtype=x_BTI.dtype),)
    return cell(x_BTI, ones)[0] - cell(x_BTI)[0]


def test_the_decay_of_the_rglru_starts_where_the_source_has_it() -> None:
    """a^8 is uniform in [0.9, 0.999]: within these bounds, and quartiles within 5 % of the range."""
    torch.manual_seed(0)
    decay_H = torch.sigmoid(RGLRU(1, 2000).double().decay) ** 8
    assert decay_H.min() >= 0.9 - 1e-6
    assert decay_H.max() <= 0.999 + 1e-6
    quarters = torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64)
    found = torch.quantile(decay_H.detach(), quarters)
    torch.testing.assert_close(found, 0.9 + 0.099 * quarters, atol=0.005, rtol=0)


def test_the_rglru_keeps_the_variance_of_white_noise() -> None:
    """sqrt(1 - a^2) makes the state as large as what is written, for gates that stand still."""
    torch.manual_seed(0)
    cell = RGLRU(4, 4).double()
    with torch.no_grad():
        cell.from_input.weight.copy_(torch.eye(4))
        cell.from_input.bias.zero_()
        cell.gates.weight.zero_()
        cell.gates.bias.fill_(40.0)
        cell.decay.copy_(torch.logit(torch.tensor([0.5, 0.8, 0.9, 0.97]).double() ** (1 / 8)))
    y_BTH, _ = cell(torch.randn(400, 200, 4, dtype=torch.float64))
    torch.testing.assert_close(
        y_BTH[:, -1].var(0), torch.ones(4, dtype=torch.float64), atol=0.3, rtol=0
    )


def test_a_closed_gate_of_the_rglru_has_a_finite_gradient() -> None:
    """Where r_t underflows, a_t is 1 and the root of 1 - a_t^2 has an infinite derivative."""
    cell = RGLRU(3, 6)
    with torch.no_grad():
        cell.gates.bias.fill_(-200.0)
    x_BTI = torch.randn(2, 5, 3, requires_grad=True)
    y_BTH, _ = cell(x_BTI, (torch.ones(2, 6),))
    gradients = torch.autograd.grad(y_BTH.sum(), [x_BTI, *cell.parameters()])
    assert all(gradient.isfinite().all() for gradient in gradients)
    torch.testing.assert_close(y_BTH, torch.ones(2, 5, 6))


def test_no_transition_of_the_rglru_is_negative() -> None:
    """Over 1,000 random inputs of a large scale: what is left of a state has the state's sign."""
    torch.manual_seed(0)
    cell = RGLRU(3, 6).double()
    left_BTH = rglru_decays(cell, 10 * torch.randn(1000, 1, 3, dtype=torch.float64))
    assert left_BTH.min() >= 0
    assert left_BTH.max() <= 1
