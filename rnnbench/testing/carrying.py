"""The check of what a cell hands from one chunk to the next."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import torch
from torch import Tensor, nn

from rnnbench.state import difference, is_opaque, snapshot, tensors_of
from rnnbench.testing.outcome import NotApplicable, fail
from rnnbench.testing.subject import Subject, run

LONG, LONG_FRAMES = 300, 70
AFTER = 3
"""Steps by which the last state itself is tried."""


def carries(subject: Subject) -> str:
    """Chunks with the state carried equal the whole: outputs, gradients, and what follows from the
    last state."""
    if not subject.spec.carries_state:
        raise NotApplicable(_without_state(run(subject.build(), subject.inputs())[1]))
    cell = subject.build()
    steps = subject.steps - min(AFTER, subject.steps - 1)
    x_BT, after_BT = subject.inputs()[:, :steps], subject.inputs()[:, steps:]
    x_BT.requires_grad_(True)
    whole_BT, state = run(cell, x_BT)
    _demand_tree(state)
    direction_BT = torch.randn(
        whole_BT.shape, dtype=whole_BT.dtype, generator=torch.Generator().manual_seed(3)
    )
    gradient_BT = _gradient(whole_BT, direction_BT, x_BT)
    follows_BT = run(cell, after_BT, state)[0] if after_BT.shape[1] else None
    for sizes, name in _cuts(steps):
        parts_BT, last = _in_chunks(cell, x_BT, sizes, name)
        _demand(subject, whole_BT, parts_BT, f"{name} the outputs")
        _demand(
            subject,
            gradient_BT,
            _gradient(parts_BT, direction_BT, x_BT),
            f"{name} the gradients by the inputs",
        )
        if follows_BT is not None:
            _demand(
                subject,
                follows_BT,
                run(cell, after_BT, last)[0],
                f"{name} the outputs after the last one",
            )
    _demand_long(subject, cell)
    return ""


def _without_state(state: Any) -> str:
    if not is_opaque(state):
        return "it carries no state, as it declares"
    what = f"the object of class {_opaque_class(state)} that it returns is counted as 0 numbers"
    return f"it carries no state, as it declares; {what}"


def _demand_tree(state: Any) -> None:
    if is_opaque(state):
        fail(
            f"it returns a state that holds an object of class {_opaque_class(state)}, in which no"
            " tensors are looked for. Make it a tree: a tuple, list, dict, NamedTuple or dataclass"
            " (mark the class with @dataclass), with tensors as its leaves"
        )
    if not tensors_of(state):
        fail(
            f"it returns the state {state!r}, which holds no tensor; if it has none, declare"
            " carries_state=False"
        )


def _opaque_class(state: Any) -> str:
    if isinstance(state, Mapping):
        state = list(state.values())
    if isinstance(state, list | tuple):
        return _opaque_class(next(branch for branch in state if is_opaque(branch)))
    if is_dataclass(state) and not isinstance(state, type):
        return _opaque_class([getattr(state, field.name) for field in fields(state)])
    return type(state).__name__


def _demand_long(subject: Subject, cell: nn.Module) -> None:
    """One long sequence, cut where no chunk of a chunked form ends: what is lost at 64, 128, 256
    steps shows there."""
    long = min(
        LONG if subject.spec.inputs == "features" else LONG_FRAMES, subject.spec.longest or LONG
    )
    if long <= subject.steps:
        return
    x_BT = subject.inputs(batch=1, steps=long).requires_grad_(True)
    whole_BT, _ = run(cell, x_BT)
    direction_BT = torch.randn(
        whole_BT.shape, dtype=whole_BT.dtype, generator=torch.Generator().manual_seed(3)
    )
    sizes = [long * 3 // 7, long - long * 3 // 7]
    parts_BT, _ = _in_chunks(cell, x_BT, sizes, "")
    name = f"in chunks of {sizes[0]} and {sizes[1]}"
    _demand(subject, whole_BT, parts_BT, f"{name} the outputs")
    gradients = (_gradient(whole_BT, direction_BT, x_BT), _gradient(parts_BT, direction_BT, x_BT))
    _demand(subject, *gradients, f"{name} the gradients by the inputs")


def _cuts(steps: int) -> list[tuple[list[int], str]]:
    """Chunks of 1, 7, 16 and T/2, and two of unlike lengths: some cells pass step by step, and fail
    in chunks."""
    cuts = [
        [size] * (steps // size) + [steps % size] * (steps % size > 0)
        for size in (1, 7, 16, max(1, steps // 2))
    ]
    cuts.append([5, steps - 5])
    return [
        (sizes, f"in chunks of {', '.join(map(str, dict.fromkeys(sizes)))}")
        for sizes in cuts
        if min(sizes) > 0
    ]


def _in_chunks(cell: nn.Module, x_BT: Tensor, sizes: list[int], name: str) -> tuple[Tensor, Any]:
    parts, state = [], None
    for x_chunk in torch.split(x_BT, sizes, dim=1):
        given: Any = state
        before = snapshot(given)
        y_chunk, state = run(cell, x_chunk, given)
        if changed := difference(before, snapshot(given)):
            fail(f"{name} the state that it was given was changed in place: {changed}")
        parts.append(y_chunk)
    return torch.cat(parts, dim=1), state


def _gradient(y_BT: Tensor, direction_BT: Tensor, x_BT: Tensor) -> Tensor:
    (gradient,) = torch.autograd.grad(
        (y_BT * direction_BT).sum().real, x_BT, retain_graph=True, allow_unused=True
    )
    return torch.zeros_like(x_BT) if gradient is None else gradient


def _demand(subject: Subject, expected: Tensor, got: Tensor, what: str) -> None:
    wrong = [
        place
        for place in range(len(expected))
        if subject.gap(expected[place], got[place]) > subject.tolerance
    ]
    only = (
        ""
        if len(wrong) == len(expected)
        else f", in sequence {', '.join(map(str, wrong))} of {len(expected)} only,"
    )
    subject.demand(expected, got, f"{what}{only} differ from those of the whole")
