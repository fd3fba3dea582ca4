"""The convolutional LSTM against explicit sums over pixels, the LSTM of torch, and its
symmetries."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import rnnbench
from rnnbench.model import count_parameters, probe
from rnnbench_cells.convlstm import ConvLSTM2d
from rnnbench_cells.specs.frames import SPECS

Array = np.ndarray[Any, Any]


def perturbed(input_size: tuple[int, int, int], hidden: int, **options: Any) -> ConvLSTM2d:
    """In float64, every parameter moved at random."""
    torch.manual_seed(0)
    cell = ConvLSTM2d(input_size, hidden, **options).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
    return cell


def correlation(frames: Array, weight: Array) -> Array:
    """(B, C, H, W) and (O, C, k, k): the sum over channels and the kernel around each pixel, with
    zeros outside."""
    (count, _, height, width), (outputs, _, size, _) = frames.shape, weight.shape
    result = np.zeros((count, outputs, height, width))
    for row, column, down, right in np.ndindex(height, width, size, size):
        y = row + down - size // 2
        x = column + right - size // 2
        if 0 <= y < height and 0 <= x < width:
            result[:, :, row, column] += frames[:, :, y, x] @ weight[:, :, down, right].T
    return result


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
@pytest.mark.parametrize("peepholes", [True, False])
def test_it_is_a_plain_loop_over_equation_3(kernel_size: int, peepholes: bool) -> None:
    """Shi et al. 2015, with correlations summed pixel by pixel in numpy: outputs and C to 1e-12."""
    cell = perturbed((2, 4, 3), 3, kernel_size=kernel_size, peepholes=peepholes)
    named = {key: parameter.detach().numpy() for key, parameter in cell.named_parameters()}
    w_i, w_f, w_c, w_o = np.split(named["from_input.layer.weight"], 4)
    b_i, b_f, b_c, b_o = np.split(named["from_input.layer.bias"][:, None, None], 4)
    u_i, u_f, u_c, u_o = np.split(named["from_state.weight"], 4)
    p_i, p_f, p_o = named.get("peepholes", np.zeros((3, 3, 4, 3)))
    frames = np.random.default_rng(0).normal(size=(2, 5, 2, 4, 3))
    h = c = np.zeros((2, 3, 4, 3))
    outputs = []
    for t in range(5):
        x = frames[:, t]
        i = sigmoid(correlation(x, w_i) + correlation(h, u_i) + p_i * c + b_i)
        f = sigmoid(correlation(x, w_f) + correlation(h, u_f) + p_f * c + b_f)
        c = f * c + i * np.tanh(correlation(x, w_c) + correlation(h, u_c) + b_c)
        o = sigmoid(correlation(x, w_o) + correlation(h, u_o) + p_o * c + b_o)
        h = o * np.tanh(c)
        outputs.append(h)
    ours, (_, c_T) = cell(torch.tensor(frames))
    np.testing.assert_allclose(ours.detach().numpy(), np.stack(outputs, axis=1), atol=1e-12, rtol=0)
    np.testing.assert_allclose(c_T.detach().numpy(), c, atol=1e-12, rtol=0)


def test_on_a_single_pixel_it_is_the_lstm_of_torch() -> None:
    """With a 1x1 kernel and copied weights, in float64: outputs and gradient to 1e-12."""
    cell = perturbed((3, 1, 1), 5, kernel_size=1)
    lstm = nn.LSTM(3, 5, batch_first=True).double()
    named = dict(cell.named_parameters())
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(named["from_input.layer.weight"][:, :, 0, 0])
        lstm.weight_hh_l0.copy_(named["from_state.weight"][:, :, 0, 0])
        lstm.bias_ih_l0.copy_(named["from_input.layer.bias"])
        lstm.bias_hh_l0.zero_()
    x_BTI = torch.randn(4, 7, 3, dtype=torch.float64, requires_grad=True)
    outputs = [cell(x_BTI[..., None, None])[0][..., 0, 0], lstm(x_BTI)[0]]
    torch.testing.assert_close(*outputs, atol=1e-12, rtol=0)
    direction = torch.randn_like(outputs[0])
    gradients = [torch.autograd.grad((y * direction).sum(), x_BTI)[0] for y in outputs]
    torch.testing.assert_close(*gradients, atol=1e-12, rtol=0)


@pytest.mark.parametrize("peepholes", [True, False])
def test_a_moved_picture_gives_moved_answers_away_from_the_borders(peepholes: bool) -> None:
    """Exactly, as far as two steps of a 3x3 kernel do not see the border; peepholes, a weight a
    pixel, end that."""
    cell = perturbed((1, 14, 14), 2, peepholes=peepholes)
    frames = torch.zeros(1, 2, 1, 14, 14, dtype=torch.float64)
    frames[..., 5:8, 5:8] = torch.randn(1, 2, 1, 3, 3, dtype=torch.float64)
    moved = torch.roll(frames, (1, 2), dims=(-2, -1))
    here = cell(frames)[0][..., 2:10, 2:10]
    there = cell(moved)[0][..., 3:11, 4:12]
    assert torch.allclose(here, there, atol=1e-12, rtol=0) != peepholes


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
def test_a_pixel_is_seen_as_far_as_the_kernels_reach(kernel_size: int) -> None:
    """After t steps a change of one pixel of the first frame has spread by t * (kernel_size // 2),
    and no further."""
    cell = perturbed((1, 15, 15), 2, kernel_size=kernel_size)
    frames = torch.randn(1, 3, 1, 15, 15, dtype=torch.float64)
    changed = frames.clone()
    changed[0, 0, 0, 7, 7] += 1
    differs = (cell(frames)[0] != cell(changed)[0]).any(dim=2)[0]
    for step in range(3):
        reach = (step + 1) * (kernel_size // 2)
        rows, columns = differs[step].nonzero(as_tuple=True)
        assert rows.min() == columns.min() == 7 - reach
        assert rows.max() == columns.max() == 7 + reach


def test_chunks_with_the_state_carried_equal_the_whole() -> None:
    """Steps 1, 3 and 3, in float64, to 1e-12; T = 0 is a clear error."""
    cell = perturbed((2, 4, 5), 3, peepholes=True)
    frames = torch.randn(2, 7, 2, 4, 5, dtype=torch.float64)
    whole, last = cell(frames)
    parts = []
    state = None
    for part in (frames[:, :1], frames[:, 1:4], frames[:, 4:]):
        y_BT, state = cell(part, state)
        parts.append(y_BT)
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, atol=1e-12, rtol=0)
    torch.testing.assert_close(state, last, atol=1e-12, rtol=0)
    with pytest.raises(ValueError, match="at least one step"):
        cell(frames[:, :0])


def test_the_gradient_reaches_every_parameter_and_the_initial_state() -> None:
    """Finite differences agree in float64."""
    cell = perturbed((1, 2, 3), 2, peepholes=True)
    state = tuple(
        torch.randn(1, 2, 2, 3, dtype=torch.float64, requires_grad=True) for _ in range(2)
    )
    frames = torch.randn(1, 2, 1, 2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, h, c: cell(x, (h, c))[0], (frames, *state))
    cell(frames, state)[0].square().sum().backward()
    assert all(
        parameter.grad is not None and parameter.grad.any() for parameter in cell.parameters()
    )


def test_large_inputs_stay_finite() -> None:
    """Frames of +-1e4."""
    cell = ConvLSTM2d((1, 4, 4), 3)
    y_BT, _ = cell(1e4 * torch.randn(2, 20, 1, 4, 4).sign())
    y_BT.square().mean().backward()
    assert y_BT.isfinite().all()
    assert all(
        parameter.grad.isfinite().all()
        for parameter in cell.parameters()
        if parameter.grad is not None
    )


@pytest.mark.parametrize("forget_bias", [1.0, -2.0])
def test_it_begins_as_described(forget_bias: float) -> None:
    """U(-b, b) with b = 1 / sqrt(9 hidden), the forget bias as asked, peepholes 0."""
    torch.manual_seed(0)
    cell = ConvLSTM2d((4, 3, 3), 16, peepholes=True, forget_bias=forget_bias)
    named = dict(cell.named_parameters())
    bound = 1 / 12
    for key in ("from_input.layer.weight", "from_state.weight"):
        assert named[key].abs().max() <= bound
        assert named[key].std().item() == pytest.approx(bound / math.sqrt(3), rel=0.05)
    biases = named["from_input.layer.bias"].detach().reshape(4, 16)
    assert (biases[1] == forget_bias).all()
    assert biases[[0, 2, 3]].abs().max() <= bound
    assert not named["peepholes"].any()


@pytest.mark.parametrize("kernel_size", [2, 0, -1])
def test_an_even_kernel_is_refused(kernel_size: int) -> None:
    """It has no middle, so that the frame would change its size."""
    with pytest.raises(
        rnnbench.RnnbenchError, match=f"should be odd and at least 1, got {kernel_size}"
    ):
        ConvLSTM2d((1, 4, 4), 3, kernel_size=kernel_size)


@pytest.mark.parametrize(
    ("options", "parameters"),
    [({}, 9_856), ({"kernel_size": 5}, 27_264), ({"peepholes": True}, 12_160)],
)
def test_parameters_and_state_are_as_counted(options: dict[str, Any], parameters: int) -> None:
    """16 channels over frames of 1 x 6 x 8: 64 * (17 * 9 + 1) weights and biases; two states of 16
    x 6 x 8."""
    cell = ConvLSTM2d((1, 6, 8), 16, **options)
    (spec,) = SPECS
    assert spec.parameters is not None
    assert spec.state_floats is not None
    assert (
        count_parameters(cell)
        == parameters
        == spec.parameters((1, 6, 8), 16, **{**spec.options, **options})
    )
    assert probe(cell, torch.zeros(1, 2, 1, 6, 8)) == ((16, 6, 8), 2 * 16 * 48)
    assert spec.state_floats((1, 6, 8), 16, **options) == 2 * 16 * 48


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # torch.compile warns of itself
def test_the_compiled_cell_equals_the_eager_one() -> None:
    """Over more than one chunk of ten steps and a rest, in float64, to 1e-12."""
    eager = perturbed((1, 4, 4), 2, peepholes=True)
    compiled = ConvLSTM2d((1, 4, 4), 2, peepholes=True, implementation="compiled").double()
    compiled.load_state_dict(eager.state_dict())
    frames = torch.randn(2, 13, 1, 4, 4, dtype=torch.float64)
    torch.testing.assert_close(compiled(frames)[0], eager(frames)[0], atol=1e-12, rtol=0)
