"""State-space cells: closed forms of their responses, and facts that need no training."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

import rnnbench
from rnnbench_cells.lru import LRU
from rnnbench_cells.mamba import Mamba
from rnnbench_cells.s4d import S4D
from rnnbench_cells.s5 import S5, hippo_frequencies
from rnnbench_cells.state_space import held


def as_complex(pairs: Tensor) -> Tensor:
    """Numbers from their real and imaginary parts, which are the last axis."""
    return torch.complex(pairs[..., 0], pairs[..., 1])


def impulse_response(cell: torch.nn.Module, inputs: int, steps: int) -> Tensor:
    """The outputs after an impulse in each input, less those without one, (T, H, I)."""
    impulses = torch.zeros(inputs, steps, inputs, dtype=torch.float64)
    impulses[range(inputs), 0, range(inputs)] = 1.0
    response: Tensor = cell(impulses)[0] - cell(torch.zeros_like(impulses))[0]
    return response.permute(1, 2, 0)


@pytest.mark.parametrize("implementation", ["scan", "loop"])
def test_the_impulse_response_of_s5_is_a_sum_of_exponentials(implementation: str) -> None:
    """It is 2 Re(C exp(A Delta)^t (exp(A Delta) - 1) / A B), and D on top at t = 0."""
    torch.manual_seed(0)
    cell = S5(3, 4, modes=5, implementation=implementation).double()
    rate = torch.complex(-cell.decay.exp(), cell.frequency)
    gain = torch.exp(rate * cell.log_step.exp())
    into = torch.diag((gain - 1) / rate) @ as_complex(cell.input)
    response = impulse_response(cell, 3, 30)
    for t in range(30):
        expected = 2 * (as_complex(cell.output) @ torch.diag(gain**t) @ into).real
        expected = expected + (cell.skip if t == 0 else 0)
        torch.testing.assert_close(response[t], expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize("implementation", ["fft", "scan", "loop"])
def test_the_impulse_response_of_s4d_is_a_sum_of_exponentials_of_each_channel(
    implementation: str,
) -> None:
    """The kernel of the source, 2 Re sum_n C_n (exp(A_n Delta) - 1) / A_n exp(A_n Delta t)."""
    torch.manual_seed(0)
    cell = S4D(3, 4, state_size=10, implementation=implementation).double()
    rate = torch.complex(-cell.decay.exp(), cell.frequency)
    scaled = rate * cell.log_step.exp()[:, None]
    response = impulse_response(cell, 3, 30)
    for t in range(30):
        weights = as_complex(cell.output) * (torch.exp(scaled) - 1) / rate
        kernel_H = 2 * (weights * torch.exp(scaled * t)).sum(-1).real
        kernel_H = kernel_H + (cell.skip if t == 0 else 0)
        expected = kernel_H[:, None] * cell.from_input.weight
        torch.testing.assert_close(response[t], expected, atol=1e-12, rtol=0)


def test_a_held_input_drives_the_state_as_the_differential_equation_does() -> None:
    """After T steps of one input the state is (exp(A T Delta) - 1) / A B x, the exact solution."""
    torch.manual_seed(0)
    cell = S5(2, 3).double()
    x_I = torch.tensor([0.3, -1.2], dtype=torch.float64)
    _, state = cell(x_I.expand(1, 500, 2))
    rate = torch.complex(-cell.decay.exp(), cell.frequency)
    grown = (torch.exp(rate * 500 * cell.log_step.exp()) - 1) / rate
    expected = grown * (as_complex(cell.input) @ x_I.to(torch.complex128))
    torch.testing.assert_close(state[0], expected, atol=1e-11, rtol=0)


def test_short_steps_lose_no_digits_in_single_precision() -> None:
    """(exp(A Delta) - 1) / A is Delta to first order; the difference of exp and 1 is not taken."""
    decay = torch.full((1,), math.log(0.5))
    _, into = held(decay, torch.zeros(1), torch.full((1,), math.log(1e-6)))
    assert into.item().real == pytest.approx(1e-6, rel=1e-6)


def test_s4d_is_an_s5_whose_system_falls_into_blocks() -> None:
    """With the weights of one in the other: modes of a channel see and feed that channel alone."""
    torch.manual_seed(0)
    inputs = 3
    hidden = 4
    modes = 2
    s4d = S4D(inputs, hidden, state_size=2 * modes).double()
    s5 = S5(inputs, hidden, modes=hidden * modes).double()
    with torch.no_grad():
        s4d.from_input.bias.zero_()
        s5.decay.copy_(s4d.decay.flatten())
        s5.frequency.copy_(s4d.frequency.flatten())
        s5.log_step.copy_(s4d.log_step.repeat_interleave(modes))
        s5.input.zero_()
        s5.input[..., 0] = s4d.from_input.weight.repeat_interleave(modes, 0)
        s5.output.zero_()
        for channel in range(hidden):
            own = slice(channel * modes, (channel + 1) * modes)
            s5.output[channel, own] = s4d.output[channel]
        s5.skip.copy_(s4d.skip[:, None] * s4d.from_input.weight)
    x_BTI = torch.randn(2, 20, inputs, dtype=torch.float64)
    torch.testing.assert_close(s5(x_BTI)[0], s4d(x_BTI)[0], atol=1e-12, rtol=0)


def test_the_frequencies_of_s5_are_those_of_the_normal_part_of_hippo() -> None:
    """The matrix is built as it is printed, HiPPO-LegS plus a rank-one term, and decomposed."""
    n = torch.arange(16, dtype=torch.float64)
    roots = torch.sqrt(2 * n + 1)
    hippo = -torch.tril(torch.outer(roots, roots)) + torch.diag(n)
    normal = hippo + torch.outer(torch.sqrt(n + 0.5), torch.sqrt(n + 0.5))
    found = torch.linalg.eigvals(normal)
    torch.testing.assert_close(found.real, torch.full((16,), -0.5).double(), atol=1e-10, rtol=0)
    expected = found.imag.sort().values[8:]
    torch.testing.assert_close(hippo_frequencies(8).double(), expected, atol=1e-4, rtol=1e-5)
    torch.manual_seed(0)
    blocked = S5(1, 1, modes=7, blocks=2).frequency
    torch.testing.assert_close(blocked, hippo_frequencies(4).repeat(2)[:7])


def rotating_lru() -> LRU:
    """One unit that turns by 120 degrees at each step, and three outputs along three directions."""
    cell = LRU(1, 3).double()
    with torch.no_grad():
        cell.nu_log.fill_(-50.0)
        cell.theta_log.fill_(math.log(2 * math.pi / 3))
        cell.gamma_log.zero_()
        cell.input_real.fill_(1 / 3)
        cell.input_imaginary.zero_()
        for parts, function in ((cell.output_real, torch.cos), (cell.output_imaginary, torch.sin)):
            parts.copy_(function(-2 * math.pi / 3 * torch.arange(3.0).double())[:, None])
        cell.skip.zero_()
    return cell


def rotating_s5() -> S5:
    """The same rotation by a differential equation without decay."""
    cell = S5(1, 3, modes=1).double()
    with torch.no_grad():
        cell.decay.fill_(-50.0)
        cell.log_step.zero_()
        cell.frequency.fill_(2 * math.pi / 3)
        _, into = held(cell.decay, cell.frequency, cell.log_step)
        cell.input.copy_(torch.view_as_real(1 / into)[:, None])
        for part, function in enumerate((torch.cos, torch.sin)):
            turns = function(-2 * math.pi / 3 * torch.arange(3.0).double())
            cell.output[:, 0, part] = turns / 2
        cell.skip.zero_()
    return cell


@pytest.mark.parametrize("build", [rotating_lru, rotating_s5])
def test_a_complex_cell_counts_steps_modulo_three_by_rotation(
    build: Callable[[], torch.nn.Module],
) -> None:
    """For 10,000 steps after an impulse, the largest of three outputs names the number modulo 3.

    An eigenvalue exp(2 pi i / 3) has third power 1.
    """
    impulse = torch.zeros(1, 10_000, 1, dtype=torch.float64)
    impulse[0, 0, 0] = 1.0
    y_TH = build()(impulse)[0][0]
    assert torch.equal(y_TH.argmax(-1), torch.arange(10_000) % 3)
    expected = torch.where(torch.arange(3) == torch.arange(10_000)[:, None] % 3, 1.0, -0.5)
    torch.testing.assert_close(y_TH, expected.double(), atol=1e-9, rtol=0)


@pytest.mark.parametrize("build", [S4D, S5])
def test_state_space_cells_start_as_their_sources_have_them(
    build: Callable[..., S4D | S5],
) -> None:
    """Re A = -1/2; Delta log-uniform in [.001, .1]; S4D-Lin has frequencies 0, pi, 2 pi, ..."""
    torch.manual_seed(0)
    cell = build(1, 500)
    torch.testing.assert_close(-cell.decay.exp(), torch.full_like(cell.decay, -0.5))
    logarithms = cell.log_step.detach() / math.log(10)
    quarters = torch.quantile(logarithms, torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]))
    torch.testing.assert_close(quarters, torch.linspace(-3, -1, 5), atol=0.1, rtol=0)
    if isinstance(cell, S4D):
        torch.testing.assert_close(cell.frequency[7], math.pi * torch.arange(32.0))


@pytest.mark.parametrize("build", [S4D, S5])
def test_no_weights_make_state_space_cells_unstable(build: Callable[..., S4D | S5]) -> None:
    """Transitions stay within the unit circle, whatever is learned."""
    torch.manual_seed(0)
    cell = build(3, 40).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.normal_(std=3)
    step = cell.log_step[:, None] if isinstance(cell, S4D) else cell.log_step
    log_gain, _ = held(cell.decay, cell.frequency, step)
    assert (log_gain.exp().abs() < 1).all()


@pytest.mark.parametrize(
    ("build", "names"),
    [
        (S4D, {"decay", "frequency", "log_step"}),
        (S5, {"decay", "frequency", "log_step", "input"}),
    ],
)
def test_the_system_has_a_rate_of_its_own_and_no_weight_decay(
    build: Callable[..., S4D | S5], names: set[str]
) -> None:
    """As in the public repositories; the readout is trained as everything else."""
    cell = build(3, 5)
    (group,) = cell.param_groups()
    found = {
        name
        for name, parameter in cell.named_parameters()
        if any(parameter is own for own in group.parameters)
    }
    assert found == names
    assert (group.learning_rate, group.weight_decay) == (1e-3, False)


def test_a_selective_step_keeps_what_a_sigmoid_gate_keeps() -> None:
    """For A = -1, exp(-softplus(z)) = sigmoid(-z): a gate in (0, 1) that sees the input alone."""
    torch.manual_seed(0)
    cell = Mamba(3, 6, state_size=1).double()
    x_BTI = 10 * torch.randn(1000, 1, 3, dtype=torch.float64)
    left_BH = cell(x_BTI, (torch.ones(1000, 6).double(),))[1][0] - cell(x_BTI)[1][0]
    u_BH = torch.nn.functional.silu(cell.from_input(x_BTI[:, 0])[:, :6])
    rank = cell.step_weight.shape[1]
    logits_BH = u_BH @ cell.selection.weight[:rank].T @ cell.step_weight.T + cell.step_bias
    torch.testing.assert_close(left_BH, torch.sigmoid(-logits_BH), atol=1e-12, rtol=0)
    assert left_BH.max() - left_BH.min() > 0.5


def test_the_past_never_comes_back_by_the_convolution_of_s4d() -> None:
    """A transform is periodic: it is taken over twice the steps, so the end does not reach the start."""
    torch.manual_seed(0)
    cell = S4D(2, 4, shortest=1e-4, longest=1e-3).double()
    x_BTI = torch.zeros(1, 50, 2, dtype=torch.float64)
    x_BTI[:, -1] = 1e3
    y_BTH, _ = cell(x_BTI)
    still, _ = cell(torch.zeros_like(x_BTI))
    torch.testing.assert_close(y_BTH[:, :-1], still[:, :-1], atol=1e-10, rtol=0)


def test_mamba_starts_as_its_source_has_it() -> None:
    """A = -1 ... -N, D = 1; softplus(b) log-uniform in [.001, .1]; A and D without weight decay."""
    torch.manual_seed(0)
    cell = Mamba(1, 2000)
    torch.testing.assert_close(cell.log_rate.exp()[5], torch.arange(1.0, 17.0))
    assert (cell.skip == 1).all()
    logarithms = torch.nn.functional.softplus(cell.step_bias.detach().double()).log10()
    quarters = torch.quantile(logarithms, torch.linspace(0, 1, 5).double())
    torch.testing.assert_close(quarters, torch.linspace(-3, -1, 5).double(), atol=0.1, rtol=0)
    (group,) = cell.param_groups()
    assert [id(own) for own in group.parameters] == [id(cell.log_rate), id(cell.skip)]
    assert (group.learning_rate, group.weight_decay) == (None, False)


def test_mamba_with_inputs_of_ten_thousand_stays_finite_at_a_usual_size() -> None:
    """Products of three maps of the input, in float32: outputs, state and gradients."""
    torch.manual_seed(0)
    cell = Mamba(8, 64, convolution=4)
    y_BTH, state = cell(1e4 * torch.randn(2, 40, 8).sign())
    gradients = torch.autograd.grad(y_BTH.abs().mean(), list(cell.parameters()))
    assert all(tensor.isfinite().all() for tensor in (y_BTH, *state, *gradients))


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: S4D(3, 5, state_size=7), "s4d: state_size should be even and at least 2, got 7"),
        (lambda: S4D(3, 5, shortest=0.0), "s4d: shortest should be above 0, got 0"),
        (lambda: S5(3, 5, longest=1e-4), r"s5: longest should be at least shortest \(0.001\)"),
        (lambda: S5(3, 5, modes=-1), "s5: modes should be at least 0 and blocks .*, got -1 and 1"),
        (lambda: Mamba(3, 5, state_size=0), "mamba: state_size should be 1 or above, got 0"),
        (lambda: Mamba(3, 5, convolution=-4), "mamba: convolution should be .*, got -4"),
        (lambda: S5(3, 5, implementation="fft"), "s5: implementation .* got 'fft'"),
    ],
)
def test_options_that_make_no_sense_are_refused(build: Callable[[], object], told: str) -> None:
    """With the names of cell and option."""
    with pytest.raises(rnnbench.RnnbenchError, match=told):
        build()
