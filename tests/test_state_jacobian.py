"""Spectra and Lyapunov exponents of states, where they are known in closed form."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench_diagnostics.state_jacobian import jacobian_spectrum, lyapunov_exponents


class Linear(nn.Module):
    """s_t = A s_{t-1} + x_t, whose Jacobian is A at every step."""

    def __init__(self, matrix: Tensor) -> None:
        super().__init__()
        self.matrix = matrix.float()

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Tensor]:
        s = torch.zeros(len(x), len(self.matrix)) if state is None else state
        outputs = []
        for x_t in x.unbind(1):
            s = s @ self.matrix.T + x_t.mean(-1, keepdim=True)
            outputs.append(s)
        return torch.stack(outputs, 1), s


class Logistic(nn.Module):
    """s_t = 4 s_{t-1} (1 - s_{t-1}), from a start that the inputs set: its exponent is ln 2."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Tensor]:
        s = torch.sigmoid(x[:, 0, :1].double()) if state is None else state
        if state is not None:
            s = 4 * s * (1 - s)
        return s[:, None], s


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def inputs(steps: int = 60, features: int = 3) -> Tensor:
    torch.manual_seed(0)
    return torch.randn(2, steps, features)


def test_a_linear_cell_has_the_spectrum_of_its_matrix() -> None:
    """Rotations count by their modulus; the exponents are the logarithms of the moduli."""
    turn = torch.tensor([[0.0, -0.8], [0.8, 0.0]])
    matrix = torch.diag(torch.tensor([0.0, 0.0, 0.5, 0.95]))
    matrix[:2, :2] = turn
    spectrum = jacobian_spectrum(Linear(matrix), inputs(), rng())
    assert spectrum.y == pytest.approx([0.95, 0.8, 0.8, 0.5], rel=1e-4)
    assert spectrum.figures["spectral radius"] == pytest.approx(0.95)
    assert spectrum.figures["eigenvalues above 0.9"] == 1
    assert spectrum.figures["numbers in the state"] == 4
    exponents = lyapunov_exponents(Linear(matrix), inputs(100), rng())
    assert exponents.y == pytest.approx(np.log([0.95, 0.8, 0.8, 0.5]), abs=5e-3)
    life = exponents.figures["memory of a perturbation (steps)"]
    assert life == pytest.approx(-1 / math.log(0.95), rel=0.02)


def test_chaos_has_an_exponent_above_zero() -> None:
    """Of the logistic map, ln 2; perturbations do not shrink, and the report says so."""
    found = lyapunov_exponents(Logistic(), inputs(100), rng())
    assert found.y[0] == pytest.approx(math.log(2), abs=0.15)
    assert found.absent == {"memory of a perturbation (steps)": "perturbations do not shrink"}


@pytest.mark.parametrize("name", ["lstm", "gru", "mingru", "lru", "gla", "mlstm", "pd-ssm"])
def test_states_of_every_kind_have_a_jacobian(name: str) -> None:
    """Several tensors, a batch on the second axis, complex numbers, matrices."""
    torch.manual_seed(1)
    spec = Catalogue.present().cells[name].item
    options = {"key_size": 4} if "key_size" in spec.options else {}
    cell = spec.load(options)(3, 8)
    assert spec.state_floats
    found = jacobian_spectrum(cell, inputs(12), rng())
    size = spec.state_floats(3, 8, **{**spec.options, **options})
    assert found.figures["numbers in the state"] == size == len(found.y)


def test_a_linear_recurrent_unit_has_its_own_eigenvalues() -> None:
    """Each twice, as real and imaginary part of a complex number."""
    torch.manual_seed(1)
    cell = Catalogue.present().cells["lru"].item.load()(3, 8)
    moduli = cell.eigenvalues().abs().detach().sort(descending=True).values
    found = jacobian_spectrum(cell, inputs(12), rng())
    assert found.y == pytest.approx(moduli.repeat_interleave(2).tolist(), rel=1e-4)


@pytest.mark.parametrize(
    ("cell", "steps", "says"),
    [
        (Linear(torch.eye(600)), 10, "states of 1 to 512 numbers, and this one has 600"),
        (nn.Sequential(), 10, "states of 1 to 512 numbers, and this one has 0"),
        (Linear(torch.eye(2)), 2, "needs at least 3 steps, and there are 2"),
        (Linear(torch.full((2, 2), torch.inf)), 10, "not finite at step 2"),
    ],
)
def test_what_has_no_jacobian_is_refused(cell: nn.Module, steps: int, says: str) -> None:
    if isinstance(cell, nn.Sequential):
        cell.forward = lambda x, state=None: (x, None)  # type: ignore[method-assign,misc]
    for measure in (jacobian_spectrum, lyapunov_exponents):
        with pytest.raises(rnnbench.Refused, match=says):
            measure(cell, inputs(steps), rng())
