"""Checks that a cell is the same again: drawn again, run again, saved, copied, moved."""

import pickle
from collections.abc import Callable
from copy import deepcopy

import torch
from torch import Tensor, nn

from rnnbench.errors import describe
from rnnbench.state import tensors_of
from rnnbench.testing.outcome import fail
from rnnbench.testing.subject import Subject, as_dtype, run, seed_everything


def repeats(subject: Subject) -> str:
    """The same seed gives the same bits, a second run the same as the first, training the same as
    evaluation."""
    subject = subject.changed(dtype=torch.float32)
    cell, twin, x_BT = subject.build(), subject.build(), subject.inputs()
    given_BT = x_BT.clone()
    for (name, parameter), other in zip(cell.named_parameters(), twin.parameters(), strict=True):
        if not torch.equal(parameter, other):
            fail(
                f"two cells of one seed differ in {name} by"
                f" {(parameter - other).abs().max().item():.2g}"
            )
    first = _seeded(cell, x_BT)
    _demand_equal(given_BT, x_BT, "the inputs that it is given are changed in place")
    _demand_equal(first, _seeded(twin, x_BT), "two cells of one seed differ in their outputs")
    if remembered := _difference_after_other_inputs(subject, cell, first):
        fail(remembered)
    cell.train()
    what = (
        "its dropout is to be 0 by default: in training the outputs differ from those in evaluation"
    )
    subject.demand(first, _seeded(cell, x_BT), what)
    return ""


def remembered_calls(subject: Subject) -> str:
    """In which way an answer depends on earlier calls, in a sentence; "" where it does not."""
    subject = subject.changed(dtype=torch.float32)
    try:
        cell = subject.build()
        return _difference_after_other_inputs(subject, cell, _seeded(cell, subject.inputs()))
    except KeyboardInterrupt:
        raise
    except BaseException:  # the law that was asked reports what it raises
        return ""


def _difference_after_other_inputs(subject: Subject, cell: nn.Module, first_BT: Tensor) -> str:
    run(cell, subject.inputs(seed=1))
    again_BT = _seeded(cell, subject.inputs())
    if torch.equal(first_BT, again_BT):
        return ""
    gap = (first_BT - again_BT).abs().max().item()
    return f"after a run on other inputs the same inputs are answered otherwise, by {gap:.2g}"


def moves(subject: Subject) -> str:
    """It can be loaded, copied, pickled and moved to another dtype and device, and stays what it
    is."""
    single = subject.changed(dtype=torch.float32)
    cell, x_BT = single.build(), single.inputs()
    expected = _seeded(cell, x_BT)
    _demand_equal(
        expected,
        _seeded(_loaded(single, cell), x_BT),
        "loaded into a new cell, its state_dict answers otherwise",
    )
    copies: dict[str, Callable[[nn.Module], nn.Module]] = {
        "deepcopy": deepcopy,
        "pickle": lambda module: pickle.loads(pickle.dumps(module)),  # noqa: S301
    }
    for name, copy in copies.items():
        try:
            other = copy(cell)
        except Exception as error:
            fail(f"{name} fails: {describe(error)}")
        _demand_equal(expected, _seeded(other, x_BT), f"after {name} it answers otherwise")
    _demand_dtype(single, cell, x_BT, expected)
    if not torch.cuda.is_available():
        return "not moved to another device: there is none"
    moved, _ = run(deepcopy(cell).cuda(), x_BT.cuda())
    single.demand(expected, moved.cpu(), "on cuda the outputs differ")
    return ""


def _loaded(subject: Subject, cell: nn.Module) -> nn.Module:
    other = subject.changed(seed=subject.seed + 1).build()
    other.load_state_dict(cell.state_dict())
    return other


def _demand_dtype(subject: Subject, cell: nn.Module, x_BT: Tensor, expected: Tensor) -> None:
    try:
        y_BT, state = run(as_dtype(deepcopy(cell), torch.float64), x_BT.double())
    except Exception as error:
        fail(f"moved to float64 it raises {describe(error)}")
    kinds = {tensor.dtype for tensor in (y_BT, *tensors_of(state)) if tensor.is_floating_point()}
    if kinds - {torch.float64}:
        fail(f"in float64 it gives {', '.join(sorted(map(str, kinds)))}")
    subject.demand(expected, y_BT.float(), "in float64 the outputs differ")


def _seeded(cell: nn.Module, x_BT: Tensor) -> Tensor:
    seed_everything(7)
    return run(cell, x_BT)[0].detach()


def _demand_equal(expected: Tensor, got: Tensor, what: str) -> None:
    if not torch.equal(expected, got):
        fail(f"{what}, by {(expected - got).abs().max().item():.2g}")
