"""Every cell that a scan runs: each form and each option against a plain loop of its paper's words."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rnnbench.catalogue import Catalogue
from rnnbench.model import count_parameters, probe
from rnnbench.state import map_tensors, tensors_of

VARIANTS: list[tuple[str, dict[str, Any]]] = [
    ("rglru", {}),
    ("rglru", {"convolution": 4}),
    ("hgrn", {}),
    ("hgrn", {"lower_bound": 0.9}),
    ("qrnn", {}),
    ("qrnn", {"window": 5}),
    ("s4d", {"state_size": 6}),
    ("s5", {}),
    ("s5", {"modes": 4, "blocks": 3}),
    ("mamba", {}),
    ("mamba", {"state_size": 5, "convolution": 4}),
]
"""Cells under options that change their equations."""
each_variant = pytest.mark.parametrize(("name", "options"), VARIANTS)


def forms() -> Iterator[tuple[str, dict[str, Any], str]]:
    """Each variant in each of the cell's implementations."""
    for name, options in VARIANTS:
        for implementation in Catalogue.present().cells[name].item.implementations:
            yield name, options, implementation


FORMS = list(forms())


def build(name: str, options: dict[str, Any], implementation: str = "loop") -> nn.Module:
    """A cell of 3 inputs and 6 units in float64, its weights moved off where they begin."""
    torch.manual_seed(1)
    spec = Catalogue.present().cells[name].item
    cell: nn.Module = spec.load(options, implementation)(3, 6).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return cell


def inputs(steps: int) -> Tensor:
    generator = torch.Generator().manual_seed(2)
    return torch.randn(2, steps, 3, dtype=torch.float64, generator=generator)


@pytest.mark.parametrize(("name", "options", "implementation"), FORMS)
def test_each_form_equals_a_plain_loop_of_the_papers_words(
    name: str, options: dict[str, Any], implementation: str
) -> None:
    """In float64, to 1e-10, over a number of steps that no chunk of the scan divides."""
    cell = build(name, options, implementation)
    reference = Catalogue.present().cells[name].item.load_reference()
    assert reference is not None
    x_BTI = inputs(23)
    torch.testing.assert_close(cell(x_BTI)[0], reference(cell, x_BTI), atol=1e-10, rtol=0)


@pytest.mark.parametrize(
    ("name", "options", "implementation"), [form for form in FORMS if form[2] != "loop"]
)
def test_each_form_agrees_with_the_loop_from_a_carried_state(
    name: str, options: dict[str, Any], implementation: str
) -> None:
    """Outputs, last state, and gradients by inputs, state and every parameter, to 1e-10."""
    found: list[list[Tensor]] = []
    for form in (implementation, "loop"):
        cell = build(name, options, form)
        x_BTI = inputs(41).requires_grad_()
        state = map_tensors(lambda part: part.detach().requires_grad_(), cell(inputs(7))[1])
        y_BTH, last = cell(x_BTI, state)
        leaves = [x_BTI, *tensors_of(state), *cell.parameters()]
        loss = y_BTH.square().sum() + sum(part.abs().square().sum() for part in tensors_of(last))
        gradients = torch.autograd.grad(loss, leaves)
        found.append([y_BTH, *tensors_of(last), *gradients])
    for one, looped in zip(*found, strict=True):
        torch.testing.assert_close(one, looped, atol=1e-10, rtol=1e-10)


@each_variant
def test_parameters_and_state_are_declared_for_every_option(
    name: str, options: dict[str, Any]
) -> None:
    """The formulas count what is there, also where an option changes it."""
    spec = Catalogue.present().cells[name].item
    cell = build(name, options)
    asked = {**spec.options, **options}
    assert spec.parameters is not None
    assert spec.state_floats is not None
    assert count_parameters(cell) == spec.parameters(3, 6, **asked)
    assert probe(cell, inputs(2)[:1]).state_floats == spec.state_floats(3, 6, **asked)
