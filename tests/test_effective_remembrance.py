"""Effective remembrance and dead units, where they are known in closed form."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_diagnostics.dead_units import dead_units
from rnnbench_diagnostics.effective_remembrance import effective_remembrance
from tests.test_diagnostics import DelayLine, Leaky, rng


def inputs(steps: int = 40, sequences: int = 64) -> Tensor:
    torch.manual_seed(0)
    return torch.randn(sequences, steps, 3, dtype=torch.float64)


@pytest.mark.parametrize("a", [0.5, 0.9])
def test_a_leaky_sum_forgets_as_its_leak(a: float) -> None:
    """Without the steps before the last k, y_T moves by a^k y_{T-k}."""
    x = inputs()
    found = effective_remembrance(Leaky(a), x, rng())
    states, _ = Leaky(a)(x)
    last = states[:, -1]
    spread = (last - last.mean(0)).square().sum(1).mean().sqrt()
    assert found.x[0] == 1
    assert found.x[-1] == 39
    for context, distance in zip(found.x, found.y, strict=True):
        moved = a**context * states[:, 39 - int(context)].square().sum(1).mean().sqrt()
        assert distance == pytest.approx(float(moved / spread), rel=1e-9)
    near = found.figures["steps of context within 10%"]
    assert near == pytest.approx(math.log(0.1) / math.log(a), rel=0.3)
    assert found.figures["distance without the first step"] == found.y[-1] < 1


@pytest.mark.parametrize("length", [1, 5, 20])
def test_a_delay_line_needs_the_steps_that_it_sees_and_no_more(length: int) -> None:
    """It sees so many steps before the present one; with them, nothing moves at all."""
    found = effective_remembrance(DelayLine(length), inputs(100), rng())
    by_context = dict(zip(found.x, found.y, strict=True))
    assert all((distance < 1e-12) == (context > length) for context, distance in by_context.items())
    least = min(context for context in found.x if context > length)
    assert found.figures["steps of context within 10%"] == least
    assert found.figures["distance without the first step"] < 1e-12


class Marks(nn.Module):
    """It starts from a state of its own, which it never forgets: 100 at its first step."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Tensor]:
        h = 100 * x[:, 0].abs() if state is None else state
        return h[:, None].expand(-1, x.shape[1], -1), h


def test_a_cell_that_leans_on_its_first_step_is_far_off_without_it() -> None:
    """The sign of a cell that has overfitted the states of short sequences."""
    found = effective_remembrance(Marks(), inputs(), rng())
    assert found.figures["distance without the first step"] == pytest.approx(math.sqrt(2), rel=0.2)
    assert found.absent == {
        "steps of context within 10%": "39 of 40 steps still leave the output farther off"
    }


@pytest.mark.parametrize(
    ("cell", "steps", "says"),
    [
        (Leaky(0.5), 2, "needs at least 3 steps, and there are 2"),
        (Leaky(1e30), 60, "the outputs are not finite"),
    ],
)
def test_what_cannot_be_remembered_is_refused(cell: nn.Module, steps: int, says: str) -> None:
    with pytest.raises(rnnbench.Refused, match=says):
        effective_remembrance(cell, inputs(steps), rng())


def test_a_single_sequence_is_refused() -> None:
    """It has no spread by which a distance could be measured."""
    with pytest.raises(rnnbench.Refused, match="there is a single longest one"):
        effective_remembrance(Leaky(0.5), inputs(sequences=1), rng())


class Some(nn.Module):
    """Units that move, stand still at 0, stand still at 5, and move by rounding alone."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, None]:
        u = x[..., :1]
        still = torch.zeros_like(u)
        rounding = 1 + 1e-8 * u
        return torch.cat([u, 1e-9 * u, still, still + 5, rounding], -1), None


def test_units_are_dead_where_nothing_moves_them() -> None:
    """By their own size: a small unit that moves is alive."""
    found = dead_units(Some(), inputs(), rng())
    assert found.figures == {"dead units": 3, "units": 5}
    by_share = dict(zip(found.x, found.y, strict=True))
    assert max(by_share[share] for share in range(61)) < 1e-6
    assert by_share[61] > 1
    assert by_share[61] == pytest.approx(by_share[100])
    with pytest.raises(rnnbench.Refused, match="all sequences are equal but for rounding"):
        effective_remembrance(Still(), inputs(), rng())
    with pytest.raises(rnnbench.Refused, match="the outputs are not finite"):
        dead_units(Leaky(1e30), inputs(60), rng())


class Still(nn.Module):
    """The same output whatever it reads, but for rounding."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, None]:
        return 3 + 1e-9 * x, None


def test_a_rectified_cell_with_a_large_negative_bias_is_dead() -> None:
    """All of torch's units at zero."""
    torch.manual_seed(0)
    cell = nn.RNN(3, 6, nonlinearity="relu", batch_first=True).double()
    with torch.no_grad():
        cell.bias_ih_l0[:4] = -100.0
        cell.weight_hh_l0[:] = 0.0
    assert dead_units(cell, inputs(), rng()).figures["dead units"] == 4
