"""The check of gradients: true by finite differences, and there for every parameter."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from rnnbench.state import map_tensors, tensors_of
from rnnbench.testing.differences import Line, compare
from rnnbench.testing.outcome import NotApplicable, fail
from rnnbench.testing.subject import Subject, run

STEPS = 5
DIRECTIONS = 4


def differentiates(subject: Subject) -> str:
    """Gradients by inputs, parameters and initial state equal finite differences, and reach every
    parameter."""
    subject = subject.changed(units=subject.spec.hidden_size(3 * subject.spec.hidden_multiple))
    cell = subject.build()
    note = _demand_every_parameter(subject, cell, subject.inputs(batch=2))
    if subject.spec.straight_through:
        return (
            "it declares straight-through gradients, which are not compared with finite differences"
        )
    x_BT = subject.inputs(batch=2, steps=min(STEPS, subject.steps))
    if subject.dtype != torch.float64:
        raise NotApplicable("finite differences need float64, in which it does not run")
    named = {f"parameter {name}": p for name, p in cell.named_parameters() if p.requires_grad}
    rounding = _demand_true(
        {"the inputs": x_BT.requires_grad_(True), **named}, lambda: run(cell, x_BT)[0]
    )
    if subject.spec.carries_state:
        state = map_tensors(_leaf, run(cell, x_BT.detach())[1])
        leaves = {
            f"state tensor {n}": t for n, t in enumerate(tensors_of(state)) if t.requires_grad
        }
        rounding = max(rounding, _demand_true(leaves, lambda: run(cell, x_BT.detach(), state)[0]))
    return "; ".join(filter(None, (note, _rounding_note(rounding))))


def _rounding_note(rounding: float) -> str:
    if not rounding:
        return ""
    return (
        f"its outputs are rounded to about {rounding:.1g} on the way (in float32?), so that larger"
        " steps were taken"
    )


def _leaf(tensor: Tensor) -> Tensor:
    tensor = tensor.detach().clone()
    return tensor.requires_grad_(tensor.is_floating_point() or tensor.is_complex())


def _demand_every_parameter(subject: Subject, cell: nn.Module, x_BT: Tensor) -> str:
    learned = {name: p for name, p in cell.named_parameters() if p.requires_grad}
    if not learned:
        declared = subject.spec.parameters
        if (
            declared is not None
            and declared(subject.input_size, subject.hidden_size, **subject.options) == 0
        ):
            return "it has nothing to learn, as it declares"
        fail(
            "it has no parameters to learn: are they held in a plain list, or without"
            " requires_grad? If there are none, declare parameters=lambda *_, **__: 0"
        )
    total = dict.fromkeys(learned, 0.0)
    y_BT, _ = run(cell, x_BT)
    if not y_BT.requires_grad:
        fail(
            "no gradient flows from its outputs to any parameter: is the graph cut, or the run"
            " under no_grad?"
        )
    for direction in _directions(y_BT):
        for name, gradient in zip(
            learned, _slopes(y_BT, direction, list(learned.values())), strict=True
        ):
            if gradient is None:
                continue
            if not torch.isfinite(gradient).all():
                fail(
                    f"the gradient by parameter {name} is not finite, after {x_BT.shape[1]} steps"
                    " of noise"
                )
            total[name] += gradient.abs().sum().item()
    idle = [name for name, gradient in total.items() if not gradient]
    if idle:
        who = f"{', '.join(idle)} ({len(idle)} of {len(total)} parameters)"
        fail(f"after {x_BT.shape[1]} steps no gradient reaches {who}")
    return ""


def _directions(y_BT: Tensor) -> list[Tensor]:
    generator = torch.Generator().manual_seed(11)
    return [
        torch.randn(y_BT.shape, dtype=y_BT.dtype, generator=generator) for _ in range(DIRECTIONS)
    ]


def _along(outputs: Callable[[], Tensor], direction: Tensor) -> float:
    """The outputs projected on a direction."""
    projected: float = (outputs() * direction).sum().real.item()
    return projected


def _demand_true(leaves: dict[str, Tensor], outputs: Callable[[], Tensor]) -> float:
    """The derivative along random directions of each leaf, of random projections of the outputs (a
    plain sum may be constant behind a normalisation), beside differences. Gives how coarsely
    outputs are rounded, where that is seen.
    """
    if not leaves:
        return 0.0
    y_BT = outputs()
    directions = _directions(y_BT)
    slopes = [_slopes(y_BT, direction, list(leaves.values())) for direction in directions]
    generator = torch.Generator().manual_seed(12)
    coarsest = 0.0
    for direction, gradients in zip(directions, slopes, strict=True):
        for (name, leaf), gradient in zip(leaves.items(), gradients, strict=True):
            way = torch.randn(leaf.shape, dtype=leaf.dtype, generator=generator)
            stated = 0.0 if gradient is None else (gradient.conj() * way).sum().real.item()
            line = Line(leaf, way, partial(_along, outputs, direction))
            judged = compare(stated, line)
            if not judged.agrees:
                rounded = (
                    f", with outputs that are rounded to about {judged.rounding:.1g}"
                    if judged.rounding
                    else ""
                )
                fail(
                    f"the derivative by {name} is {judged.seen:.6g} by finite differences{rounded},"
                    f" and {stated:.6g} by autograd; gradients that are straight-through by design"
                    " are declared with straight_through=True"
                )
            coarsest = max(coarsest, judged.rounding)
    return coarsest


def _slopes(y_BT: Tensor, direction: Tensor, leaves: list[Tensor]) -> Sequence[Tensor | None]:
    projected = (y_BT * direction).sum().real
    return torch.autograd.grad(projected, leaves, retain_graph=True, allow_unused=True)
