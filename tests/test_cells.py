"""Every installed cell: what its description declares is what is built."""

import copy
import pickle

import pytest
import torch
from torch import nn

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench.model import count_parameters, probe

CATALOGUE = Catalogue.present()
CELLS = sorted(CATALOGUE.cells)


def spec_of(name: str) -> rnnbench.CellSpec:
    """The description of an installed cell."""
    return CATALOGUE.cells[name].item


def sizes_of(spec: rnnbench.CellSpec) -> list[tuple[object, int]]:
    """Some input and hidden sizes that its constraints allow."""
    hidden_sizes = [2 * spec.multiple(), 3 * spec.multiple()]
    if spec.inputs == "frames":
        return [((2, 4, 5), hidden) for hidden in hidden_sizes]
    return [(hidden if spec.same_size else 3, hidden) for hidden in hidden_sizes]


def some_input(input_size: object, batch: int = 2, steps: int = 4) -> torch.Tensor:
    """Random features (B, T, I) or frames (B, T, C, H, W)."""
    return torch.randn(
        batch, steps, *(input_size if isinstance(input_size, tuple) else (input_size,))
    )


def built(
    spec: rnnbench.CellSpec, implementation: str = "default"
) -> tuple[nn.Module, torch.Tensor]:
    """The cell with its default options at some size, and an input for it."""
    input_size, hidden = sizes_of(spec)[0]
    torch.manual_seed(0)
    return spec.load(spec.options, implementation)(input_size, hidden), some_input(input_size)


@pytest.mark.parametrize("name", CELLS)
def test_every_installed_cell_keeps_the_contract(name: str) -> None:
    """Built with its default options, it gives (B, T, H), or frames for frames, and names its
    source."""
    spec = spec_of(name)
    cell, x_BT = built(spec)
    outputs, _ = probe(cell, x_BT[:1])
    assert len(outputs) == (3 if spec.inputs == "frames" else 1)
    assert spec.source
    assert spec.summary


@pytest.mark.parametrize("name", CELLS)
def test_declared_parameters_and_state_are_those_that_are_there(name: str) -> None:
    """The formulas, counted by hand, against the cell as it is built, at two sizes."""
    spec = spec_of(name)
    for input_size, hidden in sizes_of(spec):
        cell = spec.load(spec.options)(input_size, hidden)
        if spec.parameters is not None:
            assert count_parameters(cell) == spec.parameters(input_size, hidden, **spec.options)
        if spec.state_floats is not None:
            floats = probe(cell, some_input(input_size, batch=1)).state_floats
            assert floats == spec.state_floats(input_size, hidden, **spec.options)


@pytest.mark.parametrize("name", CELLS)
def test_the_state_dict_of_each_implementation_loads_into_the_others(name: str) -> None:
    """The same names and shapes, and from the same seed the same numbers."""
    spec = spec_of(name)
    reference = built(spec)[0].state_dict()
    for implementation in spec.implementations:
        cell, _ = built(spec, implementation)
        cell.load_state_dict(reference)
        again = built(spec, implementation)[0].state_dict()
        assert all(torch.equal(again[key], reference[key]) for key in reference), implementation


@pytest.mark.parametrize("name", CELLS)
def test_a_copy_and_a_pickle_are_the_same_cell(name: str) -> None:
    """Same outputs, bit for bit."""
    cell, x_BT = built(spec_of(name))
    cell.eval()
    expected, _ = cell(x_BT)
    for twin in (copy.deepcopy(cell), pickle.loads(pickle.dumps(cell))):
        assert torch.equal(twin(x_BT)[0], expected)


@pytest.mark.parametrize("name", CELLS)
def test_no_steps_are_refused_and_one_is_enough(name: str) -> None:
    """T = 0 is a ValueError that says so; T = 1, B = 1 and a strided input give what they
    should."""
    cell, x_BT = built(spec_of(name))
    cell.eval()
    with pytest.raises(ValueError, match="step"):
        cell(x_BT[:, :0])
    whole, _ = cell(x_BT)
    torch.testing.assert_close(cell(x_BT[:1, :1])[0], whole[:1, :1], atol=1e-5, rtol=1e-5)
    strided_BT = x_BT.transpose(0, 1).contiguous().transpose(0, 1)
    torch.testing.assert_close(cell(strided_BT)[0], whole, atol=1e-5, rtol=1e-5)
