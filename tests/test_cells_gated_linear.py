"""Cells that are linear in their state but for their gates: facts that need no training."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor

import rnnbench
from rnnbench.model import count_parameters
from rnnbench.state import tensors_of
from rnnbench_cells.convolution import CausalConvolution
from rnnbench_cells.griffin import RGLRU
from rnnbench_cells.hgrn import HGRN
from rnnbench_cells.qrnn import QRNN
from rnnbench_cells.references import gated_linear as plain
from rnnbench_cells.specs.gated_linear import sru_parameters
from rnnbench_cells.sru import SRU


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


def transitions(cell: torch.nn.Module, ones: Tensor | tuple[Tensor, ...]) -> Tensor:
    """What one step leaves of a state of ones, at 1,000 inputs of a large scale, (1000, 6)."""
    x_BTI = 10 * torch.randn(1000, 1, 3, dtype=torch.float64)
    after, *_ = tensors_of(cell(x_BTI, ones)[1])
    alone, *_ = tensors_of(cell(x_BTI)[1])
    return after - alone


def test_no_transition_of_rglru_and_hgrn_is_negative() -> None:
    """Diagonal transitions are their own eigenvalues; all lie between 0 and 1."""
    torch.manual_seed(0)
    ones = torch.ones(1000, 6, dtype=torch.float64)
    rglru = RGLRU(3, 6).double()
    with torch.no_grad():
        rglru.decay.copy_(torch.linspace(-5, 5, 6))
    for left in (transitions(rglru, (ones,)), transitions(HGRN(3, 6).double(), ones)):
        assert left.min() >= -1e-12
        assert left.max() <= 1 + 1e-12
        assert left.max() - left.min() > 0.9


def test_the_lower_bound_of_hgrn_is_the_least_that_a_step_keeps() -> None:
    """Inputs of a large scale come close to it, and to 1, and never go below."""
    torch.manual_seed(0)
    ones = torch.ones(1000, 6, dtype=torch.float64)
    left = transitions(HGRN(3, 6, lower_bound=0.7).double(), ones)
    assert left.min().item() == pytest.approx(0.7, abs=1e-3)
    assert left.min() >= 0.7 - 1e-12
    assert left.max().item() == pytest.approx(1.0, abs=1e-3)


def test_the_output_of_hgrn_has_length_one_before_its_gate() -> None:
    """The mean of squares is 1, whatever the inputs are scaled by."""
    torch.manual_seed(0)
    cell = HGRN(3, 6).double()
    with torch.no_grad():
        cell.projection.weight[12:].zero_()
        cell.projection.bias[12:].fill_(1.0)
    for scale in (1.0, 100.0):
        y_BTH, _ = cell(scale * torch.randn(4, 9, 3, dtype=torch.float64))
        lengths = (y_BTH / torch.nn.functional.silu(torch.ones(()).double())).square().mean(-1)
        torch.testing.assert_close(lengths, torch.ones_like(lengths), atol=2e-3, rtol=0)


def test_a_qrnn_with_fixed_gates_is_a_moving_average_of_its_candidates() -> None:
    """c_t = (1 - f) sum_s f^(t-s) tanh(x_{s-1}), for filters that see the input before alone."""
    torch.manual_seed(0)
    cell = QRNN(1, 1).double()
    with torch.no_grad():
        cell.filters.weight.zero_()
        cell.filters.weight[0, 0] = 1.0
        cell.filters.bias.copy_(torch.tensor([0.0, 0.5, 50.0]))
    x_T = torch.randn(12, dtype=torch.float64)
    y_BTH, _ = cell(x_T[None, :, None])
    keep = torch.sigmoid(torch.tensor(0.5, dtype=torch.float64))
    shifted = torch.tanh(torch.cat([torch.zeros(1), x_T[:-1]]).double())
    for t in range(12):
        weights = (1 - keep) * keep ** torch.arange(t, -1, -1)
        expected = (weights * shifted[: t + 1]).sum()
        torch.testing.assert_close(y_BTH[0, t, 0], expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize("inputs", [3, 6])
def test_the_sru_without_state_in_its_gates_runs_by_scan_as_by_steps(inputs: int) -> None:
    """Outputs, last state and gradients, to 1e-10, with a map for the highway and without."""
    torch.manual_seed(0)
    cell = SRU(inputs, 6, state_gates=False, highway_bias=-2.0).double()
    x_BTI = torch.randn(2, 41, inputs, dtype=torch.float64, requires_grad=True)
    start = torch.randn(2, 6, dtype=torch.float64, requires_grad=True)
    found = []
    for run in (cell, partial(rnnbench.StepCell.forward, cell)):
        y_BTH, last = run(x_BTI, start)
        leaves = [x_BTI, start, *cell.parameters()]
        found.append([y_BTH, last, *torch.autograd.grad(y_BTH.square().sum(), leaves)])
    for scanned, stepped in zip(*found, strict=True):
        torch.testing.assert_close(scanned, stepped, atol=1e-10, rtol=1e-10)
    torch.testing.assert_close(cell(x_BTI)[0], plain.sru(cell, x_BTI), atol=1e-10, rtol=0)


@pytest.mark.parametrize("state_gates", [True, False])
@pytest.mark.parametrize("inputs", [3, 6])
def test_the_sru_has_a_map_for_its_highway_only_where_sizes_differ(
    inputs: int, state_gates: bool
) -> None:
    """Parameters as declared, and outputs of a plain loop."""
    torch.manual_seed(0)
    cell = SRU(inputs, 6, state_gates).double()
    assert count_parameters(cell) == sru_parameters(inputs, 6, state_gates)
    x_BTI = torch.randn(2, 9, inputs, dtype=torch.float64)
    torch.testing.assert_close(cell(x_BTI)[0], plain.sru(cell, x_BTI), atol=1e-10, rtol=0)


def test_the_highway_of_the_sru_keeps_the_variance_of_its_input() -> None:
    """alpha makes up for the share of 1 - r that is let through, at each highway bias."""
    torch.manual_seed(0)
    x_BTI = torch.randn(500, 60, 8)
    for highway_bias in (0.0, -2.0):
        cell = SRU(8, 8, state_gates=False, highway_bias=highway_bias)
        y_BH = cell(x_BTI)[0][:, -1]
        assert y_BH.var().item() == pytest.approx(1.0, abs=0.25)


def test_a_unit_of_the_sru_forgets_where_its_own_state_passes_a_threshold() -> None:
    """v_f c closes the forget gate above 1/2 and leaves it open below, whatever the input is."""
    cell = SRU(1, 1).double()
    with torch.no_grad():
        cell.from_input.copy_(torch.tensor([[0.0], [0.0], [0.0]]))
        cell.from_state.copy_(torch.tensor([[-1000.0], [0.0]]))
        cell.bias.copy_(torch.tensor([[500.0], [50.0]]))
    for start, left in ((0.4, 0.4), (0.6, 0.0)):
        _, c_BH = cell(torch.ones(1, 5, 1).double(), torch.full((1, 1), start).double())
        assert c_BH.item() == pytest.approx(left)


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: RGLRU(3, 5, convolution=1), "rglru: convolution should be 0 .*, got 1"),
        (lambda: HGRN(3, 5, lower_bound=1.0), "hgrn: lower_bound should be .* below 1, got 1"),
        (lambda: QRNN(3, 5, window=1), "qrnn: window should be 2 or above, got 1"),
        (lambda: QRNN(3, 5, implementation="fast"), "qrnn: implementation .* got 'fast'"),
    ],
)
def test_options_that_make_no_sense_are_refused(build: Callable[[], object], told: str) -> None:
    """With the names of cell and option."""
    with pytest.raises(rnnbench.RnnbenchError, match=told):
        build()
