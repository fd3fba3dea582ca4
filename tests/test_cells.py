"""First-party cells against independent forms of the same mathematics."""

import math

import pytest
import torch
from torch import nn

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench.model import count_parameters, probe
from rnnbench_cells.classic import ACTIVATIONS, StepRNN, build_gru, build_lstm, build_rnn


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_the_step_form_equals_the_kernel(nonlinearity: str) -> None:
    """With copied weights, in float64, outputs, last state and gradient agree to 1e-12."""
    kernel = nn.RNN(3, 5, nonlinearity=nonlinearity, batch_first=True).double()
    step = StepRNN(3, 5, ACTIVATIONS[nonlinearity]).double()
    with torch.no_grad():
        step.from_input.weight.copy_(kernel.weight_ih_l0)
        step.from_input.bias.copy_(kernel.bias_ih_l0)
        step.from_state.weight.copy_(kernel.weight_hh_l0)
        step.from_state.bias.copy_(kernel.bias_hh_l0)
    x_BTI = torch.randn(4, 7, 3, dtype=torch.float64, requires_grad=True)
    ours, theirs = step(x_BTI), kernel(x_BTI)
    torch.testing.assert_close(ours[0], theirs[0], atol=1e-12, rtol=0)
    torch.testing.assert_close(ours[1], theirs[1][0], atol=1e-12, rtol=0)
    direction = torch.randn_like(ours[0])
    gradients = [torch.autograd.grad((y * direction).sum(), x_BTI)[0] for y in (ours[0], theirs[0])]
    torch.testing.assert_close(*gradients, atol=1e-12, rtol=0)


@pytest.mark.parametrize("nonlinearity", sorted(ACTIVATIONS))
def test_every_named_activation_is_the_one_that_runs(nonlinearity: str) -> None:
    """The first step from a zero state is f(W x + b + b')."""
    torch.manual_seed(0)
    cell = build_rnn(3, 5, nonlinearity)
    x_B1I = torch.randn(4, 1, 3)
    named = dict(cell.named_parameters())
    w, b, c = (
        (named[k] for k in ("weight_ih_l0", "bias_ih_l0", "bias_hh_l0"))
        if isinstance(cell, nn.RNN)
        else (named[k] for k in ("from_input.weight", "from_input.bias", "from_state.bias"))
    )
    expected = ACTIVATIONS[nonlinearity](x_B1I @ w.T + b + c)
    torch.testing.assert_close(cell(x_B1I)[0], expected)


def test_an_unknown_activation_is_told_well() -> None:
    """With the nearest name and the list."""
    with pytest.raises(
        rnnbench.RnnbenchError, match=r"no nonlinearity called 'gel'. Did you mean 'gelu'\? There are: "
    ):
        build_rnn(3, 5, "gel")


def test_a_step_cell_carries_its_state() -> None:
    """Two halves with the state carried equal the whole; a sequence without steps is a clear error."""
    cell = build_rnn(3, 5, "gelu")
    x_BTI = torch.randn(4, 7, 3)
    whole, _ = cell(x_BTI)
    first, state = cell(x_BTI[:, :3])
    second, _ = cell(x_BTI[:, 3:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)
    with pytest.raises(ValueError, match="at least one step"):
        cell(x_BTI[:, :0])


def gate_biases(lstm: nn.Module) -> torch.Tensor:
    """The sum of the two biases, (4, H), in the order i, f, g, o."""
    biases = dict(lstm.named_parameters())
    return (biases["bias_ih_l0"] + biases["bias_hh_l0"]).detach().reshape(4, -1)


@pytest.mark.parametrize("forget_bias", [1.0, -2.0, 0.0])
def test_the_forget_bias_is_what_was_asked_and_nothing_else_changes(forget_bias: float) -> None:
    """torch has two biases: their sum counts, and only in the forget gate."""
    torch.manual_seed(0)
    plain = gate_biases(nn.LSTM(3, 5, batch_first=True))
    torch.manual_seed(0)
    ours = gate_biases(build_lstm(3, 5, forget_bias=forget_bias))
    assert torch.equal(ours[1], torch.full((5,), forget_bias))
    assert torch.equal(ours[[0, 2, 3]], plain[[0, 2, 3]])


def test_chrono_spreads_memory_over_the_horizon() -> None:
    """b_f = log U(1, Tmax - 1), b_i = -b_f: the memory times exp(b_f) + 1 are uniform between 2 and Tmax."""
    torch.manual_seed(0)
    biases = gate_biases(build_lstm(3, 2000, chrono=100.0))
    assert torch.equal(biases[0], -biases[1])
    times = biases[1].exp()
    assert times.min() >= 1
    assert times.max() <= 99
    assert times.mean().item() == pytest.approx(50, abs=4 * 98 / math.sqrt(12 * 2000))


def test_a_chrono_that_makes_no_sense_is_refused() -> None:
    """log U(1, Tmax - 1) needs Tmax > 2."""
    with pytest.raises(rnnbench.RnnbenchError, match=r"above 2, got 1\.5"):
        build_lstm(3, 5, chrono=1.5)


def test_a_closed_forget_gate_and_an_open_one() -> None:
    """With f = 1 and i = 0 the cell state of an LSTM is carried unchanged: dc_T/dc_0 = 1."""
    lstm = build_lstm(3, 5, forget_bias=50.0)
    with torch.no_grad():
        dict(lstm.named_parameters())["bias_ih_l0"][:5] = -50.0
    c_0 = torch.randn(1, 4, 5, requires_grad=True)
    _, (_, c_T) = lstm(torch.randn(4, 30, 3), (torch.zeros(1, 4, 5), c_0))
    (gradient,) = torch.autograd.grad(c_T.sum(), c_0)
    torch.testing.assert_close(gradient, torch.ones_like(gradient))


@pytest.mark.parametrize(
    ("build", "parameters", "state"),
    [(build_rnn, 16_896, 128), (build_gru, 50_688, 128), (build_lstm, 67_584, 256)],
)
def test_parameters_and_state_equal_the_formula(build: object, parameters: int, state: int) -> None:
    """At I = 2 and H = 128, with torch's two biases: 1 : 3 : 4."""
    cell = build(2, 128)  # type: ignore[operator]
    assert count_parameters(cell) == parameters
    assert probe(cell, torch.zeros(1, 2, 2)) == ((128,), state)


@pytest.mark.parametrize("name", sorted(Catalogue.load().cells))
def test_every_installed_cell_keeps_the_contract(name: str) -> None:
    """Built with its default options, it has parameters, gives (B, T, H), and names its source."""
    spec = Catalogue.load().cells[name].item
    cell = spec.load()(3, 5, **spec.options)
    (width,), _ = probe(cell, torch.randn(1, 4, 3))
    assert width >= 1
    assert count_parameters(cell) > 0
    assert spec.source
    assert spec.summary
