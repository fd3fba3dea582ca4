"""Cells that are defined in continuous time: closed forms, and steps of any length in time."""

from typing import Any

import pytest
import torch

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench.model import count_parameters
from rnnbench_cells.cfc import CfC

X_BTI = torch.randn(3, 12, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
UNITS = 5


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("cfc", {}),
        ("cfc", {"time_feature": 0}),
        ("cfc", {"time_feature": 2, "backbone": 7}),
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
