"""Checks of one mathematics in several forms: implementations, float32, the author's own plain
loop."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from rnnbench.errors import DataUnavailable, describe
from rnnbench.testing.outcome import NotApplicable, fail
from rnnbench.testing.subject import Subject, run

LONG = 4096
LONG_FRAMES = 256
CHUNKS = (1, 7, 16)
CUT = 11
"""Steps behind the place at which a sequence is cut in two."""


def agrees(subject: Subject) -> str:
    """Its implementations agree in outputs, gradients and carried state; how far float32 is off is
    told."""
    cell, x_BT = subject.build(), subject.inputs()
    others = []
    for name in subject.spec.implementations:
        if name in subject.skip:
            others.append(f"{name} not tried")
            continue
        try:
            other = subject.changed(implementation=name).build()
        except DataUnavailable as error:
            others.append(f"{name} left out: {error}")
            continue
        try:
            other.load_state_dict(cell.state_dict())
        except RuntimeError as error:
            fail(
                f"the parameters of the default do not load into implementation '{name}':"
                f" {describe(error)}"
            )
        _compare(subject, cell, other, x_BT, name)
        others.append(name)
    told = [f"agree: {', '.join(others)}"] if others else []
    return "; ".join(filter(None, [*told, _told_in_float32(subject)]))


def matches_reference(subject: Subject) -> str:
    """It equals the author's plain loop where one is given."""
    reference: Callable[[nn.Module, Tensor], Tensor] | None = subject.spec.load_reference()
    if reference is None:
        raise NotApplicable("no reference is given")
    cell, x_BT = subject.build(), subject.inputs()
    subject.demand(
        reference(cell, x_BT), run(cell, x_BT)[0], "the outputs differ from those of the reference"
    )
    return ""


def _compare(subject: Subject, cell: nn.Module, other: nn.Module, x_BT: Tensor, name: str) -> None:
    x_BT = x_BT.requires_grad_(True)
    expected, got = _in_two(subject, cell, x_BT), _in_two(subject, other, x_BT)
    subject.demand(
        expected, got, f"the outputs of implementation '{name}' differ from those of the default"
    )
    direction = torch.randn(
        expected.shape, dtype=expected.dtype, generator=torch.Generator().manual_seed(3)
    )
    gradients = _gradients(other, got, direction, x_BT)
    for parameter, wanted in _gradients(cell, expected, direction, x_BT).items():
        what = f"the gradients by {parameter} of implementation '{name}'"
        subject.demand(wanted, gradients[parameter], f"{what} differ from those of the default")
    if not subject.spec.carries_state:
        return
    for size in CHUNKS:
        parts, state = [], None
        for x_chunk in torch.split(x_BT.detach(), size, dim=1):
            y_chunk, state = run(other, x_chunk, state)
            parts.append(y_chunk)
        what = (
            f"in chunks of {size} the outputs of implementation '{name}' differ from those of the"
            " default"
        )
        subject.demand(expected, torch.cat(parts, dim=1), what)


def _in_two(subject: Subject, cell: nn.Module, x_BT: Tensor) -> Tensor:
    """All outputs, by two chunks where the state is carried, so that gradients go through it."""
    if not subject.spec.carries_state or x_BT.shape[1] < 2:
        return run(cell, x_BT)[0]
    cut = min(CUT, x_BT.shape[1] - 1)
    first, state = run(cell, x_BT[:, :-cut])
    return torch.cat([first, run(cell, x_BT[:, -cut:], state)[0]], dim=1)


def _gradients(cell: nn.Module, y_BT: Tensor, direction: Tensor, x_BT: Tensor) -> dict[str, Tensor]:
    named: dict[str, Tensor] = {
        f"parameter {name}": parameter
        for name, parameter in cell.named_parameters()
        if parameter.requires_grad
    }
    named["the inputs"] = x_BT
    found = torch.autograd.grad(
        (y_BT * direction).sum().real, list(named.values()), allow_unused=True
    )
    return {
        name: torch.zeros_like(named[name]) if gradient is None else gradient
        for name, gradient in zip(named, found, strict=True)
    }


@torch.no_grad()
def _told_in_float32(subject: Subject) -> str:
    """How far a long run in float32 is from one in float64, as initialised; a chaotic cell is far,
    and sound."""
    if subject.dtype != torch.float64:
        return ""
    steps = min(
        LONG if subject.spec.inputs == "features" else LONG_FRAMES, subject.spec.longest or LONG
    )
    exact = subject.build(noise=0)
    single = subject.changed(dtype=torch.float32).build(noise=0)
    x_BT = subject.inputs(batch=1, steps=steps).float()
    gap = subject.gap(run(exact, x_BT.double())[0], run(single, x_BT)[0].double())
    return f"float32 is off by {gap:.1g} over {steps} steps"
