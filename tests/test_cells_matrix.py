"""Cells whose state is a matrix: against a plain loop of the papers' equations, and closed
forms."""

import numpy as np
import pytest
import torch

import rnnbench
from rnnbench.model import count_parameters
from rnnbench_cells.deltanet import TINY, DeltaNet
from rnnbench_cells.specs.matrix import SPECS, deltanet_parameters, deltanet_state

SPEC = {spec.name: spec for spec in SPECS}


def build(
    inputs: int = 3, hidden: int = 5, *, key_size: int = 4, negative: bool = False
) -> DeltaNet:
    """A cell in float64 with biases that are not zero."""
    torch.manual_seed(1)
    cell = DeltaNet(inputs, hidden, key_size, negative).double()
    with torch.no_grad():
        cell.value_bias.normal_()
        cell.beta_bias.normal_()
    return cell


def by_hand(cell: DeltaNet, x_TI: np.ndarray) -> np.ndarray:
    """The equations with a transition matrix written out, S_t = S_{t-1} (I - beta k k^T) + beta v
    k^T."""
    weights = cell.from_input.weight.detach().numpy()
    keys = cell.sizes[0]
    hidden = cell.sizes[-1]
    to_query = weights[:keys]
    to_key = weights[keys : 2 * keys]
    to_beta = weights[2 * keys]
    to_next_key = weights[2 * keys + 1 : 3 * keys + 1]
    to_next_beta = weights[3 * keys + 1]
    to_value = weights[3 * keys + 2 :]
    s_HK = np.zeros((hidden, keys))
    before_I = np.zeros(x_TI.shape[1])
    outputs = []
    for x_I in x_TI:
        key = to_key @ x_I + to_next_key @ before_I
        query = to_query @ x_I
        key, query = key / np.sqrt(key @ key + TINY), query / np.sqrt(query @ query + TINY)
        logit = to_beta @ x_I + to_next_beta @ before_I + cell.beta_bias.item()
        beta = cell.largest_beta / (1 + np.exp(-logit))
        value = to_value @ x_I + cell.value_bias.detach().numpy()
        s_HK = s_HK @ (np.eye(keys) - beta * np.outer(key, key)) + beta * np.outer(value, key)
        outputs.append(s_HK @ query)
        before_I = x_I
    return np.array(outputs)


@pytest.mark.parametrize("negative", [False, True])
def test_the_deltanet_is_its_equations(negative: bool) -> None:
    """To rounding, in float64, over a dozen steps."""
    cell = build(negative=negative)
    x_BTI = torch.randn(2, 12, 3, dtype=torch.float64)
    y_BTH, _ = cell(x_BTI)
    for x_TI, y_TH in zip(x_BTI, y_BTH, strict=True):
        np.testing.assert_allclose(y_TH.detach().numpy(), by_hand(cell, x_TI.numpy()), atol=1e-12)


def test_a_value_is_found_under_its_key_and_replaced_by_the_next_one() -> None:
    """With beta 1, reading with the key that was just written gives the value, whatever was there
    before."""
    cell = build(hidden=2, key_size=3)
    with torch.no_grad():
        cell.beta_bias.fill_(50.0)
        cell.value_bias.zero_()
    key = torch.tensor([[0.0, 1.0, 0.0]], dtype=torch.float64)
    state = cell.initial_state(torch.zeros(1, 3).double())
    for value in ([[2.0, -1.0]], [[0.5, 3.0]]):
        nothing = torch.zeros(1, 4, dtype=torch.float64)
        write = torch.cat(
            [key, key, nothing[:, :1], nothing, torch.tensor(value, dtype=torch.float64)], dim=1
        )
        y_BH, state = cell.step(write, state)
        np.testing.assert_allclose(y_BH.detach().numpy(), value, atol=1e-5)


def test_negative_eigenvalues_turn_the_sign_of_what_is_stored() -> None:
    """With beta 2 and no value, S k becomes -S k; with beta 1 it becomes 0."""
    for negative, factor in ((True, -1.0), (False, 0.0)):
        cell = build(hidden=2, key_size=3, negative=negative)
        with torch.no_grad():
            cell.beta_bias.fill_(50.0)
            cell.value_bias.zero_()
        stored = torch.tensor([[[0.0, 4.0, 0.0], [0.0, -3.0, 0.0]]], dtype=torch.float64)
        key = torch.tensor([[0.0, 1.0, 0.0]]).double()
        nothing = torch.zeros(1, 7, dtype=torch.float64)
        y_BH, _ = cell.step(
            torch.cat([key, key, nothing], dim=1), (stored, torch.zeros(1, 4).double())
        )
        np.testing.assert_allclose(
            y_BH.detach().numpy(), [[factor * 4.0, factor * -3.0]], atol=1e-4
        )


@pytest.mark.parametrize("key_size", [1, 4, 16])
def test_its_state_grows_with_the_key_size_while_its_output_stays(key_size: int) -> None:
    """Parameters and numbers in the state are as declared."""
    cell = DeltaNet(6, 10, key_size)
    y_BTH, (s_BHK, before_BK) = cell(torch.randn(2, 3, 6))
    assert y_BTH.shape == (2, 3, 10)
    assert s_BHK[0].numel() + before_BK[0].numel() == deltanet_state(6, 10, key_size)
    assert count_parameters(cell) == deltanet_parameters(6, 10, key_size)


def test_a_key_of_zeros_has_a_finite_gradient() -> None:
    """An input of zeros gives keys and queries of zeros; so do the units that a layer below has
    shut."""
    x_BTI = torch.zeros(1, 3, 3, dtype=torch.float64, requires_grad=True)
    build()(x_BTI)[0].sum().backward()
    assert x_BTI.grad is not None
    assert torch.isfinite(x_BTI.grad).all()


def test_a_key_size_that_is_none_is_refused() -> None:
    """With the name of cell and option."""
    with pytest.raises(
        rnnbench.RnnbenchError, match="deltanet: key_size should be 1 or above, got 0"
    ):
        SPEC["deltanet"].load({"key_size": 0})(3, 5)
