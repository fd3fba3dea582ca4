"""Cells that are defined in continuous time: closed forms, and steps of any length in time."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.polynomial.legendre import legval

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench.model import count_parameters
from rnnbench_cells.cfc import CfC
from rnnbench_cells.legendre import LMU, held_window

X_BTI = torch.randn(3, 12, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
UNITS = 5


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("cfc", {}),
        ("cfc", {"time_feature": 0}),
        ("cfc", {"time_feature": 2, "backbone": 7}),
        ("lmu", {}),
        ("lmu", {"theta": 5.5, "order": 4}),
    ],
)
def test_each_cell_equals_a_plain_loop_of_its_papers_words(
    name: str, options: dict[str, Any]
) -> None:
    """In float64, to 1e-12, with weights moved off where they begin; parameters as declared."""
    torch.manual_seed(1)
    spec = Catalogue.present().cells[name].item
    cell = spec.load(options)(4, UNITS).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    reference = spec.load_reference()
    assert reference is not None
    torch.testing.assert_close(cell(X_BTI)[0], reference(cell, X_BTI), atol=1e-12, rtol=0)
    assert spec.parameters is not None
    assert count_parameters(cell) == spec.parameters(4, UNITS, **options)


def test_a_cfc_without_a_time_feature_takes_steps_of_length_one() -> None:
    """As with a feature that is always 1, which its backbone does not see."""
    torch.manual_seed(1)
    plain = CfC(4, UNITS).double()
    timed = CfC(5, UNITS, time_feature=1).double()
    timed.load_state_dict(plain.state_dict())
    ones = torch.ones(3, 12, 1, dtype=torch.float64)
    with_time = torch.cat([X_BTI[..., :1], ones, X_BTI[..., 1:]], -1)
    torch.testing.assert_close(timed(with_time)[0], plain(X_BTI)[0], atol=1e-14, rtol=0)


def test_a_long_time_settles_a_cfc_at_one_of_its_two_states() -> None:
    """As time passes, the gate goes from sigmoid(b) to 0 or 1, by the sign of its rate a."""
    torch.manual_seed(1)
    cell = CfC(3, UNITS, time_feature=2).double()
    features = torch.cat([X_BTI[:, :1, :2]] * 2, 0)
    elapsed = torch.tensor([0.0] * 3 + [1e6] * 3, dtype=torch.float64)[:, None, None]
    y_BTH, _ = cell(torch.cat([features, elapsed], -1))
    weight = cell.backbone.weight[:, :2]
    hidden = 1.7159 * torch.tanh(0.666 * (X_BTI[:, 0, :2] @ weight.T + cell.backbone.bias))
    g, k, a, b = cell.heads(hidden).chunk(4, dim=-1)
    assert a.min() < 0 < a.max()
    settled = torch.where(a > 0, torch.tanh(k), torch.tanh(g))
    torch.testing.assert_close(y_BTH[3:, 0], settled, atol=1e-12, rtol=0)
    share = torch.sigmoid(b)
    at_once = (1 - share) * torch.tanh(g) + share * torch.tanh(k)
    torch.testing.assert_close(y_BTH[:3, 0], at_once, atol=1e-12, rtol=0)


def test_a_cfc_of_time_alone_runs() -> None:
    """Where the only feature is the time, the backbone sees the state alone."""
    cell = CfC(1, UNITS, time_feature=0)
    y_BTH, _ = cell(torch.rand(2, 6, 1))
    assert y_BTH.shape == (2, 6, UNITS)
    assert (y_BTH[0, -1] - y_BTH[1, -1]).abs().max() > 0


def test_the_memory_of_an_lmu_is_decoded_by_legendre_polynomials() -> None:
    """u of s steps ago is sum_i P_i(2 s / theta - 1) m_i, over the whole window of theta steps.

    An input that is held over a step stands for the middle of that step. The end of the window, in
    the midst of whose last step the staircase ends, is left out.
    """
    theta = 60.0
    order = 14
    cell = LMU(1, 3, theta=theta, order=order).double()
    with torch.no_grad():
        cell.encode_input.fill_(1.0)
        cell.encode_state.zero_()
    t = np.arange(400) + 0.5
    signal = np.sin(2 * np.pi * t / 47) + 0.5 * np.cos(2 * np.pi * t / 31)
    _, (_, m_BD) = cell(torch.tensor(signal)[None, :, None])
    ago = np.arange(1, theta)
    decoded = legval(2 * ago / theta - 1, m_BD[0].detach().numpy())
    then = 400 - ago
    expected = np.sin(2 * np.pi * then / 47) + 0.5 * np.cos(2 * np.pi * then / 31)
    np.testing.assert_allclose(decoded, expected, atol=0.005)
    assert np.abs(decoded - np.roll(expected, 1)).max() > 0.05


def test_the_window_of_an_lmu_is_the_solution_of_its_equation() -> None:
    """The matrices as they are printed, and their exponential summed up as a series."""
    order = 6
    theta = 7.5
    system = np.zeros((order + 1, order + 1))
    for i in range(order):
        system[i, order] = (2 * i + 1) * (-1) ** i / theta
        for j in range(order):
            system[i, j] = (2 * i + 1) * (-1 if i < j else (-1) ** (i - j + 1)) / theta
    term = np.eye(order + 1)
    expected = term.copy()
    for power in range(1, 100):
        term = term @ system / power
        expected = expected + term
    transition, drive = held_window(order, theta)
    np.testing.assert_allclose(transition.numpy(), expected[:order, :order], atol=1e-12)
    np.testing.assert_allclose(drive.numpy(), expected[:order, order], atol=1e-12)


def test_the_window_of_an_lmu_is_a_delay_at_the_frequencies_that_it_holds() -> None:
    """The last of the window, sum_i m_i, answers exp(i w t) by exp(i w (t - theta)).

    An input that is held over a step is half a step early, and smaller by sin(w / 2) / (w / 2).
    """
    theta = 20.0
    transition, drive = (part.numpy() for part in held_window(12, theta))
    for period in (400.0, 60.0, 30.0):
        turn = np.exp(2j * np.pi / period)
        response = turn * np.linalg.solve(turn * np.eye(12) - transition, drive).sum()
        assert abs(response / (turn ** (0.5 - theta) * np.sinc(1 / period)) - 1) < 0.01


def test_the_window_of_an_lmu_forgets() -> None:
    """All eigenvalues of A lie within the unit circle, at orders and lengths of use."""
    for order, theta in ((1, 1.0), (16, 10.0), (32, 100.0), (64, 1000.0)):
        transition, _ = held_window(order, theta)
        assert torch.linalg.eigvals(transition).abs().max() < 1


def test_the_window_of_an_lmu_is_fixed() -> None:
    """It is no parameter, and moves with the cell from one dtype to another."""
    cell = LMU(2, 3, order=4)
    assert {"transition", "drive"} <= set(cell.state_dict())
    assert not {"transition", "drive"} & {name for name, _ in cell.named_parameters()}
    assert cell.double().transition.dtype == torch.float64


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"theta": 0.0}, "lmu: theta should be above 0, got 0"),
        ({"order": 0}, "lmu: order should be 1 or above, got 0"),
    ],
)
def test_a_window_that_is_none_is_refused(options: dict[str, Any], told: str) -> None:
    """With the names of cell and option."""
    with pytest.raises(rnnbench.RnnbenchError, match=told):
        LMU(3, UNITS, **options)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"time_feature": 3}, r"cfc: time_feature should be .* the 3 features from 0 on, got 3"),
        ({"time_feature": -2}, r"cfc: time_feature should be -1 \(none\) .*, got -2"),
        ({"backbone": -1}, "cfc: backbone should be 0 or above, got -1"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], told: str) -> None:
    """With the names of cell and option."""
    with pytest.raises(rnnbench.RnnbenchError, match=told):
        CfC(3, UNITS, **options)
