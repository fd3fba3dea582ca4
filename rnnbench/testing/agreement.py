"""Checks that one mathematics agrees in all its forms: implementations, float32, a plain loop."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from rnnbench import text
from rnnbench.errors import DataUnavailable, describe
from rnnbench.testing.outcome import NotApplicable, fail
from rnnbench.testing.subject import Subject, random_like, run

LONG_STEPS = 4096
LONG_FRAME_STEPS = 256
CHUNK_SIZES = (1, 7, 16)
LAST_CHUNK = 11
"""Steps of the second chunk where a sequence is cut in two."""
DIRECTION_SEED = 3


def agrees(subject: Subject) -> str:
    """Implementations agree in outputs, gradients and carried state; the note reports the rounding
    error of float32."""
    cell = subject.build()
    x_BT = subject.inputs().requires_grad_(True)
    notes = [_compare(subject, cell, x_BT, name) for name in subject.spec.implementations]
    sentences = []
    if notes:
        sentences.append(f"agree: {', '.join(notes)}")
    rounding = _float32_note(subject)
    if rounding:
        sentences.append(rounding)
    return "; ".join(sentences)


def matches_reference(subject: Subject) -> str:
    """Outputs equal those of the author's plain loop, where one is given."""
    reference: Callable[[nn.Module, Tensor], Tensor] | None = subject.spec.load_reference()
    if reference is None:
        raise NotApplicable("no reference is given")
    cell = subject.build()
    x_BT = subject.inputs()
    expected = reference(cell, x_BT)
    actual, _ = run(cell, x_BT)
    subject.demand(expected, actual, "the outputs differ from those of the reference")
    return ""


def _compare(subject: Subject, cell: nn.Module, x_BT: Tensor, name: str) -> str:
    """Compare an implementation with the default cell; return its name, or why it was left out."""
    if name in subject.skip:
        return f"{name} not tried"
    try:
        other = subject.changed(implementation=name).build()
    except DataUnavailable as error:
        return f"{name} left out: {error}"
    _share_parameters(cell, other, name)
    expected = _run_in_two_chunks(subject, cell, x_BT)
    actual = _run_in_two_chunks(subject, other, x_BT)
    where = f"implementation '{name}'"
    subject.demand(expected, actual, f"the outputs of {where} differ from those of the default")
    _demand_equal_gradients(subject, (cell, expected), (other, actual), x_BT, where)
    if subject.spec.carries_state:
        _demand_equal_chunks(subject, other, x_BT.detach(), expected, where)
    return name


def _share_parameters(cell: nn.Module, other: nn.Module, name: str) -> None:
    try:
        other.load_state_dict(cell.state_dict())
    except RuntimeError as error:
        fail(
            f"the parameters of the default do not load into implementation '{name}':"
            f" {describe(error)}"
        )


def _demand_equal_gradients(
    subject: Subject,
    expected: tuple[nn.Module, Tensor],
    actual: tuple[nn.Module, Tensor],
    x_BT: Tensor,
    where: str,
) -> None:
    """Compare two cells, each given with its outputs, by their gradients along one direction."""
    direction_BT = random_like(expected[1], DIRECTION_SEED)
    gradients = _gradients(*actual, direction_BT, x_BT)
    for parameter, wanted in _gradients(*expected, direction_BT, x_BT).items():
        complaint = f"the gradients by {parameter} of {where} differ from those of the default"
        subject.demand(wanted, gradients[parameter], complaint)


def _demand_equal_chunks(
    subject: Subject, other: nn.Module, x_BT: Tensor, expected: Tensor, where: str
) -> None:
    """Compare the outputs of the implementation, run in chunks, with those of the default."""
    for size in CHUNK_SIZES:
        outputs = []
        state = None
        for x_chunk in torch.split(x_BT, size, dim=1):
            y_chunk, state = run(other, x_chunk, state)
            outputs.append(y_chunk)
        complaint = f"in chunks of {size} the outputs of {where} differ from those of the default"
        subject.demand(expected, torch.cat(outputs, dim=1), complaint)


def _run_in_two_chunks(subject: Subject, cell: nn.Module, x_BT: Tensor) -> Tensor:
    """Return all outputs. A carried state splits the run in two, so gradients pass through it."""
    steps = x_BT.shape[1]
    if not subject.spec.carries_state or steps < 2:
        return run(cell, x_BT)[0]
    last = min(LAST_CHUNK, steps - 1)
    first_BT, state = run(cell, x_BT[:, :-last])
    second_BT, _ = run(cell, x_BT[:, -last:], state)
    return torch.cat([first_BT, second_BT], dim=1)


def _gradients(
    cell: nn.Module, y_BT: Tensor, direction_BT: Tensor, x_BT: Tensor
) -> dict[str, Tensor]:
    """Gradients of the projected outputs by parameters and inputs; zeros where none flows."""
    leaves: dict[str, Tensor] = {
        f"parameter {name}": parameter
        for name, parameter in cell.named_parameters()
        if parameter.requires_grad
    }
    leaves["the inputs"] = x_BT
    projected = (y_BT * direction_BT).sum().real
    gradients = torch.autograd.grad(projected, list(leaves.values()), allow_unused=True)
    named = {}
    for (name, leaf), gradient in zip(leaves.items(), gradients, strict=True):
        named[name] = torch.zeros_like(leaf) if gradient is None else gradient
    return named


@torch.no_grad()
def _float32_note(subject: Subject) -> str:
    """Report the gap between float32 and float64 over a long run of the initial cell.

    A large gap is no failure: a chaotic cell has one and is sound.
    """
    if subject.dtype != torch.float64:
        return ""
    steps = subject.long_steps(LONG_STEPS, LONG_FRAME_STEPS)
    exact = subject.build(noise=0)
    single = subject.changed(dtype=torch.float32).build(noise=0)
    x_BT = subject.inputs(batch=1, steps=steps).float()
    exact_BT, _ = run(exact, x_BT.double())
    single_BT, _ = run(single, x_BT)
    gap = subject.gap(exact_BT, single_BT.double())
    return f"float32 is off by {text.rounded(gap, 1)} over {steps} steps"
