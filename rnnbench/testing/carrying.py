"""The check of the state that a cell carries from one chunk to the next."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import torch
from torch import Tensor, nn

from rnnbench import text
from rnnbench.state import difference, is_opaque, snapshot, tensors_of
from rnnbench.testing.outcome import NotApplicable, fail
from rnnbench.testing.subject import Subject, random_like, run

LONG_STEPS = 300
LONG_FRAME_STEPS = 70
STEPS_AFTER = 3
"""Steps that follow the chunks, to compare what the last state leads to."""
DIRECTION_SEED = 3


def carries(subject: Subject) -> str:
    """A sequence run in chunks with the state carried equals the whole run: outputs, gradients, and
    the outputs that follow the last state."""
    if not subject.spec.carries_state:
        _, state = run(subject.build(), subject.inputs())
        raise NotApplicable(_reason_without_state(state))
    cell = subject.build()
    steps = subject.steps - min(STEPS_AFTER, subject.steps - 1)
    x_BT = subject.inputs()[:, :steps].requires_grad_(True)
    after_BT = subject.inputs()[:, steps:]
    whole_BT, state = run(cell, x_BT)
    _demand_tensors(state)
    gradient_BT = _gradient(whole_BT, x_BT)
    following_BT = _outputs_after(cell, after_BT, state)
    for sizes in _chunkings(steps):
        name = f"in chunks of {text.listed(dict.fromkeys(sizes))}"
        chunked_BT, last = _run_in_chunks(cell, x_BT, sizes, name)
        _demand_equal(subject, whole_BT, chunked_BT, f"{name} the outputs")
        chunked_gradient_BT = _gradient(chunked_BT, x_BT)
        _demand_equal(
            subject, gradient_BT, chunked_gradient_BT, f"{name} the gradients by the inputs"
        )
        actual_BT = _outputs_after(cell, after_BT, last)
        _demand_equal(subject, following_BT, actual_BT, f"{name} the outputs after the last one")
    _demand_long_sequence(subject, cell)
    return ""


def _outputs_after(cell: nn.Module, x_BT: Tensor, state: Any) -> Tensor:
    """Return the outputs that follow a state; no outputs where no step is left to run."""
    return run(cell, x_BT, state)[0] if x_BT.shape[1] else x_BT


def _reason_without_state(state: Any) -> str:
    if not is_opaque(state):
        return "it carries no state, as it declares"
    return (
        "it carries no state, as it declares; the object of class"
        f" {_opaque_class(state)} that it returns is counted as 0 numbers"
    )


def _demand_tensors(state: Any) -> None:
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
    """Return the class name of the first opaque object in a state."""
    if isinstance(state, Mapping):
        state = list(state.values())
    if isinstance(state, list | tuple):
        return _opaque_class(next(branch for branch in state if is_opaque(branch)))
    if is_dataclass(state) and not isinstance(state, type):
        return _opaque_class([getattr(state, field.name) for field in fields(state)])
    return type(state).__name__


def _demand_long_sequence(subject: Subject, cell: nn.Module) -> None:
    """Compare one long sequence, cut where no chunk of a chunked form ends.

    A state that is lost at 64, 128 or 256 steps is found here.
    """
    steps = subject.long_steps(LONG_STEPS, LONG_FRAME_STEPS)
    if steps <= subject.steps:
        return
    x_BT = subject.inputs(batch=1, steps=steps).requires_grad_(True)
    whole_BT, _ = run(cell, x_BT)
    first = steps * 3 // 7
    sizes = [first, steps - first]
    chunked_BT, _ = _run_in_chunks(cell, x_BT, sizes, "")
    name = f"in chunks of {sizes[0]} and {sizes[1]}"
    _demand_equal(subject, whole_BT, chunked_BT, f"{name} the outputs")
    gradient_BT = _gradient(whole_BT, x_BT)
    chunked_gradient_BT = _gradient(chunked_BT, x_BT)
    _demand_equal(subject, gradient_BT, chunked_gradient_BT, f"{name} the gradients by the inputs")


def _chunkings(steps: int) -> list[list[int]]:
    """Return chunk sizes to try: equal chunks of 1, 7, 16 and T/2, and two of unlike lengths.

    Some cells pass step by step and fail in chunks.
    """
    chunkings = []
    for size in (1, 7, 16, max(1, steps // 2)):
        remainder = [steps % size] if steps % size else []
        chunkings.append([size] * (steps // size) + remainder)
    chunkings.append([5, steps - 5])
    return [sizes for sizes in chunkings if min(sizes) > 0]


def _run_in_chunks(
    cell: nn.Module, x_BT: Tensor, sizes: list[int], name: str
) -> tuple[Tensor, Any]:
    """Return all outputs and the last state; fail where the cell changes a state in place."""
    outputs = []
    state: Any = None
    for x_chunk in torch.split(x_BT, sizes, dim=1):
        given = state
        before = snapshot(given)
        y_chunk, state = run(cell, x_chunk, given)
        changes = difference(before, snapshot(given))
        if changes:
            fail(f"{name} the state that it was given was changed in place: {changes}")
        outputs.append(y_chunk)
    return torch.cat(outputs, dim=1), state


def _gradient(y_BT: Tensor, x_BT: Tensor) -> Tensor:
    """Gradient by the inputs of the outputs, projected on one random direction."""
    projected = (y_BT * random_like(y_BT, DIRECTION_SEED)).sum().real
    (gradient,) = torch.autograd.grad(projected, x_BT, retain_graph=True, allow_unused=True)
    return torch.zeros_like(x_BT) if gradient is None else gradient


def _demand_equal(subject: Subject, expected: Tensor, actual: Tensor, what: str) -> None:
    """Fail where chunked figures differ from the whole, and name the sequences if only some do."""
    places = range(len(expected))
    gaps = [subject.gap(expected[place], actual[place]) for place in places]
    wrong = [place for place in places if gaps[place] > subject.tolerance]
    only = ""
    if len(wrong) < len(expected):
        only = f", in sequence {text.listed(wrong)} of {len(expected)} only,"
    subject.demand(expected, actual, f"{what}{only} differ from those of the whole")
