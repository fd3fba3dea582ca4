"""Checks of what an output may depend on: the past of its own sequence, and nothing else."""

import torch
from torch import Tensor, nn

from rnnbench.testing.outcome import fail
from rnnbench.testing.subject import Subject, run, seed_everything

UNSEEN = 1e-7
"""A change of the past that moves the output by less, in float64 and relative to its size, has not been seen."""


def causal(subject: Subject) -> str:
    """Changing the input from step k on leaves the outputs before k as they were."""
    cell, x_BT = subject.build(), subject.inputs()
    y_BT, _ = run(cell, x_BT)
    for k in sorted({1, subject.steps // 2, subject.steps - 1} - {0}):
        other_BT = torch.cat([x_BT[:, :k], subject.inputs(seed=k)[:, k:]], dim=1)
        what = f"it looks ahead: another input from step {k} on changed the outputs before step {k}"
        subject.demand(y_BT[:, :k], run(cell, other_BT)[0][:, :k], what)
    return ""


def independent(subject: Subject) -> str:
    """The answer to a sequence does not depend on its neighbours in the batch, in training or in evaluation."""
    for training in (False, True):
        cell, x_BT, others_BT = subject.build(training=training), subject.inputs(), subject.inputs(seed=1)
        mode = "training" if training else "evaluation"
        y_BT = _drawn(cell, x_BT)
        for factor, size in ((1.0, ""), (0.0, " that are 0"), (1e3, " a thousand times as large")):
            for place in range(len(x_BT)):
                mixed_BT = factor * others_BT
                mixed_BT[place] = x_BT[place]
                where = f"a sequence with other neighbours{size}, in {mode}, is answered otherwise"
                subject.demand(y_BT[place], _drawn(cell, mixed_BT)[place], where)
        if not training:
            subject.demand(y_BT[1], _drawn(cell, x_BT[1:2])[0], "a sequence alone is answered otherwise")
            turned = _drawn(cell, x_BT.flip(0)).flip(0)
            subject.demand(y_BT, turned, "a sequence in a batch the other way round is answered otherwise")
    return ""


def remembers(subject: Subject) -> str:
    """The last output depends on earlier inputs."""
    steps = subject.steps
    if steps < 2:
        fail(f"sequences of {steps} steps have no past")
    cell, x_BT = subject.build(), subject.inputs(steps=steps)
    past_BT = torch.cat([subject.inputs(steps=steps, seed=1)[:, :-1], x_BT[:, -1:]], dim=1)
    present_BT = torch.cat([x_BT[:, :-1], past_BT[:, :1]], dim=1)
    last = run(cell, x_BT)[0][:, -1]
    if subject.gap(last, run(cell, past_BT)[0][:, -1]) <= UNSEEN:
        if subject.gap(last, run(cell, present_BT)[0][:, -1]) <= UNSEEN:
            fail(f"the output at step {steps} stays the same whatever the {steps} inputs are: it reads none of them")
        fail(f"other inputs in steps 1 to {steps - 1} left the output at step {steps} as it was: it uses no history")
    return ""


def pads(subject: Subject) -> str:
    """Padding on the right changes neither the outputs at real steps nor what follows when its state is cut there."""
    cell, x_BT = subject.build(), subject.inputs()
    lengths = [subject.steps, subject.steps - 1, max(1, subject.steps // 3)]
    for what, filling_BT in (("zeros", torch.zeros_like(x_BT)), ("noise", subject.inputs(seed=5))):
        padded_BT = x_BT.clone()
        for place, length in enumerate(lengths):
            padded_BT[place, length:] = filling_BT[place, length:]
        y_BT, _ = run(cell, padded_BT)
        for place, length in enumerate(lengths):
            alone, state = run(cell, x_BT[place : place + 1, :length])
            padding = f"{subject.steps - length} steps of {what} behind a sequence of {length}"
            subject.demand(alone[0], y_BT[place, :length], f"{padding} changed its outputs")
            if subject.spec.carries_state and length < subject.steps:
                _demand_continuation(subject, cell, x_BT[place : place + 1], length, state)
    return ""


def _demand_continuation(subject: Subject, cell: nn.Module, x_1T: Tensor, length: int, state: object) -> None:
    whole, _ = run(cell, x_1T)
    rest, _ = run(cell, x_1T[:, length:], state)
    what = f"cut after {length} real steps and carried on, the outputs differ from those of the whole"
    subject.demand(whole[:, length:], rest, what)


def _drawn(cell: nn.Module, x_BT: Tensor) -> Tensor:
    """A run that draws what it draws from the same place each time, so that dropout is the same."""
    seed_everything(7)
    return run(cell, x_BT)[0]
