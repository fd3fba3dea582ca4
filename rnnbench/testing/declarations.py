"""The check that a cell is what its spec declares, and accepts the inputs of every cell."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import torch
from torch import Tensor, nn

from rnnbench.model import count_parameters, probe
from rnnbench.state import DeclaresInitialState, is_opaque, map_tensors, tensors_of
from rnnbench.testing.options import untried_options
from rnnbench.testing.outcome import fail
from rnnbench.testing.subject import Subject, run


def declares(subject: Subject) -> str:
    """Sizes are as declared, every option has an effect, and short (T >= 1), single and strided
    inputs are accepted."""
    cell = subject.build()
    _demand_sizes(subject)
    _demand_short_inputs(subject, cell)
    if subject.spec.carries_state:
        _demand_initial_state(subject, cell)
    untried = untried_options(subject)
    return f"not tried: {', '.join(untried)}" if untried else ""


def _demand_sizes(subject: Subject) -> None:
    for units in (subject.size_from(1), subject.hidden_size, 2 * subject.hidden_size):
        sized = subject.changed(units=units)
        cell = sized.build()
        probed = probe(cell, sized.inputs(batch=1, steps=min(2, sized.steps)))
        _demand_size(sized, "parameters", count_parameters(cell))
        _demand_size(sized, "state_floats", probed.state_floats)


def _demand_size(subject: Subject, field: str, actual: int) -> None:
    formula = getattr(subject.spec, field)
    if formula is None:
        return
    declared = formula(subject.input_size, subject.units, **subject.options)
    if declared != actual:
        where = f"at input size {subject.input_size} and hidden size {subject.units}"
        fail(f"{where} it declares {field}={declared} and has {actual}")


def _demand_short_inputs(subject: Subject, cell: nn.Module) -> None:
    x_BT = subject.inputs()
    y_BT, _ = run(cell, x_BT)
    step_BT, _ = run(cell, x_BT[:, :1])
    sequence_1T, _ = run(cell, x_BT[:1])
    strided_BT, _ = cell(x_BT.transpose(0, 1).contiguous().transpose(0, 1))
    subject.demand(y_BT[:, :1], step_BT, "a single step is answered otherwise")
    subject.demand(y_BT[:1], sequence_1T, "a single sequence is answered otherwise")
    subject.demand(y_BT, strided_BT, "a non-contiguous input is answered otherwise")
    _demand_no_false_answer(cell, x_BT, y_BT)


def _demand_no_false_answer(cell: nn.Module, x_BT: Tensor, y_BT: Tensor) -> None:
    """Check T = 0, which the contract leaves open: an error or an empty answer is right."""
    try:
        y_B0, _ = run(cell, x_BT[:, :0])
    except Exception:
        return
    shape = (y_BT.shape[0], 0, *y_BT.shape[2:])
    if y_B0.shape != shape:
        fail(
            f"a sequence of 0 steps is answered with shape {tuple(y_B0.shape)}; an error, or an"
            f" empty answer of shape {shape}, was expected"
        )


def _demand_initial_state(subject: Subject, cell: nn.Module) -> None:
    """Demand that a run without a state equals one from the initial state of the cell.

    That is the declared initial state, or zeros for a cell whose state does not grow.
    """
    x_BT = subject.inputs()
    initial: Any
    if isinstance(cell, DeclaresInitialState):
        if not callable(cell.initial_state):
            fail(
                "its initial_state is no method: a state to begin from is asked for as"
                " initial_state(x_BI)"
            )
        initial = cell.initial_state(x_BT[:, 0])
        name = "its initial_state"
    else:
        initial = _state_of_zeros(cell, x_BT)
        name = "a state of zeros"
        if initial is None:
            return
    without_BT, _ = run(cell, x_BT)
    with_BT, _ = run(cell, x_BT, initial)
    complaint = (
        "a cell that begins elsewhere has a method initial_state(x_BI): without a state the outputs"
        f" differ from those with {name}"
    )
    subject.demand(without_BT, with_BT, complaint)


def _state_of_zeros(cell: nn.Module, x_BT: Tensor) -> Any:
    """Return a state of zeros; None for a state that grows, or whose zero is not known."""
    first, second = (run(cell, x_BT[:, :steps])[1] for steps in (1, 2))
    if [t.shape for t in tensors_of(first)] != [t.shape for t in tensors_of(second)]:
        return None
    zeros = map_tensors(torch.zeros_like, first)
    if _holds_numbers(zeros) or is_opaque(zeros):
        return None
    if not all(t.is_floating_point() or t.is_complex() for t in tensors_of(zeros)):
        return None
    return zeros


def _holds_numbers(tree: Any) -> bool:
    """Whether a state holds plain numbers, such as a count of steps, whose zero is not known."""
    if isinstance(tree, Mapping):
        return any(map(_holds_numbers, tree.values()))
    if isinstance(tree, list | tuple):
        return any(map(_holds_numbers, tree))
    if is_dataclass(tree) and not isinstance(tree, type):
        return any(_holds_numbers(getattr(tree, field.name)) for field in fields(tree))
    return isinstance(tree, int | float)
