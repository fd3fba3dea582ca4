"""The check of gradients: they equal finite differences, and reach every parameter."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NoReturn

import torch
from torch import Tensor, nn

from rnnbench import text
from rnnbench.state import map_tensors, tensors_of
from rnnbench.testing.differences import Comparison, Line, compare
from rnnbench.testing.outcome import NotApplicable, fail
from rnnbench.testing.subject import Subject, run

STEPS = 5
PROJECTIONS = 4
"""Random projections of the outputs whose derivatives are checked."""


def differentiates(subject: Subject) -> str:
    """Gradients by inputs, parameters and initial state equal finite differences and reach every
    parameter."""
    subject = subject.changed(units=subject.size_from(3 * subject.multiple))
    cell = subject.build()
    note = _demand_every_parameter(subject, cell, subject.inputs(batch=2))
    if subject.spec.straight_through:
        return (
            "it declares straight-through gradients, which are not compared with finite differences"
        )
    x_BT = subject.inputs(batch=2, steps=min(STEPS, subject.steps))
    if subject.dtype != torch.float64:
        raise NotApplicable("finite differences need float64, in which it does not run")
    rounding = _demand_true_by_inputs(cell, x_BT)
    if subject.spec.carries_state:
        rounding = max(rounding, _demand_true_by_state(cell, x_BT.detach()))
    return "; ".join(filter(None, (note, _rounding_note(rounding))))


def _demand_true_by_inputs(cell: nn.Module, x_BT: Tensor) -> float:
    leaves = {"the inputs": x_BT.requires_grad_(True)}
    for name, parameter in _trainable(cell).items():
        leaves[f"parameter {name}"] = parameter
    return _demand_true(leaves, lambda: run(cell, x_BT)[0])


def _demand_true_by_state(cell: nn.Module, x_BT: Tensor) -> float:
    _, last = run(cell, x_BT)
    state = map_tensors(_leaf, last)
    leaves = {}
    for number, tensor in enumerate(tensors_of(state)):
        if tensor.requires_grad:
            leaves[f"state tensor {number}"] = tensor
    return _demand_true(leaves, lambda: run(cell, x_BT, state)[0])


def _trainable(cell: nn.Module) -> dict[str, nn.Parameter]:
    return {name: p for name, p in cell.named_parameters() if p.requires_grad}


def _rounding_note(rounding: float) -> str:
    if not rounding:
        return ""
    return (
        f"its outputs are rounded to about {text.rounded(rounding, 1)} on the way (in float32?), so"
        " that larger steps were taken"
    )


def _leaf(tensor: Tensor) -> Tensor:
    tensor = tensor.detach().clone()
    return tensor.requires_grad_(tensor.is_floating_point() or tensor.is_complex())


def _demand_every_parameter(subject: Subject, cell: nn.Module, x_BT: Tensor) -> str:
    """Fail where a parameter has no gradient or one that is not finite; return a note."""
    trainable = _trainable(cell)
    if not trainable:
        return _demand_declared_without_parameters(subject)
    y_BT, _ = run(cell, x_BT)
    if not y_BT.requires_grad:
        fail(
            "no gradient flows from its outputs to any parameter: is the graph cut, or the run"
            " under no_grad?"
        )
    steps = x_BT.shape[1]
    totals = dict.fromkeys(trainable, 0.0)
    for projection in _projections(y_BT):
        slopes = _slopes(y_BT, projection, list(trainable.values()))
        for name, gradient in zip(trainable, slopes, strict=True):
            if gradient is None:
                continue
            if not torch.isfinite(gradient).all():
                fail(
                    f"the gradient by parameter {name} is not finite, after {steps} steps of noise"
                )
            totals[name] += gradient.abs().sum().item()
    idle = [name for name, total in totals.items() if not total]
    if idle:
        named = f"{', '.join(idle)} ({len(idle)} of {len(totals)} parameters)"
        fail(f"after {steps} steps no gradient reaches {named}")
    return ""


def _demand_declared_without_parameters(subject: Subject) -> str:
    declared = subject.spec.parameters
    count = None
    if declared is not None:
        count = declared(subject.input_size, subject.hidden_size, **subject.options)
    if count != 0:
        fail(
            "it has no parameters to learn: are they held in a plain list, or without"
            " requires_grad? If there are none, declare parameters=lambda *_, **__: 0"
        )
    return "it has nothing to learn, as it declares"


def _projections(y_BT: Tensor) -> list[Tensor]:
    """Random directions in the space of the outputs.

    A plain sum of the outputs may be constant behind a normalisation.
    """
    generator = torch.Generator().manual_seed(11)
    return [
        torch.randn(y_BT.shape, dtype=y_BT.dtype, generator=generator) for _ in range(PROJECTIONS)
    ]


def _project(outputs: Callable[[], Tensor], projection: Tensor) -> float:
    projected: float = (outputs() * projection).sum().real.item()
    return projected


def _slopes(y_BT: Tensor, projection: Tensor, leaves: list[Tensor]) -> Sequence[Tensor | None]:
    projected = (y_BT * projection).sum().real
    return torch.autograd.grad(projected, leaves, retain_graph=True, allow_unused=True)


def _demand_true(leaves: dict[str, Tensor], outputs: Callable[[], Tensor]) -> float:
    """Compare the derivative of projected outputs along a random direction of each leaf with finite
    differences.

    Returns the coarsest rounding of the outputs that was detected; 0.0 where there was none.
    """
    if not leaves:
        return 0.0
    y_BT = outputs()
    projections = _projections(y_BT)
    slopes = [_slopes(y_BT, projection, list(leaves.values())) for projection in projections]
    generator = torch.Generator().manual_seed(12)
    coarsest = 0.0
    for projection, gradients in zip(projections, slopes, strict=True):
        for (name, leaf), gradient in zip(leaves.items(), gradients, strict=True):
            direction = torch.randn(leaf.shape, dtype=leaf.dtype, generator=generator)
            stated = _derivative(gradient, direction)
            line = Line(leaf, direction, partial(_project, outputs, projection))
            comparison = compare(stated, line)
            if not comparison.agrees:
                _fail_with_derivatives(name, stated, comparison)
            coarsest = max(coarsest, comparison.rounding)
    return coarsest


def _derivative(gradient: Tensor | None, direction: Tensor) -> float:
    """Derivative along a direction; 0.0 where no gradient flows."""
    if gradient is None:
        return 0.0
    derivative: float = (gradient.conj() * direction).sum().real.item()
    return derivative


def _fail_with_derivatives(name: str, stated: float, comparison: Comparison) -> NoReturn:
    rounded = ""
    if comparison.rounding:
        rounded = f", with outputs that are rounded to about {text.rounded(comparison.rounding, 1)}"
    measured = text.rounded(comparison.measured, 6)
    fail(
        f"the derivative by {name} is {measured} by finite differences{rounded},"
        f" and {text.rounded(stated, 6)} by autograd; gradients that are straight-through by design"
        " are declared with straight_through=True"
    )
