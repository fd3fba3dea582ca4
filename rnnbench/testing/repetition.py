"""Checks that a cell gives the same again: redrawn, rerun, saved, copied, moved."""

import pickle
from collections.abc import Callable
from copy import deepcopy

import torch
from torch import Tensor, nn

from rnnbench import text
from rnnbench.errors import describe
from rnnbench.state import tensors_of
from rnnbench.testing.outcome import fail
from rnnbench.testing.subject import Subject, as_dtype, run, seed_everything


def repeats(subject: Subject) -> str:
    """Equal seeds give equal bits, a second run equals the first, and training equals
    evaluation."""
    subject = subject.changed(dtype=torch.float32)
    cell = subject.build()
    twin = subject.build()
    x_BT = subject.inputs()
    original_BT = x_BT.clone()
    _demand_equal_parameters(cell, twin)
    first_BT = _run_seeded(cell, x_BT)
    _demand_equal(original_BT, x_BT, "the inputs that it is given are changed in place")
    twin_BT = _run_seeded(twin, x_BT)
    _demand_equal(first_BT, twin_BT, "two cells of one seed differ in their outputs")
    memory = _difference_after_other_inputs(subject, cell, first_BT)
    if memory:
        fail(memory)
    cell.train()
    complaint = (
        "its dropout is to be 0 by default: in training the outputs differ from those in evaluation"
    )
    subject.demand(first_BT, _run_seeded(cell, x_BT), complaint)
    return ""


def _demand_equal_parameters(cell: nn.Module, twin: nn.Module) -> None:
    for (name, parameter), other in zip(cell.named_parameters(), twin.parameters(), strict=True):
        if not torch.equal(parameter, other):
            gap = (parameter - other).abs().max().item()
            fail(f"two cells of one seed differ in {name} by {text.rounded(gap, 2)}")


def remembered_calls(subject: Subject) -> str:
    """Return a sentence on how outputs depend on earlier calls; "" where they do not.

    An error of the cell is ignored: the law under test reports it.
    """
    subject = subject.changed(dtype=torch.float32)
    try:
        cell = subject.build()
        first_BT = _run_seeded(cell, subject.inputs())
        return _difference_after_other_inputs(subject, cell, first_BT)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return ""


def _difference_after_other_inputs(subject: Subject, cell: nn.Module, first_BT: Tensor) -> str:
    run(cell, subject.inputs(seed=1))
    again_BT = _run_seeded(cell, subject.inputs())
    if torch.equal(first_BT, again_BT):
        return ""
    gap = text.rounded((first_BT - again_BT).abs().max().item(), 2)
    return f"after a run on other inputs the same inputs are answered otherwise, by {gap}"


def moves(subject: Subject) -> str:
    """Loading, copying, pickling, and moving to another dtype or device leave the outputs
    unchanged."""
    single = subject.changed(dtype=torch.float32)
    cell = single.build()
    x_BT = single.inputs()
    expected_BT = _run_seeded(cell, x_BT)
    loaded_BT = _run_seeded(_loaded(single, cell), x_BT)
    _demand_equal(
        expected_BT, loaded_BT, "loaded into a new cell, its state_dict answers otherwise"
    )
    _demand_equal_copy(cell, x_BT, expected_BT, "deepcopy", deepcopy)
    _demand_equal_copy(cell, x_BT, expected_BT, "pickle", _pickled)
    _demand_equal_in_float64(single, cell, x_BT, expected_BT)
    if not torch.cuda.is_available():
        return "not moved to another device: there is none"
    moved_BT, _ = run(deepcopy(cell).cuda(), x_BT.cuda())
    single.demand(expected_BT, moved_BT.cpu(), "on cuda the outputs differ")
    return ""


def _loaded(subject: Subject, cell: nn.Module) -> nn.Module:
    other = subject.changed(seed=subject.seed + 1).build()
    other.load_state_dict(cell.state_dict())
    return other


def _pickled(module: nn.Module) -> nn.Module:
    copy: nn.Module = pickle.loads(pickle.dumps(module))  # noqa: S301
    return copy


def _demand_equal_copy(
    cell: nn.Module,
    x_BT: Tensor,
    expected_BT: Tensor,
    name: str,
    copy: Callable[[nn.Module], nn.Module],
) -> None:
    try:
        other = copy(cell)
    except Exception as error:
        fail(f"{name} fails: {describe(error)}")
    _demand_equal(expected_BT, _run_seeded(other, x_BT), f"after {name} it answers otherwise")


def _demand_equal_in_float64(
    subject: Subject, cell: nn.Module, x_BT: Tensor, expected_BT: Tensor
) -> None:
    try:
        y_BT, state = run(as_dtype(deepcopy(cell), torch.float64), x_BT.double())
    except Exception as error:
        fail(f"moved to float64 it raises {describe(error)}")
    tensors = (y_BT, *tensors_of(state))
    dtypes = {tensor.dtype for tensor in tensors if tensor.is_floating_point()}
    if dtypes - {torch.float64}:
        fail(f"in float64 it gives {', '.join(sorted(map(str, dtypes)))}")
    subject.demand(expected_BT, y_BT.float(), "in float64 the outputs differ")


def _run_seeded(cell: nn.Module, x_BT: Tensor) -> Tensor:
    seed_everything(7)
    return run(cell, x_BT)[0].detach()


def _demand_equal(expected: Tensor, actual: Tensor, complaint: str) -> None:
    if not torch.equal(expected, actual):
        fail(f"{complaint}, by {text.rounded((expected - actual).abs().max().item(), 2)}")
